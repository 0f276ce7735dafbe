/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of split keys. The first one makes a signing key usable: its request is the first signature that both
 * halves made together, and hufu-hsm checks it (docs/protocol.md §2). */
#ifndef HUFU_SERVER_CORE_CERTIFICATE_H
#define HUFU_SERVER_CORE_CERTIFICATE_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/store/certificate_store.h"

struct worker;

#define CERTIFICATE_DAYS 365
#define CERTIFICATE_REQUEST_MAX 4096 /* DER of a PKCS#10 request */

/* The CAs that hufu-hsm may have ("sm2", "p256", "rsa"), ended by NULL. */
extern const char *const certificate_ca_names[];

/* Has the certificate of a PKCS#10 request issued and stores it; the key becomes usable. The act's principal is a device.
 * `out` is the certificate, also when this very CA had issued one before and its answer was lost: asking again gives the
 * same. Refusals: NOT_FOUND no such key of this device, or no such CA; ACCOUNT_NOT_ACTIVE, BINDING_NOT_ACTIVE; CONFLICT the
 * key is not in a state for it, or is one for decryption (it cannot sign a request); CSR_INVALID; SUBJECT_MISMATCH. */
enum hufu_err certificate_issue(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                const char *ca, struct bytes request,
                                struct certificate *out) HUFU_MUST_CHECK;

/* The key's newest valid certificate. Refusal: NOT_FOUND no such key of this device, or no certificate yet. */
enum hufu_err certificate_show(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                               struct certificate *out) HUFU_MUST_CHECK;

/* The certificates of a CA, DER, appended: the issuing one and its root. HUFU_ERR_NOT_FOUND: no such CA. */
enum hufu_err certificate_chain(struct worker *worker, const char *ca, struct buf *issuing,
                                struct buf *root) HUFU_MUST_CHECK;

#endif
