/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN hides a (docs/protocol.md §6). Every key yields some scalar, and nothing here tells a right one. */
#include "common/secret.h"
#include "cosign/cosign.h"
#include "cosign/hash.h"

/* S("hufu/pin", key). */
static enum hufu_err pin_factor(struct scalar *factor, const uint8_t key[COSIGN_PIN_KEY_SIZE])
{
    struct scalar_hash hash SCALAR_HASH_DROPPED;
    scalar_hash_init(&hash, "hufu/pin");
    scalar_hash_field(&hash, bytes_of(key, COSIGN_PIN_KEY_SIZE));
    scalar_hash_done(&hash, factor);
    bool zero = scalar_is_zero(factor);
    secret_unmark(&zero, sizeof(zero));
    return zero ? HUFU_ERR_RETRY : HUFU_OK;
}

enum hufu_err cosign_pin_hide(uint8_t sigma[COSIGN_SCALAR_SIZE], const uint8_t a[COSIGN_SCALAR_SIZE],
                              const uint8_t key[COSIGN_PIN_KEY_SIZE])
{
    struct scalar factor SCALAR_WIPED;
    struct scalar value SCALAR_WIPED;
    bool good = scalar_decode_nonzero(&value, a);
    enum hufu_err err = good ? pin_factor(&factor, key) : HUFU_ERR_FORM;
    secret_wipe(sigma, COSIGN_SCALAR_SIZE);
    if (!err) {
        scalar_invert(&factor, &factor);
        scalar_mul(&value, &value, &factor);
        scalar_encode(sigma, &value);
    }
    secret_wipe_small_stack();
    return err;
}

enum hufu_err cosign_pin_open(uint8_t a[COSIGN_SCALAR_SIZE], const uint8_t sigma[COSIGN_SCALAR_SIZE],
                              const uint8_t key[COSIGN_PIN_KEY_SIZE])
{
    struct scalar factor SCALAR_WIPED;
    struct scalar value SCALAR_WIPED;
    bool good = scalar_decode_nonzero(&value, sigma);
    enum hufu_err err = good ? pin_factor(&factor, key) : HUFU_ERR_FORM;
    secret_wipe(a, COSIGN_SCALAR_SIZE);
    if (!err) {
        scalar_mul(&value, &value, &factor);
        scalar_encode(a, &value);
    }
    secret_wipe_small_stack();
    return err;
}
