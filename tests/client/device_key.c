/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/device_key.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>

#define ECDSA_DER_MAX 80
#define HALF_SIZE (FRAME_SIGNATURE_SIZE / 2)

struct device_key {
    EVP_PKEY *pkey;
    uint8_t public_key[FRAME_DEVICE_KEY_SIZE];
};

static void md_ctx_free(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static void signature_free(ECDSA_SIG **signature)
{
    ECDSA_SIG_free(*signature);
}

static void pkey_free(EVP_PKEY **pkey)
{
    EVP_PKEY_free(*pkey);
}

static void pkey_ctx_free(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

struct device_key *device_key_new(void)
{
    struct device_key *key = calloc(1, sizeof(*key));
    if (!key)
        return NULL;
    size_t len = 0;
    key->pkey = EVP_EC_gen("P-256");
    if (!key->pkey ||
        EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_PUB_KEY, key->public_key,
                                        sizeof(key->public_key), &len) != 1 ||
        len != sizeof(key->public_key)) {
        device_key_free(key);
        return NULL;
    }
    return key;
}

void device_key_free(struct device_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

const uint8_t *device_key_public(const struct device_key *key)
{
    return key->public_key;
}

static enum hufu_err raw_of_der(uint8_t raw[FRAME_SIGNATURE_SIZE], const uint8_t *der, size_t len)
{
    __attribute__((cleanup(signature_free))) ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
    if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, HALF_SIZE) != HALF_SIZE ||
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + HALF_SIZE, HALF_SIZE) != HALF_SIZE)
        return HUFU_ERR_INTERNAL;
    return HUFU_OK;
}

int signature_der(uint8_t **der, const uint8_t raw[FRAME_SIGNATURE_SIZE])
{
    __attribute__((cleanup(signature_free))) ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, HALF_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(raw + HALF_SIZE, HALF_SIZE, NULL);
    if (!signature || !r || !s || ECDSA_SIG_set0(signature, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return -1;
    }
    return i2d_ECDSA_SIG(signature, der);
}

enum hufu_err device_key_sign(const struct device_key *key, uint8_t signature[FRAME_SIGNATURE_SIZE],
                              struct bytes message)
{
    uint8_t der[ECDSA_DER_MAX];
    size_t len = sizeof(der);
    __attribute__((cleanup(md_ctx_free))) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) != 1 ||
        EVP_DigestSign(ctx, der, &len, message.data, message.len) != 1)
        return HUFU_ERR_INTERNAL;
    return raw_of_der(signature, der, len);
}

static EVP_PKEY *public_pkey(const uint8_t public_key[FRAME_DEVICE_KEY_SIZE])
{
    char group[] = "P-256";
    uint8_t point[FRAME_DEVICE_KEY_SIZE];
    for (size_t i = 0; i < sizeof(point); i++)
        point[i] = public_key[i];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *pkey = NULL;
    __attribute__((cleanup(pkey_ctx_free))) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return pkey;
}

enum hufu_err device_key_verify(const uint8_t public_key[FRAME_DEVICE_KEY_SIZE],
                                const uint8_t signature[FRAME_SIGNATURE_SIZE], struct bytes message)
{
    uint8_t *der = NULL;
    int len = signature_der(&der, signature);
    __attribute__((cleanup(pkey_free))) EVP_PKEY *pkey = public_pkey(public_key);
    __attribute__((cleanup(md_ctx_free))) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool holds = len > 0 && pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pkey) == 1 &&
                 EVP_DigestVerify(ctx, der, (size_t)len, message.data, message.len) == 1;
    OPENSSL_free(der);
    return holds ? HUFU_OK : HUFU_ERR_SIGNATURE;
}
