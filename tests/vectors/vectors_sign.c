/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cosign/arithmetic/group.h"
#include "cosign/drawn.h"
#include "cosign/sign.h"
#include "vectors.h"

struct session {
    const json_t *batch;
    const json_t *items;
    uint32_t count;
    uint8_t digests[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    struct vectors_head head;
    struct cosign_device_half device;
    struct cosign_service_half service;
    struct cosign_signing signing;
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    uint8_t answer_items[COSIGN_BATCH_MAX][SIGN_ITEM_SIZE];
    uint8_t memory[COSIGN_ANSWER_MAX];
};

static struct bytes digests_of(const struct session *s)
{
    return bytes_of(s->digests, (size_t)s->count * COSIGN_DIGEST_SIZE);
}

/* e of the listed message. A digest of all ones, which no message has, is listed to show that digests are taken mod n:
 * it stands for itself. */
static void check_digest(struct report *report, const json_t *item, const uint8_t P[COSIGN_POINT_SIZE],
                         const uint8_t listed[COSIGN_DIGEST_SIZE])
{
    struct hex_field message;
    uint8_t e[COSIGN_DIGEST_SIZE];
    uint8_t ones[COSIGN_DIGEST_SIZE];
    memset(ones, 0xff, sizeof(ones));
    if (memcmp(listed, ones, sizeof(ones)) == 0)
        return;
    check_ok(report, "message digest",
             cosign_message_digest(e, bytes_of_text(COSIGN_GM_IDENTITY), P,
                                   read_field(report, item, "message", &message)));
    check_bytes(report, item, "e", bytes_of(e, sizeof(e)));
}

static void read_session(struct report *report, struct session *s)
{
    s->items = member(report, s->batch, "items");
    s->count = (uint32_t)json_array_size(s->items);
    check(report, "batch size", s->count >= 1 && s->count <= COSIGN_BATCH_MAX);
    if (s->count > COSIGN_BATCH_MAX)
        s->count = 0;
    for (uint32_t i = 0; i < s->count; i++)
        read_exact(report, json_array_get(s->items, i), "e", s->digests[i], COSIGN_DIGEST_SIZE);
    read_head(report, s->batch, "head", COSIGN_OP_SIGN, digests_of(s), &s->head);
    check(report, "generation",
          json_integer_value(json_object_get(s->batch, "generation")) == (json_int_t)s->head.generation);
    read_halves(report, s->head.generation, &s->device, &s->service);
    for (uint32_t i = 0; i < s->count; i++)
        check_digest(report, json_array_get(s->items, i), s->device.P, s->digests[i]);
}

static void device_begins(struct report *report, struct session *s)
{
    struct listed listed;
    struct buf body;
    struct cursor c;
    buf_init(&body, s->memory, sizeof(s->memory));
    listed_init(&listed, report, s->batch, "tau");
    check_ok(report, "begin, device",
             device_sign_begin(&s->signing, &body, &s->device, s->head.whole, digests_of(s), &listed.draw));
    check_bytes(report, s->batch, "body", buf_bytes(&body));
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        check_bytes(report, item, "Q1", bytes_of(s->signing.Qs[i], COSIGN_POINT_SIZE));
        check_bytes(report, item, "Q2", bytes_of(s->signing.Qs[i] + COSIGN_POINT_SIZE, COSIGN_POINT_SIZE));
    }
    cursor_init(&c, buf_bytes(&body));
    cursor_field_text(&c, COSIGN_OP_SIGN);
    (void)cursor_field(&c, FIELD_MAX);
    check_bytes(report, s->batch, "proof", cursor_field(&c, COSIGN_PROOF_SIZE));
}

static void check_answer_item(struct report *report, const json_t *item, struct cursor *answer)
{
    static const struct {
        const char *name;
        size_t len;
    } parts[] = {{"K1", COSIGN_POINT_SIZE},
                 {"K2", COSIGN_POINT_SIZE},
                 {"s2", COSIGN_SCALAR_SIZE},
                 {"s3", COSIGN_SCALAR_SIZE}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        check_bytes(report, item, parts[i].name, cursor_take(answer, parts[i].len));
}

static void service_answers(struct report *report, struct session *s)
{
    struct listed listed;
    struct hex_field body;
    struct buf answer;
    struct cursor c;
    buf_init(&answer, s->memory, sizeof(s->memory));
    listed_init(&listed, report, s->batch, "tau");
    check_ok(report, "service",
             service_sign(&s->service, &answer, s->r, s->head.whole, digests_of(s),
                          read_field(report, s->batch, "body", &body), bytes_of(NULL, 0), &listed.draw));
    check_bytes(report, s->batch, "answer", buf_bytes(&answer));
    cursor_init(&c, buf_bytes(&answer));
    cursor_field_text(&c, COSIGN_OP_SIGN);
    (void)cursor_u32(&c);
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        check_answer_item(report, item, &c);
        check_bytes(report, item, "r", bytes_of(s->r[i], COSIGN_SCALAR_SIZE));
    }
}

/* s·G + t·P, encoded. */
static void make_R(struct report *report, uint8_t encoded[POINT_BYTES],
                   const uint8_t P_bytes[COSIGN_POINT_SIZE], const struct scalar *s, const struct scalar *t)
{
    struct affine P, affine;
    struct point R;
    check(report, "P", affine_decode_var(&P, P_bytes));
    point_multi_var(&R, s, t, &P, 1);
    point_to_affine(&affine, &R, 1);
    affine_encode(encoded, &affine);
}

/* β and R, which stand in no message: β from the listed points, R as a verifier computes it. */
static void check_between(struct report *report, struct session *s)
{
    struct scalar_hash binding SCALAR_HASH_DROPPED;
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        read_exact(report, item, "K1", s->answer_items[i], COSIGN_POINT_SIZE);
        read_exact(report, item, "K2", s->answer_items[i] + COSIGN_POINT_SIZE, COSIGN_POINT_SIZE);
    }
    check_ok(report, "bind",
             sign_bind(&binding, s->head.whole, s->device.P,
                       bytes_of(s->signing.Qs, (size_t)s->count * SIGN_PAIR_SIZE),
                       (const uint8_t(*)[SIGN_ITEM_SIZE])s->answer_items, s->count));
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        uint8_t encoded[POINT_BYTES];
        uint8_t r[SCALAR_BYTES], last[SCALAR_BYTES];
        struct scalar beta, first, t;
        sign_beta(&beta, &binding, i);
        scalar_encode(encoded, &beta);
        check_bytes(report, item, "beta", bytes_of(encoded, SCALAR_BYTES));
        read_exact(report, item, "r", r, sizeof(r));
        read_exact(report, item, "s", last, sizeof(last));
        check(report, "r", scalar_decode_nonzero(&t, r));
        check(report, "s", scalar_decode_nonzero(&first, last));
        scalar_add(&t, &t, &first);
        make_R(report, encoded, s->device.P, &first, &t);
        check_bytes(report, item, "R", bytes_of(encoded, sizeof(encoded)));
    }
}

static void device_finishes(struct report *report, struct session *s)
{
    struct hex_field answer;
    check_ok(report, "finish, device",
             cosign_device_sign_finish(&s->signing, s->signatures, s->head.whole, digests_of(s),
                                       read_field(report, s->batch, "answer", &answer)));
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        check_bytes(report, item, "r", bytes_of(s->signatures[i], COSIGN_SCALAR_SIZE));
        check_bytes(report, item, "s", bytes_of(s->signatures[i] + COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE));
        check_ok(report, "verify", cosign_verify_var(s->device.P, s->digests[i], s->signatures[i]));
    }
}

void vectors_sign(struct report *report)
{
    const json_t *batches = member(report, report->root, "sign");
    check(report, "batches", json_array_size(batches) > 0);
    for (size_t i = 0; i < json_array_size(batches); i++) {
        struct session s = {.batch = json_array_get(batches, i)};
        report->item = i;
        read_session(report, &s);
        device_begins(report, &s);
        service_answers(report, &s);
        check_between(report, &s);
        device_finishes(report, &s);
    }
}
