/* SPDX-License-Identifier: Apache-2.0 */
/* Mutations that are the same for the same seed, everywhere. */
#ifndef HUFU_TESTS_MUTATION_H
#define HUFU_TESTS_MUTATION_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct mutation {
    uint64_t state;
};

/* Set the state to the seed; every number then has its place in one sequence. */
uint64_t mutation_number(struct mutation *mutation);
/* 0 … below-1; 0 when below is 0. */
size_t mutation_below(struct mutation *mutation, size_t below);

/* Changes data of *len bytes in memory of cap bytes in one to four places: flips, sets, inserts, deletes, repeats,
 * truncates, splices in a piece of other, or writes a length that looks plausible. */
void mutation_apply(struct mutation *mutation, uint8_t *data, size_t *len, size_t cap, struct bytes other);

#endif
