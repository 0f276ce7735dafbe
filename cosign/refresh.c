/* SPDX-License-Identifier: Apache-2.0 */
/* Refresh: the same binding gets new halves (docs/protocol.md §5). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/split.h"

enum hufu_err device_refresh_begin(struct cosign_device_half *next, struct buf *body,
                                   const struct cosign_device_half *half, struct bytes head,
                                   const struct draw *draw)
{
    struct group g GROUP_DONE;
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct cosign_handover split COSIGN_HANDOVER_WIPED;
    memset(next, 0, sizeof(*next));
    group_init(&g);
    enum hufu_err err = device_keys_open(&g, &keys, half);
    if (!err)
        err = split_draw(&g, &split, &keys, draw);
    if (!err)
        err = split_body(&g, body, &split_refresh, &split, half, &keys, head, draw);
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
static enum hufu_err put_answer(struct group *g, struct buf *answer, const struct cosign_service_half *next,
                                uint32_t generation)
{
    const size_t start = answer->len;
    struct scalar b SCALAR_WIPED;
    struct point B POINT_WIPED;
    if (!scalar_decode_nonzero(&b, next->b))
        return HUFU_ERR_INTERNAL;
    point_mul_base(g, &B, &b);
    enum hufu_err err = group_finish(g);
    if (err)
        return err;
    uint8_t encoded[COSIGN_POINT_SIZE];
    point_encode(encoded, &B);
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
    struct group g GROUP_DONE;
    memset(next, 0, sizeof(*next));
    group_init(&g);
    if (generation == UINT32_MAX)
        return HUFU_ERR_LIMIT;
    enum hufu_err err = split_accept(&g, next, &split_refresh, half, head, body);
    if (!err)
        err = put_answer(&g, answer, next, generation + 1);
    if (err)
        cosign_service_half_wipe(next);
    return err;
}

enum hufu_err cosign_device_refresh_finish(const struct cosign_device_half *next, uint32_t generation,
                                           struct bytes answer)
{
    struct group g GROUP_DONE;
    struct device_keys keys DEVICE_KEYS_WIPED;
    struct point B POINT_WIPED; /* tests a PIN: forgotten at once (§5) */
    struct cursor c;
    group_init(&g);
    enum hufu_err err = device_keys_open(&g, &keys, next);
    if (err)
        return err;
    cursor_init(&c, answer);
    cursor_field_text(&c, COSIGN_OP_REFRESH);
    uint32_t named = cursor_field_u32(&c);
    struct bytes encoded = cursor_field_exact(&c, COSIGN_POINT_SIZE);
    bool good = !cursor_finish(&c) && generation < UINT32_MAX && named == generation + 1 &&
                point_decode_var(&g, &B, encoded.data) && halves_match(&g, &keys.a, &B, &keys.P);
    err = group_finish(&g);
    return err || good ? err : HUFU_ERR_PEER;
}
