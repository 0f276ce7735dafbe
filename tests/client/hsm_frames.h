/* SPDX-License-Identifier: Apache-2.0 */
/* The request `operate` (hsm/PROTOCOL.md): its field, with one frame or several, and what the reply says of each. */
#ifndef HUFU_TESTS_HSM_FRAMES_H
#define HUFU_TESTS_HSM_FRAMES_H

#include "tests/client/hsm_link.h"

struct hsm_frame {
    const char *trace;
    struct bytes project;
    uint32_t generation; /* that the caller names as the record's */
    struct bytes sealed, target, signature, frame;
};

/* Appends them to the field. */
enum hufu_err hsm_frames_encode(struct buf *field, const struct hsm_frame *frames,
                                size_t count) HUFU_MUST_CHECK;

struct hsm_outcome {
    enum hufu_err error;
    struct bytes result, answer;
};
/* How many frames the reply to `operate` speaks of; 0 for the reply to anything else. */
size_t hsm_outcome_count(const struct hsm_reply *reply);
/* HUFU_ERR_FORM: it is not of its form, or a refusal carries something. */
enum hufu_err hsm_outcome_take(struct hsm_outcome *outcome, const struct hsm_reply *reply,
                               size_t number) HUFU_MUST_CHECK;
/* Makes the reply to one frame what a request of its own would get: its error, or result and answer. */
enum hufu_err hsm_outcome_alone(struct hsm_reply *reply) HUFU_MUST_CHECK;

#endif
