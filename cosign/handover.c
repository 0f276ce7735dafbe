/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-over: another device gets halves of its own of the same key (docs/protocol.md §5). */
#include <string.h>

#include "common/secret.h"
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/multiples.h"
#include "cosign/split.h"

void cosign_handover_wipe(struct cosign_handover *handover)
{
    secret_wipe(handover, sizeof(*handover));
}

enum hufu_err device_handover_split(struct cosign_handover *handover, const struct cosign_device_half *half,
                                    const struct draw *draw)
{
    struct device_keys keys DEVICE_KEYS_WIPED;
    memset(handover, 0, sizeof(*handover));
    enum hufu_err err = device_keys_open(&keys, half);
    return err ? err : split_draw(handover, &keys, draw);
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
    struct device_keys keys DEVICE_KEYS_WIPED;
    enum hufu_err err = device_keys_open(&keys, half);
    return err ? err : split_body(body, &split_handover, handover, half, &keys, head, draw);
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
    memset(other, 0, sizeof(*other));
    enum hufu_err err = split_accept(other, &split_handover, half, head, body);
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
    struct scalar a SCALAR_WIPED;
    uint8_t expected[COSIGN_POINT_SIZE];
    struct affine given AFFINE_WIPED;
    if (!scalar_decode_nonzero(&a, a2) || !affine_decode_var(&given, A2))
        return HUFU_ERR_PEER;
    multiple_encode(expected, &a);
    bool good = secret_equal(expected, A2, sizeof(expected));
    secret_wipe(expected, sizeof(expected));
    return good ? HUFU_OK : HUFU_ERR_PEER;
}
