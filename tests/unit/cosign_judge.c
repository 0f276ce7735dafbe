/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cosign_judge.h"

#include <openssl/asn1t.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "tests/unit/unit.h"

static EVP_PKEY *key_of(const uint8_t P[COSIGN_POINT_SIZE])
{
    EVP_PKEY *key = NULL;
    uint8_t encoded[COSIGN_POINT_SIZE];
    char group[] = "SM2";
    memcpy(encoded, P, sizeof(encoded));
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, encoded, sizeof(encoded)),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

/* SEQUENCE { INTEGER r, INTEGER s }. */
static size_t to_der(uint8_t **der, const uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    ECDSA_SIG *parts = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, COSIGN_SCALAR_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(signature + COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE, NULL);
    assert_int_equal(ECDSA_SIG_set0(parts, r, s), 1);
    *der = NULL;
    int len = i2d_ECDSA_SIG(parts, der);
    assert_true(len > 0);
    ECDSA_SIG_free(parts);
    return (size_t)len;
}

bool judge_verifies(const uint8_t P[COSIGN_POINT_SIZE], struct bytes identity, struct bytes message,
                    const uint8_t signature[COSIGN_SIGNATURE_SIZE])
{
    uint8_t *der;
    const size_t der_len = to_der(&der, signature);
    EVP_PKEY *key = key_of(P);
    EVP_PKEY_CTX *key_context = EVP_PKEY_CTX_new(key, NULL);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_PKEY_CTX_set1_id(key_context, identity.data, (int)identity.len), 1);
    EVP_MD_CTX_set_pkey_ctx(context, key_context);
    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sm3(), NULL, key), 1);
    const bool good = EVP_DigestVerify(context, der, der_len, message.data, message.len) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_CTX_free(key_context);
    EVP_PKEY_free(key);
    OPENSSL_free(der);
    return good;
}

/* The form of GM/T 0009: SEQUENCE { INTEGER x, INTEGER y, OCTET STRING C3, OCTET STRING C2 }. */
static size_t from_der(uint8_t *ciphertext, size_t room, const uint8_t *der, size_t der_len)
{
    const uint8_t *at = der;
    ASN1_SEQUENCE_ANY *parts = d2i_ASN1_SEQUENCE_ANY(NULL, &at, (long)der_len);
    assert_non_null(parts);
    assert_int_equal(sk_ASN1_TYPE_num(parts), 4);
    ciphertext[0] = 4;
    for (int i = 0; i < 2; i++) {
        BIGNUM *coordinate = ASN1_INTEGER_to_BN(sk_ASN1_TYPE_value(parts, i)->value.integer, NULL);
        assert_int_equal(BN_bn2binpad(coordinate, ciphertext + 1 + 32 * i, 32), 32);
        BN_free(coordinate);
    }
    size_t len = COSIGN_POINT_SIZE;
    for (int i = 2; i < 4; i++) {
        const ASN1_OCTET_STRING *part = sk_ASN1_TYPE_value(parts, i)->value.octet_string;
        const size_t part_len = (size_t)ASN1_STRING_length(part);
        assert_true(room - len >= part_len);
        memcpy(ciphertext + len, ASN1_STRING_get0_data(part), part_len);
        len += part_len;
    }
    sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
    return len;
}

size_t judge_encrypts(uint8_t *ciphertext, size_t room, const uint8_t P[COSIGN_POINT_SIZE],
                      struct bytes plaintext)
{
    size_t der_len = 0;
    EVP_PKEY *key = key_of(P);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    assert_int_equal(EVP_PKEY_encrypt_init(context), 1);
    assert_int_equal(EVP_PKEY_encrypt(context, NULL, &der_len, plaintext.data, plaintext.len), 1);
    uint8_t *der = malloc(der_len);
    assert_non_null(der);
    assert_int_equal(EVP_PKEY_encrypt(context, der, &der_len, plaintext.data, plaintext.len), 1);
    const size_t len = from_der(ciphertext, room, der, der_len);
    free(der);
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return len;
}
