/* SPDX-License-Identifier: Apache-2.0 */
#include "server/core/device_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static void device_key_free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}
static void device_key_free_key_context(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}
static void device_key_free_digest_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}
static void device_key_free_signature(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}
static void device_key_free_der(unsigned char **der)
{
    OPENSSL_free(*der);
}
#define DEVICE_KEY_OWNED(what) __attribute__((cleanup(device_key_free_##what)))

/* NULL: no point of P-256. OpenSSL checks coordinates and curve equation. */
static EVP_PKEY *device_key_import(const uint8_t device_key[FRAME_DEVICE_KEY_SIZE])
{
    if (device_key[0] != 0x04)
        return NULL;
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)device_key,
                                          FRAME_DEVICE_KEY_SIZE),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context DEVICE_KEY_OWNED(key_context) = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        return NULL;
    return key;
}

/* OpenSSL wants DER. The length, or a negative number. */
static int device_key_signature_der(unsigned char **der, const uint8_t signature[FRAME_SIGNATURE_SIZE])
{
    ECDSA_SIG *pair DEVICE_KEY_OWNED(signature) = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return -1;
    }
    return i2d_ECDSA_SIG(pair, der);
}

enum hufu_err device_key_verify_var(const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], struct bytes message,
                                    const uint8_t signature[FRAME_SIGNATURE_SIZE])
{
    EVP_PKEY *key DEVICE_KEY_OWNED(key) = device_key_import(device_key);
    unsigned char *der DEVICE_KEY_OWNED(der) = NULL;
    int der_len = key != NULL ? device_key_signature_der(&der, signature) : -1;
    EVP_MD_CTX *context DEVICE_KEY_OWNED(digest_context) = EVP_MD_CTX_new();
    bool good = der_len > 0 && context != NULL &&
                EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestVerify(context, der, (size_t)der_len, message.data, message.len) == 1;
    ERR_clear_error();
    return good ? HUFU_OK : HUFU_ERR_SIGNATURE;
}
