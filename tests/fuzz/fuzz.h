/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target: a file with these two functions. It is linked three ways: with libFuzzer (preset `fuzz`); with
 * fuzz_driver.c, which mutates the seeds deterministically and runs with every build's tests; and with fuzz_corpus.c,
 * which writes the seeds as files for libFuzzer. Each seed is of the form that the target accepts, made by the code
 * under test, so that a mutation begins near what is valid. */
#ifndef HUFU_TESTS_FUZZ_H
#define HUFU_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define FUZZ_INPUT_MAX 131072

/* libFuzzer's name for it; returns 0. Ends the program (FUZZ_CHECK, or a sanitizer) when something is wrong. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Calls emit for each seed. */
void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context);

/* A property that must hold for every input. */
#define FUZZ_CHECK(condition) ((condition) ? (void)0 : fuzz_failed(#condition, __FILE__, __LINE__))
_Noreturn void fuzz_failed(const char *condition, const char *file, int line);

#endif
