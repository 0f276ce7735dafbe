/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation of the protocol, both roles, whole. */
#ifndef HUFU_TESTS_BENCH_COSIGN_PROTOCOL_H
#define HUFU_TESTS_BENCH_COSIGN_PROTOCOL_H

#include "tests/bench/bench_cosign_measure.h"

bool measure_protocol(struct bench *bench);

#endif
