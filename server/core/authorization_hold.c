/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authorization_hold.h"

#include <stdio.h>
#include <string.h>

#include "server/core/attempt.h"
#include "server/core/confirm.h"
#include "server/core/contact.h"
#include "server/core/device_hold.h"
#include "server/core/machine.h"
#include "server/store/audit_store.h"

const char *const authorization_event_names[AUTHORIZATION_EVENT_COUNT] = {
    [AUTHORIZATION_CONFIRM] = "confirm",   [AUTHORIZATION_REFUSE] = "refuse",
    [AUTHORIZATION_BIND] = "bind",         [AUTHORIZATION_FREEZE] = "freeze",
    [AUTHORIZATION_UNFREEZE] = "unfreeze", [AUTHORIZATION_MODIFY] = "modify",
    [AUTHORIZATION_RENEW] = "renew",       [AUTHORIZATION_RESET_PASSWORD] = "reset_password",
    [AUTHORIZATION_DELETE] = "delete",
};

/* That the window's end has come, or the uses are used up, is no event: the database's clock and count say so. */
static const uint8_t authorization_table[AUTHORIZATION_STATE_COUNT][AUTHORIZATION_EVENT_COUNT] = {
    [AUTHORIZATION_PENDING] =
        {
            [AUTHORIZATION_CONFIRM] = MACHINE_TO(AUTHORIZATION_AWAITING_DEVICE),
            [AUTHORIZATION_REFUSE] = MACHINE_TO(AUTHORIZATION_DELETED),
            [AUTHORIZATION_MODIFY] = MACHINE_TO(AUTHORIZATION_PENDING),
            [AUTHORIZATION_DELETE] = MACHINE_TO(AUTHORIZATION_DELETED),
        },
    [AUTHORIZATION_AWAITING_DEVICE] =
        {
            [AUTHORIZATION_BIND] = MACHINE_TO(AUTHORIZATION_AWAITING_DEVICE),
            [AUTHORIZATION_FREEZE] = MACHINE_TO(AUTHORIZATION_FROZEN),
            [AUTHORIZATION_MODIFY] = MACHINE_TO(AUTHORIZATION_AWAITING_DEVICE),
            [AUTHORIZATION_RESET_PASSWORD] = MACHINE_TO(AUTHORIZATION_AWAITING_DEVICE),
            [AUTHORIZATION_DELETE] = MACHINE_TO(AUTHORIZATION_DELETED),
        },
    [AUTHORIZATION_ACTIVE] =
        {
            [AUTHORIZATION_FREEZE] = MACHINE_TO(AUTHORIZATION_FROZEN),
            [AUTHORIZATION_MODIFY] = MACHINE_TO(AUTHORIZATION_ACTIVE),
            [AUTHORIZATION_RESET_PASSWORD] = MACHINE_TO(AUTHORIZATION_ACTIVE),
            [AUTHORIZATION_DELETE] = MACHINE_TO(AUTHORIZATION_DELETED),
        },
    [AUTHORIZATION_FROZEN] =
        {
            [AUTHORIZATION_UNFREEZE] = MACHINE_TO(AUTHORIZATION_ACTIVE),
            [AUTHORIZATION_RESET_PASSWORD] = MACHINE_TO(AUTHORIZATION_FROZEN),
            [AUTHORIZATION_DELETE] = MACHINE_TO(AUTHORIZATION_DELETED),
        },
    [AUTHORIZATION_EXPIRED] =
        {
            [AUTHORIZATION_RENEW] = MACHINE_TO(AUTHORIZATION_ACTIVE),
            [AUTHORIZATION_DELETE] = MACHINE_TO(AUTHORIZATION_DELETED),
        },
};
static const struct machine authorization_machine = MACHINE_OF(authorization_table);

bool authorization_step(enum authorization_state state, enum authorization_event event,
                        enum authorization_state *next)
{
    unsigned to;
    bool may = machine_step(&authorization_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum authorization_state)to;
    return may;
}

/* Whose each step is. */
static const struct {
    bool parties[PARTY_COUNT];
    bool asked; /* by whoever did not begin it */
    bool by_operator;
    bool extends; /* what somebody else may do with the holder's key: not from every device of the holder's */
    bool
        counted; /* the other person is told, or loses a password: so often a day. Freezing is not, as it must always be possible */
} authorization_rights[AUTHORIZATION_EVENT_COUNT] = {
    [AUTHORIZATION_CONFIRM] = {.asked = true, .extends = true},
    [AUTHORIZATION_REFUSE] = {.asked = true},
    [AUTHORIZATION_BIND] = {.parties = {[PARTY_AUTHORIZED] = true}},
    [AUTHORIZATION_FREEZE] = {.parties = {[PARTY_HOLDER] = true}},
    [AUTHORIZATION_UNFREEZE] = {.parties = {[PARTY_HOLDER] = true}, .extends = true, .counted = true},
    [AUTHORIZATION_MODIFY] = {.parties = {[PARTY_HOLDER] = true}, .extends = true, .counted = true},
    [AUTHORIZATION_RENEW] = {.parties = {[PARTY_HOLDER] = true}, .extends = true, .counted = true},
    [AUTHORIZATION_RESET_PASSWORD] = {.parties = {[PARTY_HOLDER] = true}, .extends = true, .counted = true},
    [AUTHORIZATION_DELETE] = {.parties = {true, true}, .by_operator = true},
};

enum authorization_party authorization_party_of(const struct act *act,
                                                const struct authorization *authorization)
{
    for (unsigned i = 0; i < PARTY_COUNT; i++) {
        const struct authorization_person *person = &authorization->people[i];
        if (act->principal.kind == PRINCIPAL_DEVICE && person->there &&
            memcmp(act->principal.account_id, person->account_id, UUID_SIZE) == 0)
            return (enum authorization_party)i;
    }
    return PARTY_COUNT;
}

static bool authorization_permits(const struct act *act, const struct authorization *authorization,
                                  enum authorization_event event)
{
    enum authorization_party party = authorization_party_of(act, authorization);
    if (party == PARTY_COUNT)
        return act->principal.kind == PRINCIPAL_OPERATOR && authorization_rights[event].by_operator;
    return authorization_rights[event].asked ? party != authorization->begun_by
                                             : authorization_rights[event].parties[party];
}

unsigned authorization_possible(const struct act *act, const struct authorization *authorization)
{
    unsigned possible = 0;
    for (unsigned i = 0; i < AUTHORIZATION_EVENT_COUNT; i++) {
        enum authorization_state next;
        enum authorization_event event = (enum authorization_event)i;
        if (authorization_permits(act, authorization, event) &&
            authorization_step(authorization->state, event, &next))
            possible |= 1u << i;
    }
    return possible;
}

/* What was done to it is an event of whoever did it, and of the other one of the two; of nobody else's where a service or an operator
 * did. */
static void authorization_set_act(struct act *act, const struct authorization *authorization)
{
    enum authorization_party party = authorization_party_of(act, authorization);
    enum authorization_party account = party == PARTY_COUNT ? PARTY_HOLDER : party;
    const struct authorization_person *own = &authorization->people[account];
    const struct authorization_person *other = &authorization->people[account == PARTY_HOLDER];
    if (own->there)
        act_set_account(act, authorization->project_id, own->account_id);
    if (other->there)
        act_set_party(act, other->account_id);
    if (authorization->has_key)
        act_set_key(act, authorization->key_id);
    act_set_project(act, authorization->project_id);
    act->has_binding = authorization->has_binding;
    memcpy(act->binding_id, authorization->binding_id, UUID_SIZE);
}

static enum hufu_err authorization_find(struct worker *worker, struct act *act,
                                        const uint8_t authorization_id[UUID_SIZE], struct authorization *out)
{
    enum hufu_err err = authorization_read(worker->store, authorization_id, out);
    bool seen = err == HUFU_OK && (act->principal.kind == PRINCIPAL_OPERATOR ||
                                   authorization_party_of(act, out) != PARTY_COUNT);
    if (err == HUFU_ERR_NOT_FOUND || (err == HUFU_OK && !seen))
        return act_refuse(act, REFUSAL_NOT_FOUND);
    if (err == HUFU_OK)
        authorization_set_act(act, out);
    return err;
}

enum hufu_err authorization_get(struct worker *worker, struct act *act,
                                const uint8_t authorization_id[UUID_SIZE], struct authorization *out)
{
    return authorization_find(worker, act, authorization_id, out);
}

static enum hufu_err authorization_lock(struct worker *worker, const struct authorization *authorization)
{
    struct account account;
    struct binding_held held;
    const struct authorization_person *people = authorization->people;
    const struct authorization_person *owner =
        &people[people[PARTY_HOLDER].there ? PARTY_HOLDER : PARTY_AUTHORIZED];
    enum hufu_err err = account_lock(worker->store, owner->account_id, &account);
    if (err != HUFU_OK || !authorization->has_binding)
        return err;
    err = binding_hold(worker->store, authorization->project_id, authorization->device_id,
                       authorization->binding_id, &held);
    return err == HUFU_ERR_NOT_FOUND ? HUFU_ERR_BUSY : err;
}

/* Read, locked, and read again: with the account locked, no binding comes; one that goes meanwhile is not locked in its place. */
static enum hufu_err authorization_read_locked(struct worker *worker, struct authorization *authorization)
{
    const struct authorization before = *authorization;
    enum hufu_err err = authorization_lock(worker, &before);
    if (err == HUFU_OK)
        err = authorization_read(worker->store, before.authorization_id, authorization);
    bool same = authorization->has_binding == before.has_binding &&
                memcmp(authorization->binding_id, before.binding_id, UUID_SIZE) == 0;
    return err == HUFU_OK && !same ? HUFU_ERR_BUSY : err;
}

static enum hufu_err authorization_count_change(struct worker *worker, struct act *act,
                                                const struct authorization *authorization,
                                                enum authorization_event event)
{
    char id[UUID_TEXT_SIZE];
    uint8_t subject[HASH_SIZE];
    uuid_format(id, authorization->authorization_id);
    attempt_subject(subject, authorization->project_id, id);
    const struct attempt attempt = {
        .project_id = authorization->project_id, .kind = ATTEMPT_AUTHORIZATION_CHANGE, .subject = subject};
    const struct attempt_limit a_day = {.limit = AUTHORIZATION_CHANGES_A_DAY,
                                        .window_seconds = ATTEMPT_DAY_SECONDS};
    return authorization_rights[event].counted ? attempt_count(worker, act, &attempt, &a_day, NULL) : HUFU_OK;
}

enum hufu_err authorization_hold(struct worker *worker, struct act *act,
                                 const uint8_t authorization_id[UUID_SIZE], enum authorization_event event,
                                 struct authorization *out)
{
    enum authorization_state next;
    enum hufu_err err = authorization_find(worker, act, authorization_id, out);
    if (err == HUFU_OK)
        err = authorization_read_locked(worker, out);
    if (err != HUFU_OK)
        return err;
    if (!authorization_permits(act, out, event))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "this is the other person's to do");
    if (authorization_rights[event].extends && authorization_party_of(act, out) == PARTY_HOLDER)
        err = device_check_asking(worker, act);
    if (err != HUFU_OK)
        return err;
    if (authorization_step(out->state, event, &next))
        return authorization_count_change(worker, act, out, event);
    act->has_possible = true;
    act->possible = authorization_possible(act, out);
    return act_refuse_state(act, REFUSAL_CONFLICT, authorization_state_names[out->state]);
}

enum hufu_err authorization_hold_confirmed(struct worker *worker, struct act *act,
                                           const uint8_t authorization_id[UUID_SIZE],
                                           enum authorization_event event,
                                           struct store_transaction *transaction, struct authorization *out)
{
    enum hufu_err err = act->principal.kind == PRINCIPAL_OPERATOR
                            ? HUFU_OK
                            : confirm_check(worker, act, PROJECT_CONFIRM_AUTHORIZATIONS);
    if (err == HUFU_OK)
        err = store_begin(worker->store, transaction);
    return err == HUFU_OK ? authorization_hold(worker, act, authorization_id, event, out) : err;
}

bool authorization_hides_other(const struct authorization *authorization, enum authorization_party party)
{
    bool agreed =
        authorization->agreement == AGREEMENT_CONFIRMED || authorization->agreement == AGREEMENT_FROZEN;
    return party == authorization->begun_by && !agreed;
}

enum hufu_err authorization_tell(struct worker *worker, const struct authorization *authorization,
                                 enum authorization_party party, enum notice_text text)
{
    const struct authorization_person *person = &authorization->people[party];
    const struct authorization_person *other = &authorization->people[party == PARTY_HOLDER];
    const struct notice notice = {
        .project_id = authorization->project_id,
        .account_id = person->there ? person->account_id : NULL,
        .text = text,
        .values = {authorization_hides_other(authorization, party) ? authorization->named
                                                                   : other->work_number},
        .lifetime_seconds = CONTACT_TELL_SECONDS,
    };
    return contact_post_evenly(worker, &notice);
}

/* The other one of the two; both, where neither of them did it. */
static enum hufu_err authorization_tell_others(struct worker *worker, const struct act *act,
                                               const struct authorization *authorization,
                                               enum notice_text text)
{
    enum authorization_party own = authorization_party_of(act, authorization);
    enum hufu_err err = HUFU_OK;
    for (unsigned i = 0; err == HUFU_OK && text != NOTICE_TEXT_COUNT && i < PARTY_COUNT; i++)
        if (i != own)
            err = authorization_tell(worker, authorization, (enum authorization_party)i, text);
    return err;
}

enum hufu_err authorization_record(struct worker *worker, struct act *act, const char *why,
                                   enum notice_text text, struct authorization *out)
{
    char detail[AUDIT_DETAIL_MAX + 1], id[UUID_TEXT_SIZE];
    enum authorization_state before = out->state;
    uint8_t authorization_id[UUID_SIZE];
    memcpy(authorization_id, out->authorization_id, UUID_SIZE);
    enum hufu_err err = authorization_read(worker->store, authorization_id, out);
    if (err != HUFU_OK)
        return err;
    uuid_format(id, authorization_id);
    snprintf(detail, sizeof detail, "%s: %s, %s%s%s", id, authorization_state_names[before],
             authorization_state_names[out->state], why != NULL ? ": " : "", why != NULL ? why : "");
    authorization_set_act(act, out);
    err = act_record(worker, act, detail);
    return err == HUFU_OK ? authorization_tell_others(worker, act, out, text) : err;
}

enum hufu_err authorization_finish(struct worker *worker, struct act *act, const char *why,
                                   enum notice_text text, struct store_transaction *transaction,
                                   struct authorization *out)
{
    enum hufu_err err = authorization_record(worker, act, why, text, out);
    return err == HUFU_OK ? store_commit(transaction) : err;
}
