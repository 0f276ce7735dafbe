/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/split.h"
#include "cosign/multiples.h"

#include <string.h>

#include "common/secret.h"

const struct split_kind split_refresh = {COSIGN_OP_REFRESH, "hufu/sm2/refresh/device"};
const struct split_kind split_handover = {COSIGN_OP_HANDOVER, "hufu/sm2/handover/device"};

/* P ‖ t, to which the proof is bound: nobody on the way can put another t beside it. */
struct bound {
    uint8_t P[COSIGN_POINT_SIZE];
    uint8_t t[COSIGN_SCALAR_SIZE];
};

static void bound_wipe(struct bound *bound)
{
    secret_wipe(bound, sizeof(*bound));
}
#define BOUND_WIPED __attribute__((cleanup(bound_wipe)))

static void bound_set(struct bound *bound, const uint8_t P[COSIGN_POINT_SIZE],
                      const uint8_t t[COSIGN_SCALAR_SIZE])
{
    memcpy(bound->P, P, sizeof(bound->P));
    memcpy(bound->t, t, sizeof(bound->t));
}

static struct statement statement_of(const struct split_kind *kind, struct bytes head,
                                     const struct bound *bound, const uint8_t A[COSIGN_POINT_SIZE],
                                     const uint8_t other[COSIGN_POINT_SIZE])
{
    return (struct statement){.tag = kind->tag,
                              .head = head,
                              .bound = bytes_of(bound, sizeof(*bound)),
                              .X0 = bytes_of(A, COSIGN_POINT_SIZE),
                              .rest = bytes_of(other, COSIGN_POINT_SIZE)};
}

enum hufu_err split_draw(struct cosign_handover *split, const struct device_keys *keys,
                         const struct draw *draw)
{
    struct scalar t SCALAR_WIPED;
    struct scalar a2 SCALAR_WIPED;
    enum hufu_err err = draw->secret(draw, &t, DRAW_T);
    if (err)
        return err;
    scalar_invert(&a2, &t);
    scalar_mul(&a2, &a2, &keys->a);
    scalar_encode(split->t, &t);
    scalar_encode(split->a2, &a2);
    multiple_encode(split->A2, &a2);
    secret_wipe_small_stack();
    return HUFU_OK;
}

enum hufu_err split_body(struct buf *body, const struct split_kind *kind, const struct cosign_handover *split,
                         const struct cosign_device_half *half, const struct device_keys *keys,
                         struct bytes head, const struct draw *draw)
{
    const size_t start = body->len;
    struct proof_nonce nonce PROOF_NONCE_WIPED;
    struct bound bound BOUND_WIPED;
    uint8_t proof[COSIGN_PROOF_SIZE];

    bound_set(&bound, half->P, split->t);
    const struct statement statement = statement_of(kind, head, &bound, keys->A, split->A2);
    enum hufu_err err = proof_nonce_draw(&nonce, draw, &keys->a, head);
    if (!err) {
        err = proof_make(proof, &statement, &keys->a, bytes_of(split->a2, sizeof(split->a2)), &nonce.tau,
                         nonce.theta);
    }
    if (err)
        return err;
    buf_put_field_text(body, kind->operation);
    buf_put_field(body, split->t, sizeof(split->t));
    buf_put_field(body, split->A2, sizeof(split->A2));
    buf_put_field(body, proof, sizeof(proof));
    return message_finish(body, start);
}

/* The body, as the service reads it. */
struct offer {
    struct scalar t;
    struct affine A2;
    struct bound bound;
    const uint8_t *encoded; /* of A2 */
    const uint8_t *proof;
};

static void offer_wipe(struct offer *offer)
{
    secret_wipe(offer, sizeof(*offer));
}
#define OFFER_WIPED __attribute__((cleanup(offer_wipe)))

static enum hufu_err parse(struct offer *offer, const struct split_kind *kind,
                           const uint8_t P[COSIGN_POINT_SIZE], struct bytes body)
{
    struct cursor c;
    cursor_init(&c, body);
    cursor_field_text(&c, kind->operation);
    struct bytes t = cursor_field_exact(&c, COSIGN_SCALAR_SIZE);
    struct bytes A2 = cursor_field_exact(&c, COSIGN_POINT_SIZE);
    struct bytes proof = cursor_field_exact(&c, COSIGN_PROOF_SIZE);
    enum hufu_err err = cursor_finish(&c);
    if (err)
        return err;
    bound_set(&offer->bound, P, t.data);
    offer->encoded = A2.data;
    offer->proof = proof.data;
    bool good = scalar_decode_nonzero(&offer->t, t.data) && affine_decode_var(&offer->A2, A2.data);
    return good ? HUFU_OK : HUFU_ERR_FORM;
}

enum hufu_err split_accept(struct cosign_service_half *other, const struct split_kind *kind,
                           const struct cosign_service_half *half, struct bytes head, struct bytes body)
{
    struct service_keys keys SERVICE_KEYS_WIPED;
    struct offer offer OFFER_WIPED;
    struct scalar b2 SCALAR_WIPED;
    enum hufu_err err = service_keys_open(&keys, half);
    if (!err)
        err = parse(&offer, kind, half->P, body);
    if (!err) {
        const struct statement statement = statement_of(kind, head, &offer.bound, half->A, offer.encoded);
        err = proof_check_var(&statement, offer.proof);
    }
    if (err)
        return err;
    /* Only now: before the proof, this equation would tell a right a' from a wrong one, uncounted. */
    scalar_mul(&b2, &keys.b, &offer.t);
    if (!halves_match(&b2, &offer.A2, &keys.P))
        return HUFU_ERR_FORM;
    scalar_encode(other->b, &b2);
    affine_encode(other->A, &offer.A2);
    memcpy(other->P, half->P, sizeof(other->P));
    secret_wipe_small_stack();
    return HUFU_OK;
}
