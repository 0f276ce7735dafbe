/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol functions of cosign.h that draw something, with the source of the draws as last argument. The public
 * ones are these with draw_hedged; contracts stand in cosign.h. */
#ifndef HUFU_COSIGN_DRAWN_H
#define HUFU_COSIGN_DRAWN_H

#include "cosign/cosign.h"
#include "cosign/draw.h"

enum hufu_err device_keygen_begin(struct cosign_keygen *keygen, struct buf *body, struct bytes head,
                                  const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err service_keygen_begin(uint8_t b[COSIGN_SCALAR_SIZE], uint8_t com[COSIGN_DIGEST_SIZE],
                                   struct buf *answer, struct bytes head, struct bytes body,
                                   struct bytes frame, const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_sign_begin(struct cosign_signing *signing, struct buf *body,
                                const struct cosign_device_half *half, struct bytes head,
                                struct bytes digests, const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err service_sign(const struct cosign_service_half *half, struct buf *answer,
                           uint8_t r_out[][COSIGN_SCALAR_SIZE], struct bytes head, struct bytes digests,
                           struct bytes body, struct bytes frame, const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err service_sign_each(struct cosign_service_signing signings[], size_t count,
                                const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_decrypt_begin(struct buf *body, const struct cosign_device_half *half, struct bytes head,
                                   struct bytes points, const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_pin_check(struct buf *body, const struct cosign_device_half *half, struct bytes head,
                               const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_refresh_begin(struct cosign_device_half *next, struct buf *body,
                                   const struct cosign_device_half *half, struct bytes head,
                                   const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_handover_split(struct cosign_handover *handover, const struct cosign_device_half *half,
                                    const struct draw *draw) HUFU_MUST_CHECK;
enum hufu_err device_handover_body(struct buf *body, const struct cosign_handover *handover,
                                   const struct cosign_device_half *half, struct bytes head,
                                   const struct draw *draw) HUFU_MUST_CHECK;

#endif
