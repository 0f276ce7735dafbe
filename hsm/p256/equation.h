/* SPDX-License-Identifier: Apache-2.0 */
/* The equation of ECDSA on P-256, for eight signatures at once: r = x of u1·G + u2·Q, where u1 and u2 are the digest and r, each
 * divided by s (SEC 1 §4.1.4). */
#ifndef HUFU_HSM_P256_EQUATION_H
#define HUFU_HSM_P256_EQUATION_H

#include <stdint.h>

#define P256_LANES 8

/* Numbers in plain form, the least significant word first. */
struct p256_equation {
    uint64_t u1[4], u2[4]; /* below n */
    uint64_t x[4], y[4];   /* Q, below p; that it is a point of the curve is part of the question */
    uint64_t r[4];         /* from p - n to n: below p - n, x could also be r + n, which is not looked at */
};

/* UNDECIDED: one of u1·G and u2·Q is infinity, or they are equal or opposite, or an addition on the way to u1·G met equal points.
 * Of signatures that nobody made for it there is none. */
enum p256_answer {
    P256_HOLDS,
    P256_DOES_NOT_HOLD,
    P256_UNDECIDED
};

/* The answer to each. Needs 34 KiB of stack.
 *
 * p256_decide_var executes AVX512F and AVX512IFMA: whoever calls it has asked the processor before. p256_decide_var_emulated
 * is the same source over arrays of eight words; only tests have it. */
void p256_decide_var(enum p256_answer answers[P256_LANES], const struct p256_equation equations[P256_LANES]);
void p256_decide_var_emulated(enum p256_answer answers[P256_LANES],
                              const struct p256_equation equations[P256_LANES]);

#endif
