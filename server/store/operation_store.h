/* SPDX-License-Identifier: Apache-2.0 */
/* The hot path's two statements: one plain read before the private-key process is asked, and the one conditional
 * statement that decides afterwards (docs/architecture.md, "One co-signature, end to end"). Requests that wait at the same time share
 * them: most of what a statement and its commit cost is the same for one as for many. */
#ifndef HUFU_SERVER_STORE_OPERATION_STORE_H
#define HUFU_SERVER_STORE_OPERATION_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/encoding.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/hash.h"
#include "server/store/binding_store.h"
#include "server/store/session_store.h"
#include "server/store/store.h"

#define OPERATION_TOGETHER_MAX 16 /* requests that one statement reads or decides */

/* What came of a request id that is known already. */
struct operation_stored {
    bool exists;
    bool fresh; /* not older than ten minutes: its answer may be given again */
    uint8_t frame_hash[HASH_SIZE];
    int32_t outcome; /* enum hufu_err */
    int32_t pin_failures_before, tries_left;
    struct bytes answer; /* in situation->memory; empty for refusals and after pruning */
};

struct operation_situation {
    struct session session;
    bool found; /* the binding; false: no such binding of this key and this device */
    bool has_turn;
    struct standing standing;
    bool usage_decrypt;
    enum device_role device_role;
    unsigned
        authorized; /* of an authorized user: what it may be used for (enum project_use); 0: the holder's own */
    uint8_t authorization_id[UUID_SIZE]; /* with authorized */
    bool has_party;
    uint8_t party_id[UUID_SIZE]; /* the holder, where an authorized user asks */
    int64_t uses_low;            /* with authorized: so few are told of; 0: that was done */
    uint32_t record_generation;
    int32_t policy_number; /* of that record: how many policies it had before */
    struct bytes
        record; /* of the generation asked for, else of the current one; of a waiting binding the pending one */
    bool pending_fresh; /* that pending one may still be finished */
    uint8_t pending_request_id[UUID_SIZE];
    bool has_public_key;
    uint8_t public_key[65];
    struct operation_stored stored;
    uint8_t memory[BINDING_RECORD_MAX + FRAME_ANSWER_MAX];
};

/* With take_turn it also takes the device's turn, if nobody has it: requests of one device are at the private-key process
 * one at a time. That process works longer on a right half than on a wrong one, so somebody with a stolen device key who
 * sends many guesses at once could read from the delay what the deciding statement never lets out. The turn is the
 * session's (an advisory lock) and ends with its connection. operation_decide gives it back with its commit; after anything
 * else operation_give_turn does. Of several requests of one device, read at once, the first gets it. */
struct operation_query {
    const uint8_t *token_hash;
    const uint8_t *key_id, *binding_id, *request_id;
    uint32_t generation; /* of the frame's head */
    bool take_turn;
    struct operation_situation *situation;
    enum hufu_err err; /* HUFU_ERR_UNAUTHENTICATED: no open session has this token */
};
/* 1 to OPERATION_TOGETHER_MAX by one statement; each gets its situation and its error. */
void operation_read(struct store *store, struct operation_query *queries, size_t count);

/* Gives back the turn that operation_read took. Without a connection it has ended already. */
void operation_give_turn(struct store *store, const uint8_t device_id[UUID_SIZE]);

/* Why the rows, as they stand once their locks are held, do not allow the outcome. In the order in which it is checked. */
enum operation_verdict {
    VERDICT_OK,
    VERDICT_ACCOUNT,    /* not active */
    VERDICT_DEVICE,     /* not active */
    VERDICT_BINDING,    /* not active */
    VERDICT_LOCKED,     /* too many wrong PINs */
    VERDICT_WINDOW,     /* not yet, or no longer, valid */
    VERDICT_USES,       /* too few left */
    VERDICT_GENERATION, /* the half that was used has ended or was replaced meanwhile */
    VERDICT_REFRESH, /* a refresh not later than the one that made the pending generation, or of a policy that was replaced */
    VERDICT_COUNT
};
extern const char *const operation_verdict_names[VERDICT_COUNT]; /* as the statements say them */

struct operation_result {
    enum operation_verdict verdict;
    bool recorded; /* false with VERDICT_OK: the request id is taken; read it again */
    int32_t pin_failures_before, tries_left;
    bool uses_counted; /* a success of a binding whose uses are; what is left of them */
    int64_t uses_left;
    bool locked;       /* a refusal: the device is, now */
    bool turn_given;   /* a success: the turn ended with its transaction */
    const char *state; /* what the account, the device or the binding is, of a verdict against it */
};

enum operation_change {
    CHANGE_ANY,  /* of the device's row or the binding's */
    CHANGE_USES, /* what is left of the binding's uses alone */
    CHANGE_NONE, /* of neither row */
};

/* What must be so for an operation to be let in. */
enum operation_path {
    OPERATION_USUAL,
    OPERATION_WAITING, /* of a binding that was handed over: its refresh, or the PIN check at generation 1 that makes it active */
    OPERATION_UPKEEP, /* refresh or PIN check of an authorized user's half: whatever the holder says, a PIN can be changed */
    OPERATION_PATH_COUNT
};

/* What the head and the read before gave. */
struct operation_subject {
    const uint8_t *project_id, *device_id, *binding_id, *request_id;
    const uint8_t *session_id; /* for the audit trail; NULL: none */
    const uint8_t *frame_hash;
    enum frame_op op;
    uint32_t generation;
    uint64_t next_time_ms; /* standing.next_time_ms of the read: names the pending generation that was used */
    int32_t policy_number; /* of the read: a next record that was made of another policy is refused */
    uint64_t frame_time_ms;
    uint32_t
        count; /* digests or points; also what it costs, but for a signature of a key without certificate */
    struct bytes purpose;
    const char *trace;
    bool has_turn; /* operation_read took the device's */
    enum operation_path path;
    /* What a success on the usual path would change, as read: the cheapest statement that can decides, if it still holds. */
    enum operation_change change;
};

/* A success: counts the uses, forgives PIN failures, ends the old generation or stores the next one, and records request,
 * signature and audit event; all or nothing. It also ends the turn of a subject that has it (turn_given), whatever the
 * verdict. Either of next_record (refresh) and results may be empty. */
struct operation_outcome {
    struct bytes answer;
    struct bytes next_record;
    const char *next_role; /* of the next record, where it is another; NULL: as it is now */
    struct bytes digests;  /* E of a signature */
    struct bytes results;  /* r of each digest, or H(C1) of each point */
};
/* One to be decided, and what came of it. */
struct operation_decision {
    const struct operation_subject *subject;
    const struct operation_outcome *outcome;
    bool decided;                   /* or the database is away: err says which; else the rest says nothing */
    struct operation_result result; /* with HUFU_OK */
    enum hufu_err err;
};
/* 1 to OPERATION_TOGETHER_MAX, of different devices, with at most FRAME_BATCH_MAX digests or points in all. Those that change no
 * more than what is left of their uses are decided by one statement, which commits them together and waits for nobody's lock. What it
 * leaves is not decided, and has to be alone (operation_decide): one without company, that changes more, or whose row is gone or held by
 * somebody; and all of them where the statement fails, as for a request id that is taken. Not in a transaction. */
void operation_decide_together(struct store *store, struct operation_decision *decisions, size_t count);
/* One alone; where its row is held, it waits. HUFU_ERR_NOT_FOUND: the binding is gone, or was never this device's. */
enum hufu_err operation_decide(struct store *store, const struct operation_subject *subject,
                               const struct operation_outcome *outcome,
                               struct operation_result *result) HUFU_MUST_CHECK;

/* A refusal that tells something about the proof, under the same conditions: records it under its request id and in the
 * audit trail, and raises the failures when counted (a wrong PIN), which locks the device at its limit. Only when recorded
 * may anybody be told. */
struct operation_refusal {
    enum hufu_err outcome;
    bool counted;
    bool stored; /* under the request id; false: in the audit trail alone */
    const char *slug;
};
enum hufu_err operation_refuse(struct store *store, const struct operation_subject *subject,
                               const struct operation_refusal *refusal,
                               struct operation_result *result) HUFU_MUST_CHECK;

#endif
