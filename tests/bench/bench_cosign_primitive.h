/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic beneath the protocol, every engine that this machine has against OpenSSL. */
#ifndef HUFU_TESTS_BENCH_COSIGN_PRIMITIVE_H
#define HUFU_TESTS_BENCH_COSIGN_PRIMITIVE_H

#include "tests/bench/bench_cosign_measure.h"

/* What the library chooses on this machine, for operations that are measured whole: "lanes", "adx" or "portable". */
const char *library_impl(void);

bool measure_primitives(struct bench *bench);

#endif
