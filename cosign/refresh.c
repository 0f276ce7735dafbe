/* SPDX-License-Identifier: Apache-2.0 */
/* Refresh: the same binding gets new halves (docs/protocol.md §5). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/split.h"

enum hufu_err device_refresh_begin(struct cosign_device_half *next, struct buf *body,
                                   const struct cosign_device_half *half, struct bytes head,
                                   const struct draw *draw)
{
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct cosign_handover split COSIGN_HANDOVER_WIPED;
    memset(next, 0, sizeof(*next));
    enum hufu_err err = device_keys_open(&keys, half);
    if (!err)
        err = split_draw(&split, &keys, draw);
    if (!err)
        err = split_body(body, &split_refresh, &split, half, &keys, head, draw);
    if (!err) {
        memcpy(next->a, split.a2, sizeof(next->a));
        memcpy(next->P, half->P, sizeof(next->P));
    }
    return err;
}

enum hufu_err cosign_device_refresh_begin(struct cosign_device_half *next, struct buf *body,
                                          const struct cosign_device_half *half, struct bytes head,
                                          const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_refresh_begin(next, body, half, head, &draw);
}

/* T(operation, u32 generation, B'). */
static enum hufu_err put_answer(struct buf *answer, const struct cosign_service_half *next,
                                uint32_t generation)
{
    const size_t start = answer->len;
    struct scalar b SCALAR_WIPED;
    uint8_t encoded[COSIGN_POINT_SIZE];
    if (!scalar_decode_nonzero(&b, next->b))
        return HUFU_ERR_INTERNAL;
    multiple_encode(encoded, &b);
    buf_put_field_text(answer, COSIGN_OP_REFRESH);
    buf_put_field_u32(answer, generation);
    buf_put_field(answer, encoded, sizeof(encoded));
    secret_wipe(encoded, sizeof(encoded));
    return message_finish(answer, start);
}

enum hufu_err cosign_service_refresh(struct cosign_service_half *next, struct buf *answer,
                                     const struct cosign_service_half *half, uint32_t generation,
                                     struct bytes head, struct bytes body)
{
    memset(next, 0, sizeof(*next));
    if (generation == UINT32_MAX)
        return HUFU_ERR_LIMIT;
    enum hufu_err err = split_accept(next, &split_refresh, half, head, body);
    if (!err)
        err = put_answer(answer, next, generation + 1);
    if (err)
        cosign_service_half_wipe(next);
    return err;
}

enum hufu_err cosign_device_refresh_finish(const struct cosign_device_half *next, uint32_t generation,
                                           struct bytes answer)
{
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct affine B AFFINE_WIPED; /* tests a PIN: forgotten at once (§5) */
    struct cursor c;
    enum hufu_err err = device_keys_open(&keys, next);
    if (err)
        return err;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_REFRESH);
    uint32_t named = cursor_field_u32(&c);
    struct bytes encoded = cursor_field_exact(&c, COSIGN_POINT_SIZE);
    bool good = !cursor_finish(&c) && generation < UINT32_MAX && named == generation + 1 &&
                affine_decode_var(&B, encoded.data) && halves_match(&keys.a, &B, &keys.P);
    return good ? HUFU_OK : HUFU_ERR_PEER;
}
