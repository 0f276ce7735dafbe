/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cosign/drawn.h"
#include "vectors.h"

#define TEN_MINUTES_MS 600000

/* Both requests and both answers of one key generation. */
struct exchange {
    const json_t *keygen;
    struct vectors_head begin;
    struct vectors_head finish;
    struct cosign_keygen device;
    struct cosign_service_half service;
    uint8_t memory[COSIGN_ANSWER_MAX];
};

static void read_heads(struct report *report, struct exchange *x)
{
    struct hex_field device_key;
    uint8_t digest[COSIGN_DIGEST_SIZE];
    struct bytes key = read_field(report, x->keygen, "device_key", &device_key);
    read_head(report, x->keygen, "head_begin", COSIGN_OP_KEYGEN_BEGIN, key, &x->begin);
    cosign_sm3(digest, x->begin.whole.data, x->begin.whole.len);
    read_head(report, x->keygen, "head_finish", COSIGN_OP_KEYGEN_FINISH, bytes_of(digest, sizeof(digest)),
              &x->finish);
    /* No message depends on the rest of this head: what §2 says of it is all there is to check. */
    check(report, "generation", x->begin.generation == 0 && x->finish.generation == 0);
    check(report, "time of head_finish",
          x->finish.time >= x->begin.time && x->finish.time - x->begin.time <= TEN_MINUTES_MS);
    check(report, "request id of head_finish",
          x->begin.request_id && x->finish.request_id &&
              memcmp(x->begin.request_id, x->finish.request_id, 16) != 0);
}

static void device_begins(struct report *report, struct exchange *x)
{
    struct listed listed;
    struct buf body;
    buf_init(&body, x->memory, sizeof(x->memory));
    listed_init(&listed, report, x->keygen, "tau_a");
    check_ok(report, "begin, device", device_keygen_begin(&x->device, &body, x->begin.whole, &listed.draw));
    check_bytes(report, x->keygen, "body_begin", buf_bytes(&body));
    check_bytes(report, x->keygen, "A", bytes_of(x->device.A, sizeof(x->device.A)));
    check_bytes(report, x->keygen, "proof_a", bytes_of(x->device.proof, sizeof(x->device.proof)));
    check_bytes(report, x->keygen, "com", bytes_of(x->device.com, sizeof(x->device.com)));
}

static void service_begins(struct report *report, struct exchange *x)
{
    struct listed listed;
    struct hex_field body;
    struct buf answer;
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    struct bytes request = read_field(report, x->keygen, "body_begin", &body);
    buf_init(&answer, x->memory, sizeof(x->memory));
    listed_init(&listed, report, x->keygen, "tau_b");
    check_ok(report, "begin, service",
             service_keygen_begin(b, com, &answer, x->begin.whole, request, bytes_of(NULL, 0), &listed.draw));
    check_bytes(report, x->keygen, "answer_begin", buf_bytes(&answer));
    check_bytes(report, x->keygen, "b", bytes_of(b, sizeof(b)));
    check_bytes(report, x->keygen, "com", bytes_of(com, sizeof(com)));

    struct cursor c;
    cursor_init(&c, buf_bytes(&answer));
    cursor_field_text(&c, COSIGN_OP_KEYGEN_BEGIN);
    check_bytes(report, x->keygen, "B", cursor_field(&c, COSIGN_POINT_SIZE));
    check_bytes(report, x->keygen, "proof_b", cursor_field(&c, COSIGN_PROOF_SIZE));
}

static void device_finishes(struct report *report, struct exchange *x)
{
    struct hex_field answer;
    struct buf body;
    buf_init(&body, x->memory, sizeof(x->memory));
    check_ok(report, "finish, device",
             cosign_device_keygen_finish(&x->device, &body, x->begin.whole,
                                         read_field(report, x->keygen, "answer_begin", &answer)));
    check_bytes(report, x->keygen, "body_finish", buf_bytes(&body));
}

static void service_finishes(struct report *report, struct exchange *x)
{
    struct hex_field body;
    struct buf answer;
    uint8_t b[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    read_exact(report, x->keygen, "b", b, sizeof(b));
    read_exact(report, x->keygen, "com", com, sizeof(com));
    buf_init(&answer, x->memory, sizeof(x->memory));
    check_ok(report, "finish, service",
             cosign_service_keygen_finish(&x->service, &answer, x->begin.whole, b, com,
                                          read_field(report, x->keygen, "body_finish", &body)));
    check_bytes(report, x->keygen, "answer_finish", buf_bytes(&answer));
    check_bytes(report, x->keygen, "P", bytes_of(x->service.P, sizeof(x->service.P)));
    check_bytes(report, x->keygen, "A", bytes_of(x->service.A, sizeof(x->service.A)));
}

static void device_accepts(struct report *report, struct exchange *x)
{
    struct hex_field answer;
    struct cosign_device_half half COSIGN_DEVICE_HALF_WIPED;
    check_ok(report, "done, device",
             cosign_device_keygen_done(&x->device, &half,
                                       read_field(report, x->keygen, "answer_finish", &answer)));
    check_bytes(report, x->keygen, "a", bytes_of(half.a, sizeof(half.a)));
    check_bytes(report, x->keygen, "P", bytes_of(half.P, sizeof(half.P)));
}

void vectors_keygen(struct report *report)
{
    struct exchange x = {.keygen = member(report, report->root, "keygen")};
    read_heads(report, &x);
    device_begins(report, &x);
    service_begins(report, &x);
    device_finishes(report, &x);
    service_finishes(report, &x);
    device_accepts(report, &x);
}
