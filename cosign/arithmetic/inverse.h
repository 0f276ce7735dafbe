/* SPDX-License-Identifier: Apache-2.0 */
/* Inversion modulo the two primes of the SM2 curve, in constant time, by division steps.
 *
 * D. J. Bernstein, B.-Y. Yang, "Fast constant-time gcd computation and modular inversion", TCHES 2019(3); the number of
 * steps and the start at 1/2 are those of P. Wuille, "The safegcd implementation in libsecp256k1 explained" (2021). */
#ifndef HUFU_COSIGN_ARITHMETIC_INVERSE_H
#define HUFU_COSIGN_ARITHMETIC_INVERSE_H

#include "cosign/arithmetic/word.h"

/* out = a⁻¹ mod p (the field's prime) or mod n (the group's order), 0 for 0; a is below the modulus, in plain form (not
 * Montgomery's). out may be a. Secret values are allowed; nothing of them is left behind. */
void inverse_mod_p(word out[WORDS], const word a[WORDS]);
void inverse_mod_n(word out[WORDS], const word a[WORDS]);
/* The same in variable time, for public values. */
void inverse_mod_p_var(word out[WORDS], const word a[WORDS]);

#endif
