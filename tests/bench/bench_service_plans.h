/* SPDX-License-Identifier: Apache-2.0 */
/* The plans of what hufu-server asks of PostgreSQL, as its own connections execute it: EXPLAIN (ANALYZE, BUFFERS) of each statement, by
 * auto_explain. */
#ifndef HUFU_TESTS_BENCH_SERVICE_PLANS_H
#define HUFU_TESTS_BENCH_SERVICE_PLANS_H

#include <stdio.h>

#include "tests/client/stack.h"

/* From here on; starts hufu-server again. *since: for plans_end. */
enum hufu_err plans_begin(struct stack *stack, size_t *since) HUFU_MUST_CHECK;
/* Until here; starts hufu-server again. Prints of each statement how often it was executed, and the plan of the last time. */
enum hufu_err plans_end(struct stack *stack, size_t since, FILE *out) HUFU_MUST_CHECK;
/* The same of what PostgreSQL wrote into its log, from there on; the text is changed. HUFU_ERR_INTERNAL without memory. */
enum hufu_err plans_print(char *log, FILE *out) HUFU_MUST_CHECK;

#endif
