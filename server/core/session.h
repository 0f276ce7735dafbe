/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of devices. */
#ifndef HUFU_SERVER_CORE_SESSION_H
#define HUFU_SERVER_CORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/hash.h"
#include "server/core/act.h"
#include "server/dpop.h"
#include "server/principal.h"
#include "server/store/account_store.h"
#include "server/store/session_store.h"
#include "server/worker.h"

#define SESSION_TOKEN_SIZE 32
#define SESSION_APPLICATION_DEFAULT "hufu" /* who does not say which it is */
#define SESSION_KEEP_DAYS 365 /* after its time, ended or not: use records tell its application */

enum session_event {
    SESSION_USE,
    SESSION_END,
    SESSION_EVENT_COUNT
};
bool session_step(enum session_state state, enum session_event event, enum session_state *next);

/* How far a proof's time may be from the database's, in either direction: as far as that of a frame. */
#define SESSION_PROOF_TIME_MAX_MS 120000

/* Whose session this is. HUFU_ERR_UNAUTHENTICATED: no open session has this token, by its SHA-256. principal may hold the
 * hash. For a request whose body is a frame: the device's signature of that is the proof, which the private-key process
 * checks. */
enum hufu_err session_identify(struct worker *worker, struct principal *principal,
                               const uint8_t token_hash[HASH_SIZE]) HUFU_MUST_CHECK;

/* What a session is needed for. */
enum session_need {
    SESSION_NEED_STANDING, /* anything: its account is active, and its device not frozen */
    SESSION_NEED_NOTHING   /* to see what became of them, and to sign out */
};

/* The same for every other request, which needs a proof for itself by the session's device key (RFC 9449); NULL: none, or none
 * of its form. Becomes the act's principal. A proof is good once, which the database decides. Refusals: unauthenticated;
 * proof invalid, proof time, account not active, binding not active (these with the principal known). */
enum hufu_err session_authenticate(struct worker *worker, struct act *act, enum session_need need,
                                   const uint8_t token_hash[HASH_SIZE],
                                   const struct dpop_proof *proof) HUFU_MUST_CHECK;

/* A fresh session of the device, which becomes the act's, for an application (1 to SESSION_APPLICATION_MAX bytes; NULL: the
 * default), whose session of the same application ends; in the transaction in hand, for as long as the project's rule says.
 * The account must be locked. */
enum hufu_err session_open(struct worker *worker, struct act *act, const struct account *account,
                           const uint8_t device_id[UUID_SIZE], const char *application,
                           uint8_t token[SESSION_TOKEN_SIZE], uint64_t *expires_ms) HUFU_MUST_CHECK;

/* Ends one session of the principal's account, or all of them, on every device; ended: how many. Refusals: not found,
 * not allowed (a restricted principal ends its own alone). */
enum hufu_err session_sign_out(struct worker *worker, struct act *act,
                               const uint8_t session_id[UUID_SIZE]) HUFU_MUST_CHECK;
enum hufu_err session_sign_out_all(struct worker *worker, struct act *act, uint64_t *ended) HUFU_MUST_CHECK;
/* An operator ends any. */
enum hufu_err session_end(struct worker *worker, struct act *act,
                          const uint8_t session_id[UUID_SIZE]) HUFU_MUST_CHECK;

#endif
