/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's way to do what we measure. Contexts, keys and fetched algorithms are made once, outside of what is timed;
 * what EVP makes anew within a call (a digest context, the decoded signature) is part of its interface and is timed. */
#ifndef HUFU_TESTS_BENCH_COSIGN_OPENSSL_H
#define HUFU_TESTS_BENCH_COSIGN_OPENSSL_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct openssl {
    EC_GROUP *group;
    BN_CTX *bn;
    BN_MONT_CTX *mont; /* of p */
    BIGNUM *p, *a, *b, *k;
    EC_POINT *P, *R, *sum;
    EVP_MD *sm3;
    EVP_PKEY *key;
    EVP_PKEY_CTX *sign, *verify;
    uint8_t public[65];
    uint8_t digest[32];
    uint8_t signature[80]; /* DER */
    size_t signature_len;
    uint8_t r_s[64];     /* the same signature */
    const uint8_t *data; /* of openssl_sm3 */
    size_t len;
    size_t points; /* of openssl_proof_check */
};

/* Makes everything, with a random key, and one signature of a random digest. */
bool openssl_init(struct openssl *o);
void openssl_done(struct openssl *o);

/* Runs of contests; the context is a struct openssl. */
bool openssl_field_mul(void *context, size_t times);    /* BN_mod_mul_montgomery */
bool openssl_field_invert(void *context, size_t times); /* BN_mod_inverse with BN_FLG_CONSTTIME */
bool openssl_mul_base(void *context, size_t times);     /* EC_POINT_mul of G, constant time */
bool openssl_mul(void *context, size_t times);          /* EC_POINT_mul of another point, constant time */
/* z·G - c·X0 by EC_POINT_mul's own double multiplication, and one EC_POINT_mul and EC_POINT_add for each further point. */
bool openssl_proof_check(void *context, size_t times);
bool openssl_sm3(void *context, size_t times);    /* EVP_Digest */
bool openssl_sign(void *context, size_t times);   /* EVP_PKEY_sign with the whole key */
bool openssl_verify(void *context, size_t times); /* EVP_PKEY_verify */

#endif
