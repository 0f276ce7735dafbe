/* SPDX-License-Identifier: Apache-2.0 */
/* A key of the person's (two_devices.h) that is lent to a user with a device of their own: the way to an active authorization. */
#ifndef HUFU_TESTS_UNIT_LENDING_H
#define HUFU_TESTS_UNIT_LENDING_H

#include "server/core/authorization.h"
#include "server/core/operation.h"
#include "tests/unit/two_devices.h"

#define DAY_MS UINT64_C(86400000)
#define SIGN PROJECT_USE_BIT(PROJECT_USE_SIGN)

extern struct person user; /* the authorized one; binding_id since ask */
extern struct authorization made;
extern uint8_t made_id[UUID_SIZE];
extern struct office_frame frame; /* the last that was sent */
extern struct submission_out out; /* what was answered */

/* Setup of each test: another person, and a user. */
int lending_add(void **state);

/* Applied for by the user, for a day from now, and confirmed: it waits for their device. uses 0: not counted. */
void agree(unsigned operations, int64_t uses);
/* The user's device asks for its half. */
void ask(void);
/* The policy that was agreed, of `made` as it was read last. */
struct frame_policy agreed(void);
/* The holder's device hands over; policy NULL: none. */
enum hufu_err hand_over(const struct frame_policy *policy);
/* The holder's device seals another policy into the user's record. */
enum hufu_err set_policy(const struct frame_policy *policy);
/* The user's device asks for an operation, of a generation. */
enum hufu_err run_of_user(enum frame_op op, uint32_t generation);
void read_made(void);
/* All of that: it is active, and the user's half at generation 1. */
void activate(unsigned operations, int64_t uses);

#endif
