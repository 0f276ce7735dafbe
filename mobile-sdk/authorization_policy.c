/* SPDX-License-Identifier: Apache-2.0 */
/* What the holder's device signs of an authorization (§5): exactly the terms that its person agreed to. */
#include <string.h>

#include "mobile-sdk/authorization.h"
#include "mobile-sdk/exchange.h"
#include "mobile-sdk/unlock.h"

#define PUBLIC_MAX 160

bool authorization_usage(const struct hufu_authorization *authorization, enum hufu_usage *usage)
{
    unsigned operations = authorization->operations;
    bool decrypts = operations == HUFU_OPERATION_DECRYPT;
    *usage = decrypts ? HUFU_USAGE_DECRYPT : HUFU_USAGE_SIGN;
    return decrypts || (operations && !(operations & ~(HUFU_OPERATION_SIGN | HUFU_OPERATION_LOGIN)));
}

enum hufu_result authorization_policy(struct buf *out, const struct hufu_authorization *authorization)
{
    enum hufu_usage usage;
    if (!authorization_usage(authorization, &usage))
        return HUFU_RESULT_ARGUMENT;
    struct frame_policy policy = {
        .from_ms = authorization->from_ms,
        .until_ms = authorization->until_ms,
        .operations = usage == HUFU_USAGE_SIGN ? FRAME_ALLOW_SIGN : FRAME_ALLOW_DECRYPT,
        .uses = authorization->uses,
    };
    memcpy(policy.authorization_id, authorization->id.bytes, sizeof(policy.authorization_id));
    return frame_policy_encode(out, &policy) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

/* The frame has no proof: its body is its name alone. */
static enum hufu_err make_policy(void *context, struct buf *body, struct bytes head)
{
    (void)context;
    (void)head;
    buf_put_field_text(body, frame_op_name(FRAME_OP_POLICY));
    return buf_finish(body);
}

static enum hufu_err take_policy(void *context, struct bytes head, struct bytes answer)
{
    (void)context;
    (void)head;
    return exchange_empty_answer(FRAME_OP_POLICY, answer);
}

static enum hufu_result send_policy(struct hufu *hufu, const struct key_record *key, uint32_t generation,
                                    const struct hufu_authorization *agreed)
{
    uint8_t policy_memory[FRAME_POLICY_SIZE], memory[PUBLIC_MAX];
    struct buf policy, public_part;
    buf_init(&policy, policy_memory, sizeof(policy_memory));
    buf_init(&public_part, memory, sizeof(memory));
    enum hufu_result result = authorization_policy(&policy, agreed);
    if (result)
        return result;
    struct frame_policy_for named = {.policy = buf_bytes(&policy)};
    memcpy(named.binding_id, agreed->binding.bytes, sizeof(named.binding_id));
    if (frame_policy_for_encode(&public_part, &named))
        return HUFU_RESULT_INTERNAL;
    const struct exchange exchange = {.op = FRAME_OP_POLICY,
                                      .key = key,
                                      .generation = generation,
                                      .public_part = buf_bytes(&public_part),
                                      .path = "/policies",
                                      .make = make_policy,
                                      .take = take_policy};
    return exchange_run(hufu, &exchange);
}

static enum hufu_result seal(struct hufu *hufu, const struct hufu_authorization *agreed,
                             const struct pin *pin)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = key_record_load(&key, hufu, &agreed->key);
    if (!result)
        result = unlock(hufu, &key, pin, pin, &unlocked);
    /* The service asks for no proof of the PIN here; the person's agreement must not be had without it. */
    if (!result)
        result = unlock_settled(hufu, &key, half_check(hufu, &key, &unlocked.half, unlocked.generation));
    return result ? result : send_policy(hufu, &key, unlocked.generation, agreed);
}

enum hufu_result hufu_authorization_seal(struct hufu *hufu, const struct hufu_authorization *agreed,
                                         const char *pin_text, size_t pin_len)
{
    const struct pin pin = {.text = pin_text, .len = pin_len};
    report_begin(hufu);
    if (!hufu->device.session_token[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    if (agreed->own != HUFU_PARTY_HOLDER)
        return report_end(hufu, HUFU_RESULT_NOT_ALLOWED);
    if (!agreed->has_key || !agreed->has_binding)
        return report_end(hufu, HUFU_RESULT_NOT_READY);
    return report_end(hufu, seal(hufu, agreed, &pin));
}
