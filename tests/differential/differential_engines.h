/* SPDX-License-Identifier: Apache-2.0 */
/* Every way this build and this machine have of computing on the curve, behind one table of functions: the engines, and
 * group.h, which chooses among them and the lanes. */
#ifndef HUFU_TESTS_DIFFERENTIAL_ENGINES_H
#define HUFU_TESTS_DIFFERENTIAL_ENGINES_H

#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/group.h"
#include "tests/differential/differential_judge.h"

struct engines {
    const struct engine *engines[3];
    size_t count;
};

/* Where there is one engine alone, group.h stands for it. */
struct engines engines_of_machine(void);

/* The point of an encoding, z being drawn, so that x and y are what formulas meet in the middle of a computation. For 65
 * zeros one of the many infinities: z = 0, x and y anything. */
void engine_point(const struct engine *engine, struct dice *dice, struct point *out, const uint8_t *encoded);
/* The affine point of an encoding, both coordinates 0 for 65 zeros. */
void engine_affine(const struct engine *engine, struct affine *out, const uint8_t *encoded);
/* The encoding of a point, 65 zeros for infinity. Fails the test when coordinates are not below p. */
void engine_encode(const struct engine *engine, uint8_t *encoded, const struct affine *p);
/* That out is the expected point; a and b are printed when it is not. b may be NULL. */
void engine_expect(const struct engine *engine, const char *what, const struct point *out,
                   const uint8_t *expected, const uint8_t *a, const uint8_t *b);

#endif
