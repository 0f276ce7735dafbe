/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/signing.h"

#include <stdlib.h>
#include <string.h>

#include "mobile-sdk/exchange.h"
#include "mobile-sdk/result.h"

struct signing_context {
    struct cosign_signing signing;
    const struct cosign_device_half *half;
    struct bytes digests;
    struct cosign_random random;
    uint8_t (*signatures)[HUFU_SIGNATURE_SIZE];
};

static void signing_context_free(struct signing_context **context)
{
    if (*context)
        secret_wipe(*context, sizeof(**context));
    free(*context);
}

/* A repetition with a new request id has new nonces: begin draws them. */
static enum hufu_err make_signing(void *context, struct buf *body, struct bytes head)
{
    struct signing_context *signing = context;
    return cosign_device_sign_begin(&signing->signing, body, signing->half, head, signing->digests,
                                    &signing->random);
}

static enum hufu_err take_signing(void *context, struct bytes head, struct bytes answer)
{
    struct signing_context *signing = context;
    return cosign_device_sign_finish(&signing->signing, signing->signatures, head, signing->digests, answer);
}

static bool put_purpose_field(struct buf *out, const char *text)
{
    size_t len = text ? strlen(text) : 0;
    buf_put_field(out, text, len);
    return len >= 1 && len <= FRAME_PURPOSE_FIELD_MAX;
}

static enum hufu_result encode_purpose(struct buf *out, const struct hufu_purpose *purpose)
{
    if (!purpose)
        return HUFU_RESULT_OK;
    bool whole = put_purpose_field(out, purpose->kind) && put_purpose_field(out, purpose->relying_party) &&
                 put_purpose_field(out, purpose->transaction);
    return whole && !buf_finish(out) ? HUFU_RESULT_OK : HUFU_RESULT_ARGUMENT;
}

enum hufu_result signing_run(struct hufu *hufu, const struct key_record *key, const struct unlocked *unlocked,
                             struct bytes digests, const struct hufu_purpose *purpose,
                             uint8_t (*signatures)[HUFU_SIGNATURE_SIZE])
{
    uint8_t purpose_memory[FRAME_PURPOSE_MAX];
    struct buf purpose_encoded;
    buf_init(&purpose_encoded, purpose_memory, sizeof(purpose_memory));
    enum hufu_result result = encode_purpose(&purpose_encoded, purpose);
    if (result)
        return result;
    __attribute__((cleanup(signing_context_free))) struct signing_context *context =
        calloc(1, sizeof(*context));
    if (!context)
        return HUFU_RESULT_INTERNAL;
    context->half = &unlocked->half;
    context->digests = digests;
    context->random = random_source(hufu);
    context->signatures = signatures;
    const struct exchange exchange = {.op = FRAME_OP_SIGN,
                                      .key = key,
                                      .generation = unlocked->generation,
                                      .purpose = buf_bytes(&purpose_encoded),
                                      .public_part = digests,
                                      .path = "/signatures",
                                      .make = make_signing,
                                      .take = take_signing,
                                      .context = context};
    return exchange_run(hufu, &exchange);
}

enum hufu_result signing_with_pin(struct hufu *hufu, const struct hufu_id *id, struct bytes digests,
                                  const struct hufu_purpose *purpose, const struct pin *pin,
                                  uint8_t (*signatures)[HUFU_SIGNATURE_SIZE])
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result && (key.usage != HUFU_USAGE_SIGN || key.stage != KEY_CERTIFIED))
        result = HUFU_RESULT_NOT_READY;
    if (!result)
        result = unlock(hufu, &key, pin, pin, &unlocked);
    if (result)
        return result;
    result = signing_run(hufu, &key, &unlocked, digests, purpose, signatures);
    result = unlock_settled(hufu, &key, result);
    if (result)
        memset(signatures, 0, digests.len / HUFU_DIGEST_SIZE * HUFU_SIGNATURE_SIZE);
    return result;
}

enum hufu_result hufu_sign_digests(struct hufu *hufu, const struct hufu_id *key,
                                   const uint8_t (*digests)[HUFU_DIGEST_SIZE], size_t count,
                                   const struct hufu_purpose *purpose, const char *pin_text, size_t pin_len,
                                   uint8_t (*signatures)[HUFU_SIGNATURE_SIZE])
{
    report_begin(hufu);
    if (!digests || count == 0 || count > HUFU_BATCH_MAX)
        return report_end(hufu, count > HUFU_BATCH_MAX ? HUFU_RESULT_LIMIT : HUFU_RESULT_ARGUMENT);
    memset(signatures, 0, count * HUFU_SIGNATURE_SIZE);
    const struct pin pin = {.text = pin_text, .len = pin_len};
    struct bytes all = bytes_of(digests, count * HUFU_DIGEST_SIZE);
    return report_end(hufu, signing_with_pin(hufu, key, all, purpose, &pin, signatures));
}

enum hufu_result hufu_digest(struct hufu *hufu, const struct hufu_id *id, const void *message, size_t len,
                             uint8_t digest[HUFU_DIGEST_SIZE])
{
    memset(digest, 0, HUFU_DIGEST_SIZE);
    report_begin(hufu);
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, id);
    if (!result && !key_has_half(&key))
        result = HUFU_RESULT_NOT_READY;
    if (!result)
        result =
            result_of_err(cosign_message_digest(digest, key_identity(&key), key.P, bytes_of(message, len)));
    return report_end(hufu, result);
}
