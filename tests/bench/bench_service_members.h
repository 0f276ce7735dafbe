/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a load: one project, and in it an account, a phone and a usable signing key for every client, enrolled
 * through the service's own interfaces; and for each of them, where it is asked for, an authorized user. Their devices and bindings are different rows, as those of different people are. */
#ifndef HUFU_TESTS_BENCH_SERVICE_MEMBERS_H
#define HUFU_TESTS_BENCH_SERVICE_MEMBERS_H

#include <stddef.h>

#include "tests/bench/bench_service_shot.h"
#include "tests/client/authorized_user.h"
#include "tests/client/phone.h"
#include "tests/client/stack.h"

struct members {
    char project_id[UUID_TEXT_SIZE];
    size_t count;
    struct phone *phones;
    struct phone_key *keys;
    struct shot_sender *senders;
};

/* Caller-owned; release with members_done, also after a failure. project: the name of a new project. */
enum hufu_err members_enrol(struct members *members, const struct stack *stack, const char *project,
                            size_t count) HUFU_MUST_CHECK;
void members_done(struct members *members);
#define MEMBERS_DONE __attribute__((cleanup(members_done)))

struct authorized_members {
    size_t count;
    struct authorized_user *users;
    struct shot_sender *senders;
};

/* An authorized user for each member, for a day; uses of each authorization, 0: not counted. Caller-owned; release with
 * members_authorized_done, also after a failure. */
enum hufu_err members_authorize(struct authorized_members *authorized, const struct members *members,
                                const struct stack *stack, unsigned uses) HUFU_MUST_CHECK;
void members_authorized_done(struct authorized_members *authorized);

#endif
