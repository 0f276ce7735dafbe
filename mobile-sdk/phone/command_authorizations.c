/* SPDX-License-Identifier: Apache-2.0 */
/* authorizations: letting others use one's certificate, and using another's. */
#include <string.h>
#include <unistd.h>

#include "mobile-sdk/phone/authorization.h"
#include "mobile-sdk/phone/handover.h"
#include "mobile-sdk/phone/terms.h"

#define PAGE 20

/* ---- looking ---- */

static enum hufu_result list_of(struct phone *phone, enum hufu_party own, enum text head)
{
    static struct hufu_authorization page[PAGE];
    struct hufu_authorization_query query = {.own = own};
    size_t count = 0, all = 0;
    say(stdout, phone->options.language, head, NULL);
    do {
        enum hufu_result result = hufu_authorizations(phone->hufu, &query, page, PAGE, &count);
        if (result)
            return result;
        for (size_t i = 0; i < count; i++)
            authorization_show_line(phone, &page[i]);
        all += count;
    } while (query.cursor[0]);
    if (all == 0)
        say(stdout, phone->options.language, TEXT_AUTHORIZATION_NONE, NULL);
    return HUFU_RESULT_OK;
}

static enum exit_status list(struct phone *phone)
{
    enum hufu_result result = list_of(phone, HUFU_PARTY_HOLDER, TEXT_AUTHORIZATIONS_GIVEN);
    if (!result)
        result = list_of(phone, HUFU_PARTY_AUTHORIZED, TEXT_AUTHORIZATIONS_HAD);
    return phone_end(phone, result);
}

static enum exit_status show(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization authorization;
    enum hufu_result result = hufu_authorization(phone->hufu, id, &authorization);
    if (!result)
        authorization_show(phone, &authorization);
    return phone_end(phone, result);
}

static enum exit_status search(struct phone *phone, const char *name)
{
    static struct hufu_authorization_holder holders[HUFU_HOLDERS_MAX];
    enum language language = phone->options.language;
    size_t count;
    enum hufu_result result = hufu_authorization_holders(phone->hufu, name, holders, &count);
    for (size_t i = 0; i < count; i++)
        say(stdout, language, TEXT_HOLDER_LINE, holders[i].holder, holders[i].name, holders[i].work_number,
            holders[i].organization, NULL);
    if (!result)
        say(stdout, language, count ? TEXT_HOLDER_APPLY : TEXT_HOLDER_NONE, NULL);
    return phone_end(phone, result);
}

/* ---- beginning ---- */

static enum exit_status tell_begun(const struct phone *phone, enum hufu_result result,
                                   const struct hufu_authorization *begun)
{
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &begun->id);
    if (!result)
        say(stdout, phone->options.language, TEXT_AUTHORIZATION_BEGUN, id, NULL);
    return phone_end(phone, result);
}

static enum exit_status apply(struct phone *phone, const char *holder)
{
    static struct hufu_authorization begun;
    struct hufu_authorization_wish wish;
    if (!terms_wish(&wish, &phone->options))
        return EXIT_USAGE;
    return tell_begun(phone, hufu_authorization_apply(phone->hufu, holder, &wish, &begun), &begun);
}

/* --key, where it is told. */
static enum hufu_result own_key(const struct phone *phone, struct hufu_id *key, const struct hufu_id **told)
{
    *told = phone->options.key ? key : NULL;
    return *told ? hufu_id_parse(key, phone->options.key) : HUFU_RESULT_OK;
}

static enum exit_status grant(struct phone *phone, const char *authorized)
{
    static struct hufu_authorization begun;
    struct hufu_authorization_wish wish;
    struct hufu_id key;
    const struct hufu_id *told;
    if (!terms_wish(&wish, &phone->options))
        return EXIT_USAGE;
    enum hufu_result result = own_key(phone, &key, &told);
    if (!result)
        result = hufu_authorization_grant(phone->hufu, authorized, told, &wish, &begun);
    return tell_begun(phone, result, &begun);
}

/* ---- steps ---- */

static enum exit_status tell_done(const struct phone *phone, enum hufu_result result,
                                  const struct hufu_authorization *changed)
{
    enum language language = phone->options.language;
    if (!result)
        say(stdout, language, TEXT_AUTHORIZATION_STEP_DONE,
            text_of_authorization_state(language, changed->state), NULL);
    return phone_end(phone, result);
}

/* By the holder it goes on at once with the hand-over, where the other's device is at hand. */
static enum exit_status confirm(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization confirmed;
    enum language language = phone->options.language;
    ENTRY_WIPED struct entry code = {.len = 0};
    char text[HUFU_ID_TEXT_SIZE];
    struct hufu_id key;
    const struct hufu_id *told;
    enum hufu_result result = own_key(phone, &key, &told);
    if (!result)
        result = hufu_authorization_confirm(phone->hufu, id, told, &confirmed);
    if (result)
        return phone_end(phone, result);
    hufu_id_format(text, id);
    say(stdout, language, TEXT_AUTHORIZATION_CONFIRMED, NULL);
    if (confirmed.own == HUFU_PARTY_AUTHORIZED) {
        say(stdout, language, TEXT_AUTHORIZATION_BIND_NEXT, text, NULL);
        return EXIT_DONE;
    }
    say(stdout, language, TEXT_AUTHORIZATION_CODE_ASK, text, NULL);
    (void)fflush(stdout);
    return entry_line(&code, STDIN_FILENO) && code.len ? handover(phone, code.text) : EXIT_DONE;
}

static enum exit_status refuse(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization refused;
    return tell_done(phone, hufu_authorization_refuse(phone->hufu, id, phone->options.reason, &refused),
                     &refused);
}

static enum exit_status freeze(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization frozen;
    return tell_done(phone, hufu_authorization_freeze(phone->hufu, id, &frozen), &frozen);
}

static enum exit_status unfreeze(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization unfrozen;
    return tell_done(phone, hufu_authorization_unfreeze(phone->hufu, id, &unfrozen), &unfrozen);
}

static enum exit_status delete (struct phone *phone, const struct hufu_id *id) {
    static struct hufu_authorization deleted;
        return tell_done(phone, hufu_authorization_delete(phone->hufu, id, &deleted), &deleted);
}

static enum exit_status reset_password(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization authorization;
    enum hufu_result result = hufu_authorization_reset_password(phone->hufu, id, &authorization);
    if (!result)
        say(stdout, phone->options.language, TEXT_AUTHORIZATION_PASSWORD_SENT, NULL);
    return phone_end(phone, result);
}

/* ---- the holder's primary device signs terms ---- */

/* Shows them, and has them signed if the person agrees. */
static enum exit_status seal_shown(struct phone *phone, const struct hufu_authorization *agreed)
{
    ENTRY_WIPED struct entry pin = {.len = 0};
    authorization_show_terms(phone, agreed);
    if (!phone_is_wanted(phone, TEXT_AGREE_ASK) || !entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    enum hufu_result result = hufu_authorization_seal(phone->hufu, agreed, pin.text, pin.len);
    if (result)
        return phone_end(phone, result);
    phone_tell_failures(phone);
    say(stdout, phone->options.language, TEXT_AUTHORIZATION_SEALED, NULL);
    return EXIT_DONE;
}

static enum exit_status seal(struct phone *phone, const struct hufu_id *id)
{
    static struct hufu_authorization agreed;
    enum hufu_result result = hufu_authorization(phone->hufu, id, &agreed);
    if (!result && agreed.own != HUFU_PARTY_HOLDER)
        result = HUFU_RESULT_NOT_ALLOWED;
    return result ? phone_end(phone, result) : seal_shown(phone, &agreed);
}

/* The new terms; where the policy that is sealed does not reach them, they are signed at once. */
static enum exit_status change_by(struct phone *phone, const struct hufu_id *id, bool renewed)
{
    static struct hufu_authorization changed;
    struct hufu_authorization_change change;
    if (!terms_change(&change, &phone->options, renewed))
        return EXIT_USAGE;
    enum hufu_result result = renewed ? hufu_authorization_renew(phone->hufu, id, &change, &changed)
                                      : hufu_authorization_modify(phone->hufu, id, &change, &changed);
    enum exit_status status = tell_done(phone, result, &changed);
    if (status || !changed.policy_due || !changed.has_binding)
        return status;
    authorization_show_due(phone, &changed);
    return seal_shown(phone, &changed);
}

static enum exit_status modify(struct phone *phone, const struct hufu_id *id)
{
    return change_by(phone, id, false);
}

static enum exit_status renew(struct phone *phone, const struct hufu_id *id)
{
    return change_by(phone, id, true);
}

/* ---- ---- */

static const struct {
    const char *name;
    enum exit_status (*on)(struct phone *phone, const struct hufu_id *id);
    enum exit_status (*with)(struct phone *phone, const char *text);
} verbs[] = {
    {"show", show, NULL},     {"apply", NULL, apply},          {"grant", NULL, grant},
    {"search", NULL, search}, {"confirm", confirm, NULL},      {"refuse", refuse, NULL},
    {"freeze", freeze, NULL}, {"unfreeze", unfreeze, NULL},    {"modify", modify, NULL},
    {"renew", renew, NULL},   {"delete", delete, NULL},        {"reset-password", reset_password, NULL},
    {"seal", seal, NULL},     {"bind", bind_authorized, NULL},
};

enum exit_status command_authorizations(struct phone *phone)
{
    const char *verb = phone->options.argument, *what = phone->options.more[0];
    struct hufu_id id;
    if (!verb || (strcmp(verb, "list") == 0 && !what))
        return list(phone);
    for (size_t i = 0; what && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, verb) != 0)
            continue;
        if (verbs[i].with)
            return verbs[i].with(phone, what);
        enum hufu_result result = hufu_id_parse(&id, what);
        return result ? phone_end(phone, result) : verbs[i].on(phone, &id);
    }
    say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
    return EXIT_USAGE;
}
