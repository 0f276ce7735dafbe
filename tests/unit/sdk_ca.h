/* SPDX-License-Identifier: Apache-2.0 */
/* A certification authority of the tests: an SM2 root and issuer in memory, by OpenSSL. */
#ifndef HUFU_TESTS_SDK_CA_H
#define HUFU_TESTS_SDK_CA_H

#include "common/buf.h"
#include "cosign/cosign.h"

struct sdk_ca;
struct sdk_ca *sdk_ca_new(void);
void sdk_ca_free(struct sdk_ca *ca);

/* A DER Name: C=CN, O=, CN=. */
void sdk_ca_subject(struct buf *out, const char *organization, const char *name);
/* Whether the PKCS#10 request is of P and this subject and signed by its own key under the GM identity; then appends its
 * certificate. */
bool sdk_ca_issue(const struct sdk_ca *ca, struct buf *certificate, struct bytes request,
                  struct bytes subject, const uint8_t P[COSIGN_POINT_SIZE]);
/* 0: the issuer's certificate; 1: the root's. */
void sdk_ca_certificate(const struct sdk_ca *ca, int which, struct buf *out);

#endif
