/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/ecdsa.h"

#include <openssl/core_names.h>
#include <pthread.h>

#include "hsm/owned.h"

#define DER_MAX 80
#define HALF (ECDSA_SIGNATURE_SIZE / 2)

/* Building a key from parameters takes OpenSSL 22 µs, a copy of one with another point 6: there is one to copy. It has no
 * point, and lives as long as the process. */
static pthread_once_t example_once = PTHREAD_ONCE_INIT;
static EVP_PKEY *example;

static void example_make(void)
{
    char group[] = "P-256";
    OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
                               OSSL_PARAM_END};
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
        EVP_PKEY_fromdata(ctx, &example, EVP_PKEY_KEY_PARAMETERS, parameters) <= 0)
        example = NULL;
}

static EVP_PKEY *key_of(const uint8_t point[ECDSA_POINT_SIZE])
{
    if (pthread_once(&example_once, example_make) || !example)
        return NULL;
    EVP_PKEY *key = EVP_PKEY_dup(example);
    if (key && EVP_PKEY_set1_encoded_public_key(key, point, ECDSA_POINT_SIZE) <= 0) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* The DER form that OpenSSL verifies; 0 on failure. */
static size_t der_of(uint8_t der[DER_MAX], const uint8_t signature[ECDSA_SIGNATURE_SIZE])
{
    OWNED(ECDSA_SIG) *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, HALF, NULL);
    BIGNUM *s = BN_bin2bn(signature + HALF, HALF, NULL);
    if (!sig || !r || !s || !ECDSA_SIG_set0(sig, r, s)) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    int len = i2d_ECDSA_SIG(sig, NULL);
    if (len <= 0 || len > DER_MAX)
        return 0;
    return (size_t)i2d_ECDSA_SIG(sig, &der);
}

enum hufu_err ecdsa_verify_var(const uint8_t point[ECDSA_POINT_SIZE], const uint8_t digest[32],
                               const uint8_t signature[ECDSA_SIGNATURE_SIZE])
{
    uint8_t der[DER_MAX];
    size_t der_len = der_of(der, signature);
    OWNED(EVP_PKEY) *key = point[0] == 0x04 ? key_of(point) : NULL;
    if (!key || der_len == 0)
        return HUFU_ERR_SIGNATURE;
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (!ctx || EVP_PKEY_verify_init(ctx) <= 0 || EVP_PKEY_verify(ctx, der, der_len, digest, 32) != 1)
        return HUFU_ERR_SIGNATURE;
    return HUFU_OK;
}
