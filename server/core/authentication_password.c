/* SPDX-License-Identifier: Apache-2.0 */
/* The password as a method of authentication. */
#include "common/secret.h"
#include "server/config.h"
#include "server/core/authentication_try.h"
#include "server/core/password.h"
#include "server/core/password_hash.h"
#include "server/store/account_store.h"
#include "server/store/password_store.h"
#include "server/store/remembered_store.h"

#define AUTHENTICATION_LOOKS_MAX 3 /* at a password that is set again and again meanwhile */

/* What the right password brings with it: another one. */
struct authentication_new_password {
    bool wanted, kept; /* kept: it is the same password under today's parameters */
    char hash[PASSWORD_HASH_SIZE];
};

static void authentication_new_password_wipe(struct authentication_new_password *made)
{
    secret_wipe(made, sizeof *made);
}

static enum hufu_err authentication_hash_new(struct worker *worker, const struct password_turn *turn,
                                             const struct authentication_try *attempted,
                                             const struct password_text *given,
                                             const struct password_text *changed,
                                             struct authentication_new_password *out)
{
    bool initial = attempted->view.password_initial;
    out->kept = !initial;
    out->wanted = initial ? changed != NULL : password_hash_outdated(worker, attempted->view.password);
    return out->wanted ? password_hash_make(turn, initial ? changed : given, out->hash) : HUFU_OK;
}

/* The one-time password was right, and is good for nothing yet. */
static enum hufu_err authentication_want_change(struct worker *worker, struct act *act,
                                                struct authentication_try *attempted,
                                                struct store_transaction *transaction)
{
    enum hufu_err err = authentication_try_take_back(worker, attempted);
    if (err == HUFU_OK)
        err = act_record_refusal(worker, act, REFUSAL_PASSWORD_CHANGE_NEEDED);
    if (err == HUFU_OK)
        err = store_commit(transaction);
    return err == HUFU_OK ? act_refuse(act, REFUSAL_PASSWORD_CHANGE_NEEDED) : err;
}

/* The right one, with account and authentication locked. stale: the password that was looked at is not the account's any
 * more, and nothing was done. */
static enum hufu_err authentication_end_right(struct worker *worker, struct act *act,
                                              struct authentication_try *attempted,
                                              const struct authentication_new_password *made, bool *stale,
                                              struct authentication_progress *out)
{
    bool stands;
    struct account account;
    struct authentication *authentication = &attempted->view.authentication;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, authentication->account_id, &account);
    if (err == HUFU_OK)
        err = authentication_lock(worker->store, attempted->token_hash, authentication);
    if (err == HUFU_OK)
        err = password_stands(worker->store, account.account_id, attempted->view.password, &stands);
    if (err != HUFU_OK)
        return err;
    if (!authentication->has_account)
        return authentication_try_wrong(worker, act, attempted, &transaction);
    *stale = !stands;
    if (*stale)
        return HUFU_OK;
    if (attempted->view.password_initial && !made->wanted)
        return authentication_want_change(worker, act, attempted, &transaction);
    if (made->wanted)
        err =
            password_replace(worker->store, authentication->account_id, attempted->view.password, made->hash);
    /* A session that had given the one before may have had it remembered since the one-time password took its place. */
    if (err == HUFU_OK && made->wanted && !made->kept)
        err = remembered_revoke_account(worker->store, authentication->account_id);
    return err == HUFU_OK ? authentication_try_right(worker, act, attempted, &transaction, out) : err;
}

/* Compares with the password as the view has it. */
static enum hufu_err authentication_compare(struct worker *worker, struct act *act,
                                            const struct password_turn *turn,
                                            struct authentication_try *attempted,
                                            const struct password_text *given,
                                            const struct password_text *changed, bool *right,
                                            struct authentication_new_password *made)
{
    const char *hash = attempted->view.password[0] != '\0' ? attempted->view.password : NULL;
    authentication_set_act(act, &attempted->view.authentication);
    *right = password_hash_holds(turn, given, hash) && attempted->view.authentication.has_account;
    return *right ? authentication_hash_new(worker, turn, attempted, given, changed, made) : HUFU_OK;
}

/* The password was set in between, perhaps by somebody who gave the same one: the row as it stands now decides. */
static enum hufu_err authentication_look_again(struct worker *worker, struct password_turn *turn,
                                               struct authentication_try *attempted)
{
    enum hufu_err err =
        authentication_read(worker->store, attempted->token_hash, worker->peer,
                            (int32_t)worker->config->address_tries_per_hour, &attempted->view);
    return err == HUFU_OK ? password_turn_take(worker, turn) : err;
}

/* The try is counted, once, and the turn is taken; it is given back before anything is written. */
static enum hufu_err authentication_judge(struct worker *worker, struct act *act, struct password_turn *turn,
                                          struct authentication_try *attempted,
                                          const struct password_text *given,
                                          const struct password_text *changed,
                                          struct authentication_progress *out)
{
    for (int look = 0; look < AUTHENTICATION_LOOKS_MAX; look++) {
        __attribute__((cleanup(authentication_new_password_wipe))) struct authentication_new_password made = {
            0};
        bool right, stale = false;
        enum hufu_err err = look > 0 ? authentication_look_again(worker, turn, attempted) : HUFU_OK;
        if (err == HUFU_OK)
            err = authentication_compare(worker, act, turn, attempted, given, changed, &right, &made);
        password_turn_give(turn);
        if (err == HUFU_OK && !right)
            return authentication_try_end(worker, act, attempted, false, out);
        if (err == HUFU_OK)
            err = authentication_end_right(worker, act, attempted, &made, &stale, out);
        if (err != HUFU_OK || !stale)
            return err;
    }
    return HUFU_ERR_BUSY;
}

enum hufu_err authentication_try_password(struct worker *worker, struct act *act, const uint8_t *token,
                                          const char *password, const char *changed,
                                          struct authentication_progress *out)
{
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    struct password_text given PASSWORD_TEXT_WIPED = {.len = 0}, wanted PASSWORD_TEXT_WIPED = {.len = 0};
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = password_read_given(act, "password", password, &given);
    if (err == HUFU_OK && changed != NULL)
        err = password_read_new(act, "new_password", changed, &wanted);
    /* What an operator knows must not stay. */
    if (err == HUFU_OK && given.len == wanted.len && secret_equal(given.text, wanted.text, given.len))
        err = act_refuse_field(act, "new_password", "must not be the old one");
    if (err == HUFU_OK)
        err = authentication_try_look(worker, act, token, AUTHENTICATION_PASSWORD, &attempted);
    if (err == HUFU_OK)
        err = password_turn_take(worker, &turn);
    if (err == HUFU_OK)
        err = authentication_try_count_alone(worker, act, &attempted);
    if (err != HUFU_OK)
        return err;
    return authentication_judge(worker, act, &turn, &attempted, &given, changed != NULL ? &wanted : NULL,
                                out);
}
