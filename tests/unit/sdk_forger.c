/* SPDX-License-Identifier: Apache-2.0 */
/* A signer that chooses its own β: with the right one it must be accepted, with another the device must refuse. */
#include "common/encoding.h"
#include "cosign/multiples.h"
#include "cosign/sign.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

static void draw(struct scalar *out, const struct cosign_random *random)
{
    uint8_t bytes[64];
    assert_ok(random->fill(random->context, bytes, sizeof(bytes)));
    scalar_decode_wide(out, bytes);
}

void sdk_public_of(uint8_t point[COSIGN_POINT_SIZE], const uint8_t scalar[COSIGN_SCALAR_SIZE])
{
    struct scalar k;
    assert_true(scalar_decode_nonzero(&k, scalar));
    multiple_encode(point, &k);
}

enum hufu_err sdk_forge_signing(const struct cosign_service_half *half, struct buf *answer, struct bytes head,
                                struct bytes digests, struct bytes body, bool right_beta,
                                const struct cosign_random *random)
{
    static uint8_t items[COSIGN_BATCH_MAX][SIGN_ITEM_SIZE];
    static struct scalar kappa1[COSIGN_BATCH_MAX], kappa2[COSIGN_BATCH_MAX];
    struct scalar_hash binding SCALAR_HASH_DROPPED;
    uint32_t count = (uint32_t)(digests.len / COSIGN_DIGEST_SIZE);
    struct cursor in;
    cursor_init(&in, body);
    cursor_field_text(&in, COSIGN_OP_SIGN);
    struct bytes Qs = cursor_field_exact(&in, count * (size_t)SIGN_PAIR_SIZE);
    for (uint32_t i = 0; i < count; i++) {
        draw(&kappa1[i], random);
        draw(&kappa2[i], random);
        multiple_encode(items[i], &kappa1[i]);
        multiple_encode(items[i] + COSIGN_POINT_SIZE, &kappa2[i]);
    }
    assert_ok(sign_bind(&binding, head, half->P, Qs, (const uint8_t(*)[SIGN_ITEM_SIZE])items, count));
    struct scalar b, b_inverse;
    assert_true(scalar_decode_nonzero(&b, half->b));
    scalar_invert(&b_inverse, &b);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t r[COSIGN_SCALAR_SIZE];
        struct sign_service_proofs none = {.count = 0};
        struct sign_service_item input = {.b_inverse = &b_inverse,
                                          .kappa1 = &kappa1[i],
                                          .kappa2 = &kappa2[i],
                                          .digest = digests.data + i * (size_t)COSIGN_DIGEST_SIZE,
                                          .pair = Qs.data + i * (size_t)SIGN_PAIR_SIZE,
                                          .item = items[i],
                                          .r = r};
        sign_beta(&input.beta, &binding, i);
        if (!right_beta)
            draw(&input.beta, random);
        sign_service_items(&input, 1, &none);
        if (input.err)
            return input.err;
    }
    buf_put_field_text(answer, COSIGN_OP_SIGN);
    buf_put_field(answer, items, count * (size_t)SIGN_ITEM_SIZE);
    return buf_finish(answer);
}
