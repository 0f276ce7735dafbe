/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's interface of 1.1, which 3.0 still serves: it takes the numbers of a signature as they are, and looks for no provider.
 * EVP, with its contexts and DER, takes 85 µs for what takes 78 here. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "hsm/ecdsa.h"

#include <openssl/ec.h>
#include <pthread.h>

#include "hsm/owned.h"

#define HALF (ECDSA_SIGNATURE_SIZE / 2)

OWNED_CLEANUP(EC_KEY)

/* Making a key of the curve takes OpenSSL 12 µs, a copy of one 1.4: there is one to copy. It has no point, and lives as long as
 * the process. */
static pthread_once_t example_once = PTHREAD_ONCE_INIT;
static EC_KEY *example;

static void example_make(void)
{
    example = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
}

/* A point that is none of the curve makes no key. */
static EC_KEY *key_of(const uint8_t point[ECDSA_POINT_SIZE])
{
    if (pthread_once(&example_once, example_make) || !example)
        return NULL;
    EC_KEY *key = EC_KEY_dup(example);
    if (key && !EC_KEY_oct2key(key, point, ECDSA_POINT_SIZE, NULL)) {
        EC_KEY_free(key);
        key = NULL;
    }
    return key;
}

static ECDSA_SIG *numbers_of(const uint8_t signature[ECDSA_SIGNATURE_SIZE])
{
    ECDSA_SIG *numbers = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, HALF, NULL);
    BIGNUM *s = BN_bin2bn(signature + HALF, HALF, NULL);
    if (numbers && r && s && ECDSA_SIG_set0(numbers, r, s))
        return numbers;
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(numbers);
    return NULL;
}

enum hufu_err ecdsa_verify_var(const uint8_t point[ECDSA_POINT_SIZE], const uint8_t digest[32],
                               const uint8_t signature[ECDSA_SIGNATURE_SIZE])
{
    /* OpenSSL would also take the hybrid form, 06 and 07. */
    OWNED(EC_KEY) *key = point[0] == 0x04 ? key_of(point) : NULL;
    OWNED(ECDSA_SIG) *numbers = numbers_of(signature);
    if (!key || !numbers || ECDSA_do_verify(digest, 32, numbers, key) != 1)
        return HUFU_ERR_SIGNATURE;
    return HUFU_OK;
}
