/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/draw.h"

#include "common/secret.h"
#include "cosign/hash.h"

/* A draw is n or more, or 0, once in 2^32 times. So many in a row mean that the source is broken. */
#define SECRET_TRIES 8
#define HEDGE_BYTES 64

_Static_assert(COSIGN_SIGN_RANDOM == 2 * HEDGE_BYTES, "as callers know it");

static enum hufu_err fill(const struct draw *draw, uint8_t *out, size_t len)
{
    enum hufu_err err = draw->random->fill(draw->random->context, out, len);
    if (err)
        secret_wipe(out, len);
    return err;
}

static enum hufu_err uniform_secret(const struct draw *draw, struct scalar *out, const char *role)
{
    (void)role;
    scalar_wipe(out);
    for (int i = 0; i < SECRET_TRIES; i++) {
        struct secret32 candidate SECRET_WIPED;
        enum hufu_err err = fill(draw, candidate.bytes, sizeof(candidate.bytes));
        if (err)
            return err;
        if (scalar_decode_nonzero(out, candidate.bytes))
            return HUFU_OK;
    }
    return HUFU_ERR_INTERNAL;
}

struct draw_context draw_context_of(struct bytes request)
{
    struct draw_context context;
    cosign_sm3(context.digest, request.data, request.len);
    return context;
}

/* S("hufu/nonce", random, half, H(request), index, role). */
static void hedge(struct scalar *out, const uint8_t random[HEDGE_BYTES], const uint8_t half[SCALAR_BYTES],
                  const struct draw_context *context, uint32_t index, const char *role)
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    scalar_hash_init(&hash, "hufu/nonce");
    scalar_hash_field(&hash, bytes_of(random, HEDGE_BYTES));
    scalar_hash_field(&hash, bytes_of(half, SCALAR_BYTES));
    scalar_hash_field(&hash, bytes_of(context->digest, sizeof(context->digest)));
    scalar_hash_field_u32(&hash, index);
    scalar_hash_field(&hash, bytes_of_text(role));
    scalar_hash_done(&hash, out);
}

static enum hufu_err hedged_nonce(const struct draw *draw, struct scalar *out, const struct scalar *half,
                                  const struct draw_context *context, uint32_t index, const char *role)
{
    uint8_t random[HEDGE_BYTES];
    struct secret32 own SECRET_WIPED;
    scalar_wipe(out);
    enum hufu_err err = fill(draw, random, sizeof(random));
    if (!err) {
        scalar_encode(own.bytes, half);
        hedge(out, random, own.bytes, context, index, role);
    }
    secret_wipe(random, sizeof(random));
    bool zero = scalar_is_zero(out);
    secret_unmark(&zero, sizeof(zero));
    return !err && zero ? HUFU_ERR_INTERNAL : err;
}

static enum hufu_err plain_bytes(const struct draw *draw, uint8_t *out, size_t len, const char *role)
{
    (void)role;
    return fill(draw, out, len);
}

struct draw draw_hedged(const struct cosign_random *random)
{
    return (struct draw){
        .secret = uniform_secret, .nonce = hedged_nonce, .bytes = plain_bytes, .random = random};
}
