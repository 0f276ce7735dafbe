/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-over: another device gets halves of its own of the same key (docs/protocol.md §5). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/split.h"

void cosign_handover_wipe(struct cosign_handover *handover)
{
    secret_wipe(handover, sizeof(*handover));
}

enum hufu_err device_handover_split(struct cosign_handover *handover, const struct cosign_device_half *half,
                                    const struct draw *draw)
{
    struct group g GROUP_DONE;
    struct device_keys keys DEVICE_KEYS_WIPED;
    memset(handover, 0, sizeof(*handover));
    group_init(&g);
    enum hufu_err err = device_keys_open(&g, &keys, half);
    return err ? err : split_draw(&g, handover, &keys, draw);
}

enum hufu_err cosign_device_handover_split(struct cosign_handover *handover,
                                           const struct cosign_device_half *half,
                                           const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_handover_split(handover, half, &draw);
}

enum hufu_err device_handover_body(struct buf *body, const struct cosign_handover *handover,
                                   const struct cosign_device_half *half, struct bytes head,
                                   const struct draw *draw)
{
    struct group g GROUP_DONE;
    struct device_keys keys DEVICE_KEYS_WIPED;
    group_init(&g);
    enum hufu_err err = device_keys_open(&g, &keys, half);
    return err ? err : split_body(&g, body, &split_handover, handover, half, &keys, head, draw);
}

enum hufu_err cosign_device_handover_body(struct buf *body, const struct cosign_handover *handover,
                                          const struct cosign_device_half *half, struct bytes head,
                                          const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_handover_body(body, handover, half, head, &draw);
}

enum hufu_err cosign_service_handover(struct cosign_service_half *other, struct buf *answer,
                                      const struct cosign_service_half *half, struct bytes head,
                                      struct bytes body)
{
    const size_t start = answer->len;
    struct group g GROUP_DONE;
    memset(other, 0, sizeof(*other));
    group_init(&g);
    enum hufu_err err = split_accept(&g, other, &split_handover, half, head, body);
    if (!err) {
        buf_put_field_text(answer, COSIGN_OP_HANDOVER);
        err = message_finish(answer, start);
    }
    if (err)
        cosign_service_half_wipe(other);
    return err;
}

enum hufu_err cosign_device_handover_accept(const uint8_t a2[COSIGN_SCALAR_SIZE],
                                            const uint8_t A2[COSIGN_POINT_SIZE])
{
    struct group g GROUP_DONE;
    struct scalar a SCALAR_WIPED;
    struct point expected POINT_WIPED;
    struct point given;
    group_init(&g);
    bool good = scalar_decode_nonzero(&a, a2) && point_decode_var(&g, &given, A2);
    if (good) {
        point_mul_base(&g, &expected, &a);
        good = point_equal(&expected, &given);
    }
    enum hufu_err err = group_finish(&g);
    return err || good ? err : HUFU_ERR_PEER;
}
