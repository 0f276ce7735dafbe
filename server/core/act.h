/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody is doing: who, what, with what, and how it was refused. A handler begins one, hands it to a call of the
 * rules, and closes it before anything is answered: closing writes the audit event of a refusal that no transaction has
 * written already. */
#ifndef HUFU_SERVER_CORE_ACT_H
#define HUFU_SERVER_CORE_ACT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/encoding.h"
#include "common/err.h"
#include "server/core/refusal.h"
#include "server/principal.h"
#include "server/store/session_store.h"
#include "server/worker.h"

struct act {
    const char *action; /* "sm2/sign", "account.suspend", … */
    struct principal principal;
    /* What it is about, as far as the rules came. Project, account, device and session are the principal's unless they are set;
     * the device is then what it is done to. */
    bool has_project, has_account, has_party, has_device, has_key, has_binding, has_request, has_session;
    uint8_t project_id[UUID_SIZE], account_id[UUID_SIZE], party_id[UUID_SIZE], device_id[UUID_SIZE],
        key_id[UUID_SIZE], binding_id[UUID_SIZE], request_id[UUID_SIZE], session_id[UUID_SIZE];
    enum refusal refusal;
    const char *field;  /* REFUSAL_BAD_FIELD: which */
    const char *reason; /* a sentence for a developer; may be NULL */
    const char *state;  /* of what is not active, or cannot take the step; may be NULL */
    bool has_possible;  /* of an authorization: what could be done, bit by bit (authorization.h) */
    unsigned possible;
    int32_t tries_left;       /* REFUSAL_PIN_WRONG */
    uint64_t service_time_ms; /* REFUSAL_FRAME_TIME */
    unsigned methods;         /* REFUSAL_AUTHENTICATION_NEEDED: which are missing, bit by bit (methods.h) */
    bool recorded;            /* the refusal stands in the audit trail, or is one too many for it */
};

/* Sets the refusal and returns its error. */
enum hufu_err act_refuse(struct act *act, enum refusal refusal);
/* The same with a state's name, or with a reason, or of a bad field for a reason. The texts are kept, not copied. */
enum hufu_err act_refuse_state(struct act *act, enum refusal refusal, const char *state);
enum hufu_err act_refuse_reason(struct act *act, enum refusal refusal, const char *reason);
enum hufu_err act_refuse_field(struct act *act, const char *field, const char *reason);

void act_set_key(struct act *act, const uint8_t key_id[UUID_SIZE]);
void act_set_project(struct act *act, const uint8_t project_id[UUID_SIZE]);
void act_set_account(struct act *act, const uint8_t project_id[UUID_SIZE],
                     const uint8_t account_id[UUID_SIZE]);
/* The other of the two accounts of an authorization. */
void act_set_party(struct act *act, const uint8_t account_id[UUID_SIZE]);
void act_set_device(struct act *act, const uint8_t device_id[UUID_SIZE]);
/* The principal is this session's device. */
void act_set_session(struct act *act, const struct session *session);

/* The audit event of a success, in the transaction in hand. detail may be NULL. */
enum hufu_err act_record(struct worker *worker, const struct act *act, const char *detail) HUFU_MUST_CHECK;

/* The audit event of a refusal, in the transaction in hand, also where nobody is known to be concerned: for what must not
 * differ by whether somebody is. act_close adds none then. */
enum hufu_err act_record_refusal(struct worker *worker, struct act *act,
                                 enum refusal refusal) HUFU_MUST_CHECK;

/* Refusals of one session that are written in an hour while the sender has proved to be no more than somebody with its token: more are
 * counted, lest whoever has the token alone fill the audit trail. */
#define ACT_UNPROVED_PER_HOUR 20

/* Before a refusal is answered: finds out who a token's holder is when nobody asked yet, and writes the audit event when it
 * is somebody. slug: of the refusal, or of a form refused before the rules were asked. HUFU_ERR_UNAUTHENTICATED: it is
 * nobody, and that is the answer. HUFU_ERR_AWAY, …: nothing may be answered but that. */
enum hufu_err act_close(struct worker *worker, struct act *act, const char *slug) HUFU_MUST_CHECK;

#endif
