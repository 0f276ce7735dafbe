/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/account_request.h"

#include <string.h>

#include "common/hash.h"
#include "common/log.h"
#include "common/secret.h"
#include "server/core/attempt.h"
#include "server/core/code.h"
#include "server/core/mobile_number.h"
#include "server/core/project.h"

struct mobile {
    char text[MOBILE_NUMBER_SIZE];
};
static void mobile_wipe(struct mobile *mobile)
{
    secret_wipe(mobile, sizeof *mobile);
}
#define MOBILE_WIPED __attribute__((cleanup(mobile_wipe)))

/* The project, when it takes requests, and the number in its one form. */
static enum hufu_err request_begin(struct worker *worker, struct act *act, const char *project_named,
                                   const char *text, struct project *project, struct mobile *mobile)
{
    enum hufu_err err = project_find(worker, act, project_named, project);
    if (err != HUFU_OK)
        return err;
    if (project->rules.signup == PROJECT_SIGNUP_OFF)
        return act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the project takes no requests for accounts");
    if (text != NULL && mobile_number_normalise(mobile->text, text) == HUFU_OK)
        return HUFU_OK;
    return act_refuse_field(act, "mobile", "is no mobile number");
}

enum hufu_err account_request_send_code(struct worker *worker, struct act *act, const char *project_named,
                                        const char *text, const struct captcha_answer *captcha,
                                        uint64_t *expires_ms)
{
    struct project project;
    struct mobile mobile MOBILE_WIPED = {0};
    *expires_ms = 0;
    enum hufu_err err = request_begin(worker, act, project_named, text, &project, &mobile);
    return err == HUFU_OK ? code_send_to_mobile(worker, act, &project, mobile.text, captcha, expires_ms)
                          : err;
}

/* Whoever asks again has corrected what they asked for before. */
static enum hufu_err request_replace(struct worker *worker, const struct act *act,
                                     const struct account *account)
{
    uint8_t ids[ACCOUNT_REQUESTS_REPLACED_MAX][UUID_SIZE];
    size_t count;
    enum hufu_err err =
        account_hold_requests(worker->store, account, ids, ACCOUNT_REQUESTS_REPLACED_MAX, &count);
    for (size_t i = 0; err == HUFU_OK && i < count; i++) {
        struct account replaced;
        struct act act_of_this = *act;
        act_of_this.action = "account.replace-request";
        err = account_lock(worker->store, ids[i], &replaced);
        if (err == HUFU_OK)
            err = account_take(worker, &act_of_this, ACCOUNT_CLOSE, NULL, &replaced);
    }
    return err;
}

static enum hufu_err request_set_token(struct worker *worker, const struct account *account,
                                       struct bytes token)
{
    uint8_t hash[HASH_SIZE];
    hash_sha256(hash, token);
    return token.len > 0 ? account_set_request(worker->store, account, hash) : HUFU_OK;
}

static enum hufu_err request_insert(struct worker *worker, struct act *act, const struct account_in *in,
                                    struct bytes token, struct account *account)
{
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    act->has_account = true;
    if (err == HUFU_OK)
        err = request_replace(worker, act, account);
    if (err == HUFU_OK)
        err = account_add(worker, act, account, in->profile.seal_picture);
    if (err == HUFU_OK)
        err = request_set_token(worker, account, token);
    if (err == HUFU_OK)
        err = act_record(worker, act, account_state_names[account->state]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

/* By the project's rule. Whose work number is taken waits for an operator, and is told nothing of it; so does whom the
 * database does not let in just now. */
static enum hufu_err request_approve(struct worker *worker, const struct account *account)
{
    struct act act = {.action = "account.approve", .principal = {.kind = PRINCIPAL_SERVICE}};
    struct account approved;
    enum hufu_err err = account_change(worker, &act, account->account_id, ACCOUNT_APPROVE, &approved);
    if (act.refusal == REFUSAL_NONE)
        return err;
    return act_close(worker, &act, refusal_slug(act.refusal));
}

enum hufu_err account_request_make(struct worker *worker, struct act *act, const struct account_in *in,
                                   struct bytes token, struct bytes code)
{
    struct project project;
    struct mobile mobile MOBILE_WIPED = {0};
    struct account account;
    enum hufu_err err = request_begin(worker, act, in->project, in->profile.mobile, &project, &mobile);
    if (err == HUFU_OK)
        err = account_prepare(worker, act, in, &project, ACCOUNT_REQUESTED, &account);
    if (err == HUFU_OK)
        err = profile_check_picture(act, in->profile.seal_picture);
    /* Until then it is nobody's: who is refused leaves no trace. */
    act->has_account = false;
    /* Last: the code is used up by it. */
    if (err == HUFU_OK)
        err = code_spend_of_mobile(worker, act, &project, mobile.text, code);
    if (err == HUFU_OK)
        err = request_insert(worker, act, in, token, &account);
    /* The request stands, and its code is used up: whoever asks again would be told of a wrong one. */
    if (err == HUFU_OK && project.rules.signup == PROJECT_SIGNUP_AUTOMATIC &&
        request_approve(worker, &account) != HUFU_OK)
        log_event(LOG_WARNING, "account_request.not_approved", "request_id", worker->trace, NULL);
    return err;
}

enum hufu_err account_request_show(struct worker *worker, struct act *act,
                                   const uint8_t token[ACCOUNT_REQUEST_TOKEN_SIZE], struct account *out)
{
    uint8_t hash[HASH_SIZE];
    *out = (struct account){0};
    hash_sha256(hash, bytes_of(token, ACCOUNT_REQUEST_TOKEN_SIZE));
    enum hufu_err err = attempt_count_address(worker, act);
    if (err == HUFU_OK)
        err = account_read_request(worker->store, hash, out);
    return err == HUFU_ERR_NOT_FOUND ? act_refuse(act, REFUSAL_NOT_FOUND) : err;
}
