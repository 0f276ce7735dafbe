/* SPDX-License-Identifier: Apache-2.0 */
/* What an authorization is for and how long: begun, modified and renewed within what the project allows (authorization.h). */
#include <stdio.h>
#include <string.h>

#include "server/core/attempt.h"
#include "server/core/authorization.h"
#include "server/core/authorization_hold.h"
#include "server/core/confirm.h"
#include "server/core/device_hold.h"
#include "server/identifier.h"
#include "server/store/project_store.h"

#define DAY_MS UINT64_C(86400000)

/* Its beginning, when none was given, is now. */
static enum hufu_err terms_check(struct act *act, const struct project_rules *rules,
                                 struct authorization_terms *terms, uint64_t now_ms)
{
    if (terms->from_ms == 0)
        terms->from_ms = now_ms;
    if (terms->until_ms <= terms->from_ms)
        return act_refuse_field(act, "valid_until", "is not later than the beginning");
    if (terms->until_ms <= now_ms)
        return act_refuse_field(act, "valid_until", "is over");
    if (terms->until_ms - terms->from_ms > (uint64_t)rules->authorization_days * DAY_MS)
        return act_refuse_field(act, "valid_until", "makes the window longer than the project allows");
    if (terms->uses == 0 && !rules->authorization_unlimited)
        return act_refuse_field(act, "uses", "must be counted in this project");
    if (terms->uses > rules->authorization_uses)
        return act_refuse_field(act, "uses", "are more than the project allows");
    return HUFU_OK;
}

static enum hufu_err operations_check(struct act *act, const struct project_rules *rules, unsigned operations)
{
    bool mixed = (operations & PROJECT_USE_BIT(PROJECT_USE_DECRYPT)) != 0 &&
                 operations != PROJECT_USE_BIT(PROJECT_USE_DECRYPT);
    if (mixed)
        return act_refuse_field(act, "operations", "are for different keys: decrypt stands alone");
    if ((operations & ~rules->authorization_operations) != 0)
        return act_refuse_field(act, "operations", "are more than the project allows");
    return HUFU_OK;
}

/* Counts one of the account's, in a transaction of its own. */
static enum hufu_err authorization_count_try(struct worker *worker, struct act *act,
                                             const struct account *own, enum attempt_kind kind, int32_t limit)
{
    uint8_t subject[HASH_SIZE];
    attempt_subject(subject, own->project_id, own->work_number);
    const struct attempt attempt = {.project_id = own->project_id, .kind = kind, .subject = subject};
    const struct attempt_limit a_day = {.limit = limit, .window_seconds = ATTEMPT_DAY_SECONDS};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = attempt_count(worker, act, &attempt, &a_day, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* "李**" of 李雷. */
static void mask_text(char *out, size_t size, const char *text)
{
    size_t len = text[0] != '\0';
    while ((text[len] & 0xc0) == 0x80)
        len++;
    snprintf(out, size, "%.*s**", (int)len, text);
}

/* ---- begun ---- */

/* Whom it is with; named: what is shown of them. found false: nobody, which is not told. */
static enum hufu_err authorization_find_other(struct worker *worker, const struct project *project,
                                              enum authorization_party as, const char *other,
                                              struct account *out, bool *found,
                                              char named[AUTHORIZATION_NAMED_MAX + 1])
{
    uint8_t account_id[UUID_SIZE];
    bool by_id = as == PARTY_AUTHORIZED && project->rules.authorization_search &&
                 uuid_parse(account_id, other) == HUFU_OK;
    snprintf(named, AUTHORIZATION_NAMED_MAX + 1, "%s", other);
    enum hufu_err err = by_id ? account_read(worker->store, account_id, out)
                              : account_read_named(worker->store, project->project_id, other, out);
    *found = err == HUFU_OK && out->state == ACCOUNT_ACTIVE &&
             memcmp(out->project_id, project->project_id, UUID_SIZE) == 0;
    if (by_id && *found)
        mask_text(named, AUTHORIZATION_NAMED_MAX + 1, out->name);
    return err == HUFU_ERR_NOT_FOUND ? HUFU_OK : err;
}

static enum hufu_err authorization_check_begin(struct act *act, const struct project_rules *rules,
                                               enum authorization_party as, const struct authorization_in *in,
                                               struct authorization_terms *terms, uint64_t now_ms)
{
    enum hufu_err err = operations_check(act, rules, in->operations);
    if (err == HUFU_OK)
        err = terms_check(act, rules, terms, now_ms);
    if (err == HUFU_OK && as == PARTY_AUTHORIZED && rules->authorization_form == PROJECT_FORM_FULL &&
        in->reason == NULL)
        return act_refuse_field(act, "reason", "must be told in this project");
    return err;
}

static enum key_usage authorization_usage(unsigned operations)
{
    return operations == PROJECT_USE_BIT(PROJECT_USE_DECRYPT) ? KEY_DECRYPT : KEY_SIGN;
}

/* Of a grant: else nobody could ever confirm it, and the holder alone could say why. */
static enum hufu_err authorization_check_key(struct worker *worker, struct act *act,
                                             const struct authorization_in *in)
{
    size_t count;
    uint8_t keys[2][UUID_SIZE];
    enum hufu_err err =
        authorization_find_keys(worker->store, act->principal.account_id, authorization_usage(in->operations),
                                in->key_id, keys, &count);
    if (err != HUFU_OK || count == 1)
        return err;
    if (count > 1)
        return act_refuse_field(act, "key_id", "must say which of several keys");
    if (in->key_id != NULL)
        return act_refuse_field(act, "key_id", "is no key of yours for this use that could be handed over");
    return act_refuse_reason(act, REFUSAL_CONFLICT, "the holder has no such key that could be handed over");
}

static enum hufu_err authorization_insert_and_tell(struct worker *worker, struct act *act,
                                                   const struct authorization_new *made,
                                                   struct authorization *out)
{
    bool applied = made->begun_by == PARTY_AUTHORIZED;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_insert(worker->store, made);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "there is one with this person for this use");
    if (err == HUFU_OK)
        err = authorization_read(worker->store, made->authorization_id, out);
    return err == HUFU_OK ? authorization_finish(worker, act, made->reason == NULL ? NULL : "with a reason",
                                                 applied ? NOTICE_TEXT_AUTHORIZATION_APPLIED
                                                         : NOTICE_TEXT_AUTHORIZATION_GRANTED,
                                                 &transaction, out)
                          : err;
}

/* As what extends an authorization. */
static enum hufu_err authorization_check_grant(struct worker *worker, struct act *act)
{
    enum hufu_err err = confirm_check(worker, act, PROJECT_CONFIRM_AUTHORIZATIONS);
    return err == HUFU_OK ? device_check_asking(worker, act) : err;
}

enum hufu_err authorization_begin(struct worker *worker, struct act *act, enum authorization_party as,
                                  const struct authorization_in *in, struct authorization *out)
{
    bool found;
    uint64_t now_ms;
    uint8_t authorization_id[UUID_SIZE];
    char named[AUTHORIZATION_NAMED_MAX + 1];
    struct project project;
    struct account own, other;
    struct authorization_terms terms = in->terms;
    enum hufu_err err = as == PARTY_HOLDER ? authorization_check_grant(worker, act) : HUFU_OK;
    if (err == HUFU_OK)
        err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK)
        err = store_healthy(worker->store, &now_ms);
    if (err == HUFU_OK)
        err = authorization_check_begin(act, &project.rules, as, in, &terms, now_ms);
    if (err == HUFU_OK && as == PARTY_HOLDER)
        err = authorization_check_key(worker, act, in);
    if (err == HUFU_OK)
        err = account_read(worker->store, act->principal.account_id, &own);
    if (err == HUFU_OK)
        err = authorization_find_other(worker, &project, as, in->other, &other, &found, named);
    if (err == HUFU_OK && found && memcmp(other.account_id, own.account_id, UUID_SIZE) == 0)
        return act_refuse_field(act, as == PARTY_HOLDER ? "authorized" : "holder", "is you");
    if (err == HUFU_OK)
        err = authorization_count_try(worker, act, &own, ATTEMPT_AUTHORIZATION_ASK, AUTHORIZATION_ASKS_A_DAY);
    if (err != HUFU_OK)
        return err;
    identifier_new(authorization_id);
    const uint8_t *other_id = found ? other.account_id : NULL;
    const struct authorization_new made = {
        .project_id = project.project_id,
        .authorization_id = authorization_id,
        .holder_id = as == PARTY_HOLDER ? own.account_id : other_id,
        .authorized_id = as == PARTY_HOLDER ? other_id : own.account_id,
        .begun_by = as,
        .named = named,
        .usage = authorization_usage(in->operations),
        .operations = in->operations,
        .terms = terms,
        .reason = in->reason,
        .remark = in->remark,
        .key_id = in->key_id,
    };
    return authorization_insert_and_tell(worker, act, &made, out);
}

/* ---- modified, renewed ---- */

static enum hufu_err authorization_change_terms(struct worker *worker, struct act *act,
                                                const struct authorization_change *change, bool renew,
                                                const struct authorization *authorization)
{
    struct project project;
    struct authorization_terms terms = authorization->terms;
    if (change->has_from || renew)
        terms.from_ms = change->has_from ? change->terms.from_ms : 0;
    if (change->has_until)
        terms.until_ms = change->terms.until_ms;
    if (change->has_uses)
        terms.uses = change->terms.uses;
    enum hufu_err err = project_read(worker->store, authorization->project_id, &project);
    if (err == HUFU_OK)
        err = terms_check(act, &project.rules, &terms, authorization->now_ms);
    return err == HUFU_OK ? authorization_set_terms(worker->store, authorization, &terms, change->has_uses)
                          : err;
}

enum hufu_err authorization_modify(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE],
                                   const struct authorization_change *change, struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err =
        authorization_hold_confirmed(worker, act, authorization_id, AUTHORIZATION_MODIFY, &transaction, out);
    if (err == HUFU_OK)
        err = authorization_change_terms(worker, act, change, false, out);
    return err == HUFU_OK ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_MODIFIED,
                                                 &transaction, out)
                          : err;
}

enum hufu_err authorization_renew(struct worker *worker, struct act *act,
                                  const uint8_t authorization_id[UUID_SIZE],
                                  const struct authorization_change *change, struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err =
        authorization_hold_confirmed(worker, act, authorization_id, AUTHORIZATION_RENEW, &transaction, out);
    if (err == HUFU_OK)
        err = authorization_change_terms(worker, act, change, true, out);
    /* One that was frozen when it ended goes on unfrozen. */
    if (err == HUFU_OK)
        err =
            authorization_set_agreement(worker->store, out, AGREEMENT_CONFIRMED, AUTHORIZATION_GOES_ON, NULL);
    if (err == HUFU_OK && out->has_binding)
        err = authorization_freeze_binding(worker->store, out, false);
    return err == HUFU_OK
               ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_RENEWED, &transaction, out)
               : err;
}

/* ---- searched ---- */

/* Of a text that is UTF-8. */
static bool has_two_characters(const char *text)
{
    unsigned characters = 0;
    for (; *text != '\0' && characters < 2; text++)
        characters += ((unsigned char)*text & 0xC0) != 0x80;
    return characters == 2;
}

enum hufu_err authorization_find_holders(struct worker *worker, struct act *act, const char *name,
                                         struct authorization_found found[AUTHORIZATION_FOUND_MAX],
                                         size_t *count)
{
    char masked[ACCOUNT_NAME_MAX + 1];
    struct account own;
    struct project project;
    *count = 0;
    enum hufu_err err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK && !project.rules.authorization_search)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED,
                                 "the project does not let people be found by name");
    if (err == HUFU_OK && !has_two_characters(name))
        return act_refuse_field(act, "name", "has fewer than two characters");
    if (err == HUFU_OK)
        err = account_read(worker->store, act->principal.account_id, &own);
    if (err == HUFU_OK)
        err = authorization_count_try(worker, act, &own, ATTEMPT_AUTHORIZATION_SEARCH,
                                      AUTHORIZATION_SEARCHES_A_DAY);
    if (err == HUFU_OK)
        err = authorization_search(worker->store, project.project_id, own.account_id, name, found, count);
    for (size_t i = 0; i < *count; i++) {
        mask_text(masked, sizeof masked, found[i].name);
        snprintf(found[i].name, sizeof found[i].name, "%s", masked);
        mask_text(masked, sizeof masked, found[i].work_number);
        snprintf(found[i].work_number, sizeof found[i].work_number, "%.*s", ACCOUNT_WORK_NUMBER_MAX, masked);
    }
    return err;
}
