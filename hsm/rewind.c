/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/rewind.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/log.h"
#include "hsm/disk.h"
#include "hsm/token.h"

static enum hufu_err failed(const char *what, enum hufu_err err)
{
    (void)fprintf(stderr, "hufu-hsm: %s: %s\n", what, hufu_err_name(err));
    return err;
}

/* *end gets what follows the number. */
static bool parse_number(uint64_t *number, const char *text, const char **end)
{
    char *rest = NULL;
    errno = 0;
    *number = strtoull(text, &rest, 10);
    *end = rest;
    return rest != text && errno == 0 && text[0] >= '0' && text[0] <= '9';
}

static bool parse_head(struct destruction_head *head, const char *text)
{
    const char *rest;
    struct buf hash;
    buf_init(&hash, head->hash, sizeof(head->hash));
    return parse_number(&head->number, text, &rest) && *rest == ':' && !hex_decode(&hash, rest + 1) &&
           hash.len == sizeof(head->hash);
}

static enum hufu_err check(const struct destruction_head *now, const struct destruction_head *to,
                           uint64_t giving_up)
{
    if (to->number < now->number && now->number - to->number == giving_up)
        return HUFU_OK;
    (void)printf("the token's head is at %" PRIu64 "; going back to %" PRIu64 " does not give up %" PRIu64
                 " orders. Nothing was changed.\n",
                 now->number, to->number, giving_up);
    return HUFU_ERR_STATE;
}

static enum hufu_err set_head(struct token *token, const struct settings *settings,
                              const struct destruction_head *now, const struct destruction_head *to)
{
    char from[24], number[24];
    enum hufu_err err = token_set_head(token, to);
    if (!err)
        err = disk_sync_tree(settings->token_directory);
    if (err)
        return failed("setting the head", err);
    (void)snprintf(from, sizeof(from), "%" PRIu64, now->number);
    (void)snprintf(number, sizeof(number), "%" PRIu64, to->number);
    log_event(LOG_WARNING, "destruction.rewound", "from", from, "to", number, NULL);
    (void)printf("given up: orders %" PRIu64 " to %" PRIu64
                 ". What they had destroyed signs again if its record is put back.\n",
                 to->number + 1, now->number);
    return HUFU_OK;
}

enum hufu_err rewind_run(const struct settings *settings, struct bytes pin, const char *to,
                         const char *giving_up)
{
    struct destruction_head now, head;
    uint64_t count;
    const char *rest;
    struct token *token = NULL;
    const struct token_settings wanted = {
        .module = settings->module, .label = settings->token_label, .pin = pin, .sessions = 1};
    if (!parse_head(&head, to))
        return failed("--to wants NUMBER:HASH", HUFU_ERR_FORM);
    if (!parse_number(&count, giving_up, &rest) || *rest)
        return failed("--giving-up wants a number", HUFU_ERR_FORM);
    enum hufu_err err = token_open(&token, &wanted);
    if (err)
        return failed("opening the token", err);
    err = token_read_head(token, &now);
    if (err)
        (void)failed("reading the head", err);
    if (!err)
        err = check(&now, &head, count);
    if (!err)
        err = set_head(token, settings, &now, &head);
    token_close(token);
    return err;
}
