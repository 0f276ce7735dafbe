/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authentication.h"

#include <string.h>
#include <sys/random.h>

#include "common/secret.h"
#include "server/core/attempt.h"
#include "server/core/authentication_try.h"
#include "server/core/machine.h"
#include "server/core/project.h"
#include "server/identifier.h"
#include "server/store/account_store.h"
#include "server/store/project_store.h"

static const uint8_t authentication_table[AUTHENTICATION_STATE_COUNT][AUTHENTICATION_EVENT_COUNT] = {
    [AUTHENTICATION_OPEN] =
        {
            [AUTHENTICATION_PASS] = MACHINE_TO(AUTHENTICATION_OPEN),
            [AUTHENTICATION_FULFIL] = MACHINE_TO(AUTHENTICATION_PASSED),
            [AUTHENTICATION_MISS] = MACHINE_TO(AUTHENTICATION_OPEN),
            [AUTHENTICATION_FAIL] = MACHINE_TO(AUTHENTICATION_FAILED),
        },
    [AUTHENTICATION_PASSED] =
        {
            [AUTHENTICATION_FULFIL] = MACHINE_TO(AUTHENTICATION_PASSED),
            [AUTHENTICATION_MISS] = MACHINE_TO(AUTHENTICATION_PASSED),
            [AUTHENTICATION_FAIL] = MACHINE_TO(AUTHENTICATION_FAILED),
            [AUTHENTICATION_SPEND] = MACHINE_TO(AUTHENTICATION_SPENT),
        },
};
static const struct machine authentication_machine = MACHINE_OF(authentication_table);

bool authentication_step(enum authentication_state state, enum authentication_event event,
                         enum authentication_state *next)
{
    unsigned to;
    bool may = machine_step(&authentication_machine, (unsigned)state, (unsigned)event, &to);
    *next = (enum authentication_state)to;
    return may;
}

void authentication_out_wipe(struct authentication_out *out)
{
    secret_wipe(out, sizeof *out);
}

unsigned authentication_rule(const struct project *project, enum authentication_purpose purpose)
{
    const struct project_rules *rules = &project->rules;
    const unsigned by_purpose[AUTHENTICATION_PURPOSE_COUNT] = {
        [AUTHENTICATION_BIND_DEVICE] = rules->methods_bind_device,
        [AUTHENTICATION_SIGN_IN] = rules->methods_sign_in,
        [AUTHENTICATION_CONFIRM] = rules->methods_confirm,
        [AUTHENTICATION_RECOVER] = rules->methods_recover,
    };
    return by_purpose[purpose];
}

static enum hufu_err authentication_insert_new(struct worker *worker, struct authentication *authentication,
                                               struct authentication_out *out)
{
    uint8_t token_hash[HASH_SIZE];
    identifier_new(authentication->authentication_id);
    if (getrandom(out->token, sizeof out->token, 0) != (ssize_t)sizeof out->token)
        return HUFU_ERR_INTERNAL;
    hash_sha256(token_hash, bytes_of(out->token, sizeof out->token));
    return authentication_insert(worker->store, authentication, token_hash, AUTHENTICATION_SECONDS,
                                 &out->expires_ms);
}

/* Whoever has the work number, if anybody who is active does. */
static enum hufu_err authentication_find(struct worker *worker, const struct project *project,
                                         const struct authentication_in *in, struct authentication *out)
{
    *out = (struct authentication){.purpose = in->purpose, .has_device_key = in->device_key != NULL};
    memcpy(out->project_id, project->project_id, UUID_SIZE);
    if (in->device_key != NULL)
        memcpy(out->device_key, in->device_key, FRAME_DEVICE_KEY_SIZE);
    attempt_subject(out->subject, project->project_id, in->work_number);
    return authentication_find_account(worker->store, in->work_number, out);
}

enum hufu_err authentication_begin(struct worker *worker, struct act *act, const struct authentication_in *in,
                                   struct authentication_out *out)
{
    struct project project;
    struct authentication authentication;
    *out = (struct authentication_out){.rule = 0};
    enum hufu_err err = project_find(worker, act, in->project, &project);
    if (err == HUFU_OK)
        err = authentication_find(worker, &project, in, &authentication);
    if (err != HUFU_OK)
        return err;
    out->rule = authentication_rule(&project, in->purpose);
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = captcha_spend(worker, act, &project, &in->captcha);
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    if (err == HUFU_OK)
        err = authentication_insert_new(worker, &authentication, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* With the account locked: whether the session may begin another one. */
static enum hufu_err authentication_room(struct worker *worker, struct act *act)
{
    int64_t count;
    enum hufu_err err = authentication_count_open(worker->store, act->principal.session_id, &count);
    if (err != HUFU_OK || count < AUTHENTICATION_CONFIRMS_MAX)
        return err;
    return act_refuse(act, REFUSAL_TOO_MANY_TRIES);
}

enum hufu_err authentication_begin_confirm(struct worker *worker, struct act *act,
                                           struct authentication_out *out)
{
    const struct principal *principal = &act->principal;
    struct project project;
    struct account account;
    struct authentication authentication = {
        .purpose = AUTHENTICATION_CONFIRM, .has_account = true, .has_session = true};
    *out = (struct authentication_out){.rule = 0};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = project_read(worker->store, principal->project_id, &project);
    if (err == HUFU_OK)
        err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, principal->account_id, &account);
    if (err == HUFU_OK)
        err = authentication_room(worker, act);
    if (err != HUFU_OK)
        return err;
    if (account.state != ACCOUNT_ACTIVE)
        return act_refuse_state(act, REFUSAL_ACCOUNT_NOT_ACTIVE, account_state_names[account.state]);
    memcpy(authentication.project_id, project.project_id, UUID_SIZE);
    memcpy(authentication.account_id, account.account_id, UUID_SIZE);
    memcpy(authentication.session_id, principal->session_id, UUID_SIZE);
    attempt_subject(authentication.subject, project.project_id, account.work_number);
    out->rule = authentication_rule(&project, AUTHENTICATION_CONFIRM);
    err = authentication_insert_new(worker, &authentication, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

static enum hufu_err authentication_needed(struct act *act, unsigned methods)
{
    act->methods = methods;
    return act_refuse(act, REFUSAL_AUTHENTICATION_NEEDED);
}

/* The account first (store.h), so that what ends every authentication of an account and what spends one come one after the
 * other. */
static enum hufu_err authentication_hold(struct worker *worker, const uint8_t token_hash[HASH_SIZE],
                                         struct authentication *held)
{
    struct account account;
    uint8_t account_id[UUID_SIZE];
    enum hufu_err err = authentication_read_account(worker->store, token_hash, account_id);
    if (err == HUFU_OK)
        err = account_lock(worker->store, account_id, &account);
    return err == HUFU_OK ? authentication_lock(worker->store, token_hash, held) : err;
}

enum hufu_err authentication_spend(struct worker *worker, struct act *act, const uint8_t *token,
                                   enum authentication_purpose purpose, unsigned methods_needed,
                                   struct authentication_grant *out)
{
    uint8_t token_hash[HASH_SIZE];
    struct authentication held;
    *out = (struct authentication_grant){.methods = 0};
    hash_sha256(token_hash, bytes_of(token, AUTHENTICATION_TOKEN_SIZE));
    enum hufu_err err = authentication_hold(worker, token_hash, &held);
    if (err != HUFU_OK)
        return err == HUFU_ERR_NOT_FOUND ? authentication_needed(act, methods_needed) : err;
    bool enough = held.has_account && held.purpose == purpose && (methods_needed & ~held.passed) == 0;
    if (!enough || !authentication_step(held.state, AUTHENTICATION_SPEND, &held.state))
        return authentication_needed(act, methods_needed & ~held.passed);
    err = authentication_set(worker->store, &held, false);
    if (err != HUFU_OK)
        return err;
    memcpy(out->project_id, held.project_id, UUID_SIZE);
    memcpy(out->account_id, held.account_id, UUID_SIZE);
    memcpy(out->authentication_id, held.authentication_id, UUID_SIZE);
    memcpy(out->device_key, held.device_key, sizeof out->device_key);
    out->has_device_key = held.has_device_key;
    memcpy(out->session_id, held.session_id, UUID_SIZE);
    out->has_session = held.has_session;
    out->methods = held.passed;
    return HUFU_OK;
}

enum hufu_err authentication_attach(struct worker *worker, const struct authentication_grant *grant,
                                    const uint8_t session_id[UUID_SIZE])
{
    return authentication_set_session(worker->store, grant->authentication_id, session_id);
}

enum hufu_err authentication_held(struct worker *worker, struct act *act, unsigned methods_needed)
{
    unsigned passed;
    struct project project;
    enum hufu_err err = authentication_read_held(worker->store, act->principal.session_id, &passed);
    if (err == HUFU_OK && methods_needed == 0)
        err = project_read(worker->store, act->principal.project_id, &project);
    if (err != HUFU_OK)
        return err;
    bool enough = methods_needed == 0 ? methods_suffice(project.rules.methods_confirm, passed)
                                      : (methods_needed & ~passed) == 0;
    return enough ? HUFU_OK : authentication_needed(act, methods_needed & ~passed);
}
