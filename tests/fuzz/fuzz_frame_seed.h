/* SPDX-License-Identifier: Apache-2.0 */
/* One well-formed head and frame of each operation, with fixed content: nothing in it is a secret or verifies. */
#ifndef HUFU_TESTS_FUZZ_FRAME_SEED_H
#define HUFU_TESTS_FUZZ_FRAME_SEED_H

#include "common/frame.h"

void seed_head(struct buf *out, enum frame_op op);
void seed_head_to_primary(struct buf *out); /* of a refresh */
void seed_frame(struct buf *out, struct bytes head);
void seed_policy(struct buf *out);
void seed_handover(struct buf *out);
void seed_policy_for(struct buf *out);
void seed_statement(struct buf *out);

#endif
