/* SPDX-License-Identifier: Apache-2.0 */
/* A supervised service under the load of insistent clients. */
#ifndef HUFU_TESTS_KILL_CREW_H
#define HUFU_TESTS_KILL_CREW_H

#include "tests/bench/bench_service_members.h"
#include "tests/client/stack.h"
#include "tests/kill/insistent.h"

#define CREW_SIZE 6

struct crew {
    struct stack stack;
    struct members members;
    struct wire_service *service;
    struct web_client *web; /* for looking at /readyz */
    struct insistent clients[CREW_SIZE];
    size_t started;
};

/* Starts stack and members; clients run from crew_work to crew_rest. Release with crew_done, also after a failure. */
enum hufu_err crew_begin(struct crew *crew) HUFU_MUST_CHECK;
void crew_done(struct crew *crew);

enum hufu_err crew_work(struct crew *crew) HUFU_MUST_CHECK;
/* Every client finishes the request in hand. */
void crew_rest(struct crew *crew);

/* How many requests were answered and verified so far. */
size_t crew_held(const struct crew *crew);
/* Waits until /readyz says 200 and then until a client got another answer; at most `seconds`. */
bool crew_serves(struct crew *crew, unsigned seconds);
/* The HTTP status of /readyz; 0: no answer. */
unsigned crew_readiness(struct crew *crew);
/* Prints what went wrong; returns how many clients gave up. */
size_t crew_violations(const struct crew *crew);
/* Compares what the clients hold with the database; returns how many disagreements there are, and tells them. */
size_t crew_disagreements(const struct crew *crew);

#endif
