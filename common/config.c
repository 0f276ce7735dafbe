/* SPDX-License-Identifier: Apache-2.0 */
#include "common/config.h"

#include <confuse.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 64

/* Where libconfuse's complaints go: it has a callback without a context. Per thread, set for the time of one
 * load. */
static _Thread_local struct {
    char *message;
    size_t size;
} complaint;

__attribute__((format(printf, 2, 0))) static void complain(cfg_t *cfg, const char *format, va_list arguments)
{
    char text[256];
    if (complaint.message[0]) /* the first complaint is the cause */
        return;
    (void)vsnprintf(text, sizeof(text), format, arguments);
    (void)snprintf(complaint.message, complaint.size, "%s:%d: %s", cfg->filename ? cfg->filename : "?",
                   cfg->line, text);
}

static size_t count_keys(const struct config_key *table)
{
    size_t count = 0;
    while (table[count].type != CONFIG_END)
        count++;
    return count;
}

static void cfg_done(cfg_t **cfg)
{
    if (*cfg)
        (void)cfg_free(*cfg);
}

/* HUFU_HSM_TOKEN_LABEL for hufu-hsm's token_label. */
static const char *override_of(const char *program, const char *key)
{
    char name[128];
    int len = snprintf(name, sizeof(name), "%s_%s", program, key);
    if (len < 0 || (size_t)len >= sizeof(name))
        return NULL;
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
    return getenv(name);
}

static bool parse_int(long *value, const char *text)
{
    char *end = NULL;
    errno = 0;
    *value = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static enum hufu_err put_value(void *values, const struct config_key *key, const char *text, char *message,
                               size_t size)
{
    void *at = (char *)values + key->offset;
    if (key->type == CONFIG_TEXT) {
        char *copy = strdup(text);
        memcpy(at, &copy, sizeof(copy));
        return copy ? HUFU_OK : HUFU_ERR_INTERNAL;
    }
    if (key->type == CONFIG_BOOL) {
        bool value = strcmp(text, "true") == 0;
        if (!value && strcmp(text, "false") != 0) {
            (void)snprintf(message, size, "%s: \"%s\" is neither true nor false", key->name, text);
            return HUFU_ERR_FORM;
        }
        memcpy(at, &value, sizeof(value));
        return HUFU_OK;
    }
    long value = 0;
    if (!parse_int(&value, text) || value < key->min || value > key->max) {
        (void)snprintf(message, size, "%s: \"%s\" is not a whole number from %ld to %ld", key->name, text,
                       key->min, key->max);
        return HUFU_ERR_FORM;
    }
    memcpy(at, &value, sizeof(value));
    return HUFU_OK;
}

static enum hufu_err fill(void *values, const struct config_key *table, const char *program, cfg_t *cfg,
                          char *message, size_t size)
{
    for (size_t i = 0; table[i].type != CONFIG_END; i++) {
        const char *text = override_of(program, table[i].name);
        if (!text)
            text = cfg_getstr(cfg, table[i].name);
        if (!text)
            text = table[i].default_text;
        if (!text) {
            (void)snprintf(message, size, "%s: this key must be given", table[i].name);
            return HUFU_ERR_FORM;
        }
        enum hufu_err err = put_value(values, &table[i], text, message, size);
        if (err)
            return err;
    }
    return HUFU_OK;
}

enum hufu_err config_load(void *values, const struct config_key *table, const char *program, const char *path,
                          char *message, size_t message_size)
{
    cfg_opt_t options[KEYS_MAX + 1] = {CFG_END()};
    size_t count = count_keys(table);
    message[0] = '\0';
    if (count > KEYS_MAX)
        return HUFU_ERR_INTERNAL;
    for (size_t i = 0; i < count; i++)
        options[i] = (cfg_opt_t)CFG_STR(table[i].name, NULL, CFGF_NODEFAULT);
    options[count] = (cfg_opt_t)CFG_END();
    __attribute__((cleanup(cfg_done))) cfg_t *cfg = cfg_init(options, CFGF_NONE);
    if (!cfg)
        return HUFU_ERR_INTERNAL;
    complaint.message = message;
    complaint.size = message_size;
    (void)cfg_set_error_function(cfg, complain);
    int parsed = cfg_parse(cfg, path);
    if (parsed == CFG_FILE_ERROR)
        (void)snprintf(message, message_size, "%s: %s", path, strerror(errno));
    if (parsed != CFG_SUCCESS && !message[0]) /* libconfuse does not explain everything */
        (void)snprintf(message, message_size, "%s: not a configuration file", path);
    if (parsed != CFG_SUCCESS)
        return HUFU_ERR_FORM;
    enum hufu_err err = fill(values, table, program, cfg, message, message_size);
    if (err)
        config_free(values, table);
    return err;
}

void config_free(void *values, const struct config_key *table)
{
    for (size_t i = 0; table[i].type != CONFIG_END; i++) {
        if (table[i].type != CONFIG_TEXT)
            continue;
        char *text = NULL;
        memcpy(&text, (char *)values + table[i].offset, sizeof(text));
        free(text);
        text = NULL;
        memcpy((char *)values + table[i].offset, &text, sizeof(text));
    }
}
