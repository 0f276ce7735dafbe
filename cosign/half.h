/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves as the arithmetic wants them, and what every message has in common. */
#ifndef HUFU_COSIGN_HALF_H
#define HUFU_COSIGN_HALF_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/proof.h"

/* The device's: a, its point A, the public key. */
struct device_keys {
    struct scalar a;
    struct affine P;
    uint8_t A[COSIGN_POINT_SIZE];
};
void device_keys_wipe(struct device_keys *keys);
#define DEVICE_KEYS_WIPED __attribute__((cleanup(device_keys_wipe)))
/* a and P; A stays unset. HUFU_ERR_FORM when the half is malformed. */
enum hufu_err device_keys_decode(struct device_keys *keys,
                                 const struct cosign_device_half *half) HUFU_MUST_CHECK;
/* The same, with A. */
enum hufu_err device_keys_open(struct device_keys *keys,
                               const struct cosign_device_half *half) HUFU_MUST_CHECK;

/* The service's. */
struct service_keys {
    struct scalar b;
    struct affine A;
    struct affine P;
};
void service_keys_wipe(struct service_keys *keys);
#define SERVICE_KEYS_WIPED __attribute__((cleanup(service_keys_wipe)))
/* HUFU_ERR_INTERNAL when the half is malformed: it came out of an authentic record, so no peer is at fault. */
enum hufu_err service_keys_open(struct service_keys *keys,
                                const struct cosign_service_half *half) HUFU_MUST_CHECK;

/* Whether half·point = P + G: that the halves belong to each other (docs/protocol.md §5). */
bool halves_match(const struct scalar *half, const struct affine *point, const struct affine *P);

/* Closes a message appended to out since it had `start` bytes: HUFU_OK, or HUFU_ERR_LIMIT, and then nothing was
 * appended. */
enum hufu_err message_finish(struct buf *out, size_t start) HUFU_MUST_CHECK;
/* Takes back what was appended since then, and wipes it. */
void message_drop(struct buf *out, size_t start);

#endif
