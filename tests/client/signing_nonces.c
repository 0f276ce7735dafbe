/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/signing_nonces.h"

#include <stdlib.h>
#include <string.h>

#include "common/secret.h"

struct device_nonce {
    uint8_t ks[2 * COSIGN_SCALAR_SIZE];
    uint8_t Qs[2 * COSIGN_POINT_SIZE];
};

struct device_nonces {
    struct cosign_device_half half;
    uint32_t count;
    struct device_nonce item[];
};

static size_t size_of(uint32_t count)
{
    return sizeof(struct device_nonces) + count * sizeof(struct device_nonce);
}

struct device_nonces *device_nonces_keep(const struct cosign_signing *signing)
{
    struct device_nonces *nonces = malloc(size_of(signing->count));
    if (!nonces)
        return NULL;
    nonces->half = signing->half;
    nonces->count = signing->count;
    for (uint32_t i = 0; i < signing->count; i++) {
        memcpy(nonces->item[i].ks, signing->ks[i], sizeof(nonces->item[i].ks));
        memcpy(nonces->item[i].Qs, signing->Qs[i], sizeof(nonces->item[i].Qs));
    }
    return nonces;
}

void device_nonces_restore(struct cosign_signing *signing, const struct device_nonces *nonces)
{
    signing->half = nonces->half;
    signing->count = nonces->count;
    for (uint32_t i = 0; i < nonces->count; i++) {
        memcpy(signing->ks[i], nonces->item[i].ks, sizeof(nonces->item[i].ks));
        memcpy(signing->Qs[i], nonces->item[i].Qs, sizeof(nonces->item[i].Qs));
    }
}

void device_nonces_free(struct device_nonces *nonces)
{
    if (!nonces)
        return;
    secret_wipe(nonces, size_of(nonces->count));
    free(nonces);
}
