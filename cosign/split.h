/* SPDX-License-Identifier: Apache-2.0 */
/* Another pair of halves of the same key, a·t⁻¹ and b·t (docs/protocol.md §5): what refresh and hand-over, which is a
 * refresh for somebody else, compute alike. */
#ifndef HUFU_COSIGN_SPLIT_H
#define HUFU_COSIGN_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/cosign.h"
#include "cosign/draw.h"
#include "cosign/half.h"

struct split_kind {
    const char *operation;
    const char *tag;
};
extern const struct split_kind split_refresh;
extern const struct split_kind split_handover;

/* Device: draws t, computes a·t⁻¹ and its point. */
enum hufu_err split_draw(struct cosign_handover *split, const struct device_keys *keys,
                         const struct draw *draw) HUFU_MUST_CHECK;
/* Device: appends T(operation, t, A', proof). */
enum hufu_err split_body(struct buf *body, const struct split_kind *kind, const struct cosign_handover *split,
                         const struct cosign_device_half *half, const struct device_keys *keys,
                         struct bytes head, const struct draw *draw) HUFU_MUST_CHECK;
/* Service: checks form, then the proof, then b·t·A' = P + G; gives the other half. */
enum hufu_err split_accept(struct cosign_service_half *other, const struct split_kind *kind,
                           const struct cosign_service_half *half, struct bytes head,
                           struct bytes body) HUFU_MUST_CHECK;

#endif
