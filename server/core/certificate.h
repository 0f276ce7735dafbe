/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates for keys. The private-key process builds and signs them; what it demands (an authentic record, a request
 * signed by that very key, the approved subject) it checks itself. */
#ifndef HUFU_SERVER_CORE_CERTIFICATE_H
#define HUFU_SERVER_CORE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/core/act.h"
#include "server/hsmc/hsmc.h"
#include "server/store/certificate_store.h"
#include "server/worker.h"

#define CERTIFICATE_CSR_MAX 8192
#define CERTIFICATE_DAYS 365
#define CERTIFICATE_BACKDATE_MS 60000 /* for verifiers whose clock is late */

/* A CA's certificates: issuing, then root; DER. */
struct certificate_chain {
    uint8_t memory[2 * HSMC_CERTIFICATE_MAX];
    struct bytes issuing, root;
};
/* Refusal: not found (no such CA). */
enum hufu_err certificate_chain_read(struct worker *worker, struct act *act, const char *ca,
                                     struct certificate_chain *out) HUFU_MUST_CHECK;

/* The certificate of the act's key for a PKCS#10 request (DER), and its chain; the key becomes usable. *issued: false, it had
 * a valid one of this CA already, which is given again. Refusals: not found (key or CA), not allowed (a key for decryption
 * cannot sign its request), conflict (nothing generated yet), binding or account not active, PIN locked, window closed,
 * csr invalid, subject mismatch. */
enum hufu_err certificate_request(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                  struct bytes csr, const char *ca, struct certificate *out,
                                  struct certificate_chain *chain, bool *issued) HUFU_MUST_CHECK;

/* What a key has, of any CA. Refusal: not found. */
enum hufu_err certificate_of_key(struct worker *worker, struct act *act, const uint8_t key_id[UUID_SIZE],
                                 struct certificate *out, struct certificate_chain *chain) HUFU_MUST_CHECK;

#endif
