/* SPDX-License-Identifier: Apache-2.0 */
/* A detached CMS SignedData (RFC 5652) with one signer: SM3, SM2-with-SM3. The signature is made elsewhere; here is what
 * it is over, and what it is put into. */
#ifndef HUFU_SDK_CMS_H
#define HUFU_SDK_CMS_H

#include "mobile-sdk/certificate.h"

#define CMS_ATTRIBUTES_MAX 256

/* Appends the signed attributes, SET OF Attribute, DER: contentType, signingTime, messageDigest and
 * signingCertificateV2 (RFC 5035), which pins the certificate. The signature is over these bytes (§5.4). */
enum hufu_err cms_attributes(struct buf *out, const uint8_t content_digest[HUFU_DIGEST_SIZE],
                             struct bytes certificate, uint64_t signing_time_ms) HUFU_MUST_CHECK;

/* Appends the ContentInfo. The signer's certificate and its issuers but for the root go with it. */
enum hufu_err cms_signed_data(struct buf *out, const struct certificates *certificates,
                              struct bytes attributes,
                              const uint8_t signature[HUFU_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
