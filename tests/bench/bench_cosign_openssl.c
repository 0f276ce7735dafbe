/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_cosign_openssl.h"

#include <openssl/core_names.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <string.h>

static bool make_numbers(struct openssl *o)
{
    const BIGNUM *n = NULL;
    o->group = EC_GROUP_new_by_curve_name(NID_sm2);
    o->bn = BN_CTX_new();
    o->mont = BN_MONT_CTX_new();
    o->p = BN_new();
    o->a = BN_new();
    o->b = BN_new();
    o->k = BN_new();
    if (!o->group || !o->bn || !o->mont || !o->p || !o->a || !o->b || !o->k)
        return false;
    n = EC_GROUP_get0_order(o->group);
    BN_set_flags(o->a, BN_FLG_CONSTTIME);
    return EC_GROUP_get_curve(o->group, o->p, NULL, NULL, o->bn) == 1 &&
           BN_MONT_CTX_set(o->mont, o->p, o->bn) == 1 && BN_rand_range(o->a, o->p) == 1 &&
           BN_rand_range(o->b, o->p) == 1 && BN_rand_range(o->k, n) == 1;
}

static bool make_points(struct openssl *o)
{
    o->P = EC_POINT_new(o->group);
    o->R = EC_POINT_new(o->group);
    o->sum = EC_POINT_new(o->group);
    return o->P && o->R && o->sum && EC_POINT_mul(o->group, o->P, o->b, NULL, NULL, o->bn) == 1;
}

static bool make_key(struct openssl *o)
{
    size_t len = 0;
    o->sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
    o->key = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    o->sign = o->key ? EVP_PKEY_CTX_new(o->key, NULL) : NULL;
    o->verify = o->key ? EVP_PKEY_CTX_new(o->key, NULL) : NULL;
    return o->sm3 && o->sign && o->verify && EVP_PKEY_sign_init(o->sign) == 1 &&
           EVP_PKEY_verify_init(o->verify) == 1 &&
           EVP_PKEY_get_octet_string_param(o->key, OSSL_PKEY_PARAM_PUB_KEY, o->public, sizeof(o->public),
                                           &len) == 1 &&
           len == sizeof(o->public) && RAND_bytes(o->digest, sizeof(o->digest)) == 1;
}

static bool make_signature(struct openssl *o)
{
    if (!openssl_sign(o, 1))
        return false;
    const uint8_t *der = o->signature;
    ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &der, (long)o->signature_len);
    const bool good = parts && BN_bn2binpad(ECDSA_SIG_get0_r(parts), o->r_s, 32) == 32 &&
                      BN_bn2binpad(ECDSA_SIG_get0_s(parts), o->r_s + 32, 32) == 32;
    ECDSA_SIG_free(parts);
    return good;
}

bool openssl_init(struct openssl *o)
{
    memset(o, 0, sizeof(*o));
    return make_numbers(o) && make_points(o) && make_key(o) && make_signature(o);
}

void openssl_done(struct openssl *o)
{
    EVP_PKEY_CTX_free(o->sign);
    EVP_PKEY_CTX_free(o->verify);
    EVP_PKEY_free(o->key);
    EVP_MD_free(o->sm3);
    EC_POINT_free(o->P);
    EC_POINT_free(o->R);
    EC_POINT_free(o->sum);
    BN_free(o->p);
    BN_free(o->a);
    BN_free(o->b);
    BN_free(o->k);
    BN_MONT_CTX_free(o->mont);
    BN_CTX_free(o->bn);
    EC_GROUP_free(o->group);
}

bool openssl_field_mul(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= BN_mod_mul_montgomery(o->b, o->b, o->b, o->mont, o->bn) == 1;
    return good;
}

bool openssl_field_invert(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= BN_mod_inverse(o->a, o->a, o->p, o->bn) != NULL;
    return good;
}

bool openssl_mul_base(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= EC_POINT_mul(o->group, o->R, o->k, NULL, NULL, o->bn) == 1;
    return good;
}

bool openssl_mul(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= EC_POINT_mul(o->group, o->R, NULL, o->P, o->k, o->bn) == 1;
    return good;
}

bool openssl_proof_check(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++) {
        good &= EC_POINT_mul(o->group, o->sum, o->k, o->P, o->k, o->bn) == 1;
        for (size_t j = 1; j < o->points; j++) {
            good &= EC_POINT_mul(o->group, o->R, NULL, o->P, o->k, o->bn) == 1 &&
                    EC_POINT_add(o->group, o->sum, o->sum, o->R, o->bn) == 1;
        }
    }
    return good;
}

bool openssl_sm3(void *context, size_t times)
{
    const struct openssl *o = context;
    uint8_t digest[32];
    bool good = true;
    for (size_t i = 0; i < times; i++)
        good &= EVP_Digest(o->data, o->len, digest, NULL, o->sm3, NULL) == 1;
    return good;
}

bool openssl_sign(void *context, size_t times)
{
    struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++) {
        o->signature_len = sizeof(o->signature);
        good &= EVP_PKEY_sign(o->sign, o->signature, &o->signature_len, o->digest, sizeof(o->digest)) == 1;
    }
    return good;
}

bool openssl_verify(void *context, size_t times)
{
    const struct openssl *o = context;
    bool good = true;
    for (size_t i = 0; i < times; i++) {
        good &= EVP_PKEY_verify(o->verify, o->signature, o->signature_len, o->digest, sizeof(o->digest)) == 1;
    }
    return good;
}
