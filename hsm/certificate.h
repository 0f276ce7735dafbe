/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates, built from fixed profiles: nobody outside chooses an extension. */
#ifndef HUFU_HSM_CERTIFICATE_H
#define HUFU_HSM_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>

#include "hsm/signer.h"

#define CERTIFICATE_SERIAL_SIZE 16
#define CERTIFICATE_SUBJECT_MAX 2048
#define CERTIFICATE_DER_MAX 8192
#define CERTIFICATE_VALIDITY_MAX_MS (731ull * 86400000) /* two years, one of them a leap year */
#define CERTIFICATE_BACKDATE_MAX_MS 86400000ull         /* a day before now, for clocks that are slow */
#define CERTIFICATE_AHEAD_MAX_MS 86400000ull            /* a day after now, for ours when it is slow */

enum certificate_profile {
    CERTIFICATE_ROOT,    /* CA:TRUE; signs itself */
    CERTIFICATE_ISSUING, /* CA:TRUE, pathlen:0 */
    CERTIFICATE_SIGN,    /* CA:FALSE; digitalSignature, nonRepudiation */
    CERTIFICATE_DECRYPT  /* CA:FALSE; keyEncipherment, dataEncipherment, keyAgreement */
};

struct certificate_terms {
    enum certificate_profile profile;
    struct bytes subject; /* DER of a Name, taken over byte for byte */
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t not_before_ms; /* whole seconds are used */
    uint64_t not_after_ms;
    EVP_PKEY *key; /* borrowed: what is certified */
    X509 *issuer;  /* borrowed; NULL for a root */
};

/* Appends the certificate (DER). HUFU_ERR_FORM: subject or serial; HUFU_ERR_AWAY: the token; HUFU_ERR_INTERNAL. */
enum hufu_err certificate_make(struct buf *out, const struct certificate_terms *terms,
                               struct signer *signer) HUFU_MUST_CHECK;
/* Whether something that is signed now may begin to hold at from_ms. What begins later would keep for its signer's
 * successor a certificate, or a revocation list without what was revoked meanwhile. */
bool certificate_begins_soon(uint64_t from_ms, uint64_t now_ms);
/* Whether a holder's certificate may have this validity. HUFU_ERR_POLICY: it begins more than a day before or after now,
 * is longer than two years, or outlives the issuer. */
enum hufu_err certificate_check_validity(const struct certificate_terms *terms,
                                         uint64_t now_ms) HUFU_MUST_CHECK;

/* The parsed form of a whole DER certificate; NULL when it is none. The caller frees it. */
X509 *certificate_parse(struct bytes der);
/* A positive serial number of 16 bytes; NULL when it is zero or negative. The caller frees it. */
ASN1_INTEGER *certificate_serial(const uint8_t serial[CERTIFICATE_SERIAL_SIZE]);
/* The parsed form of a whole DER Name with something in it; NULL when it is none. The caller frees it. */
X509_NAME *certificate_name(struct bytes der);
/* Appends what i2d makes of an object that was signed. */
enum hufu_err certificate_put_der(struct buf *out, int (*encode)(const void *object, unsigned char **out),
                                  const void *object) HUFU_MUST_CHECK;

#endif
