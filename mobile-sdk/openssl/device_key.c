/* SPDX-License-Identifier: Apache-2.0 */
/* The device key in software: ECDSA P-256 by OpenSSL. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "mobile-sdk/openssl/hufu_openssl.h"

#define SCALAR_SIZE 32
#define DER_MAX 80

static void key_free(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void context_free(EVP_PKEY_CTX **context)
{
    EVP_PKEY_CTX_free(*context);
}

static void digest_free(EVP_MD_CTX **digest)
{
    EVP_MD_CTX_free(*digest);
}

static void number_free(BIGNUM **number)
{
    BN_clear_free(*number);
}

static void signature_free(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

static void builder_free(OSSL_PARAM_BLD **builder)
{
    OSSL_PARAM_BLD_free(*builder);
}

static void params_free(OSSL_PARAM **params)
{
    OSSL_PARAM_free(*params);
}

static EVP_PKEY *key_of_params(OSSL_PARAM_BLD *builder, int selection)
{
    __attribute__((cleanup(params_free))) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    __attribute__((cleanup(context_free))) EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;
    if (!params || !context || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, params) != 1)
        return NULL;
    return key;
}

static EVP_PKEY *private_key(const uint8_t scalar[SCALAR_SIZE])
{
    __attribute__((cleanup(builder_free))) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    __attribute__((cleanup(number_free))) BIGNUM *number = BN_secure_new();
    if (!builder || !number || !BN_bin2bn(scalar, SCALAR_SIZE, number) || BN_is_zero(number) ||
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, number) != 1)
        return NULL;
    return key_of_params(builder, EVP_PKEY_KEYPAIR);
}

static EVP_PKEY *public_key_of(const uint8_t point[HUFU_PUBLIC_KEY_SIZE])
{
    __attribute__((cleanup(builder_free))) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (!builder || point[0] != POINT_CONVERSION_UNCOMPRESSED ||
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, HUFU_PUBLIC_KEY_SIZE) != 1)
        return NULL;
    return key_of_params(builder, EVP_PKEY_PUBLIC_KEY);
}

static enum hufu_result create(void *context, uint8_t *handle, size_t handle_cap, size_t *handle_len,
                               uint8_t public_key[HUFU_PUBLIC_KEY_SIZE])
{
    (void)context;
    *handle_len = 0;
    __attribute__((cleanup(key_free))) EVP_PKEY *key = EVP_EC_gen("prime256v1");
    __attribute__((cleanup(number_free))) BIGNUM *number = NULL;
    size_t public_len = 0;
    if (!key || handle_cap < SCALAR_SIZE ||
        EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) != 1 ||
        BN_bn2binpad(number, handle, SCALAR_SIZE) != SCALAR_SIZE ||
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, public_key, HUFU_PUBLIC_KEY_SIZE,
                                        &public_len) != 1 ||
        public_len != HUFU_PUBLIC_KEY_SIZE)
        return HUFU_RESULT_PLATFORM;
    *handle_len = SCALAR_SIZE;
    return HUFU_RESULT_OK;
}

static bool to_raw(uint8_t signature[HUFU_SIGNATURE_SIZE], const uint8_t *der, size_t der_len)
{
    __attribute__((cleanup(signature_free))) ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &der, (long)der_len);
    return parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, SCALAR_SIZE) == SCALAR_SIZE &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + SCALAR_SIZE, SCALAR_SIZE) == SCALAR_SIZE;
}

static enum hufu_result sign(void *context, const uint8_t *handle, size_t handle_len, const uint8_t *message,
                             size_t message_len, uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    (void)context;
    memset(signature, 0, HUFU_SIGNATURE_SIZE);
    if (handle_len != SCALAR_SIZE)
        return HUFU_RESULT_PLATFORM;
    __attribute__((cleanup(key_free))) EVP_PKEY *key = private_key(handle);
    __attribute__((cleanup(digest_free))) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    uint8_t der[DER_MAX];
    size_t der_len = sizeof(der);
    if (!key || !digest || EVP_DigestSignInit(digest, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(digest, der, &der_len, message, message_len) != 1 || !to_raw(signature, der, der_len))
        return HUFU_RESULT_PLATFORM;
    return HUFU_RESULT_OK;
}

/* The length of the DER form of r ‖ s; 0 when there is no memory. */
static size_t to_der(uint8_t der[DER_MAX], const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    __attribute__((cleanup(signature_free))) ECDSA_SIG *made = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, SCALAR_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(signature + SCALAR_SIZE, SCALAR_SIZE, NULL);
    if (!made || !r || !s || ECDSA_SIG_set0(made, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return 0;
    }
    int len = i2d_ECDSA_SIG(made, &der);
    return len > 0 ? (size_t)len : 0;
}

static enum hufu_result verify(void *context, const uint8_t public_key[HUFU_PUBLIC_KEY_SIZE],
                               const uint8_t *message, size_t message_len,
                               const uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    (void)context;
    uint8_t der[DER_MAX];
    size_t der_len = to_der(der, signature);
    __attribute__((cleanup(digest_free))) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!der_len || !digest)
        return HUFU_RESULT_PLATFORM;
    __attribute__((cleanup(key_free))) EVP_PKEY *key = public_key_of(public_key);
    if (!key || EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestVerify(digest, der, der_len, message, message_len) != 1)
        return HUFU_RESULT_SIGNATURE;
    return HUFU_RESULT_OK;
}

struct hufu_device_key hufu_openssl_device_key(void)
{
    return (struct hufu_device_key){.create = create, .sign = sign, .verify = verify};
}
