/* SPDX-License-Identifier: Apache-2.0 */
/* The nonces of a played device between request and answer, in as little memory as the batch needs: a load keeps
 * tens of thousands of them. The client's own header; others use device_request.h. */
#ifndef HUFU_TESTS_SIGNING_NONCES_H
#define HUFU_TESTS_SIGNING_NONCES_H

#include "cosign/cosign.h"

struct device_nonces;

/* Takes what cosign_device_sign_begin made; NULL without memory. */
struct device_nonces *device_nonces_keep(const struct cosign_signing *signing);
/* Gives it back, for the one cosign_device_sign_finish. */
void device_nonces_restore(struct cosign_signing *signing, const struct device_nonces *nonces);
/* Wipes them. NULL is fine. */
void device_nonces_free(struct device_nonces *nonces);

#endif
