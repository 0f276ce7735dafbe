/* SPDX-License-Identifier: Apache-2.0 */
/* The password as a method of authentication. */
#include "common/secret.h"
#include "server/core/authentication_try.h"
#include "server/core/password.h"
#include "server/core/password_hash.h"
#include "server/store/password_store.h"

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

static enum hufu_err authentication_end_password(struct worker *worker, struct act *act,
                                                 struct authentication_try *attempted, bool right,
                                                 const struct authentication_new_password *made,
                                                 struct authentication_progress *out)
{
    struct authentication *authentication = &attempted->view.authentication;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_lock(worker->store, attempted->token_hash, authentication);
    if (err != HUFU_OK)
        return err;
    if (!right || !authentication->has_account)
        return authentication_try_wrong(worker, act, attempted, &transaction);
    if (attempted->view.password_initial && !made->wanted)
        return authentication_want_change(worker, act, attempted, &transaction);
    if (made->wanted)
        err =
            password_replace(worker->store, authentication->account_id, attempted->view.password, made->hash);
    /* Somebody has set another one in between: what was right is not any more, unless it was the same. */
    if (err == HUFU_ERR_CONFLICT)
        return authentication_try_wrong(worker, act, attempted, &transaction);
    return err == HUFU_OK ? authentication_try_right(worker, act, attempted, &transaction, out) : err;
}

enum hufu_err authentication_try_password(struct worker *worker, struct act *act, const uint8_t *token,
                                          const char *password, const char *changed,
                                          struct authentication_progress *out)
{
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    struct password_text given PASSWORD_TEXT_WIPED = {.len = 0}, wanted PASSWORD_TEXT_WIPED = {.len = 0};
    __attribute__((cleanup(authentication_new_password_wipe))) struct authentication_new_password made = {0};
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = password_read_given(act, "password", password, &given);
    if (err == HUFU_OK && changed != NULL)
        err = password_read_new(act, "new_password", changed, &wanted);
    if (err == HUFU_OK)
        err = authentication_try_look(worker, act, token, AUTHENTICATION_PASSWORD, &attempted);
    if (err == HUFU_OK)
        err = password_turn_take(worker, &turn);
    if (err == HUFU_OK)
        err = authentication_try_count_alone(worker, act, &attempted);
    if (err != HUFU_OK)
        return err;
    authentication_set_act(act, &attempted.view.authentication);
    const char *hash = attempted.view.password[0] != '\0' ? attempted.view.password : NULL;
    bool right = password_hash_holds(&turn, &given, hash);
    if (right)
        err = authentication_hash_new(worker, &turn, &attempted, &given, changed != NULL ? &wanted : NULL,
                                      &made);
    password_turn_give(&turn);
    return err == HUFU_OK ? authentication_end_password(worker, act, &attempted, right, &made, out) : err;
}
