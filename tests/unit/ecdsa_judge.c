/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ecdsa_judge.h"

#include <openssl/core_names.h>

#include "hsm/owned.h"
#include "tests/client/device_key.h"
#include "tests/unit/unit.h"

static EVP_PKEY *judges_key(const struct ecdsa_case *claim)
{
    EVP_PKEY *key = NULL;
    char group[] = "P-256";
    uint8_t point[ECDSA_POINT_SIZE];
    memcpy(point, claim->point, sizeof(point));
    OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
                               OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
                               OSSL_PARAM_END};
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_non_null(ctx);
    assert_true(EVP_PKEY_fromdata_init(ctx) > 0);
    return EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, parameters) > 0 ? key : NULL;
}

enum hufu_err ecdsa_judge(const struct ecdsa_case *claim)
{
    OWNED(EVP_PKEY) *key = judges_key(claim);
    if (!key || claim->point[0] != 0x04)
        return HUFU_ERR_SIGNATURE;
    uint8_t *der = NULL;
    int der_len = signature_der(&der, claim->signature);
    assert_true(der_len > 0);
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    assert_non_null(ctx);
    assert_true(EVP_PKEY_verify_init(ctx) > 0);
    bool holds = EVP_PKEY_verify(ctx, der, (size_t)der_len, claim->digest, sizeof(claim->digest)) == 1;
    OPENSSL_free(der);
    return holds ? HUFU_OK : HUFU_ERR_SIGNATURE;
}

bool ecdsa_judge_knows_point(const struct ecdsa_case *claim)
{
    OWNED(EVP_PKEY) *key = judges_key(claim);
    return key != NULL;
}

struct ecdsa_claim ecdsa_claim_of(const struct ecdsa_case *claim)
{
    return (struct ecdsa_claim){claim->point, claim->digest, claim->signature, HUFU_ERR_INTERNAL};
}
