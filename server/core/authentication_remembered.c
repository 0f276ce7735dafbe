/* SPDX-License-Identifier: Apache-2.0 */
/* A remembered password as a method of authentication: it passes for the password, but not where a way in is changed. */
#include <string.h>

#include "common/secret.h"
#include "server/core/authentication_try.h"
#include "server/core/device_key.h"
#include "server/core/remembered.h"
#include "server/store/remembered_store.h"

static bool authentication_remembered_holds(const struct authentication *authentication,
                                            const struct remembered *remembered, const uint8_t *token,
                                            const uint8_t *given, const uint8_t *proof)
{
    uint8_t memory[128];
    struct buf message;
    buf_init(&message, memory, sizeof memory);
    bool holds = authentication->has_account &&
                 memcmp(authentication->account_id, remembered->account_id, UUID_SIZE) == 0 &&
                 remembered_signed_message(&message, token, given) == HUFU_OK &&
                 device_key_verify_var(remembered->device_key, buf_bytes(&message), proof) == HUFU_OK;
    secret_wipe(memory, sizeof memory);
    return holds;
}

static bool authentication_takes_remembered(enum authentication_purpose purpose)
{
    return purpose == AUTHENTICATION_SIGN_IN || purpose == AUTHENTICATION_CONFIRM;
}

enum hufu_err authentication_try_remembered(struct worker *worker, struct act *act, const uint8_t *token,
                                            const uint8_t *given, const uint8_t *proof,
                                            struct authentication_progress *out)
{
    struct authentication_try attempted AUTHENTICATION_TRY_WIPED = {.moment_us = 0};
    struct remembered remembered;
    uint8_t given_hash[HASH_SIZE];
    *out = (struct authentication_progress){.passed = 0};
    enum hufu_err err = authentication_try_look(worker, act, token, AUTHENTICATION_PASSWORD, &attempted);
    if (err == HUFU_OK && !authentication_takes_remembered(attempted.view.authentication.purpose))
        err = act_refuse_reason(act, REFUSAL_NOT_ALLOWED, "the password must be given for this");
    attempted.passes = METHOD_REMEMBERED;
    if (err == HUFU_OK)
        err = authentication_try_count_alone(worker, act, &attempted);
    if (err != HUFU_OK)
        return err;
    authentication_set_act(act, &attempted.view.authentication);
    hash_sha256(given_hash, bytes_of(given, REMEMBERED_TOKEN_SIZE));
    err = remembered_read(worker->store, given_hash, &remembered);
    if (err != HUFU_OK && err != HUFU_ERR_NOT_FOUND)
        return err;
    bool right = err == HUFU_OK && authentication_remembered_holds(&attempted.view.authentication,
                                                                   &remembered, token, given, proof);
    return authentication_try_end(worker, act, &attempted, right, out);
}
