/* SPDX-License-Identifier: Apache-2.0 */
/* Inversion by division steps: modulo the two primes of the SM2 curve in constant time, modulo any in variable time.
 *
 * D. J. Bernstein, B.-Y. Yang, "Fast constant-time gcd computation and modular inversion", TCHES 2019(3); in batches as
 * P. Wuille's "The safegcd implementation in libsecp256k1 explained" (2021) has them; the start at δ = 1/2, and that 590
 * steps then suffice for 256 bits, are from his "Bounds on divsteps iterations in safegcd" (2021). */
#ifndef HUFU_COSIGN_ARITHMETIC_INVERSE_H
#define HUFU_COSIGN_ARITHMETIC_INVERSE_H

#include "cosign/arithmetic/modulus.h"

/* out = a⁻¹ mod p (the field's prime) or mod n (the group's order), 0 for 0; a is below the modulus, in plain form (not
 * Montgomery's). out may be a. Secret values are allowed: the time is the same for all, and what was in memory is wiped. */
void inverse_mod_p(word out[WORDS], const word a[WORDS]);
void inverse_mod_n(word out[WORDS], const word a[WORDS]);
/* The same in variable time, for public values. */
void inverse_mod_p_var(word out[WORDS], const word a[WORDS]);
void inverse_mod_var(word out[WORDS], const word a[WORDS], const struct odd_modulus *prime);

#endif
