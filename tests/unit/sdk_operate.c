/* SPDX-License-Identifier: Apache-2.0 */
/* The private-key process of the played service: opens frames, answers them, lies where it is told to. */
#include <stdio.h>

#include "common/encoding.h"
#include "common/frame.h"
#include "common/hash.h"
#include "cosign/sign.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

/* One request on its way. */
struct operation {
    struct sdk_service *service;
    struct sdk_service_key *key;
    struct frame frame;
    uint8_t frame_memory[FRAME_MAX];
    struct box_session session;
    uint8_t body_memory[COSIGN_BODY_MAX];
    struct buf body;
    uint8_t answer_memory[FRAME_ANSWER_MAX];
    struct buf answer;
    struct sdk_half *half;
    char extra[256]; /* members of the JSON answer */
};

static struct bytes points_or_digests(const struct operation *op)
{
    return op->frame.head.public_part;
}

/* The items of T(operation, items), to be changed in place. */
static uint8_t *items_of(const struct operation *op)
{
    return op->answer.data + 4 + strlen(COSIGN_OP_SIGN) + 4;
}

static enum hufu_err keygen_begin(struct operation *op)
{
    struct sdk_service_key *key = op->key;
    struct bytes head = op->frame.head_encoded;
    enum hufu_err err =
        cosign_service_keygen_begin(key->pending_b, key->pending_com, &op->answer, head, buf_bytes(&op->body),
                                    op->frame.encoded, &op->service->random);
    if (err)
        return err;
    assert_true(head.len <= sizeof(key->pending_head));
    memcpy(key->pending_head, head.data, head.len);
    key->pending_head_len = head.len;
    key->state = "pending";
    if (op->service->lie == SDK_LIE_KEYGEN_PROOF)
        op->answer.data[op->answer.len - 1] ^= 1;
    return HUFU_OK;
}

static enum hufu_err keygen_finish(struct operation *op)
{
    struct sdk_service_key *key = op->key;
    enum hufu_err err = cosign_service_keygen_finish(&key->now.half, &op->answer,
                                                     bytes_of(key->pending_head, key->pending_head_len),
                                                     key->pending_b, key->pending_com, buf_bytes(&op->body));
    if (err)
        return err;
    key->now.exists = true;
    key->now.generation = 0;
    key->state = "generated";
    if (op->service->lie == SDK_LIE_KEYGEN_P) { /* another point of the curve */
        uint8_t other[COSIGN_POINT_SIZE];
        memcpy(other, key->now.half.A, sizeof(other));
        memcpy(op->answer.data + op->answer.len - COSIGN_POINT_SIZE, other, sizeof(other));
    }
    return HUFU_OK;
}

static enum hufu_err lie_about_signing(struct operation *op)
{
    size_t count = frame_head_count(&op->frame.head);
    uint8_t *items = items_of(op);
    uint8_t kept[SIGN_ITEM_SIZE];
    switch ((int)op->service->lie) {
    case SDK_LIE_SIGN_S2_ZERO:
        for (size_t i = 0; i < count; i++)
            memset(items + i * SIGN_ITEM_SIZE + SIGN_PAIR_SIZE, 0, COSIGN_SCALAR_SIZE);
        return HUFU_OK;
    case SDK_LIE_SIGN_EXCHANGED:
        assert_true(count > 1);
        memcpy(kept, items, SIGN_ITEM_SIZE);
        memcpy(items, items + SIGN_ITEM_SIZE, SIGN_ITEM_SIZE);
        memcpy(items + SIGN_ITEM_SIZE, kept, SIGN_ITEM_SIZE);
        return HUFU_OK;
    case SDK_LIE_SIGN_SHORT:
        op->answer.len -= SIGN_ITEM_SIZE;
        op->answer.data[4 + strlen(COSIGN_OP_SIGN) + 2] = (uint8_t)((count - 1) * SIGN_ITEM_SIZE >> 8);
        op->answer.data[4 + strlen(COSIGN_OP_SIGN) + 3] = (uint8_t)((count - 1) * SIGN_ITEM_SIZE);
        return HUFU_OK;
    default:
        return HUFU_OK;
    }
}

static enum hufu_err sign_once(struct operation *op, struct buf *answer)
{
    static uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    return cosign_service_sign(&op->half->half, answer, r, op->frame.head_encoded, points_or_digests(op),
                               buf_bytes(&op->body), op->frame.encoded, &op->service->random);
}

/* Two answers to one request: the scalars of the one behind the points of the other. */
static enum hufu_err sign_with_other_points(struct operation *op)
{
    static uint8_t memory[FRAME_ANSWER_MAX];
    struct buf second;
    buf_init(&second, memory, sizeof(memory));
    enum hufu_err err = sign_once(op, &op->answer);
    if (!err)
        err = sign_once(op, &second);
    for (size_t i = 0; !err && i < frame_head_count(&op->frame.head); i++)
        memcpy(items_of(op) + i * SIGN_ITEM_SIZE,
               memory + (items_of(op) - op->answer.data) + i * SIGN_ITEM_SIZE, SIGN_PAIR_SIZE);
    return err;
}

static enum hufu_err sign(struct operation *op)
{
    enum sdk_lie lie = op->service->lie;
    if (lie == SDK_LIE_SIGN_OTHER_POINTS)
        return sign_with_other_points(op);
    if (lie == SDK_LIE_SIGN_OTHER_BETA || lie == SDK_LIE_SIGN_OWN_BETA)
        return sdk_forge_signing(&op->half->half, &op->answer, op->frame.head_encoded, points_or_digests(op),
                                 buf_bytes(&op->body), lie == SDK_LIE_SIGN_OWN_BETA, &op->service->random);
    enum hufu_err err = sign_once(op, &op->answer);
    return err ? err : lie_about_signing(op);
}

static enum hufu_err decrypt(struct operation *op)
{
    static uint8_t digests[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    enum hufu_err err = cosign_service_decrypt(&op->half->half, &op->answer, digests, op->frame.head_encoded,
                                               points_or_digests(op), buf_bytes(&op->body));
    if (!err && op->service->lie == SDK_LIE_DECRYPT_W) /* A is a point, but not b·C1 */
        memcpy(op->answer.data + op->answer.len - COSIGN_POINT_SIZE, op->half->half.A, COSIGN_POINT_SIZE);
    if (!err && op->service->lie == SDK_LIE_DECRYPT_SHORT) {
        size_t begin = 4 + strlen(COSIGN_OP_DECRYPT), len = op->answer.len - begin - 4 - COSIGN_POINT_SIZE;
        op->answer.len -= COSIGN_POINT_SIZE;
        op->answer.data[begin + 2] = (uint8_t)(len >> 8);
        op->answer.data[begin + 3] = (uint8_t)len;
    }
    return err;
}

static enum hufu_err refresh(struct operation *op)
{
    struct sdk_service_key *key = op->key;
    struct sdk_half next = {
        .exists = true, .generation = op->half->generation + 1, .secondary = op->half->secondary};
    bool to_primary = frame_head_asks_primary(&op->frame.head);
    if (key->next.exists && op->frame.head.time_ms <= key->next_time_ms)
        return HUFU_ERR_STATE;
    enum hufu_err err = cosign_service_refresh(&next.half, &op->answer, &op->half->half, op->half->generation,
                                               op->frame.head_encoded, buf_bytes(&op->body));
    if (err)
        return err;
    if (to_primary && op->service->secondary)
        return HUFU_ERR_POLICY;
    next.secondary = next.secondary && !to_primary;
    key->next = next;
    key->next_time_ms = op->frame.head.time_ms;
    if (op->service->lie == SDK_LIE_REFRESH_B)
        memcpy(op->answer.data + op->answer.len - COSIGN_POINT_SIZE, next.half.A, COSIGN_POINT_SIZE);
    return HUFU_OK;
}

static enum hufu_err pin_check(struct operation *op)
{
    enum hufu_err err =
        cosign_service_pin_check(&op->half->half, &op->answer, op->frame.head_encoded, buf_bytes(&op->body));
    if (!err && op->service->lie == SDK_LIE_CHECK_MORE)
        buf_put_field_text(&op->answer, "more");
    return err;
}

static enum hufu_err compute(struct operation *op)
{
    switch (op->frame.head.op) {
    case FRAME_OP_KEYGEN_BEGIN:
        return keygen_begin(op);
    case FRAME_OP_KEYGEN_FINISH:
        return keygen_finish(op);
    case FRAME_OP_SIGN:
        return op->key->decrypt ? HUFU_ERR_POLICY : sign(op);
    case FRAME_OP_DECRYPT:
        return op->key->decrypt ? decrypt(op) : HUFU_ERR_POLICY;
    case FRAME_OP_REFRESH:
        return refresh(op);
    case FRAME_OP_PIN_CHECK:
        return pin_check(op);
    case FRAME_OP_HANDOVER:
        return sdk_lending_handover(op->service, &op->half->half, &op->frame, buf_bytes(&op->body),
                                    &op->answer);
    case FRAME_OP_POLICY:
        return sdk_lending_policy(op->service, &op->frame, buf_bytes(&op->body), &op->answer);
    case FRAME_OP_COUNT:
        break;
    }
    return HUFU_ERR_FORM;
}

static bool is_keygen(const struct operation *op)
{
    return op->frame.head.op == FRAME_OP_KEYGEN_BEGIN || op->frame.head.op == FRAME_OP_KEYGEN_FINISH;
}

/* State, generation and time, before any secret is touched. The status of a refusal, or 0. */
static int admit(struct operation *op, struct hufu_http_answer *answer)
{
    struct sdk_service *service = op->service;
    uint64_t time_ms = op->frame.head.time_ms, now = service->clock_ms;
    if (service->clock_refuses && (time_ms > now + FRAME_AGE_MAX_MS || time_ms + FRAME_AGE_MAX_MS < now)) {
        char time[RFC3339_TEXT_SIZE], extras[64];
        rfc3339_format(time, now);
        (void)snprintf(extras, sizeof(extras), ",\"service_time\":\"%s\"", time);
        return sdk_problem(answer, 403, "frame-time", extras);
    }
    if (is_keygen(op))
        return op->key->now.exists ? sdk_problem(answer, 409, "conflict", "") : 0;
    struct sdk_half *now_half = &op->key->now, *next = &op->key->next;
    if (now_half->exists && op->frame.head.generation == now_half->generation)
        op->half = now_half;
    else if (next->exists && op->frame.head.generation == next->generation)
        op->half = next;
    if (!op->half)
        return sdk_problem(answer, 409, "no-such-generation", "");
    return service->pin_failures >= SDK_PIN_LIMIT ? sdk_problem(answer, 403, "pin-locked", "") : 0;
}

static int refuse(struct operation *op, enum hufu_err err, struct hufu_http_answer *answer)
{
    char extras[64];
    switch ((int)err) {
    case HUFU_ERR_PROOF:
        op->service->pin_failures++;
        (void)snprintf(extras, sizeof(extras), ",\"tries_left\":%u",
                       SDK_PIN_LIMIT - op->service->pin_failures);
        return sdk_problem(answer, 403, "pin-wrong", extras);
    case HUFU_ERR_POLICY:
        return sdk_problem(answer, 403, "not-allowed", "");
    case HUFU_ERR_STATE:
        return sdk_problem(answer, 409, "conflict", "");
    default:
        return sdk_problem(answer, 400, "frame-malformed", "");
    }
}

/* The first valid proof at g+1 ends g. */
static void succeed(struct operation *op)
{
    (void)snprintf(op->extra, sizeof(op->extra), ",\"pin_failures_before\":%u%s", op->service->pin_failures,
                   op->key->limits ? op->key->limits : "");
    if (!is_keygen(op))
        op->service->pin_failures = 0;
    if (op->half && op->half == &op->key->next) {
        op->key->now = op->key->next;
        op->key->next.exists = false;
        op->service->refresh_due = false;
    }
}

static void seal(struct operation *op, struct hufu_http_answer *answer)
{
    static uint8_t sealed_memory[FRAME_ANSWER_MAX];
    static char text[BASE64URL_TEXT_SIZE(FRAME_ANSWER_MAX)];
    struct buf sealed;
    uint8_t nonce[BOX_NONCE_SIZE];
    buf_init(&sealed, sealed_memory, sizeof(sealed_memory));
    assert_ok(op->service->random.fill(NULL, nonce, sizeof(nonce)));
    if (op->service->lie == SDK_LIE_ANSWER_OTHER_FRAME)
        op->session.frame_hash[7] ^= 1;
    assert_ok(box_seal_answer(&sealed, &op->session, buf_bytes(&op->answer), nonce));
    base64url_encode(text, sizeof(text), buf_bytes(&sealed));
    (void)sdk_reply(answer, 200, "{\"answer\":\"%s\"%s}", text, op->extra);
}

static void open_frame(struct operation *op, const struct json_t *json)
{
    uint8_t signature[64];
    static uint8_t message_memory[FRAME_MAX + 32];
    struct buf encoded, message;
    struct json_reader reader = json_reader_of(json);
    buf_init(&encoded, op->frame_memory, sizeof(op->frame_memory));
    buf_init(&message, message_memory, sizeof(message_memory));
    buf_init(&op->body, op->body_memory, sizeof(op->body_memory));
    buf_init(&op->answer, op->answer_memory, sizeof(op->answer_memory));
    json_read_bytes(&reader, "frame", &encoded);
    json_read_exact(&reader, "signature", signature, sizeof(signature));
    assert_ok(json_finish(&reader));
    assert_ok(frame_parse(&op->frame, buf_bytes(&encoded)));
    assert_memory_equal(op->frame.head.key_id, op->key->id, 16);
    assert_memory_equal(op->frame.head.binding_id, op->key->binding, 16);
    assert_ok(frame_signed_message(&message, buf_bytes(&encoded)));
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    assert_int_equal(p256.verify(NULL, op->service->device_key, message.data, message.len, signature),
                     HUFU_RESULT_OK);
    assert_ok(box_open_frame(&op->body, &op->session, &op->frame, op->service->box_private));
}

/* A request id once seen gets the stored answer for the same frame, and a conflict for another. */
static const struct sdk_stored_answer *stored_answer(const struct operation *op,
                                                     struct hufu_http_answer *answer)
{
    uint8_t hash[32];
    hash_sha256(hash, op->frame.encoded);
    for (size_t i = 0; i < op->service->answer_count; i++) {
        const struct sdk_stored_answer *stored = &op->service->answers[i];
        if (memcmp(stored->request_id, op->frame.head.request_id, 16) != 0)
            continue;
        if (memcmp(stored->frame_hash, hash, 32) != 0)
            (void)sdk_problem(answer, 409, "request-conflict", "");
        else
            (void)sdk_reply(answer, stored->status, "%s", stored->body);
        return stored;
    }
    return NULL;
}

static void store_answer(const struct operation *op, const struct hufu_http_answer *answer)
{
    assert_true(op->service->answer_count < SDK_SERVICE_ANSWERS_MAX);
    struct sdk_stored_answer *stored = &op->service->answers[op->service->answer_count++];
    memcpy(stored->request_id, op->frame.head.request_id, 16);
    hash_sha256(stored->frame_hash, op->frame.encoded);
    stored->status = answer->status;
    memcpy(stored->body, answer->body, answer->body_len);
    stored->body[answer->body_len] = '\0';
}

static void run(struct operation *op, struct hufu_http_answer *answer)
{
    if (stored_answer(op, answer) || admit(op, answer))
        return;
    enum hufu_err err = compute(op);
    if (err) {
        (void)refuse(op, err, answer);
    } else {
        succeed(op);
        seal(op, answer);
    }
    store_answer(op, answer);
}

/* What a bad line, or a service that plays one, does to answers. */
static void deliver(struct sdk_service *service, struct hufu_http_answer *answer)
{
    enum sdk_lie lie = service->lie;
    if (lie == SDK_LIE_ANSWER_ALWAYS_LOST || (lie == SDK_LIE_ANSWER_LOST_TWICE && service->lost++ < 2))
        answer->status = 0;
    if (lie == SDK_LIE_ANSWER_GARBLED_ONCE && service->lost++ < 1)
        answer->body[20] ^= 1;
    if ((lie == SDK_LIE_BUSY_ONCE && service->lost++ < 1) || lie == SDK_LIE_BUSY_FOR_LONG) {
        (void)sdk_problem(answer, 503, "busy", "");
        answer->retry_after_s = lie == SDK_LIE_BUSY_ONCE ? 2 : 60;
    }
    if (lie == SDK_LIE_ANSWER_REPLAYED && service->answer_count > 1) {
        const struct sdk_stored_answer *previous = &service->answers[service->answer_count - 2];
        (void)sdk_reply(answer, previous->status, "%s", previous->body);
    }
}

static int refuse_frame(const struct sdk_service *service, struct hufu_http_answer *answer)
{
    if (!service->refusal[0])
        return sdk_reply(answer, service->refusal_status, "<html>");
    return sdk_problem(answer, service->refusal_status, service->refusal, service->refusal_extras);
}

void sdk_operate(struct sdk_service *service, struct sdk_service_key *key, const struct json_t *json,
                 struct hufu_http_answer *answer)
{
    service->frames++;
    if (service->refusal && (!service->refused || service->refused == key)) {
        (void)refuse_frame(service, answer);
        return;
    }
    struct operation *op = calloc(1, sizeof(*op));
    assert_non_null(op);
    op->service = service;
    op->key = key;
    open_frame(op, json);
    run(op, answer);
    deliver(service, answer);
    free(op);
}
