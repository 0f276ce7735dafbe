/* SPDX-License-Identifier: Apache-2.0 */
/* Decryption, both sides (docs/protocol.md §4; GB/T 32918.4). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/half_proof.h"
#include "cosign/hash.h"

static const struct half_proof_kind kind = {COSIGN_OP_DECRYPT, "hufu/sm2/decrypt/device"};

#define COORDINATE_SIZE 32
/* C1 whose products are computed together. */
#define TOGETHER POINT_MUL_TOGETHER
/* C1 and C3 of a ciphertext; C2 follows. */
#define CIPHERTEXT_HEAD (COSIGN_POINT_SIZE + SM3_BYTES)

/* 1 to 256 points of the curve. */
static enum hufu_err check_points_var(uint32_t *count, struct bytes points)
{
    const size_t number = points.len / COSIGN_POINT_SIZE;
    if (number > COSIGN_BATCH_MAX)
        return HUFU_ERR_LIMIT;
    bool good = number > 0 && points.len % COSIGN_POINT_SIZE == 0;
    for (size_t i = 0; i < number && good; i++) {
        struct affine C1;
        good = affine_decode_var(&C1, points.data + i * COSIGN_POINT_SIZE);
    }
    *count = (uint32_t)number;
    return good ? HUFU_OK : HUFU_ERR_FORM;
}

enum hufu_err device_decrypt_begin(struct buf *body, const struct cosign_device_half *half, struct bytes head,
                                   struct bytes points, const struct draw *draw)
{
    uint32_t count = 0;
    enum hufu_err err = check_points_var(&count, points);
    return err ? err : half_proof_put(body, &kind, half, head, draw);
}

enum hufu_err cosign_device_decrypt_begin(struct buf *body, const struct cosign_device_half *half,
                                          struct bytes head, struct bytes points,
                                          const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_decrypt_begin(body, half, head, points, &draw);
}

/* Some W = b·C1, computed together. With C3 of its ciphertext, a W tests a PIN (§6). */
struct some {
    struct scalar b[TOGETHER];
    struct affine C1[TOGETHER];
    struct point products[TOGETHER];
    struct affine W[TOGETHER];
};

static void some_wipe(struct some *some)
{
    secret_wipe(some, sizeof(*some));
}
#define SOME_WIPED __attribute__((cleanup(some_wipe)))

/* points: at most TOGETHER of them, known to be on the curve. */
static void put_some(struct buf *answer, const struct scalar *b, struct bytes points)
{
    struct some some SOME_WIPED = {0};
    const size_t count = points.len / COSIGN_POINT_SIZE;
    for (size_t i = 0; i < count; i++) {
        some.b[i] = *b;
        (void)affine_decode_var(&some.C1[i], points.data + i * COSIGN_POINT_SIZE);
    }
    point_mul(some.products, some.b, some.C1, count);
    point_to_affine(some.W, some.products, count);
    for (size_t i = 0; i < count; i++) {
        uint8_t *room = buf_reserve(answer, COSIGN_POINT_SIZE);
        if (room)
            affine_encode(room, &some.W[i]);
    }
}

/* Appends all W = b·C1. */
static enum hufu_err put_answer(struct buf *answer, const struct scalar *b, struct bytes points)
{
    const size_t start = answer->len;
    const size_t step = (size_t)TOGETHER * COSIGN_POINT_SIZE;
    buf_put_field_text(answer, COSIGN_OP_DECRYPT);
    size_t mark = buf_field_begin(answer);
    for (size_t at = 0; at < points.len; at += step)
        put_some(answer, b, bytes_of(points.data + at, points.len - at < step ? points.len - at : step));
    buf_field_end(answer, mark);
    return message_finish(answer, start);
}

static void digest_points(uint8_t digests[][COSIGN_DIGEST_SIZE], struct bytes points, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        cosign_sm3(digests[i], points.data + (size_t)i * COSIGN_POINT_SIZE, COSIGN_POINT_SIZE);
}

static enum hufu_err answer_request(struct buf *answer, const struct cosign_service_half *half,
                                    struct bytes head, struct bytes points, struct bytes body)
{
    struct service_keys keys SERVICE_KEYS_WIPED;
    enum hufu_err err = service_keys_open(&keys, half);
    if (!err)
        err = half_proof_check_var(&kind, half, head, body);
    return err ? err : put_answer(answer, &keys.b, points);
}

enum hufu_err cosign_service_decrypt(const struct cosign_service_half *half, struct buf *answer,
                                     uint8_t point_digests[][COSIGN_DIGEST_SIZE], struct bytes head,
                                     struct bytes points, struct bytes body)
{
    uint32_t count = 0;
    enum hufu_err err = check_points_var(&count, points);
    if (err)
        return err;
    digest_points(point_digests, points, count);
    err = answer_request(answer, half, head, points, body);
    if (err)
        memset(point_digests, 0, (size_t)count * COSIGN_DIGEST_SIZE);
    return err;
}

/* d·C1, the secret point of one ciphertext. */
struct shared {
    uint8_t x2[COORDINATE_SIZE];
    uint8_t y2[COORDINATE_SIZE];
};

static void shared_wipe(struct shared *shared)
{
    secret_wipe(shared, sizeof(*shared));
}
#define SHARED_WIPED __attribute__((cleanup(shared_wipe)))

/* W number `index` of the answer, which must have a whole number of them. */
static const uint8_t *find_W(struct bytes answer, uint32_t index)
{
    struct cursor c;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_DECRYPT);
    struct bytes Ws = cursor_field(&c, (size_t)COSIGN_BATCH_MAX * COSIGN_POINT_SIZE);
    bool good = !cursor_finish(&c) && Ws.len % COSIGN_POINT_SIZE == 0 && index < Ws.len / COSIGN_POINT_SIZE;
    return good ? Ws.data + (size_t)index * COSIGN_POINT_SIZE : NULL;
}

/* a·W - C1. */
static enum hufu_err make_shared(struct shared *shared, const struct cosign_device_half *half,
                                 const uint8_t *C1, const uint8_t *W)
{
    struct scalar a SCALAR_WIPED;
    struct point point POINT_WIPED;
    struct point theirs;
    struct affine C1_point;
    struct affine affine AFFINE_WIPED; /* W, then d·C1 */
    uint8_t encoded[COSIGN_POINT_SIZE];
    if (!scalar_decode_nonzero(&a, half->a) || !affine_decode_var(&C1_point, C1))
        return HUFU_ERR_FORM;
    if (!W || !affine_decode_var(&affine, W))
        return HUFU_ERR_PEER;
    point_mul(&point, &a, &affine, 1);
    point_of_affine(&theirs, &C1_point);
    point_sub(&point, &point, &theirs);
    if (point_is_infinite(&point))
        return HUFU_ERR_PEER;
    point_to_affine(&affine, &point, 1);
    affine_encode(encoded, &affine);
    memcpy(shared, encoded + 1, sizeof(*shared));
    secret_wipe(encoded, sizeof(encoded));
    return HUFU_OK;
}

/* out = in XOR KDF(x2 ‖ y2, len). *any is 0 when the whole key stream is. */
static void apply_key_stream(uint8_t *out, const uint8_t *in, size_t len, uint8_t *any,
                             const struct shared *shared)
{
    *any = 0;
    for (size_t at = 0; at < len; at += SM3_BYTES) {
        struct sm3 hash SM3_DROPPED;
        struct secret32 block SECRET_WIPED;
        sm3_init(&hash);
        sm3_update(&hash, shared, sizeof(*shared));
        sm3_u32(&hash, (uint32_t)(at / SM3_BYTES + 1)); /* the counter ct */
        sm3_done(&hash, block.bytes);
        for (size_t i = 0; i < SM3_BYTES && at + i < len; i++) {
            *any |= block.bytes[i];
            out[at + i] = in[at + i] ^ block.bytes[i];
        }
    }
}

/* C3 = H(x2 ‖ M ‖ y2). */
static bool hash_holds(const uint8_t *plaintext, size_t len, const uint8_t *C3, const struct shared *shared)
{
    struct sm3 hash SM3_DROPPED;
    struct secret32 digest SECRET_WIPED;
    sm3_init(&hash);
    sm3_update(&hash, shared->x2, sizeof(shared->x2));
    sm3_update(&hash, plaintext, len);
    sm3_update(&hash, shared->y2, sizeof(shared->y2));
    sm3_done(&hash, digest.bytes);
    return secret_equal(digest.bytes, C3, SM3_BYTES);
}

static enum hufu_err open_ciphertext(uint8_t *plaintext, size_t len, const struct shared *shared,
                                     const uint8_t *ciphertext)
{
    uint8_t any;
    apply_key_stream(plaintext, ciphertext + CIPHERTEXT_HEAD, len, &any, shared);
    bool empty = any == 0;
    secret_unmark(&empty, sizeof(empty));
    bool holds = hash_holds(plaintext, len, ciphertext + COSIGN_POINT_SIZE, shared);
    return holds && !empty ? HUFU_OK : HUFU_ERR_PEER;
}

enum hufu_err cosign_device_decrypt_finish(uint8_t *plaintext, const struct cosign_device_half *half,
                                           uint32_t index, struct bytes ciphertext, struct bytes answer)
{
    struct shared shared SHARED_WIPED;
    if (ciphertext.len <= CIPHERTEXT_HEAD)
        return HUFU_ERR_FORM;
    const size_t len = ciphertext.len - CIPHERTEXT_HEAD;
    if (len > UINT32_MAX) /* far below what the counter of the key stream allows */
        return HUFU_ERR_LIMIT;
    memset(plaintext, 0, len);
    enum hufu_err err = make_shared(&shared, half, ciphertext.data, find_W(answer, index));
    if (!err)
        err = open_ciphertext(plaintext, len, &shared, ciphertext.data);
    if (err)
        secret_wipe(plaintext, len);
    return err;
}
