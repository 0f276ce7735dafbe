/* SPDX-License-Identifier: Apache-2.0 */
/* sm2/pin/check: the device proves that it has a, and gets nothing but a yes (docs/protocol.md §5 and §7). */
#include "cosign/drawn.h"
#include "cosign/half.h"
#include "cosign/half_proof.h"

static const struct half_proof_kind kind = {COSIGN_OP_PIN_CHECK, "hufu/sm2/pin/device"};

enum hufu_err device_pin_check(struct buf *body, const struct cosign_device_half *half, struct bytes head,
                               const struct draw *draw)
{
    return half_proof_put(body, &kind, half, head, draw);
}

enum hufu_err cosign_device_pin_check(struct buf *body, const struct cosign_device_half *half,
                                      struct bytes head, const struct cosign_random *random)
{
    const struct draw draw = draw_hedged(random);
    return device_pin_check(body, half, head, &draw);
}

enum hufu_err cosign_service_pin_check(const struct cosign_service_half *half, struct buf *answer,
                                       struct bytes head, struct bytes body)
{
    const size_t start = answer->len;
    struct service_keys keys SERVICE_KEYS_WIPED;
    enum hufu_err err = service_keys_open(&keys, half);
    if (!err)
        err = half_proof_check_var(&kind, half, head, body);
    if (err)
        return err;
    buf_put_field_text(answer, COSIGN_OP_PIN_CHECK);
    return message_finish(answer, start);
}
