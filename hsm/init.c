/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/init.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "hsm/authority.h"
#include "hsm/destruction.h"
#include "hsm/disk.h"
#include "hsm/token.h"

static enum hufu_err failed(const char *what, enum hufu_err err)
{
    (void)fprintf(stderr, "hufu-hsm: %s: %s\n", what, hufu_err_name(err));
    return err;
}

static enum hufu_err open_or_make(struct token **token, const struct token_settings *wanted)
{
    enum hufu_err err = token_open(token, wanted);
    if (err == HUFU_ERR_NOT_FOUND) {
        err = token_make(wanted);
        if (err)
            return failed("making the token (docs/key-process.md)", err);
        (void)printf("token \"%s\": made\n", wanted->label);
        err = token_open(token, wanted);
    }
    return err ? failed("opening the token", err) : HUFU_OK;
}

static enum hufu_err ensure_key(struct token *token, enum token_key key, const char *name)
{
    if (token_has(token, key)) {
        (void)printf("%s: is there\n", name);
        return HUFU_OK;
    }
    enum hufu_err err = token_make_key(token, key);
    if (err)
        return failed(name, err);
    (void)printf("%s: made\n", name);
    return HUFU_OK;
}

/* A token that has lost its head gets one at 0: it then believes the database's log once. */
static enum hufu_err ensure_head(struct token *token)
{
    bool made = false;
    enum hufu_err err = destruction_init(token, &made);
    if (err)
        return failed("head of the destruction log", err);
    (void)printf("head of the destruction log: %s\n", made ? "made" : "is there");
    return HUFU_OK;
}

static enum hufu_err ensure_authority(struct token *token, const struct settings *settings, struct bytes name)
{
    char what[64];
    bool made = false;
    (void)snprintf(what, sizeof(what), "certification authority \"%.*s\"", (int)name.len,
                   (const char *)name.data);
    enum hufu_err err = authority_ensure(&made, token, settings->state_directory, name);
    if (err)
        return failed(what, err);
    (void)printf("%s: %s\n", what, made ? "made" : "is there");
    return HUFU_OK;
}

/* Names separated by commas. */
static enum hufu_err ensure_authorities(struct token *token, const struct settings *settings, const char *cas)
{
    enum hufu_err err = HUFU_OK;
    while (!err && *cas) {
        size_t len = strcspn(cas, ",");
        err = ensure_authority(token, settings, bytes_of(cas, len));
        cas += len + (cas[len] == ',');
    }
    return err;
}

static enum hufu_err make_all(struct token *token, const struct settings *settings, const char *cas)
{
    enum hufu_err err = ensure_key(token, TOKEN_KEY_SEALING, "sealing key");
    if (!err)
        err = ensure_key(token, TOKEN_KEY_IDENTITY, "identity key");
    if (!err)
        err = ensure_head(token);
    if (!err)
        err = ensure_authorities(token, settings, cas);
    if (err)
        return err;
    err = disk_sync_tree(settings->token_directory);
    return err ? failed("syncing the token directory", err) : HUFU_OK;
}

enum hufu_err init_run(const struct settings *settings, struct bytes pin, const char *cas)
{
    struct token *token = NULL;
    const struct token_settings wanted = {.module = settings->module,
                                          .label = settings->token_label,
                                          .pin = pin,
                                          .sessions = 1,
                                          .may_write = true};
    (void)umask(S_IRWXG | S_IRWXO);
    if (disk_make_directory(settings->token_directory))
        return failed(settings->token_directory, HUFU_ERR_NOT_FOUND);
    if (disk_make_directory(settings->state_directory))
        return failed(settings->state_directory, HUFU_ERR_NOT_FOUND);
    enum hufu_err err = open_or_make(&token, &wanted);
    if (!err)
        err = make_all(token, settings, cas);
    token_close(token);
    return err;
}
