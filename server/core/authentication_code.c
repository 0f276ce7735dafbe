/* SPDX-License-Identifier: Apache-2.0 */
/* A code by SMS as a method of authentication. */
#include "server/core/attempt.h"
#include "server/core/authentication_try.h"
#include "server/core/code.h"
#include "server/core/contact.h"

static const enum notice_text authentication_code_texts[AUTHENTICATION_PURPOSE_COUNT] = {
    [AUTHENTICATION_BIND_DEVICE] = NOTICE_TEXT_CODE_BIND_DEVICE,
    [AUTHENTICATION_SIGN_IN] = NOTICE_TEXT_CODE_SIGN_IN,
    [AUTHENTICATION_CONFIRM] = NOTICE_TEXT_CODE_CONFIRM,
    [AUTHENTICATION_RECOVER] = NOTICE_TEXT_CODE_RECOVER,
};

/* The account's mobile number, or, where there is none, something that is counted in its place. */
static enum hufu_err authentication_post_code(struct worker *worker,
                                              const struct authentication_try *attempted,
                                              uint64_t *expires_ms)
{
    const struct authentication *authentication = &attempted->view.authentication;
    struct contact contact CONTACT_WIPED;
    enum hufu_err err =
        contact_read(worker, authentication->has_account ? authentication->account_id : NULL, &contact);
    const struct code_order order = {
        .project_id = authentication->project_id,
        .scope = CODE_AUTHENTICATION,
        .subject = attempted->token_hash,
        .mobile_hash = contact.mobile[0] != '\0' ? contact.mobile_hash : authentication->subject,
        .mobile = contact.mobile[0] != '\0' ? contact.mobile : NULL,
        .text = authentication_code_texts[authentication->purpose],
    };
    return err == HUFU_OK ? code_post(worker, &order, expires_ms) : err;
}

enum hufu_err authentication_send_code(struct worker *worker, struct act *act, const uint8_t *token,
                                       uint64_t *expires_ms)
{
    struct authentication_try asked AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    *expires_ms = 0;
    enum hufu_err err = authentication_try_look(worker, act, token, AUTHENTICATION_SMS, &asked);
    if (err != HUFU_OK)
        return err;
    struct authentication *authentication = &asked.view.authentication;
    const struct attempt attempt = {.project_id = authentication->project_id,
                                    .kind = ATTEMPT_CODE_ACCOUNT,
                                    .subject = authentication->subject};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_lock(worker->store, asked.token_hash, authentication);
    if (err == HUFU_OK && !authentication_is_under_way(authentication))
        err = act_refuse(act, REFUSAL_AUTHENTICATION_FAILED);
    if (err == HUFU_OK)
        err = attempt_count(worker, act, &attempt, &code_limit, NULL);
    if (err == HUFU_OK)
        err = attempt_count_address(worker, act);
    if (err == HUFU_OK)
        err = authentication_post_code(worker, &asked, expires_ms);
    if (err != HUFU_OK)
        return err;
    /* Only now: a refusal that nothing has counted is answered for everybody alike, with no record of somebody. */
    authentication_set_act(act, authentication);
    err = act_record(worker, act, authentication_purpose_names[authentication->purpose]);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

enum hufu_err authentication_try_code(struct worker *worker, struct act *act, const uint8_t *token,
                                      struct bytes digits, struct authentication_progress *out)
{
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    enum code_verdict verdict = CODE_VERDICT_NONE;
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = authentication_try_look(worker, act, token, AUTHENTICATION_SMS, &attempted);
    if (err != HUFU_OK)
        return err;
    struct authentication *authentication = &attempted.view.authentication;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = authentication_lock(worker->store, attempted.token_hash, authentication);
    if (err == HUFU_OK)
        err = authentication_try_count(worker, act, &attempted);
    if (err == HUFU_OK && authentication_is_under_way(authentication))
        err = code_try(worker, authentication->project_id, CODE_AUTHENTICATION, attempted.token_hash, digits,
                       &verdict);
    if (err != HUFU_OK)
        return err;
    if (verdict == CODE_VERDICT_NONE)
        return act_refuse(act, REFUSAL_AUTHENTICATION_FAILED);
    authentication_set_act(act, authentication);
    if (verdict == CODE_VERDICT_WRONG || !authentication->has_account)
        return authentication_try_wrong(worker, act, &attempted, &transaction);
    return authentication_try_right(worker, act, &attempted, &transaction, out);
}
