/* SPDX-License-Identifier: Apache-2.0 */
/* The little of X.509 (RFC 5280) that a holder needs: the request for its certificate (PKCS#10), and the parts of a
 * certificate that CMS names. Whether a chain is to be trusted is the verifier's question, not the holder's. */
#ifndef HUFU_SDK_CERTIFICATE_H
#define HUFU_SDK_CERTIFICATE_H

#include "common/buf.h"
#include "mobile-sdk/key_record.h"

#define CERTIFICATE_SUBJECT_MAX 2048
#define CERTIFICATE_REQUEST_MAX (CERTIFICATE_SUBJECT_MAX + 512)
#define CERTIFICATE_CHAIN_MAX 8

/* Whether a subject (a DER Name) has exactly one common name, and it is this text. */
bool certificate_subject_names(struct bytes subject, const char *name);

/* Appends the CertificationRequestInfo for a subject (a DER Name) and an SM2 public key: the bytes to be signed.
 * HUFU_ERR_FORM: the subject is no Name. */
enum hufu_err certificate_request_info(struct buf *out, struct bytes subject,
                                       const uint8_t P[COSIGN_POINT_SIZE]) HUFU_MUST_CHECK;
/* Appends the request made of it and its signature. */
enum hufu_err certificate_request(struct buf *out, struct bytes info,
                                  const uint8_t signature[HUFU_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

/* Parts of a certificate, pointing into it; whole elements. */
struct certificate_view {
    struct bytes serial;
    struct bytes issuer;
    struct bytes subject;
    struct bytes key; /* SubjectPublicKeyInfo */
};
enum hufu_err certificate_parse(struct certificate_view *view, struct bytes der) HUFU_MUST_CHECK;
/* Whether it is a certificate of this SM2 key. */
bool certificate_is_of(const struct certificate_view *view, const uint8_t P[COSIGN_POINT_SIZE]);

/* The stored certificate of a key and its issuers, DER, in one block of memory; declare with CERTIFICATES_FREED. */
struct certificates {
    uint8_t *memory;
    size_t count;
    struct bytes der[CERTIFICATE_CHAIN_MAX];
};
void certificates_free(struct certificates *certificates);
#define CERTIFICATES_FREED __attribute__((cleanup(certificates_free)))

/* HUFU_RESULT_DAMAGED also when the first is not a certificate of the key. */
enum hufu_result certificates_load(struct certificates *certificates, const struct hufu *hufu,
                                   const struct key_record *key) HUFU_CHECKED;
/* Out of storage; those that are not there are no error. */
enum hufu_result certificates_remove(const struct hufu *hufu, const struct hufu_id *key) HUFU_CHECKED;
/* Checks what the service gave before it is stored: the first is of the key, each is issued by the name of the next
 * (HUFU_RESULT_FAULT). */
enum hufu_result certificates_store(const struct bytes *der, size_t count, const struct hufu *hufu,
                                    const struct key_record *key) HUFU_CHECKED;

#endif
