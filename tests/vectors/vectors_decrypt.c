/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cosign/drawn.h"
#include "vectors.h"

#define ITEMS_MAX COSIGN_BATCH_MAX

struct session {
    const json_t *decrypt;
    const json_t *items;
    uint32_t count;
    uint8_t points[ITEMS_MAX * COSIGN_POINT_SIZE];
    struct vectors_head head;
    struct cosign_device_half device;
    struct cosign_service_half service;
    uint8_t memory[COSIGN_ANSWER_MAX];
};

static struct bytes points_of(const struct session *s)
{
    return bytes_of(s->points, (size_t)s->count * COSIGN_POINT_SIZE);
}

static void read_session(struct report *report, struct session *s)
{
    s->items = member(report, s->decrypt, "items");
    s->count = (uint32_t)json_array_size(s->items);
    check(report, "number of items", s->count >= 1 && s->count <= ITEMS_MAX);
    if (s->count > ITEMS_MAX)
        s->count = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        struct hex_field field;
        struct bytes ciphertext = read_field(report, item, "ciphertext", &field);
        if (ciphertext.len < COSIGN_POINT_SIZE) {
            check(report, "ciphertext", false);
            continue;
        }
        memcpy(s->points + (size_t)i * COSIGN_POINT_SIZE, ciphertext.data, COSIGN_POINT_SIZE);
        check_bytes(report, item, "C1", bytes_of(ciphertext.data, COSIGN_POINT_SIZE));
    }
    read_head(report, s->decrypt, "head", COSIGN_OP_DECRYPT, points_of(s), &s->head);
    read_halves(report, s->head.generation, &s->device, &s->service);
}

static void device_begins(struct report *report, struct session *s)
{
    struct listed listed;
    struct buf body;
    struct cursor c;
    buf_init(&body, s->memory, sizeof(s->memory));
    listed_init(&listed, report, s->decrypt, "tau");
    check_ok(report, "begin, device",
             device_decrypt_begin(&body, &s->device, s->head.whole, points_of(s), &listed.draw));
    check_bytes(report, s->decrypt, "body", buf_bytes(&body));
    cursor_init(&c, buf_bytes(&body));
    cursor_field_text(&c, COSIGN_OP_DECRYPT);
    check_bytes(report, s->decrypt, "proof", cursor_field(&c, COSIGN_PROOF_SIZE));
}

static void service_answers(struct report *report, struct session *s)
{
    struct hex_field body;
    struct buf answer;
    struct cursor c;
    uint8_t digests[ITEMS_MAX][COSIGN_DIGEST_SIZE];
    buf_init(&answer, s->memory, sizeof(s->memory));
    check_ok(report, "service",
             cosign_service_decrypt(&s->service, &answer, digests, s->head.whole, points_of(s),
                                    read_field(report, s->decrypt, "body", &body)));
    check_bytes(report, s->decrypt, "answer", buf_bytes(&answer));
    cursor_init(&c, buf_bytes(&answer));
    cursor_field_text(&c, COSIGN_OP_DECRYPT);
    (void)cursor_u32(&c);
    for (uint32_t i = 0; i < s->count; i++) {
        uint8_t digest[COSIGN_DIGEST_SIZE];
        check_bytes(report, json_array_get(s->items, i), "W", cursor_take(&c, COSIGN_POINT_SIZE));
        cosign_sm3(digest, s->points + (size_t)i * COSIGN_POINT_SIZE, COSIGN_POINT_SIZE);
        check(report, "recorded digest of C1", memcmp(digest, digests[i], sizeof(digest)) == 0);
    }
}

static void device_finishes(struct report *report, struct session *s)
{
    struct hex_field answer;
    struct bytes from_service = read_field(report, s->decrypt, "answer", &answer);
    for (uint32_t i = 0; i < s->count; i++) {
        const json_t *item = json_array_get(s->items, i);
        struct hex_field ciphertext;
        struct hex_field plaintext = {.len = 0};
        struct bytes from_sender = read_field(report, item, "ciphertext", &ciphertext);
        enum hufu_err err =
            cosign_device_decrypt_finish(plaintext.data, &s->device, i, from_sender, from_service);
        check_ok(report, "finish, device", err);
        if (!err)
            plaintext.len = from_sender.len - COSIGN_POINT_SIZE - COSIGN_DIGEST_SIZE;
        check_bytes(report, item, "plaintext", bytes_of(plaintext.data, plaintext.len));
    }
}

void vectors_decrypt(struct report *report)
{
    struct session s = {.decrypt = member(report, report->root, "decrypt")};
    read_session(report, &s);
    device_begins(report, &s);
    service_answers(report, &s);
    device_finishes(report, &s);
}
