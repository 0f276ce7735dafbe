/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/authentication_try.h"

#include <string.h>

#include "common/secret.h"
#include "server/config.h"
#include "server/core/attempt.h"
#include "server/metrics.h"

void authentication_try_wipe(struct authentication_try *attempted)
{
    secret_wipe(attempted, sizeof *attempted);
}

void authentication_set_act(struct act *act, const struct authentication *authentication)
{
    act_set_project(act, authentication->project_id);
    act->has_account = authentication->has_account;
    memcpy(act->account_id, authentication->account_id, UUID_SIZE);
}

bool authentication_is_under_way(const struct authentication *authentication)
{
    return authentication->state == AUTHENTICATION_OPEN || authentication->state == AUTHENTICATION_PASSED;
}

/* One read; what is plainly refused is refused here, and costs nothing more. */
static enum hufu_err authentication_look(struct worker *worker, struct act *act, const uint8_t *token,
                                         struct authentication_try *out)
{
    hash_sha256(out->token_hash, bytes_of(token, AUTHENTICATION_TOKEN_SIZE));
    enum hufu_err err = authentication_read(worker->store, out->token_hash, worker->peer,
                                            (int32_t)worker->config->address_tries_per_hour, &out->view);
    if (err == HUFU_ERR_NOT_FOUND)
        return act_refuse(act, REFUSAL_AUTHENTICATION_FAILED);
    if (err != HUFU_OK)
        return err;
    if (!authentication_is_under_way(&out->view.authentication))
        return act_refuse(act, REFUSAL_AUTHENTICATION_FAILED);
    return HUFU_OK;
}

enum hufu_err authentication_try_look(struct worker *worker, struct act *act, const uint8_t *token,
                                      enum authentication_method method, struct authentication_try *out)
{
    enum hufu_err err = authentication_look(worker, act, token, out);
    if (err != HUFU_OK)
        return err;
    out->passes = METHOD_BIT(method);
    bool passed = out->view.authentication.state == AUTHENTICATION_PASSED;
    if (!passed && !methods_offer(out->view.rule, method))
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project does not want this method here");
    if (out->view.blocked) {
        metrics_add(worker->metrics, METRICS_TRIES_REPELLED, 1);
        return act_refuse(act, REFUSAL_TOO_MANY_TRIES);
    }
    return HUFU_OK;
}

static struct attempt authentication_attempt(const struct authentication_try *attempted)
{
    return (struct attempt){.project_id = attempted->view.authentication.project_id,
                            .kind = ATTEMPT_AUTHENTICATION,
                            .subject = attempted->view.authentication.subject};
}

enum hufu_err authentication_try_count(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted)
{
    const struct attempt attempt = authentication_attempt(attempted);
    enum hufu_err err =
        attempt_count(worker, act, &attempt, &attempted->view.lock_out, &attempted->moment_us);
    return err == HUFU_OK ? attempt_count_address(worker, act) : err;
}

enum hufu_err authentication_try_right(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted,
                                       struct store_transaction *transaction,
                                       struct authentication_progress *out)
{
    struct authentication *authentication = &attempted->view.authentication;
    authentication->passed |= attempted->passes;
    bool enough = methods_suffice(attempted->view.rule, authentication->passed);
    bool passed = authentication->state == AUTHENTICATION_PASSED;
    if (!authentication_step(authentication->state,
                             enough || passed ? AUTHENTICATION_FULFIL : AUTHENTICATION_PASS,
                             &authentication->state))
        return act_refuse(act, REFUSAL_AUTHENTICATION_FAILED);
    enum hufu_err err = authentication_set(worker->store, authentication, true);
    if (err == HUFU_OK)
        err = authentication_try_take_back(worker, attempted);
    if (err == HUFU_OK)
        err = act_record(worker, act, authentication_purpose_names[authentication->purpose]);
    if (err == HUFU_OK)
        err = store_commit(transaction);
    if (err == HUFU_OK)
        *out = (struct authentication_progress){authentication->state, authentication->passed,
                                                attempted->view.rule};
    return err;
}

enum hufu_err authentication_try_wrong(struct worker *worker, struct act *act,
                                       struct authentication_try *attempted,
                                       struct store_transaction *transaction)
{
    struct authentication *authentication = &attempted->view.authentication;
    bool last = ++authentication->tries >= AUTHENTICATION_TRIES_MAX;
    enum hufu_err err = HUFU_OK;
    if (authentication_step(authentication->state, last ? AUTHENTICATION_FAIL : AUTHENTICATION_MISS,
                            &authentication->state))
        err = authentication_set(worker->store, authentication, false);
    if (err == HUFU_OK)
        err = act_record_refusal(worker, act, REFUSAL_AUTHENTICATION_FAILED);
    if (err == HUFU_OK)
        err = store_commit(transaction);
    metrics_add(worker->metrics, METRICS_AUTHENTICATION_FAILURES, 1);
    return err == HUFU_OK ? act_refuse(act, REFUSAL_AUTHENTICATION_FAILED) : err;
}

enum hufu_err authentication_try_count_alone(struct worker *worker, struct act *act,
                                             struct authentication_try *attempted)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_try_count(worker, act, attempted);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err authentication_try_take_back(struct worker *worker, const struct authentication_try *attempted)
{
    const struct attempt attempt = authentication_attempt(attempted);
    return attempt_give_back(worker->store, &attempt, attempted->moment_us);
}

enum hufu_err authentication_try_end(struct worker *worker, struct act *act,
                                     struct authentication_try *attempted, bool right,
                                     struct authentication_progress *out)
{
    struct authentication *authentication = &attempted->view.authentication;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_lock(worker->store, attempted->token_hash, authentication);
    if (err != HUFU_OK)
        return err;
    return right && authentication->has_account
               ? authentication_try_right(worker, act, attempted, &transaction, out)
               : authentication_try_wrong(worker, act, attempted, &transaction);
}

enum hufu_err authentication_show(struct worker *worker, struct act *act, const uint8_t *token,
                                  struct authentication_progress *out)
{
    struct authentication_try looked AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = authentication_look(worker, act, token, &looked);
    if (err == HUFU_OK)
        *out = (struct authentication_progress){looked.view.authentication.state,
                                                looked.view.authentication.passed, looked.view.rule};
    return err;
}
