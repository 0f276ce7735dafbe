/* SPDX-License-Identifier: Apache-2.0 */
/* Typed calls to hufu-hsm (hsm/PROTOCOL.md). One struct hsmc is a connection to each of the key processes that are
 * registered (docs/operations.md), for one thread at a time.
 *
 * A connection opens when first used and again when it broke; on opening it loads the service keys (keys.h).
 * Errors:
 *   - what hufu-hsm refused comes back as the error it gave;
 *   - HUFU_ERR_AWAY: it cannot be reached, closed the connection, answered not in form, or not within the
 * deadline;
 *   - HUFU_ERR_LIMIT: an output buffer is too small, or the request does not fit a message.
 * Outputs are empty unless the call says HUFU_OK.
 *
 * A request whose connection turns out to be dead (it was open before, and the other side closed it) is sent once more
 * on a fresh one, to whichever process answers, even when it may have been carried out: hufu-hsm keeps nothing of a request but
 * orders of destruction, which it takes twice without harm. So an answer that nobody received has no effect (what was computed
 * was neither recorded nor published), and the second answer is the only one there is. A request that ran into its deadline is
 * not repeated: that would double the load of a process that is already slow. Nor is one that broke a fresh connection: it may
 * be what breaks it. */
#ifndef HUFU_SERVER_HSMC_HSMC_H
#define HUFU_SERVER_HSMC_HSMC_H

#include <stdint.h>

#include "common/buf.h"
#include "common/destruction.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "server/hsmc/keys.h"

#define HSMC_RESULT_MAX 8192      /* 256 values of 32 bytes; a sealed record is smaller */
#define HSMC_CERTIFICATE_MAX 8192 /* DER */
#define HSMC_CRL_MAX 196608       /* DER */
#define HSMC_REVOCATIONS_MAX 3000 /* entries that fit a request and a CRL of HSMC_CRL_MAX */
#define HSMC_POINT_SIZE 65
#define HSMC_DATA_KEY_SIZE 32
#define HSMC_SERIAL_SIZE 16
#define HSMC_VERSION_MAX 32
#define HSMC_CA_NAME_MAX 16
#define HSMC_PLACES_MAX 8

struct metrics;
struct hsmc;

/* Where the key processes are. Calls go to that of index home; while nobody answers there, to the next one that does. */
struct hsmc_places {
    const char *const *paths;
    size_t count; /* 1 to HSMC_PLACES_MAX */
    size_t home;
};

/* The paths and keys are borrowed. timeout_ms bounds a whole call, reconnecting included. metrics may be NULL. */
struct hsmc *hsmc_new(const struct hsmc_places *places, int timeout_ms, struct hsmc_keys *keys,
                      struct metrics *metrics);
void hsmc_free(struct hsmc *hsmc);
/* From now on calls go to this one alone, and after hsmc_use_any as they did before: not to a home that hangs, when they had
 * gone elsewhere. */
void hsmc_use(struct hsmc *hsmc, size_t place);
void hsmc_use_any(struct hsmc *hsmc);

/* hufu-hsm's clock in ms as the last reply on this connection gave it, also a refusal (service_time of the
 * problem frame-time); 0 before any. */
uint64_t hsmc_now_ms(const struct hsmc *hsmc);

/* trace, in every call and of every frame: the HTTP request id, at most 64 bytes, for hufu-hsm's log. */

struct hsmc_status {
    uint8_t identity_key[HSMC_POINT_SIZE];
    uint8_t sealing_key_id[UUID_SIZE];
    uint32_t sessions;
    char version[HSMC_VERSION_MAX + 1];
};
enum hufu_err hsmc_status(struct hsmc *hsmc, const char *trace, struct hsmc_status *out) HUFU_MUST_CHECK;

/* The destruction log, as far as this process knows it. */
struct hsmc_destruction {
    struct destruction_head known;
    uint64_t token_number; /* of the token's head */
    bool behind;           /* it refuses every record */
};
enum hufu_err hsmc_destruction_state(struct hsmc *hsmc, const char *trace,
                                     struct hsmc_destruction *out) HUFU_MUST_CHECK;
/* Orders that follow `before`, in their form on the wire. */
enum hufu_err hsmc_destruction_add(struct hsmc *hsmc, const char *trace,
                                   const struct destruction_head *before,
                                   struct bytes orders) HUFU_MUST_CHECK;

/* Makes a box key valid from … until; it is not loaded by that. */
enum hufu_err hsmc_service_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                               uint64_t from_ms, uint64_t until_ms,
                               struct hsmc_service_key *out) HUFU_MUST_CHECK;
enum hufu_err hsmc_service_load(struct hsmc *hsmc, const char *trace,
                                const struct hsmc_service_key *key) HUFU_MUST_CHECK;

/* Makes the key for personal data. sealed needs HSMC_SEALED_MAX and is appended to. */
enum hufu_err hsmc_data_new(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                            struct buf *sealed) HUFU_MUST_CHECK;
/* key is secret; nothing of it stays in this connection's memory. */
enum hufu_err hsmc_data_open(struct hsmc *hsmc, const char *trace, const uint8_t record_id[UUID_SIZE],
                             struct bytes sealed, uint8_t key[HSMC_DATA_KEY_SIZE]) HUFU_MUST_CHECK;

struct hsmc_keygen_begin {
    const uint8_t *project_id;
    uint32_t operations;   /* FRAME_ALLOW_SIGN or FRAME_ALLOW_DECRYPT */
    struct bytes identity; /* empty: the GM identity */
    struct bytes signature;
    struct bytes frame;
};
/* sealed needs HSMC_SEALED_MAX, answer FRAME_ANSWER_MAX (all outputs append). */
enum hufu_err hsmc_keygen_begin(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_begin *in,
                                struct buf *sealed, struct buf *answer) HUFU_MUST_CHECK;

struct hsmc_keygen_finish {
    const uint8_t *project_id;
    struct bytes sealed; /* kind pending */
    struct bytes signature;
    struct bytes frame;
};
/* sealed: kind binding, generation 0. */
enum hufu_err hsmc_keygen_finish(struct hsmc *hsmc, const char *trace, const struct hsmc_keygen_finish *in,
                                 struct buf *sealed, uint8_t public_key[HSMC_POINT_SIZE],
                                 struct buf *answer) HUFU_MUST_CHECK;

/* One frame: what is sent, and what came of it. */
struct hsmc_operate {
    const char *trace;
    const uint8_t *project_id;
    uint32_t generation; /* of the record */
    struct bytes sealed;
    struct bytes target; /* sm2/handover and policy, else empty (hsmc_target_*) */
    struct bytes signature;
    struct bytes frame;
    struct buf *result; /* needs HSMC_RESULT_MAX. What it gets depends on the operation: hsm/PROTOCOL.md */
    struct buf *answer; /* needs FRAME_ANSWER_MAX */
    enum hufu_err err;
};
/* Up to HSMC_OPERATE_MAX frames of sm2/sign, of FRAME_BATCH_MAX digests together, or one of any other operation. HUFU_OK: each
 * call has its own err. Else nothing came of any: it is the connection's or the message's error, and every call has it too.
 * HUFU_ERR_LIMIT also: no call, or too many. */
#define HSMC_OPERATE_MAX 16
enum hufu_err hsmc_operate(struct hsmc *hsmc, struct hsmc_operate *calls, size_t count) HUFU_MUST_CHECK;
/* The target of sm2/handover, and of policy. Append. */
enum hufu_err hsmc_target_handover(struct buf *out, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                   const uint8_t x25519_key[FRAME_X25519_SIZE]) HUFU_MUST_CHECK;
enum hufu_err hsmc_target_policy(struct buf *out, uint32_t generation, struct bytes sealed) HUFU_MUST_CHECK;

struct hsmc_certificate {
    const char *ca; /* "sm2", "p256", "rsa" */
    const uint8_t *project_id;
    const uint8_t *key_id;
    const uint8_t *binding_id;
    uint32_t generation;
    struct bytes sealed;
    struct bytes request;  /* PKCS#10, DER */
    struct bytes subject;  /* approved, DER Name */
    const uint8_t *serial; /* HSMC_SERIAL_SIZE */
    uint64_t not_before_ms;
    uint64_t not_after_ms;
};
/* certificate needs HSMC_CERTIFICATE_MAX. */
enum hufu_err hsmc_certificate_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_certificate *in,
                                     struct buf *certificate) HUFU_MUST_CHECK;

struct hsmc_revocation {
    uint8_t serial[HSMC_SERIAL_SIZE];
    uint64_t revoked_ms;
    uint32_t reason; /* CRLReason of RFC 5280 */
};
struct hsmc_crl {
    const char *ca;
    uint64_t number;
    uint64_t this_update_ms;
    uint64_t next_update_ms;
    const struct hsmc_revocation *revoked;
    size_t revoked_count;
};
/* crl needs HSMC_CRL_MAX. */
enum hufu_err hsmc_crl_issue(struct hsmc *hsmc, const char *trace, const struct hsmc_crl *in,
                             struct buf *crl) HUFU_MUST_CHECK;
/* Each needs HSMC_CERTIFICATE_MAX. HUFU_ERR_NOT_FOUND: no such CA. */
enum hufu_err hsmc_ca_chain(struct hsmc *hsmc, const char *trace, const char *ca, struct buf *issuing,
                            struct buf *root) HUFU_MUST_CHECK;

#endif
