/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of key generation compute alike (docs/protocol.md §2). */
#ifndef HUFU_COSIGN_KEYGEN_H
#define HUFU_COSIGN_KEYGEN_H

#include <stdint.h>

#include "common/buf.h"
#include "cosign/arithmetic/group.h"
#include "cosign/cosign.h"
#include "cosign/proof.h"

/* That the device knows a; bound to the head alone. */
struct statement keygen_device_statement(struct bytes head, const uint8_t A[COSIGN_POINT_SIZE]);
/* That the service knows b; bound to the device's commitment. */
struct statement keygen_service_statement(struct bytes head, const uint8_t com[COSIGN_DIGEST_SIZE],
                                          const uint8_t B[COSIGN_POINT_SIZE]);

/* H(T("hufu/sm2/keygen/commit", head, A, proofA, ρ)). */
enum hufu_err keygen_commitment(uint8_t com[COSIGN_DIGEST_SIZE], struct bytes head,
                                const uint8_t A[COSIGN_POINT_SIZE], const uint8_t proof[COSIGN_PROOF_SIZE],
                                const uint8_t rho[32]) HUFU_MUST_CHECK;

/* P = half·other - G; infinity gives the error named by the caller. */
enum hufu_err keygen_public_key(uint8_t P[COSIGN_POINT_SIZE], const struct scalar *half,
                                const struct affine *other, enum hufu_err infinite) HUFU_MUST_CHECK;

#endif
