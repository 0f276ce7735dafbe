/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/ctime/exchange.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/group.h"
#include "cosign/drawn.h"

#define HEAD bytes_of_text("head")
#define FRAME bytes_of_text("frame")

/* A draw of listed values: its context is the list. */
static enum hufu_err listed_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                  const struct draw_context *context, uint32_t index, const char *role)
{
    const struct exchange_secrets *list = draw->random->context;
    const struct {
        const char *role;
        const uint8_t *value;
    } nonces[] = {{DRAW_TAU, list->tau},
                  {DRAW_K1, list->k1},
                  {DRAW_K2, list->k2},
                  {DRAW_KAPPA1, list->kappa1},
                  {DRAW_KAPPA2, list->kappa2}};
    (void)half;
    (void)context;
    (void)index;
    for (size_t i = 0; i < sizeof(nonces) / sizeof(nonces[0]); i++)
        if (strcmp(nonces[i].role, role) == 0 && scalar_decode_nonzero(out, nonces[i].value))
            return HUFU_OK;
    return HUFU_ERR_INTERNAL;
}

static struct cosign_random list_of(struct exchange *exchange)
{
    return (struct cosign_random){.fill = NULL, .context = &exchange->secrets};
}

static struct draw draw_of(const struct cosign_random *random, const struct cosign_random *list)
{
    return random ? draw_hedged(random) : (struct draw){.nonce = listed_nonce, .random = list};
}

static void encode(uint8_t bytes[COSIGN_POINT_SIZE], const struct point *p)
{
    struct affine affine;
    point_to_affine(&affine, p, 1);
    affine_encode(bytes, &affine);
    secret_unmark(bytes, COSIGN_POINT_SIZE);
}

void exchange_open(struct exchange *exchange)
{
    struct cosign_device_half *device = &exchange->device;
    struct cosign_service_half *service = &exchange->service;
    struct scalar a, b;
    struct point A, P, G;
    (void)scalar_decode(&a, exchange->secrets.a);
    (void)scalar_decode(&b, exchange->secrets.b);
    point_mul_base(&A, &a, 1);
    encode(service->A, &A);
    scalar_mul(&a, &a, &b);
    point_mul_base(&P, &a, 1);
    point_of_affine(&G, affine_generator);
    point_sub(&P, &P, &G);
    encode(service->P, &P);
    memcpy(service->b, exchange->secrets.b, sizeof(service->b));
    memcpy(device->a, exchange->secrets.a, sizeof(device->a));
    memcpy(device->P, service->P, sizeof(device->P));
}

static struct bytes digest_of(const struct exchange *exchange)
{
    return bytes_of(exchange->digest, sizeof(exchange->digest));
}

enum hufu_err exchange_begin(struct exchange *exchange, struct cosign_signing *signing,
                             const struct cosign_random *random)
{
    const struct cosign_random list = list_of(exchange);
    const struct draw draw = draw_of(random, &list);
    struct buf body;
    buf_init(&body, exchange->body, sizeof(exchange->body));
    enum hufu_err err =
        device_sign_begin(signing, &body, &exchange->device, HEAD, digest_of(exchange), &draw);
    exchange->body_len = body.len;
    return err;
}

enum hufu_err exchange_answer(struct exchange *exchange, const struct cosign_random *random)
{
    const struct cosign_random list = list_of(exchange);
    const struct draw draw = draw_of(random, &list);
    uint8_t r[1][COSIGN_SCALAR_SIZE];
    struct buf answer;
    buf_init(&answer, exchange->answer, sizeof(exchange->answer));
    enum hufu_err err = service_sign(&exchange->service, &answer, r, HEAD, digest_of(exchange),
                                     bytes_of(exchange->body, exchange->body_len), FRAME, &draw);
    exchange->answer_len = answer.len;
    return err;
}

enum hufu_err exchange_answer_each(struct exchange *exchange, const struct cosign_random *random)
{
    struct cosign_service_signing signings[EXCHANGE_TOGETHER];
    struct buf answers[EXCHANGE_TOGETHER];
    uint8_t memory[EXCHANGE_TOGETHER][EXCHANGE_ANSWER_MAX], r[EXCHANGE_TOGETHER][1][COSIGN_SCALAR_SIZE];
    for (size_t i = 0; i < EXCHANGE_TOGETHER; i++) {
        buf_init(&answers[i], memory[i], sizeof(memory[i]));
        signings[i] = (struct cosign_service_signing){.half = &exchange->service,
                                                      .answer = &answers[i],
                                                      .r_out = r[i],
                                                      .head = HEAD,
                                                      .digests = digest_of(exchange),
                                                      .body = bytes_of(exchange->body, exchange->body_len),
                                                      .frame = FRAME};
    }
    enum hufu_err err = cosign_service_sign_each(signings, EXCHANGE_TOGETHER, random);
    for (size_t i = 0; i < EXCHANGE_TOGETHER && !err; i++) {
        err = signings[i].err;
        memcpy(exchange->answer, memory[i], answers[i].len);
        exchange->answer_len = answers[i].len;
    }
    return err;
}

enum hufu_err exchange_finish(struct exchange *exchange, struct cosign_signing *signing,
                              uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    return cosign_device_sign_finish(signing, (uint8_t(*)[COSIGN_SIGNATURE_SIZE])signature, HEAD,
                                     digest_of(exchange), bytes_of(exchange->answer, exchange->answer_len));
}
