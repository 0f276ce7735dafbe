/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists as the private-key process signed them; each is kept. */
#ifndef HUFU_SERVER_STORE_CRL_STORE_H
#define HUFU_SERVER_STORE_CRL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/store/store.h"

struct crl {
    int64_t number;
    uint64_t this_update_ms, next_update_ms;
    bool stale; /* half its time has passed, or a certificate was revoked after it was made */
};

/* The newest list of a CA; der (may be NULL) gets its bytes. HUFU_ERR_NOT_FOUND: none yet. */
enum hufu_err crl_read(struct store *store, const char *ca, struct crl *out, struct buf *der) HUFU_MUST_CHECK;
/* HUFU_ERR_CONFLICT: another server stored this number first. */
enum hufu_err crl_insert(struct store *store, const char *ca, const struct crl *crl,
                         struct bytes der) HUFU_MUST_CHECK;

#endif
