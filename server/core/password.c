/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/password.h"

#include <string.h>
#include <sys/random.h>

#include "common/secret.h"
#include "server/core/attempt.h"
#include "server/core/authentication.h"
#include "server/core/contact.h"
#include "server/core/password_hash.h"
#include "server/store/password_store.h"
#include "server/store/remembered_store.h"
#include "server/store/session_store.h"

/* A hash on its way to the database. */
struct password_made {
    char before[PASSWORD_STORED_SIZE], hash[PASSWORD_HASH_SIZE];
};

static void password_made_wipe(struct password_made *made)
{
    secret_wipe(made, sizeof *made);
}
#define PASSWORD_MADE_WIPED __attribute__((cleanup(password_made_wipe)))

void password_initial_wipe(struct password_initial *initial)
{
    secret_wipe(initial, sizeof *initial);
}

enum hufu_err password_read_given(struct act *act, const char *field, const char *given,
                                  struct password_text *out)
{
    return password_text_normalise(out, given) == HUFU_OK
               ? HUFU_OK
               : act_refuse_field(act, field, "is no text of at most 256 bytes without control characters");
}

enum hufu_err password_read_new(struct act *act, const char *field, const char *given,
                                struct password_text *out)
{
    enum hufu_err err = password_read_given(act, field, given, out);
    if (err != HUFU_OK)
        return err;
    return password_text_check(out) == HUFU_OK ? HUFU_OK : act_refuse_field(act, field, PASSWORD_RULE);
}

/* ---- an operator's one-time password ---- */

/* Four groups of four out of 54 characters that are not taken for one another: 92 bits. */
static enum hufu_err password_draw(struct password_initial *out, struct password_text *text)
{
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ234567"; /* 54 */
    static const unsigned whole = 256 / (sizeof alphabet - 1) * (sizeof alphabet - 1);
    size_t len = 0;
    while (len + 1 < PASSWORD_INITIAL_SIZE) {
        uint8_t drawn;
        if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
            return HUFU_ERR_INTERNAL;
        if (len % 5 == 4)
            out->text[len++] = '-';
        else if (drawn < whole)
            out->text[len++] = alphabet[drawn % (sizeof alphabet - 1)];
    }
    out->text[len] = '\0';
    return password_text_normalise(text, out->text);
}

/* Whoever had used the password, had it remembered, or was about to use it, begins anew; session_id, if any, stays. */
static enum hufu_err password_end_others(struct worker *worker, const uint8_t account_id[UUID_SIZE],
                                         const uint8_t *session_id)
{
    enum hufu_err err = session_end_others(worker->store, account_id, session_id);
    if (err == HUFU_OK)
        err = remembered_revoke_account(worker->store, account_id);
    return err == HUFU_OK ? authentication_end_all(worker->store, account_id) : err;
}

void password_ready_wipe(struct password_ready *ready)
{
    secret_wipe(ready, sizeof *ready);
}

enum hufu_err password_make_initial(struct worker *worker, struct password_ready *out)
{
    struct password_text text PASSWORD_TEXT_WIPED = {.len = 0};
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    *out = (struct password_ready){.hash = ""};
    enum hufu_err err = password_draw(&out->initial, &text);
    if (err == HUFU_OK)
        err = password_turn_take(worker, &turn);
    return err == HUFU_OK ? password_hash_make(&turn, &text, out->hash) : err;
}

enum hufu_err password_put_initial(struct worker *worker, struct act *act,
                                   const uint8_t account_id[UUID_SIZE], struct password_ready *ready)
{
    struct account account;
    enum hufu_err err = account_lock(worker->store, account_id, &account);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
    act_set_account(act, account.project_id, account_id);
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    err = password_put(worker->store, account.project_id, account_id, ready->hash, PASSWORD_INITIAL_HOURS,
                       &ready->initial.until_ms);
    return err == HUFU_OK ? password_end_others(worker, account_id, NULL) : err;
}

enum hufu_err password_issue(struct worker *worker, struct act *act, const uint8_t account_id[UUID_SIZE],
                             struct password_initial *out)
{
    struct password_ready ready PASSWORD_READY_WIPED = {.hash = ""};
    *out = (struct password_initial){.until_ms = 0};
    enum hufu_err err = password_make_initial(worker, &ready);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = password_put_initial(worker, act, account_id, &ready);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err == HUFU_OK)
        *out = ready.initial;
    return err;
}

/* ---- change ---- */

/* In a transaction of its own, before the hash is computed. */
static enum hufu_err password_count(struct worker *worker, struct act *act, const struct attempt *attempt,
                                    const struct project *project, int64_t *moment_us)
{
    const struct attempt_limit limit = {.limit = (int32_t)project->rules.lock_out_tries,
                                        .window_seconds = project->rules.lock_out_minutes * 60};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = attempt_count(worker, act, attempt, &limit, moment_us);
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static enum hufu_err password_wrong(struct worker *worker, struct act *act)
{
    enum hufu_err err = act_record_refusal(worker, act, REFUSAL_AUTHENTICATION_FAILED);
    return err == HUFU_OK ? act_refuse(act, REFUSAL_AUTHENTICATION_FAILED) : err;
}

static enum hufu_err password_keep(struct worker *worker, struct act *act, const struct attempt *attempt,
                                   int64_t moment_us, const struct password_made *made)
{
    const struct principal *principal = &act->principal;
    struct account account;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    /* Whoever signs in by the old one has done so now, and is seen below, or comes too late. */
    if (err == HUFU_OK)
        err = account_lock(worker->store, principal->account_id, &account);
    if (err == HUFU_OK && account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    if (err == HUFU_OK)
        err = password_replace(worker->store, principal->account_id, made->before, made->hash);
    if (err == HUFU_ERR_CONFLICT)
        return act_refuse_reason(act, REFUSAL_CONFLICT, "the password was changed in between");
    if (err == HUFU_OK)
        err = password_end_others(worker, principal->account_id, principal->session_id);
    if (err == HUFU_OK)
        err =
            contact_tell(worker, principal->project_id, principal->account_id, NOTICE_TEXT_PASSWORD_CHANGED);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    if (err == HUFU_OK)
        err = attempt_give_back(worker->store, attempt, moment_us);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static enum hufu_err password_change_checked(struct worker *worker, struct act *act,
                                             const struct attempt *attempt, const struct project *project,
                                             const struct password_text *old,
                                             const struct password_text *wanted)
{
    int64_t moment_us;
    struct password_made made PASSWORD_MADE_WIPED = {.hash = ""};
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    enum hufu_err err = password_read(worker->store, act->principal.account_id, made.before);
    if (err == HUFU_OK)
        err = password_turn_take(worker, &turn);
    if (err == HUFU_OK)
        err = password_count(worker, act, attempt, project, &moment_us);
    if (err != HUFU_OK)
        return err;
    bool right = password_hash_holds(&turn, old, made.before[0] != '\0' ? made.before : NULL);
    if (right)
        err = password_hash_make(&turn, wanted, made.hash);
    password_turn_give(&turn);
    if (!right)
        return password_wrong(worker, act);
    return err == HUFU_OK ? password_keep(worker, act, attempt, moment_us, &made) : err;
}

enum hufu_err password_change(struct worker *worker, struct act *act, const char *old, const char *wanted)
{
    struct project project;
    struct account account;
    uint8_t subject[HASH_SIZE];
    struct password_text before PASSWORD_TEXT_WIPED = {.len = 0}, after PASSWORD_TEXT_WIPED = {.len = 0};
    enum hufu_err err = password_read_given(act, "old", old, &before);
    if (err == HUFU_OK)
        err = password_read_new(act, "new", wanted, &after);
    if (err == HUFU_OK && before.len == after.len && secret_equal(before.text, after.text, after.len))
        err = act_refuse_field(act, "new", "must not be the old one");
    if (err == HUFU_OK)
        err = project_read(worker->store, act->principal.project_id, &project);
    if (err == HUFU_OK)
        err = account_read(worker->store, act->principal.account_id, &account);
    if (err != HUFU_OK)
        return err;
    attempt_subject(subject, project.project_id, account.work_number);
    const struct attempt attempt = {
        .project_id = project.project_id, .kind = ATTEMPT_AUTHENTICATION, .subject = subject};
    return password_change_checked(worker, act, &attempt, &project, &before, &after);
}

/* ---- recover ---- */

static enum hufu_err password_set(struct worker *worker, struct act *act, const uint8_t *token,
                                  const struct password_made *made)
{
    struct account account;
    struct authentication_grant grant;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_spend(worker, act, token, AUTHENTICATION_RECOVER, 0, &grant);
    if (err == HUFU_OK)
        err = account_lock(worker->store, grant.account_id, &account);
    if (err != HUFU_OK)
        return err;
    act_set_account(act, grant.project_id, grant.account_id);
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    err = password_put(worker->store, grant.project_id, grant.account_id, made->hash, 0, NULL);
    if (err == HUFU_OK)
        err = password_end_others(worker, grant.account_id, NULL);
    if (err == HUFU_OK)
        err = contact_tell(worker, grant.project_id, grant.account_id, NOTICE_TEXT_PASSWORD_CHANGED);
    if (err == HUFU_OK)
        err = act_record(worker, act, NULL);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* Whether there is anything to spend, before a hash is computed for nobody. */
static enum hufu_err password_may_recover(struct worker *worker, struct act *act, const uint8_t *token)
{
    struct authentication_progress progress;
    enum hufu_err err = authentication_show(worker, act, token, &progress);
    bool over = err != HUFU_OK && act->refusal == REFUSAL_AUTHENTICATION_FAILED;
    if (over || (err == HUFU_OK && progress.state != AUTHENTICATION_PASSED))
        return act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED);
    return err;
}

enum hufu_err password_recover(struct worker *worker, struct act *act, const uint8_t *token,
                               const char *wanted)
{
    struct password_text text PASSWORD_TEXT_WIPED = {.len = 0};
    struct password_made made PASSWORD_MADE_WIPED = {.hash = ""};
    struct password_turn turn PASSWORD_TURN_GIVEN = {NULL};
    enum hufu_err err = password_read_new(act, "password", wanted, &text);
    if (err == HUFU_OK)
        err = password_may_recover(worker, act, token);
    if (err == HUFU_OK)
        err = password_turn_take(worker, &turn);
    if (err == HUFU_OK)
        err = password_hash_make(&turn, &text, made.hash);
    password_turn_give(&turn);
    return err == HUFU_OK ? password_set(worker, act, token, &made) : err;
}
