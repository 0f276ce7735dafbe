/* SPDX-License-Identifier: Apache-2.0 */
/* A PKCS#10 request for a co-signed SM2 key. Of its contents only the key and the subject count: requested extensions
 * are ignored. */
#ifndef HUFU_HSM_CSR_H
#define HUFU_HSM_CSR_H

#include <openssl/x509.h>

#include "common/buf.h"
#include "common/err.h"

#define CSR_DER_MAX 8192

/* key: the SM2 public key of the record; identity: that of the record, empty for the GM one. HUFU_ERR_FORM: no PKCS#10
 * of at most CSR_DER_MAX bytes; HUFU_ERR_SIGNATURE: not for this key, or not signed by it; HUFU_ERR_POLICY: another
 * subject than the approved one, byte for byte. */
enum hufu_err csr_check(struct bytes der, EVP_PKEY *key, struct bytes identity,
                        struct bytes subject) HUFU_MUST_CHECK;

#endif
