/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_judge.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "tests/client/device_key.h"

struct judge {
    EVP_PKEY *key;
};

static void ctx_free(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

static EVP_PKEY *key_of_point(const uint8_t P[COSIGN_POINT_SIZE])
{
    char group[] = "SM2";
    uint8_t point[COSIGN_POINT_SIZE];
    memcpy(point, P, sizeof(point));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    __attribute__((cleanup(ctx_free))) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;
    return key;
}

struct judge *judge_new(const uint8_t P[COSIGN_POINT_SIZE])
{
    struct judge *judge = calloc(1, sizeof(*judge));
    if (!judge)
        return NULL;
    judge->key = key_of_point(P);
    if (judge->key)
        return judge;
    free(judge);
    return NULL;
}

void judge_free(struct judge *judge)
{
    if (!judge)
        return;
    EVP_PKEY_free(judge->key);
    free(judge);
}

enum hufu_err judge_signature(const struct judge *judge, const uint8_t e[COSIGN_DIGEST_SIZE],
                              const uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    uint8_t *der = NULL;
    int len = signature_der(&der, signature);
    __attribute__((cleanup(ctx_free))) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, judge->key, NULL);
    const bool holds = len > 0 && ctx && EVP_PKEY_verify_init(ctx) == 1 &&
                       EVP_PKEY_verify(ctx, der, (size_t)len, e, COSIGN_DIGEST_SIZE) == 1;
    OPENSSL_free(der);
    return holds ? HUFU_OK : HUFU_ERR_SIGNATURE;
}
