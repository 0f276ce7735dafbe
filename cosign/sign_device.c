/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, the device's side (docs/protocol.md §3). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/sign.h"

void cosign_signing_wipe(struct cosign_signing *signing)
{
    secret_wipe(signing, sizeof(*signing));
}

/* k1, k2 of all digests, and their points. */
static enum hufu_err draw_points(struct group *g, struct cosign_signing *signing, const struct scalar *a,
                                 const struct draw_context *context, const struct draw *draw)
{
    static const char *const roles[2] = {DRAW_K1, DRAW_K2};
    for (uint32_t i = 0; i < signing->count; i++) {
        for (size_t j = 0; j < 2; j++) {
            struct scalar k SCALAR_WIPED;
            struct point Q;
            enum hufu_err err = draw->nonce(draw, &k, a, context, i, roles[j]);
            if (err)
                return err;
            point_mul_base(g, &Q, &k);
            point_encode(signing->Qs[i] + j * COSIGN_POINT_SIZE, &Q);
            scalar_encode(signing->ks[i] + j * COSIGN_SCALAR_SIZE, &k);
        }
        secret_unmark(signing->Qs[i], SIGN_PAIR_SIZE);
    }
    return group_finish(g);
}

static enum hufu_err begin(struct cosign_signing *signing, uint8_t proof[COSIGN_PROOF_SIZE],
                           struct bytes head, const struct draw *draw)
{
    struct group g GROUP_DONE;
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct scalar tau SCALAR_WIPED;
    const struct draw_context context = draw_context_of(head);
    group_init(&g);
    enum hufu_err err = device_keys_open(&g, &keys, &signing->half);
    if (!err)
        err = draw_points(&g, signing, &keys.a, &context, draw);
    if (!err)
        err = draw->nonce(draw, &tau, &keys.a, &context, 0, DRAW_TAU);
    if (!err) {
        const struct bytes Qs = bytes_of(signing->Qs, (size_t)signing->count * SIGN_PAIR_SIZE);
        const struct bytes ks = bytes_of(signing->ks, (size_t)signing->count * 2 * COSIGN_SCALAR_SIZE);
        const struct statement statement = sign_statement(head, signing->half.P, keys.A, Qs);
        err = proof_make(&g, proof, &statement, &keys.a, ks, &tau);
    }
    return err;
}

enum hufu_err device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                const struct cosign_device_half *half, struct bytes head,
                                struct bytes digests, const struct draw *draw)
{
    const size_t start = body->len;
    uint8_t proof[COSIGN_PROOF_SIZE];
    memset(signing, 0, sizeof(*signing));
    enum hufu_err err = sign_count(&signing->count, digests);
    if (!err) {
        signing->half = *half;
        err = begin(signing, proof, head, draw);
    }
    if (!err) {
        buf_put_field_text(body, COSIGN_OP_SIGN);
        buf_put_field(body, signing->Qs, (size_t)signing->count * SIGN_PAIR_SIZE);
        buf_put_field(body, proof, sizeof(proof));
        err = message_finish(body, start);
    }
    if (err)
        cosign_signing_wipe(signing);
    return err;
}

enum hufu_err cosign_device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                       const struct cosign_device_half *half, struct bytes head,
                                       struct bytes digests, const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_sign_begin(signing, body, half, head, digests, &draw);
}

/* The service's part of one item. */
struct item {
    struct point K1;
    struct point K2;
    struct scalar s2;
    struct scalar s3;
};

/* With P, an answer tests a PIN (§6). */
static void item_wipe(struct item *item)
{
    secret_wipe(item, sizeof(*item));
}
#define ITEM_WIPED __attribute__((cleanup(item_wipe)))

static bool decode_item(struct group *g, struct item *item, const uint8_t bytes[SIGN_ITEM_SIZE])
{
    return point_decode_var(g, &item->K1, bytes) &&
           point_decode_var(g, &item->K2, bytes + COSIGN_POINT_SIZE) &&
           scalar_decode_nonzero(&item->s2, bytes + SIGN_PAIR_SIZE) &&
           scalar_decode_nonzero(&item->s3, bytes + SIGN_PAIR_SIZE + COSIGN_SCALAR_SIZE);
}

/* Whether s·G + t·P = R. Not in variable time, although a signature is public: s is one only if this holds. A dishonest
 * service could otherwise send s2 = 0, fail the check, and read a⁻¹ out of how long it took. */
static bool equation_holds(struct group *g, const struct scalar *s, const struct scalar *t,
                           const struct point *P, const struct point *R)
{
    struct point left POINT_WIPED;
    struct point right POINT_WIPED;
    point_mul_base(g, &left, s);
    point_mul(g, &right, t, P);
    point_add(g, &left, &left, &right);
    return point_equal(&left, R);
}

enum hufu_err sign_device_item(struct group *g, uint8_t signature[COSIGN_SIGNATURE_SIZE], bool *holds,
                               const uint8_t item[SIGN_ITEM_SIZE], const struct sign_device_input *in)
{
    struct item their ITEM_WIPED;
    struct point R POINT_WIPED;
    struct scalar k SCALAR_WIPED, r SCALAR_WIPED, s SCALAR_WIPED, t SCALAR_WIPED;
    *holds = false;
    if (!decode_item(g, &their, item))
        return HUFU_ERR_FORM;
    scalar_mul(&k, in->beta, in->k2); /* k = k1 + β·k2 */
    scalar_add(&k, &k, in->k1);
    point_mul(g, &R, &k, &their.K1); /* R = k·K1 + K2 */
    point_add(g, &R, &R, &their.K2);
    point_x_mod_n(&r, &R); /* r = e + x(R) */
    scalar_decode_mod(&t, in->digest);
    scalar_add(&r, &r, &t);
    scalar_mul(&s, &k, &their.s2); /* s = a⁻¹·(k·s2 + s3) - r */
    scalar_add(&s, &s, &their.s3);
    scalar_mul(&s, &s, in->a_inverse);
    scalar_sub(&s, &s, &r);
    scalar_add(&t, &r, &s);
    /* Bits, not && and ||, which would be branches. */
    unsigned zero = (unsigned)scalar_is_zero(&r) | (unsigned)scalar_is_zero(&s) |
                    (unsigned)scalar_is_zero(&t) | (unsigned)point_is_infinite(&R);
    *holds = ((unsigned)equation_holds(g, &s, &t, in->P, &R) & ~zero & 1u) != 0;
    scalar_encode(signature, &r);
    scalar_encode(signature + COSIGN_SCALAR_SIZE, &s);
    return group_finish(g);
}

/* One batch to finish. */
struct finish {
    struct scalar a_inverse;
    struct point P;
    struct scalar betas[COSIGN_BATCH_MAX];
    uint8_t signatures[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
};

static void finish_wipe(struct finish *finish)
{
    secret_wipe(finish, sizeof(*finish));
}
#define FINISH_WIPED __attribute__((cleanup(finish_wipe)))

static enum hufu_err finish_item(struct group *g, struct finish *finish, bool *holds, uint32_t i,
                                 const struct cosign_signing *own, struct bytes digests,
                                 const uint8_t item[SIGN_ITEM_SIZE])
{
    struct scalar k1 SCALAR_WIPED;
    struct scalar k2 SCALAR_WIPED;
    if (!scalar_decode_nonzero(&k1, own->ks[i]) ||
        !scalar_decode_nonzero(&k2, own->ks[i] + COSIGN_SCALAR_SIZE))
        return HUFU_ERR_INTERNAL;
    const struct sign_device_input in = {
        .a_inverse = &finish->a_inverse,
        .P = &finish->P,
        .k1 = &k1,
        .k2 = &k2,
        .beta = &finish->betas[i],
        .digest = digests.data + (size_t)i * COSIGN_DIGEST_SIZE,
    };
    return sign_device_item(g, finish->signatures[i], holds, item, &in);
}

/* Every item is computed whatever the checks of the ones before it gave, and one verdict falls at the end: neither what
 * the device does next nor the time it takes tells a dishonest service which check failed. (A malformed item, which the
 * service knows to be one, ends it at once.) */
static enum hufu_err finish_items(struct group *g, struct finish *finish, const struct cosign_signing *own,
                                  struct bytes digests, const uint8_t items[][SIGN_ITEM_SIZE])
{
    bool all = true;
    for (uint32_t i = 0; i < own->count; i++) {
        bool holds = false;
        enum hufu_err err = finish_item(g, finish, &holds, i, own, digests, items[i]);
        if (err)
            return err == HUFU_ERR_FORM ? HUFU_ERR_PEER : err;
        all = (bool)((int)all & (int)holds);
    }
    secret_unmark(&all, sizeof(all));
    return all ? HUFU_OK : HUFU_ERR_PEER;
}

static enum hufu_err finish_batch(struct finish *finish, const struct cosign_signing *own, struct bytes head,
                                  struct bytes digests, struct bytes answer)
{
    struct group g GROUP_DONE;
    struct scalar a SCALAR_WIPED;
    struct cursor c;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_SIGN);
    struct bytes items = cursor_field_exact(&c, (size_t)own->count * SIGN_ITEM_SIZE);
    group_init(&g);
    if (cursor_finish(&c))
        return HUFU_ERR_PEER;
    if (!scalar_decode_nonzero(&a, own->half.a) || !point_decode_var(&g, &finish->P, own->half.P))
        return HUFU_ERR_INTERNAL;
    scalar_invert(&finish->a_inverse, &a);
    const uint8_t(*const list)[SIGN_ITEM_SIZE] = (const uint8_t(*)[SIGN_ITEM_SIZE])items.data;
    const struct bytes Qs = bytes_of(own->Qs, (size_t)own->count * SIGN_PAIR_SIZE);
    enum hufu_err err = sign_bind(finish->betas, head, own->half.P, Qs, list, own->count);
    return err ? err : finish_items(&g, finish, own, digests, list);
}

enum hufu_err cosign_device_sign_finish(struct cosign_signing *signing,
                                        uint8_t signatures_out[][COSIGN_SIGNATURE_SIZE], struct bytes head,
                                        struct bytes digests, struct bytes answer)
{
    /* The nonces are gone from the caller's struct before anything can fail: three answers to one pair give a away. */
    struct cosign_signing own COSIGN_SIGNING_WIPED = *signing;
    struct finish finish FINISH_WIPED;
    uint32_t count = 0;
    cosign_signing_wipe(signing);
    enum hufu_err err = sign_count(&count, digests);
    memset(signatures_out, 0, (size_t)count * COSIGN_SIGNATURE_SIZE);
    if (err)
        return err;
    if (own.count != count)
        return own.count == 0 ? HUFU_ERR_STATE : HUFU_ERR_FORM;
    err = finish_batch(&finish, &own, head, digests, answer);
    if (!err) {
        memcpy(signatures_out, finish.signatures, (size_t)count * COSIGN_SIGNATURE_SIZE);
        secret_unmark(signatures_out, (size_t)count * COSIGN_SIGNATURE_SIZE);
    }
    return err;
}
