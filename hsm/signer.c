/* SPDX-License-Identifier: Apache-2.0 */
/* Keys with methods of our own are OpenSSL's interface of 1.1, which 3.0 still serves; its successor, a provider of
 * our own, would be ten times this file. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "hsm/signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <string.h>

#include "hsm/owned.h"

/* Octets in, EVP_PKEY out. */
static EVP_PKEY *sm2_key(OSSL_PARAM *parameters, int selection)
{
    EVP_PKEY *key = NULL;
    OWNED(EVP_PKEY_CTX) *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 || EVP_PKEY_fromdata(ctx, &key, selection, parameters) <= 0)
        return NULL;
    return key;
}

static char group_name[] = "SM2";

EVP_PKEY *signer_public_key(const uint8_t point[COSIGN_POINT_SIZE])
{
    uint8_t octets[COSIGN_POINT_SIZE];
    memcpy(octets, point, sizeof(octets));
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group_name, sizeof(group_name) - 1),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, octets, sizeof(octets)), OSSL_PARAM_END};
    return octets[0] == 0x04 ? sm2_key(parameters, EVP_PKEY_PUBLIC_KEY) : NULL;
}

/* OSSL_PARAM wants integers in the machine's order. */
static void to_native(uint8_t out[COSIGN_SCALAR_SIZE], const uint8_t scalar[COSIGN_SCALAR_SIZE])
{
    const uint16_t probe = 1;
    uint8_t first;
    memcpy(&first, &probe, 1);
    for (size_t i = 0; i < COSIGN_SCALAR_SIZE; i++)
        out[i] = first ? scalar[COSIGN_SCALAR_SIZE - 1 - i] : scalar[i];
}

enum hufu_err signer_from_record(struct signer *signer, const struct record_ca *record)
{
    RECORD_CA_WIPED struct record_ca copy = *record;
    to_native(copy.private_key, record->private_key);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group_name, sizeof(group_name) - 1),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy.public_key, sizeof(copy.public_key)),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, copy.private_key, sizeof(copy.private_key)), OSSL_PARAM_END};
    *signer = (struct signer){.is_sm2 = true, .key = sm2_key(parameters, EVP_PKEY_KEYPAIR)};
    return signer->key ? HUFU_OK : HUFU_ERR_RECORD;
}

/* ---- Keys in the token: OpenSSL calls back with what is to be signed ---- */

#define APPLICATION_DATA 0 /* the slot that OpenSSL keeps free for the application */

static enum hufu_err sign_in_token(struct signer *signer, struct buf *out, const uint8_t *input, size_t len)
{
    signer->failure =
        token_sign(signer->token, signer->session, signer->token_key, out, bytes_of(input, len));
    return signer->failure;
}

static ECDSA_SIG *p256_sign(const unsigned char *digest, int digest_len, const BIGNUM *kinv, const BIGNUM *rp,
                            EC_KEY *key)
{
    uint8_t memory[TOKEN_SIGNATURE_SIZE];
    struct buf out;
    (void)kinv;
    (void)rp;
    buf_init(&out, memory, sizeof(memory));
    if (digest_len != 32 ||
        sign_in_token(EC_KEY_get_ex_data(key, APPLICATION_DATA), &out, digest, 32) != HUFU_OK ||
        out.len != sizeof(memory))
        return NULL;
    ECDSA_SIG *signature = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(memory, 32, NULL), *s = BN_bin2bn(memory + 32, 32, NULL);
    if (signature && r && s && ECDSA_SIG_set0(signature, r, s))
        return signature;
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return NULL;
}

/* PKCS#1 v1.5: from is the DigestInfo, to has room for the modulus. */
static int rsa_sign(int from_len, const unsigned char *from, unsigned char *to, RSA *key, int padding)
{
    struct buf out;
    buf_init(&out, to, TOKEN_RSA_MAX);
    if (padding != RSA_PKCS1_PADDING || from_len <= 0 ||
        sign_in_token(RSA_get_ex_data(key, APPLICATION_DATA), &out, from, (size_t)from_len) != HUFU_OK ||
        out.len != TOKEN_RSA_MAX)
        return -1;
    return TOKEN_RSA_MAX;
}

static EC_KEY_METHOD *p256_method(void)
{
    int (*sign)(int, const unsigned char *, int, unsigned char *, unsigned int *, const BIGNUM *,
                const BIGNUM *, EC_KEY *) = NULL;
    int (*setup)(EC_KEY *, BN_CTX *, BIGNUM **, BIGNUM **) = NULL;
    EC_KEY_METHOD *method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
    if (!method)
        return NULL;
    EC_KEY_METHOD_get_sign(method, &sign, &setup, NULL);
    EC_KEY_METHOD_set_sign(method, sign, setup, p256_sign);
    return method;
}

static bool set_p256(struct signer *signer)
{
    EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
    EC_KEY_METHOD *method = p256_method();
    signer->method = method;
    bool made = key && method &&
                EC_KEY_oct2key(key, token_point(signer->token, signer->token_key), TOKEN_POINT_SIZE, NULL) &&
                EC_KEY_set_method(key, method) && EC_KEY_set_ex_data(key, APPLICATION_DATA, signer) &&
                EVP_PKEY_assign_EC_KEY(signer->key, key);
    if (!made)
        EC_KEY_free(key);
    return made;
}

static enum hufu_err read_rsa(const struct signer *signer, RSA *key)
{
    uint8_t modulus_memory[TOKEN_RSA_MAX], exponent_memory[8];
    struct buf modulus, exponent;
    buf_init(&modulus, modulus_memory, sizeof(modulus_memory));
    buf_init(&exponent, exponent_memory, sizeof(exponent_memory));
    enum hufu_err err =
        token_rsa_public(signer->token, signer->session, signer->token_key, &modulus, &exponent);
    if (err)
        return err;
    BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
    BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
    if (modulus.len == TOKEN_RSA_MAX && n && e && RSA_set0_key(key, n, e, NULL))
        return HUFU_OK;
    BN_free(n);
    BN_free(e);
    return HUFU_ERR_INTERNAL;
}

static enum hufu_err set_rsa(struct signer *signer)
{
    RSA *key = RSA_new();
    RSA_METHOD *method = RSA_meth_dup(RSA_get_default_method());
    signer->method = method;
    enum hufu_err err = key && method ? read_rsa(signer, key) : HUFU_ERR_INTERNAL;
    if (!err && !(RSA_meth_set_priv_enc(method, rsa_sign) && RSA_set_method(key, method) &&
                  RSA_set_ex_data(key, APPLICATION_DATA, signer) && EVP_PKEY_assign_RSA(signer->key, key)))
        err = HUFU_ERR_INTERNAL;
    if (err)
        RSA_free(key);
    return err;
}

static bool is_rsa(enum token_key key)
{
    return key == TOKEN_KEY_RSA_ROOT || key == TOKEN_KEY_RSA_ISSUING;
}

enum hufu_err signer_from_token(struct signer *signer, struct token *token, unsigned session,
                                enum token_key key)
{
    *signer = (struct signer){.token = token, .session = session, .token_key = key};
    if (!token_has(token, key))
        return HUFU_ERR_NOT_FOUND;
    signer->key = EVP_PKEY_new();
    enum hufu_err err = HUFU_ERR_INTERNAL;
    if (signer->key)
        err = is_rsa(key) ? set_rsa(signer) : set_p256(signer) ? HUFU_OK : HUFU_ERR_INTERNAL;
    if (err)
        signer_done(signer);
    return err;
}

void signer_done(struct signer *signer)
{
    EVP_PKEY_free(signer->key);
    if (signer->method && is_rsa(signer->token_key))
        RSA_meth_free(signer->method);
    else if (signer->method)
        EC_KEY_METHOD_free(signer->method);
    *signer = (struct signer){0};
}

/* ---- Signing ---- */

static EVP_MD_CTX *begin(const struct signer *signer)
{
    EVP_PKEY_CTX *borrowed = NULL;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx &&
        EVP_DigestSignInit(ctx, &borrowed, signer->is_sm2 ? EVP_sm3() : EVP_sha256(), NULL, signer->key) >
            0 &&
        (!signer->is_sm2 ||
         EVP_PKEY_CTX_set1_id(borrowed, COSIGN_GM_IDENTITY, (int)strlen(COSIGN_GM_IDENTITY)) > 0))
        return ctx;
    EVP_MD_CTX_free(ctx);
    return NULL;
}

static enum hufu_err result(const struct signer *signer, bool signed_it)
{
    if (signed_it)
        return HUFU_OK;
    return signer->failure ? signer->failure : HUFU_ERR_INTERNAL;
}

enum hufu_err signer_sign_certificate(struct signer *signer, X509 *certificate)
{
    OWNED(EVP_MD_CTX) *ctx = begin(signer);
    return result(signer, ctx && X509_sign_ctx(certificate, ctx) > 0);
}

enum hufu_err signer_sign_crl(struct signer *signer, X509_CRL *crl)
{
    OWNED(EVP_MD_CTX) *ctx = begin(signer);
    return result(signer, ctx && X509_CRL_sign_ctx(crl, ctx) > 0);
}

/* ---- A new SM2 pair ---- */

/* d uniform in 1 … n-2 (GB/T 32918.1: n-1 is no private key). */
static bool draw_scalar(BIGNUM *d, const EC_GROUP *group, const uint8_t random[SIGNER_RANDOM_SIZE])
{
    OWNED(BIGNUM) *range = BN_dup(EC_GROUP_get0_order(group));
    OWNED(BIGNUM) *drawn = BN_bin2bn(random, SIGNER_RANDOM_SIZE, NULL);
    BN_CTX *work = BN_CTX_new();
    bool done =
        range && drawn && work && BN_sub_word(range, 2) && BN_mod(d, drawn, range, work) && BN_add_word(d, 1);
    BN_CTX_free(work);
    return done;
}

enum hufu_err signer_make_record(struct record_ca *record, const uint8_t random[SIGNER_RANDOM_SIZE])
{
    OWNED(EC_GROUP) *group = EC_GROUP_new_by_curve_name(NID_sm2);
    OWNED(BIGNUM) *d = BN_new();
    OWNED(EC_POINT) *point = group ? EC_POINT_new(group) : NULL;
    bool made = d && point && draw_scalar(d, group, random) &&
                EC_POINT_mul(group, point, d, NULL, NULL, NULL) &&
                BN_bn2binpad(d, record->private_key, sizeof(record->private_key)) > 0 &&
                EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, record->public_key,
                                   sizeof(record->public_key), NULL) == sizeof(record->public_key);
    return made ? HUFU_OK : HUFU_ERR_INTERNAL;
}
