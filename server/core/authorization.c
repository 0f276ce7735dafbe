/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authorization.h"

#include <stdio.h>
#include <string.h>

#include "server/core/authorization_hold.h"
#include "server/core/binding.h"
#include "server/core/contact.h"
#include "server/core/destruction.h"
#include "server/core/password.h"
#include "server/core/personal.h"
#include "server/core/profile.h"
#include "server/store/project_store.h"

/* ---- confirm, refuse ---- */

/* The key that it is to be for: the one that was chosen when it was begun, or is now, or the only one. */
static enum hufu_err authorization_choose_key(struct worker *worker, struct act *act,
                                              const struct authorization *authorization,
                                              const uint8_t *key_id, uint8_t chosen[UUID_SIZE])
{
    size_t count;
    uint8_t keys[2][UUID_SIZE];
    const uint8_t *wanted = authorization->has_key ? authorization->key_id : key_id;
    enum hufu_err err = authorization_find_keys(worker->store, authorization->people[PARTY_HOLDER].account_id,
                                                authorization->usage, wanted, keys, &count);
    if (err != HUFU_OK)
        return err;
    if (count == 0)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "the holder has no such key that could be handed over");
    if (count > 1)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the holder has several such keys: name one");
    memcpy(chosen, keys[0], UUID_SIZE);
    return HUFU_OK;
}

static enum hufu_err authorization_check_room(struct worker *worker, struct act *act,
                                              const struct authorization *authorization)
{
    int64_t count;
    struct project project;
    enum hufu_err err = project_read(worker->store, authorization->project_id, &project);
    if (err == HUFU_OK)
        err = authorization_count(worker->store, authorization->people[PARTY_HOLDER].account_id, &count);
    if (err == HUFU_OK && count >= project.rules.authorization_limit)
        return act_refuse_reason(act, REFUSAL_CONFLICT,
                                 "the holder has as many authorizations as the project allows");
    return err;
}

static enum hufu_err authorization_check_window(struct act *act, const struct authorization *authorization)
{
    if (authorization->terms.until_ms > authorization->now_ms)
        return HUFU_OK;
    act->has_possible = true;
    act->possible = authorization_possible(act, authorization);
    return act_refuse_state(act, REFUSAL_WINDOW_CLOSED, authorization_state_names[authorization->state]);
}

enum hufu_err authorization_confirm(struct worker *worker, struct act *act,
                                    const uint8_t authorization_id[UUID_SIZE], const uint8_t *key_id,
                                    struct authorization *out)
{
    uint8_t chosen[UUID_SIZE];
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err =
        authorization_hold_confirmed(worker, act, authorization_id, AUTHORIZATION_CONFIRM, &transaction, out);
    if (err == HUFU_OK && key_id != NULL && out->begun_by == PARTY_HOLDER)
        return act_refuse_field(act, "key_id", "is the holder's to choose");
    if (err == HUFU_OK)
        err = authorization_check_window(act, out);
    if (err == HUFU_OK)
        err = authorization_check_room(worker, act, out);
    if (err == HUFU_OK)
        err = authorization_choose_key(worker, act, out, key_id, chosen);
    if (err == HUFU_OK)
        err = authorization_set_agreement(worker->store, out, AGREEMENT_CONFIRMED, AUTHORIZATION_GOES_ON,
                                          chosen);
    return err == HUFU_OK ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_CONFIRMED,
                                                 &transaction, out)
                          : err;
}

enum hufu_err authorization_refuse(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE], const char *reason,
                                   struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_hold(worker, act, authorization_id, AUTHORIZATION_REFUSE, out);
    if (err == HUFU_OK)
        err = authorization_set_agreement(worker->store, out, AGREEMENT_DELETED, AUTHORIZATION_WAS_REFUSED,
                                          NULL);
    return err == HUFU_OK ? authorization_finish(worker, act, reason, NOTICE_TEXT_AUTHORIZATION_REFUSED,
                                                 &transaction, out)
                          : err;
}

/* ---- freeze, unfreeze, delete ---- */

static enum hufu_err authorization_follow_freeze(struct worker *worker,
                                                 const struct authorization *authorization, bool frozen)
{
    enum hufu_err err = authorization_set_agreement(worker->store, authorization,
                                                    frozen ? AGREEMENT_FROZEN : AGREEMENT_CONFIRMED,
                                                    AUTHORIZATION_GOES_ON, NULL);
    return err == HUFU_OK && authorization->has_binding
               ? authorization_freeze_binding(worker->store, authorization, frozen)
               : err;
}

static enum hufu_err authorization_freeze(struct worker *worker, struct act *act,
                                          const uint8_t authorization_id[UUID_SIZE],
                                          struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_hold(worker, act, authorization_id, AUTHORIZATION_FREEZE, out);
    if (err == HUFU_OK)
        err = authorization_follow_freeze(worker, out, true);
    return err == HUFU_OK
               ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_FROZEN, &transaction, out)
               : err;
}

static enum hufu_err authorization_unfreeze(struct worker *worker, struct act *act,
                                            const uint8_t authorization_id[UUID_SIZE],
                                            struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = authorization_hold_confirmed(worker, act, authorization_id, AUTHORIZATION_UNFREEZE,
                                                     &transaction, out);
    if (err == HUFU_OK)
        err = authorization_follow_freeze(worker, out, false);
    return err == HUFU_OK ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_UNFROZEN,
                                                 &transaction, out)
                          : err;
}

enum hufu_err authorization_set_frozen(struct worker *worker, struct act *act,
                                       const uint8_t authorization_id[UUID_SIZE], bool frozen,
                                       struct authorization *out)
{
    return frozen ? authorization_freeze(worker, act, authorization_id, out)
                  : authorization_unfreeze(worker, act, authorization_id, out);
}

static enum hufu_err authorization_end_binding(struct worker *worker, const struct act *act,
                                               const struct authorization *authorization)
{
    struct binding_entry entry = {.state = authorization->binding_state, .role = BINDING_AUTHORIZED};
    if (!authorization->has_binding)
        return HUFU_OK;
    memcpy(entry.project_id, authorization->project_id, UUID_SIZE);
    memcpy(entry.binding_id, authorization->binding_id, UUID_SIZE);
    memcpy(entry.account_id, authorization->people[PARTY_HOLDER].account_id, UUID_SIZE);
    memcpy(entry.device_id, authorization->device_id, UUID_SIZE);
    memcpy(entry.key_id, authorization->key_id, UUID_SIZE);
    return binding_remove(worker, act, &entry);
}

static enum hufu_err authorization_delete_row(struct worker *worker, struct act *act,
                                              const uint8_t authorization_id[UUID_SIZE],
                                              struct authorization *out)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err =
        authorization_hold_confirmed(worker, act, authorization_id, AUTHORIZATION_DELETE, &transaction, out);
    if (err == HUFU_OK)
        err = authorization_end_binding(worker, act, out);
    if (err == HUFU_OK)
        err = authorization_set_agreement(worker->store, out, AGREEMENT_DELETED, AUTHORIZATION_WAS_DELETED,
                                          NULL);
    return err == HUFU_OK
               ? authorization_finish(worker, act, NULL, NOTICE_TEXT_AUTHORIZATION_DELETED, &transaction, out)
               : err;
}

enum hufu_err authorization_delete(struct worker *worker, struct act *act,
                                   const uint8_t authorization_id[UUID_SIZE], struct authorization *out)
{
    enum hufu_err err = authorization_delete_row(worker, act, authorization_id, out);
    if (err == HUFU_OK)
        destruction_carry_out(worker);
    return err;
}

static enum hufu_err authorization_end_one_with_key(struct worker *worker, struct act *act,
                                                    const uint8_t authorization_id[UUID_SIZE])
{
    struct authorization authorization;
    act->action = "authorization.delete";
    enum hufu_err err =
        authorization_hold(worker, act, authorization_id, AUTHORIZATION_DELETE, &authorization);
    if (err == HUFU_OK)
        err = authorization_end_binding(worker, act, &authorization);
    if (err == HUFU_OK)
        err = authorization_set_agreement(worker->store, &authorization, AGREEMENT_DELETED,
                                          AUTHORIZATION_LOST_KEY, NULL);
    return err == HUFU_OK ? authorization_record(worker, act, "the key is dead",
                                                 NOTICE_TEXT_AUTHORIZATION_DELETED, &authorization)
                          : err;
}

enum hufu_err authorization_end_with_key(struct worker *worker, const struct act *act,
                                         const uint8_t holder_id[UUID_SIZE], const uint8_t key_id[UUID_SIZE])
{
    for (;;) {
        struct act event = *act;
        uint8_t authorization_id[UUID_SIZE];
        enum hufu_err err = authorization_next_of_key(worker->store, holder_id, key_id, authorization_id);
        if (err == HUFU_ERR_NOT_FOUND)
            return HUFU_OK;
        if (err == HUFU_OK)
            err = authorization_end_one_with_key(worker, &event, authorization_id);
        if (err != HUFU_OK)
            return err;
    }
}

/* ---- the authorized user's password ---- */

static enum hufu_err authorization_send_password(struct worker *worker,
                                                 const struct authorization *authorization,
                                                 const char *password)
{
    const struct notice notice = {
        .project_id = authorization->project_id,
        .account_id = authorization->people[PARTY_AUTHORIZED].account_id,
        .text = NOTICE_TEXT_AUTHORIZATION_PASSWORD,
        .values = {password},
        .lifetime_seconds = CONTACT_TELL_SECONDS,
    };
    return contact_post(worker, &notice);
}

/* Of both people, in the order of their ids: two may lend to each other. Before anything that is locked behind an account. */
static enum hufu_err authorization_lock_people(struct worker *worker,
                                               const struct authorization *authorization)
{
    struct account account;
    const uint8_t *holder_id = authorization->people[PARTY_HOLDER].account_id;
    const uint8_t *authorized_id = authorization->people[PARTY_AUTHORIZED].account_id;
    bool holder_first = memcmp(holder_id, authorized_id, UUID_SIZE) < 0;
    enum hufu_err err = account_lock(worker->store, holder_first ? holder_id : authorized_id, &account);
    return err == HUFU_OK ? account_lock(worker->store, holder_first ? authorized_id : holder_id, &account)
                          : err;
}

enum hufu_err authorization_reset_password(struct worker *worker, struct act *act,
                                           const uint8_t authorization_id[UUID_SIZE],
                                           struct authorization *out)
{
    struct password_ready ready PASSWORD_READY_WIPED = {.hash = ""};
    struct store_transaction looked STORE_TRANSACTION = {0}, transaction STORE_TRANSACTION = {0};
    enum hufu_err err = authorization_hold_confirmed(worker, act, authorization_id,
                                                     AUTHORIZATION_RESET_PASSWORD, &looked, out);
    /* Its hash takes long: nothing is locked meanwhile, and what was held is held again afterwards. */
    store_rollback(&looked);
    if (err != HUFU_OK)
        return err;
    if (!notice_offered(worker, NOTICE_SMS) || out->people[PARTY_AUTHORIZED].mobile.len == 0)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "no text message can be sent to the authorized user");
    err = password_make_initial(worker, &ready);
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authorization_lock_people(worker, out);
    if (err == HUFU_OK)
        err = authorization_hold(worker, act, authorization_id, AUTHORIZATION_RESET_PASSWORD, out);
    if (err == HUFU_OK)
        err = password_put_initial(worker, act, out->people[PARTY_AUTHORIZED].account_id, &ready);
    if (err == HUFU_OK)
        err = authorization_send_password(worker, out, ready.initial.text);
    return err == HUFU_OK ? authorization_finish(worker, act, NULL, NOTICE_TEXT_COUNT, &transaction, out)
                          : err;
}

/* ---- what is shown ---- */

static void authorization_hide(struct authorization_person *person, const char *named)
{
    *person = (struct authorization_person){.there = false};
    snprintf(person->work_number, sizeof person->work_number, "%s", named);
}

void authorization_show(struct worker *worker, const struct act *act, struct authorization *authorization)
{
    enum authorization_party party = authorization_party_of(act, authorization);
    struct authorization_person *authorized = &authorization->people[PARTY_AUTHORIZED];
    if (party != PARTY_COUNT && authorization_hides_other(authorization, party))
        authorization_hide(&authorization->people[party == PARTY_HOLDER], authorization->named);
    profile_show_mobile(worker, authorization->project_id, authorized->account_id, &authorized->mobile,
                        authorized->mobile_shown, sizeof authorized->mobile_shown);
}
