/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of hufu-hsm (docs/key-process.md), checked. */
#ifndef HUFU_HSM_SETTINGS_H
#define HUFU_HSM_SETTINGS_H

#include <sys/types.h>

#include "common/buf.h"
#include "common/log.h"

#define SETTINGS_MESSAGE_SIZE 512
#define SETTINGS_PIN_MAX 255

struct settings {
    char *socket;
    char *allowed_uid; /* the user of hufu-server, name or number */
    char *module;
    char *token_label;
    char *pin_file;
    char *state_directory;
    char *token_directory;
    long sessions;
    char *log_level;
    /* Derived: */
    uid_t uid;
    gid_t gid; /* the user's group; (gid_t)-1 when only its number is known */
    enum log_level level;
};

/* HUFU_ERR_FORM: message says what is wrong. */
enum hufu_err settings_load(struct settings *settings, const char *path,
                            char message[SETTINGS_MESSAGE_SIZE]) HUFU_MUST_CHECK;
void settings_done(struct settings *settings);

/* The PIN, without a final line feed. The file must be readable by its owner alone. HUFU_ERR_FORM: message says. */
enum hufu_err settings_read_pin(const struct settings *settings, struct buf *pin,
                                char message[SETTINGS_MESSAGE_SIZE]) HUFU_MUST_CHECK;

#endif
