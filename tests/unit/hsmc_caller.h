/* SPDX-License-Identifier: Apache-2.0 */
/* server/hsmc as a worker calls it, and a peer (hsm_peer.h) at the other end. */
#ifndef HUFU_TESTS_UNIT_HSMC_CALLER_H
#define HUFU_TESTS_UNIT_HSMC_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/hsmc/hsmc.h"
#include "server/metrics.h"
#include "tests/unit/hsm_peer.h"

#define TIMEOUT_MS 20000
#define NOW_MS 1700000000123u

/* A reply under construction. */
struct reply {
    uint8_t memory[4096];
    struct buf buf;
};

/* One with an error and up to two fields; NULL: none. */
struct bytes reply_of(struct reply *reply, enum hufu_err err, const char *first_field,
                      const char *second_field);

/* One peer, one connection to it, and what both counted. */
struct fixture {
    struct hsm_peer *peer;
    struct hsmc_keys *keys;
    struct metrics *metrics;
    struct hsmc *hsmc;
};

struct fixture start_with(const struct peer_step *steps, size_t count, int timeout_ms);
struct fixture start(const struct peer_step *steps, size_t count);
/* Gives back how many requests the peer got. */
size_t stop(struct fixture *f);
/* That this line is in the report of the counts. */
void assert_counted(const struct fixture *f, const char *line);

/* A call with two fields in its reply; what it gave stays until the next. */
enum hufu_err chain(struct fixture *f, struct buf *issuing, struct buf *root);

/* Of a clock that nobody sets. */
uint64_t now_ms(void);

#endif
