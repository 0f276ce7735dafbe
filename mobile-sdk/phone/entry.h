/* SPDX-License-Identifier: Apache-2.0 */
/* What a person enters: a PIN without echo, or a line from a file descriptor. */
#ifndef HUFU_PHONE_ENTRY_H
#define HUFU_PHONE_ENTRY_H

#include "mobile-sdk/phone/options.h"

#define ENTRY_MAX 512

/* Secret; declare with ENTRY_WIPED. */
struct entry {
    char text[ENTRY_MAX];
    size_t len;
};
void entry_wipe(struct entry *entry);
#define ENTRY_WIPED __attribute__((cleanup(entry_wipe)))

/* One line from options->pin_fd, or asked on the terminal (/dev/tty) without echo. False after having said why. */
bool entry_pin(struct entry *pin, const struct options *options, enum text prompt);
/* The same for a new PIN: on the terminal it is asked twice. */
bool entry_new_pin(struct entry *pin, const struct options *options, enum text prompt);
/* A password or a code: one line from options->password_fd, or asked on the terminal without echo. */
bool entry_password(struct entry *password, const struct options *options, enum text prompt);
/* The same for a new password: on the terminal it is asked twice. */
bool entry_new_password(struct entry *password, const struct options *options, enum text prompt);
/* One line from a file descriptor, without its newline. */
bool entry_line(struct entry *line, int fd);

#endif
