/* SPDX-License-Identifier: Apache-2.0 */
/* Many clients at once, each with its own device, its own keep-alive connection and one request in flight: prepared
 * beforehand, fired in a measured part, verified afterwards. */
#ifndef HUFU_TESTS_BENCH_SERVICE_CROWD_H
#define HUFU_TESTS_BENCH_SERVICE_CROWD_H

#include <stddef.h>
#include <stdint.h>

#include "tests/bench/bench_service_shot.h"

struct crowd_client {
    const struct shot_sender *sender;
    struct shot *shots;
    size_t count;
    size_t fired; /* how many of them were sent */
};

struct crowd {
    struct crowd_client *clients;
    size_t count;
    uint32_t batch;
    const struct wire_service *service;
};

/* What the measured part and the verification found. */
struct crowd_outcome {
    uint64_t elapsed_us;    /* from the first request to the last answer */
    uint64_t requests;      /* sent */
    uint64_t answered;      /* with 200 */
    uint64_t signatures;    /* in the answers with 200 */
    uint64_t verified;      /* signatures that OpenSSL accepted */
    uint64_t bad;           /* requests with 200 of which a signature does not hold */
    uint64_t ran_out;       /* clients whose prepared frames ended before the time was up */
    uint64_t worst_skew_ms; /* between a frame's time stamp and its sending */
    unsigned first_refusal; /* HTTP status of a request that failed; 0: none, or there was no answer at all */
};

/* senders: count of them, borrowed, as is the service. HUFU_ERR_INTERNAL without memory. */
enum hufu_err crowd_init(struct crowd *crowd, const struct shot_sender *senders, size_t count, uint32_t batch,
                         const struct wire_service *service) HUFU_MUST_CHECK;
void crowd_done(struct crowd *crowd);

/* Prepares `each` shots for every client, on all cores. The measured part is to begin at start_ms and each frame is
 * stamped for the moment in which it will be sent, interval_ms after the one before. Replaces the shots of before. */
enum hufu_err crowd_prepare(struct crowd *crowd, size_t each, uint64_t start_ms,
                            double interval_ms) HUFU_MUST_CHECK;
/* How long preparing that many shots takes on this machine, in ms (measured by preparing a few). */
enum hufu_err crowd_preparation_ms(const struct crowd *crowd, size_t each, uint64_t *ms) HUFU_MUST_CHECK;

/* Called on the moment the first request may leave, and again when the last answer is there. */
typedef void crowd_mark(void *context);

/* The measured part: opens all connections, then sends every client's shots, each when the one before it is answered,
 * until `seconds` have passed, or one client has no shot left (then all stop, so that the number of clients stays what
 * it is). HUFU_ERR_AWAY: a connection could not be opened, and nothing was sent; HUFU_ERR_INTERNAL without memory or
 * descriptors. */
enum hufu_err crowd_fire(struct crowd *crowd, unsigned seconds, crowd_mark *begin, crowd_mark *end,
                         void *context, struct crowd_outcome *outcome) HUFU_MUST_CHECK;
/* Finishes and verifies every answer, on all cores; completes the outcome. */
enum hufu_err crowd_verify(struct crowd *crowd, struct crowd_outcome *outcome) HUFU_MUST_CHECK;

/* Signatures a second; 0 when there are none. */
double crowd_rate(const struct crowd_outcome *outcome);
/* The latencies of all answered requests in µs, in no order, malloc'ed; NULL when there are none. */
uint64_t *crowd_latencies(const struct crowd *crowd, size_t *count);

#endif
