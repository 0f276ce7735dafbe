/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a certification authority as OpenSSL's X.509 code uses it: an SM2 scalar out of a sealed record, or a
 * P-256 or RSA key that stays in the token, whose signatures OpenSSL asks us for. */
#ifndef HUFU_HSM_SIGNER_H
#define HUFU_HSM_SIGNER_H

#include <openssl/x509.h>

#include "hsm/record.h"
#include "hsm/token.h"

struct signer {
    EVP_PKEY *key;
    bool is_sm2;
    /* Of a key in the token: what its signatures need, and why the last one failed. */
    struct token *token;
    unsigned session;
    enum token_key token_key;
    enum hufu_err failure;
    void *method; /* OpenSSL's table that leads to us; lives as long as the key */
};

/* HUFU_ERR_RECORD: the two numbers of the record are no key pair. */
enum hufu_err signer_from_record(struct signer *signer, const struct record_ca *record) HUFU_MUST_CHECK;
/* The signer must stay where it is while it is used. HUFU_ERR_NOT_FOUND: no such key; HUFU_ERR_AWAY: the token. */
enum hufu_err signer_from_token(struct signer *signer, struct token *token, unsigned session,
                                enum token_key key) HUFU_MUST_CHECK;
void signer_done(struct signer *signer);
#define SIGNER_DONE __attribute__((cleanup(signer_done)))

/* SM2-with-SM3 with the GM identity, ECDSA-with-SHA-256, or RSA-with-SHA-256. HUFU_ERR_AWAY: the token;
 * HUFU_ERR_INTERNAL: OpenSSL. */
enum hufu_err signer_sign_certificate(struct signer *signer, X509 *certificate) HUFU_MUST_CHECK;
enum hufu_err signer_sign_crl(struct signer *signer, X509_CRL *crl) HUFU_MUST_CHECK;

/* An SM2 pair out of 48 secret random bytes (so many, that the remainder is uniform). HUFU_ERR_INTERNAL. */
#define SIGNER_RANDOM_SIZE 48
enum hufu_err signer_make_record(struct record_ca *record,
                                 const uint8_t random[SIGNER_RANDOM_SIZE]) HUFU_MUST_CHECK;
/* The SM2 public key of a point; NULL when it is none. The caller frees it. */
EVP_PKEY *signer_public_key(const uint8_t point[COSIGN_POINT_SIZE]);

#endif
