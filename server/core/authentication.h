/* SPDX-License-Identifier: Apache-2.0 */
/* Authentications: somebody claims to be an account, passes the methods that the project wants for a purpose, one after the
 * other, and spends what was gained on that purpose, once.
 *
 * Nobody learns from this whether an account exists: for one that does not, or is not active, everything is done likewise:
 * rows are written, tries are counted, a hash is computed, and what is refused is refused in the same words. */
#ifndef HUFU_SERVER_CORE_AUTHENTICATION_H
#define HUFU_SERVER_CORE_AUTHENTICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/frame.h"
#include "server/core/act.h"
#include "server/core/captcha.h"
#include "server/core/methods.h"
#include "server/store/authentication_store.h"
#include "server/worker.h"

#define AUTHENTICATION_TOKEN_SIZE 32
#define AUTHENTICATION_SECONDS 600     /* from its beginning until it must be spent */
#define AUTHENTICATION_CONFIRMS_MAX 20 /* of one session that are under way */
#define AUTHENTICATION_TRIES_MAX 5     /* wrong ones; an account's are counted besides */

enum authentication_event {
    AUTHENTICATION_PASS,   /* a method, and more are wanted */
    AUTHENTICATION_FULFIL, /* a method; what was passed suffices */
    AUTHENTICATION_MISS,   /* a wrong try, and tries are left */
    AUTHENTICATION_FAIL,   /* a wrong try, the last one */
    AUTHENTICATION_SPEND,
    AUTHENTICATION_EVENT_COUNT
};
bool authentication_step(enum authentication_state state, enum authentication_event event,
                         enum authentication_state *next);

struct authentication_in {
    const char *project; /* id or name */
    const char *work_number;
    enum authentication_purpose purpose; /* not AUTHENTICATION_CONFIRM */
    const uint8_t *device_key; /* FRAME_DEVICE_KEY_SIZE, of the device that will spend it; NULL: any */
    struct captcha_answer captcha;
};
/* The token is secret. */
struct authentication_out {
    uint8_t token[AUTHENTICATION_TOKEN_SIZE];
    uint64_t expires_ms;
    unsigned rule; /* combinations that suffice */
};
void authentication_out_wipe(struct authentication_out *out);
#define AUTHENTICATION_OUT_WIPED __attribute__((cleanup(authentication_out_wipe)))

/* Refusals: not found (the project), captcha needed, too many tries (of the address). */
enum hufu_err authentication_begin(struct worker *worker, struct act *act, const struct authentication_in *in,
                                   struct authentication_out *out) HUFU_MUST_CHECK;
/* Of the account of this session, to confirm something. Refusals: account not active, too many tries (as many are under way as
 * may be). */
enum hufu_err authentication_begin_confirm(struct worker *worker, struct act *act,
                                           struct authentication_out *out) HUFU_MUST_CHECK;

/* How far it has come. */
struct authentication_progress {
    enum authentication_state state; /* open or passed */
    unsigned passed;                 /* methods */
    unsigned rule;
};
/* Refusals of all of these: authentication failed (a wrong try; no such authentication, or one that is over: not told
 * apart), not allowed (the project does not want the method here), too many tries. HUFU_ERR_BUSY: too many passwords are
 * being looked at. */
enum hufu_err authentication_show(struct worker *worker, struct act *act, const uint8_t *token,
                                  struct authentication_progress *out) HUFU_MUST_CHECK;
/* changed (may be NULL) takes the place of the operator's one-time password. Refusals besides: password change needed (the
 * one-time password was right, and changed is NULL), bad field (changed is no good password). */
enum hufu_err authentication_try_password(struct worker *worker, struct act *act, const uint8_t *token,
                                          const char *password, const char *changed,
                                          struct authentication_progress *out) HUFU_MUST_CHECK;
/* Has a code sent to the account's mobile number. Refusal besides: too many tries (too soon, or too many today). */
enum hufu_err authentication_send_code(struct worker *worker, struct act *act, const uint8_t *token,
                                       uint64_t *expires_ms) HUFU_MUST_CHECK;
enum hufu_err authentication_try_code(struct worker *worker, struct act *act, const uint8_t *token,
                                      struct bytes digits,
                                      struct authentication_progress *out) HUFU_MUST_CHECK;

/* In place of the password: a token that was remembered for this device (remembered.h), and the device's signature of
 * remembered_signed_message. Refusal besides: not allowed (to bind a device or recover). */
enum hufu_err authentication_try_remembered(struct worker *worker, struct act *act, const uint8_t *token,
                                            const uint8_t *remembered, const uint8_t *proof,
                                            struct authentication_progress *out) HUFU_MUST_CHECK;
/* picture: JPEG or PNG. Refusal besides: bad field (it does not show one face). HUFU_ERR_AWAY: the face service is. */
enum hufu_err authentication_try_face(struct worker *worker, struct act *act, const uint8_t *token,
                                      struct bytes picture,
                                      struct authentication_progress *out) HUFU_MUST_CHECK;

#define AUTHENTICATION_QR_SIZE 32
/* What a QR code shows for a bound device of the account to scan. Whoever only sees it can do nothing with it; the one before
 * is good for nothing any more. Refusal besides: not allowed (to sign in or bind a device, begun without its key: whether the
 * device that says yes is another one could not be told). */
enum hufu_err authentication_show_qr(struct worker *worker, struct act *act, const uint8_t *token,
                                     uint8_t code[AUTHENTICATION_QR_SIZE]) HUFU_MUST_CHECK;
/* What this session's device has scanned. Refusal: not found (no such code, or another account's). */
struct authentication_request {
    enum authentication_purpose purpose;
    uint64_t begun_ms, expires_ms;
};
enum hufu_err authentication_read_qr(struct worker *worker, struct act *act, const uint8_t *code,
                                     struct authentication_request *out) HUFU_MUST_CHECK;
/* Its person says yes. Refusals besides: binding not active (this device has no active key), not allowed (it is the device
 * that asks). */
enum hufu_err authentication_approve_qr(struct worker *worker, struct act *act,
                                        const uint8_t *code) HUFU_MUST_CHECK;

struct authentication_grant {
    uint8_t project_id[UUID_SIZE];
    uint8_t account_id[UUID_SIZE];
    uint8_t authentication_id[UUID_SIZE];
    unsigned methods; /* those that were passed */
    bool has_session;
    uint8_t session_id[UUID_SIZE]; /* that it was begun in, to confirm something there; compare it */
    bool has_device_key;
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE]; /* the only device that may profit; compare it */
};
/* In the transaction in hand, which may have locked its account, and nothing else: uses it up, once and for all, with the
 * account locked. methods_needed: what must have been passed beyond the project's rule (0: nothing). The caller looks at the
 * account's state. Refusal: authentication needed. */
enum hufu_err authentication_spend(struct worker *worker, struct act *act, const uint8_t *token,
                                   enum authentication_purpose purpose, unsigned methods_needed,
                                   struct authentication_grant *out) HUFU_MUST_CHECK;
/* The session that was opened with the grant counts as having passed its methods; in the same transaction. */
enum hufu_err authentication_attach(struct worker *worker, const struct authentication_grant *grant,
                                    const uint8_t session_id[UUID_SIZE]) HUFU_MUST_CHECK;
/* Whether the act's session passed the methods within the time for which the project holds them. Refusal: authentication
 * needed. methods_needed 0: whatever suffices to confirm. */
enum hufu_err authentication_held(struct worker *worker, struct act *act,
                                  unsigned methods_needed) HUFU_MUST_CHECK;

#endif
