/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of split keys. The first one makes a signing key usable: its request is the first signature that both
 * halves made together, and hufu-hsm checks it (docs/protocol.md §2). */
#ifndef HUFU_SERVER_CORE_CERTIFICATE_H
#define HUFU_SERVER_CORE_CERTIFICATE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/principal.h"
#include "server/store/certificate_store.h"

struct worker;

#define CERTIFICATE_DAYS 365
#define CERTIFICATE_REQUEST_MAX 4096 /* DER of a PKCS#10 request */

/* The CAs that hufu-hsm may have ("sm2", "p256", "rsa"), ended by NULL. */
extern const char *const certificate_ca_names[];

/* Has the certificate of a PKCS#10 request issued and stores it; the key becomes usable. `out` is the certificate, also
 * when this very CA had issued one before and its answer was lost: asking again gives the same.
 * HUFU_ERR_NOT_FOUND no such key of this device, or no such CA; HUFU_ERR_STATE account, key or binding is not in a state for
 * it, or the key is one for decryption (it cannot sign a request); HUFU_ERR_FORM and HUFU_ERR_SIGNATURE the request is
 * malformed or not signed by the key; HUFU_ERR_POLICY its subject is not the approved one. */
enum hufu_err certificate_issue(struct worker *worker, const struct principal *principal,
                                const uint8_t key_id[UUID_SIZE], const char *ca, struct bytes request,
                                struct certificate *out) HUFU_MUST_CHECK;

/* The key's newest valid certificate. HUFU_ERR_NOT_FOUND no such key of this device, or no certificate yet. */
enum hufu_err certificate_show(struct worker *worker, const struct principal *principal,
                               const uint8_t key_id[UUID_SIZE], struct certificate *out) HUFU_MUST_CHECK;

/* The certificates of a CA, DER, appended: the issuing one and its root. HUFU_ERR_NOT_FOUND: no such CA. */
enum hufu_err certificate_chain(struct worker *worker, const char *ca, struct buf *issuing,
                                struct buf *root) HUFU_MUST_CHECK;

#endif
