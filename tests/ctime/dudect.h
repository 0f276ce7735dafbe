/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the time that a function takes depends on its input: O. Reparaz, J. Balasch, I. Verbauwhede, "Dude, is my code
 * constant time?", DATE 2017. What is measured, and what it can show, stands in dudect_cosign.c. */
#ifndef HUFU_TESTS_CTIME_DUDECT_H
#define HUFU_TESTS_CTIME_DUDECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DUDECT_INPUT_MAX 4096

struct dudect_subject {
    const char *name;
    size_t size; /* of an input, DUDECT_INPUT_MAX at most */
    /* One input of the class that is always the same where it counts, or of the one that is random there. */
    void (*prepare)(void *input, bool fixed, uint64_t *random);
    /* What comes before the clock starts; may be NULL. */
    void (*load)(void *input);
    /* What is timed. */
    void (*run)(void *input);
    bool leaks; /* a control: one that must be found */
};

struct dudect_result {
    double t;    /* of the crop where it is largest in absolute value */
    double mean; /* nanoseconds, all samples */
    double
        noticed; /* nanoseconds: a difference of the means that |t| = bound would stand for, in the best crop */
    size_t samples;     /* of both classes */
    unsigned kept;      /* per cent that the crop of t keeps */
    unsigned best_kept; /* … of `noticed` */
};

/* At most so many samples, and no more than about so many seconds with the preparation. */
struct dudect_result dudect_measure(const struct dudect_subject *subject, size_t samples, double seconds,
                                    double bound);

#endif
