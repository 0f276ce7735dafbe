/* SPDX-License-Identifier: Apache-2.0 */
/* A worker for the rules: a PostgreSQL of the test's own, and the private-key process of key_process.h. */
#ifndef HUFU_TESTS_UNIT_OFFICE_H
#define HUFU_TESTS_UNIT_OFFICE_H

#include <stdint.h>

#include "common/frame.h"
#include "server/config.h"
#include "server/core/act.h"
#include "server/core/submission.h"
#include "server/worker.h"
#include "tests/unit/database.h"
#include "tests/unit/key_process.h"
#include "tests/unit/people.h"

struct operation_job;

struct office {
    struct database database;
    struct server_config config;
    struct worker worker;
};
extern struct office office;

/* Setup and teardown of a group of tests. */
int office_open(void **state);
int office_close(void **state);

/* A frame of a person's device, well formed; nobody has to be able to open its box. */
struct office_frame {
    uint8_t memory[FRAME_MAX];
    struct buf frame;
    uint8_t signature[FRAME_SIGNATURE_SIZE];
    struct frame_head head;
    struct submission_in in;
};
/* Of generation 0, made now, under a fresh request id; op decides what is public. Change head and call office_seal again for
 * anything else. */
void office_frame(struct office_frame *frame, const struct person *person, enum frame_op op);
void office_seal(struct office_frame *frame);

/* How many rows of a table are of this person's binding. */
int64_t office_count(const struct person *person, const char *table);

/* An act as a handler begins it for a frame that came with this person's token. */
struct act office_act(const struct person *person, const char *action);
/* For jobs whose end nobody waits for. */
void office_finished(struct worker *worker, struct operation_job *job);
/* One request of an existing binding alone, under the id that the worker has in hand. */
enum hufu_err office_run(struct worker *worker, struct act *act, enum frame_op op,
                         const struct submission_in *in, struct submission_out *out);
/* An act as a handler begins it, once the session is known. */
struct act office_session_act(const struct person *person, const char *action);
/* An operator's. */
struct act office_operator_act(const char *action);

#endif
