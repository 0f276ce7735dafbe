/* SPDX-License-Identifier: Apache-2.0 */
/* Cleanup attributes for OpenSSL's objects: OWNED(EVP_PKEY) *key = …; frees it with its scope. */
#ifndef HUFU_HSM_OWNED_H
#define HUFU_HSM_OWNED_H

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define OWNED_CLEANUP(type)                             \
    static inline void type##_owned_done(type **object) \
    {                                                   \
        type##_free(*object);                           \
    }

OWNED_CLEANUP(ASN1_ENUMERATED)
OWNED_CLEANUP(ASN1_INTEGER)
OWNED_CLEANUP(ASN1_OCTET_STRING)
OWNED_CLEANUP(ASN1_TIME)
OWNED_CLEANUP(ECDSA_SIG)
OWNED_CLEANUP(EC_GROUP)
OWNED_CLEANUP(EC_POINT)
OWNED_CLEANUP(EVP_MD_CTX)
OWNED_CLEANUP(EVP_PKEY)
OWNED_CLEANUP(EVP_PKEY_CTX)
OWNED_CLEANUP(X509)
OWNED_CLEANUP(X509_CRL)
OWNED_CLEANUP(X509_EXTENSION)
OWNED_CLEANUP(X509_NAME)
OWNED_CLEANUP(X509_REQ)
OWNED_CLEANUP(X509_REVOKED)

static inline void BIGNUM_owned_done(BIGNUM **number)
{
    BN_clear_free(*number);
}

#define OWNED(type) __attribute__((cleanup(type##_owned_done))) type

#endif
