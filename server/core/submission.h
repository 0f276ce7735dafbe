/* SPDX-License-Identifier: Apache-2.0 */
/* A frame that a device sent for one of its keys: parsed, matched with where it was sent, and with all the database knows
 * about it, read by one statement. */
#ifndef HUFU_SERVER_CORE_SUBMISSION_H
#define HUFU_SERVER_CORE_SUBMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/frame.h"
#include "common/hash.h"
#include "server/core/act.h"
#include "server/store/operation_store.h"
#include "server/worker.h"

/* What was posted. Borrowed. */
struct submission_in {
    const uint8_t *key_id; /* of the path */
    struct bytes frame;
    struct bytes signature; /* FRAME_SIGNATURE_SIZE; the private-key process checks it */
};

/* What is answered. The answer is sealed for the device: nobody here can read it. */
struct submission_out {
    struct bytes answer; /* in memory */
    int32_t pin_failures_before;
    /* Of an authorized user, as they are now: until when (0: not told), and how many uses are left where they are counted. */
    uint64_t valid_until_ms;
    bool uses_counted;
    int64_t uses_left;
    bool has_public_key;
    uint8_t public_key[65];
    uint8_t memory[FRAME_ANSWER_MAX];
};

struct submission {
    const struct submission_in *in;
    struct frame frame;
    uint8_t frame_hash[HASH_SIZE];
    uint8_t token_hash[HASH_SIZE]; /* of the session it came with */
    struct operation_situation situation;
};

/* One to be read, and what came of it. Refusals: frame malformed (also: another operation or key than where it was posted),
 * unauthenticated, not found. */
struct submission_reading {
    struct act *act;
    const struct submission_in *in;
    struct submission *submission;
    enum hufu_err err;
};
/* Parses 1 to OPERATION_TOGETHER_MAX and reads them by one statement. Sets each act's session, key, binding and request as they
 * become known. take_turn: operation_read. */
void submission_read_all(struct worker *worker, enum frame_op op, struct submission_reading *readings,
                         size_t count, bool take_turn);
/* One alone, without its device's turn. */
enum hufu_err submission_read(struct worker *worker, struct act *act, enum frame_op op,
                              const struct submission_in *in, struct submission *out) HUFU_MUST_CHECK;
/* Reads the situation once more: another request took the id meanwhile, or another policy was sealed into the record. */
enum hufu_err submission_read_again(struct worker *worker, struct act *act,
                                    struct submission *submission) HUFU_MUST_CHECK;

/* Whether the request id is known. *known: it is, and either out has the stored answer, byte for byte, or the stored refusal
 * (or a conflict: other bytes, or too old) is returned. Nothing is counted twice and no second event is written. */
enum hufu_err submission_recall(struct worker *worker, struct act *act, const struct submission *submission,
                                struct submission_out *out, bool *known) HUFU_MUST_CHECK;

/* Says in out what an authorized user is told beside the answer, as it was read. */
void submission_tell_window(const struct submission *submission, struct submission_out *out);

/* Which conditions it has to meet, by what was read. */
enum operation_path submission_path(const struct submission *submission);

/* What the statements of store/ need to know about it, and the id of its HTTP request (borrowed). */
void submission_subject(const struct submission *submission, const char *trace,
                        struct operation_subject *subject);

/* Turns the private-key process's refusal of a frame into the act's; failures are returned as they are. */
enum hufu_err submission_refused(struct worker *worker, struct act *act, enum hufu_err err) HUFU_MUST_CHECK;

#endif
