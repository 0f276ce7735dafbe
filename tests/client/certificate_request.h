/* SPDX-License-Identifier: Apache-2.0 */
/* A PKCS#10 request for a co-signed SM2 key: a phone signs it like any document (docs/protocol.md §2). */
#ifndef HUFU_TESTS_CERTIFICATE_REQUEST_H
#define HUFU_TESTS_CERTIFICATE_REQUEST_H

#include "common/buf.h"
#include "common/err.h"
#include "cosign/cosign.h"

#define CERTIFICATE_REQUEST_MAX 2048

/* Appends the CertificationRequestInfo (DER) for P and the subject (DER Name), without attributes: what is signed. */
enum hufu_err certificate_request_begin(struct buf *info, const uint8_t P[COSIGN_POINT_SIZE],
                                        struct bytes subject) HUFU_MUST_CHECK;
/* Appends the whole request: info, SM2-with-SM3, and the signature r ‖ s of SM3(Z ‖ info). */
enum hufu_err certificate_request_finish(struct buf *request, struct bytes info,
                                         const uint8_t signature[COSIGN_SIGNATURE_SIZE]) HUFU_MUST_CHECK;

#endif
