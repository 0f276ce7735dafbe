/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate revocation lists of an issuing CA. */
#ifndef HUFU_HSM_CRL_H
#define HUFU_HSM_CRL_H

#include "hsm/certificate.h"

#define CRL_VALIDITY_MAX_MS (35ull * 86400000)

struct crl_terms {
    X509 *issuer; /* borrowed */
    uint64_t number;
    uint64_t this_update_ms;
    uint64_t next_update_ms;
    struct bytes revoked; /* T(serial (16), u64 revoked at ms, u32 reason, …) */
};

/* Appends the list (DER). HUFU_ERR_FORM: an entry is malformed, or its reason is none of RFC 5280's; HUFU_ERR_POLICY:
 * next_update is not after this_update, or more than CRL_VALIDITY_MAX_MS later, or this_update is more than a day after
 * now_ms; HUFU_ERR_LIMIT: out is too small; HUFU_ERR_AWAY: the token. */
enum hufu_err crl_make(struct buf *out, const struct crl_terms *terms, struct signer *signer,
                       uint64_t now_ms) HUFU_MUST_CHECK;

#endif
