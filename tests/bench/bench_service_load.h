/* SPDX-License-Identifier: Apache-2.0 */
/* One kind of load: a crowd that is warmed up, then measured slice by slice. Several on one service take turns. */
#ifndef HUFU_TESTS_BENCH_SERVICE_LOAD_H
#define HUFU_TESTS_BENCH_SERVICE_LOAD_H

#include "tests/bench/bench_service_crowd.h"
#include "tests/bench/bench_service_report.h"
#include "tests/client/stack.h"

/* Caller-owned; release with load_done, also after a failure. */
struct load {
    struct crowd crowd;
    double per_second;    /* requests, as last seen; 0: not yet */
    struct report report; /* of the slices so far */
};

/* Senders and service are borrowed, as by crowd_init. */
enum hufu_err load_init(struct load *load, enum report_kind kind, const struct shot_sender *senders,
                        size_t count, uint32_t batch, const struct wire_service *service) HUFU_MUST_CHECK;
void load_done(struct load *load);

/* Some seconds that count for nothing, and tell the rate. HUFU_ERR_STATE: a request was refused, as is printed. */
enum hufu_err load_warm_up(struct load *load) HUFU_MUST_CHECK;
/* A slice of so many seconds, prepared before and verified after it: adds it to the report. *rate: signatures a
 * second. What was refused or does not hold is in the report. */
enum hufu_err load_measure(struct load *load, const struct stack *stack, unsigned seconds,
                           double *rate) HUFU_MUST_CHECK;

#endif
