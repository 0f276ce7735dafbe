/* SPDX-License-Identifier: Apache-2.0 */
/* Field multiplication and squaring for x86-64 with BMI2 (mulx, which leaves the flags alone) and ADX (adcx and adox, two
 * carry chains at once: E. Ozturk et al., "New instructions supporting large integer arithmetic on Intel architecture
 * processors", 2012). Included by field.h alone.
 *
 * The same steps as the portable form: the whole product in t0 … t7, then four reduction steps that turn t0 … t3 into
 * (low + M·p) / 2^256, then one addition and one conditional subtraction. Multiplication: 16 + 8 mulx; squaring: 10 + 8.
 * The scarce unit is the one that adds with carry: 54 and 49 such instructions (docs/arithmetic.md §3). */
#ifndef HUFU_COSIGN_ARITHMETIC_FIELD_ADX_H
#define HUFU_COSIGN_ARITHMETIC_FIELD_ADX_H

/* One reduction step on the window x0 … x3: m = x0; x1, x2 less m·(2^32 - 1); x3 and the new top word m less m·2^32.
 * The new lowest word is x1, so the next step names the words one further on. */
#define ADX_REDUCE_STEP(x0, x1, x2, x3)  \
    "mov %[" x0 "], %%rdx\n\t"           \
    "mulx %[ones], %[low], %[high]\n\t"  \
    "sub %[low], %[" x1 "]\n\t"          \
    "sbb %[high], %[" x2 "]\n\t"         \
    "mulx %[radix], %[low], %[high]\n\t" \
    "sbb %[low], %[" x3 "]\n\t"          \
    "sbb %[high], %[" x0 "]\n\t"

#define ADX_REDUCE                          \
    ADX_REDUCE_STEP("t0", "t1", "t2", "t3") \
    ADX_REDUCE_STEP("t1", "t2", "t3", "t0") \
    ADX_REDUCE_STEP("t2", "t3", "t0", "t1") \
    ADX_REDUCE_STEP("t3", "t0", "t1", "t2") \
    "xor %k[high], %k[high]\n\t"            \
    "add %[t0], %[t4]\n\t"                  \
    "adc %[t1], %[t5]\n\t"                  \
    "adc %[t2], %[t6]\n\t"                  \
    "adc %[t3], %[t7]\n\t"                  \
    "adc $0, %[high]\n\t"                   \
    "mov %[t4], %[t0]\n\t"                  \
    "mov %[t5], %[t1]\n\t"                  \
    "mov %[t6], %[t2]\n\t"                  \
    "mov %[t7], %[t3]\n\t"                  \
    "sub $-1, %[t4]\n\t"                    \
    "sbb %[prime1], %[t5]\n\t"              \
    "sbb $-1, %[t6]\n\t"                    \
    "sbb %[prime3], %[t7]\n\t"              \
    "sbb $0, %[high]\n\t"                   \
    "cmovc %[t0], %[t4]\n\t"                \
    "cmovc %[t1], %[t5]\n\t"                \
    "cmovc %[t2], %[t6]\n\t"                \
    "cmovc %[t3], %[t7]\n\t"

/* x0 … x4 += a·b[i], where x4 was not in use yet. The last carry is of a value below 2^64: it goes nowhere further. */
#define ADX_ROW(i, x0, x1, x2, x3, x4) \
    "mov %[b" i "], %%rdx\n\t"         \
    "xor %k[" x4 "], %k[" x4 "]\n\t"   \
    "mulx %[a0], %[low], %[high]\n\t"  \
    "adcx %[low], %[" x0 "]\n\t"       \
    "adox %[high], %[" x1 "]\n\t"      \
    "mulx %[a1], %[low], %[high]\n\t"  \
    "adcx %[low], %[" x1 "]\n\t"       \
    "adox %[high], %[" x2 "]\n\t"      \
    "mulx %[a2], %[low], %[high]\n\t"  \
    "adcx %[low], %[" x2 "]\n\t"       \
    "adox %[high], %[" x3 "]\n\t"      \
    "mulx %[a3], %[low], %[high]\n\t"  \
    "adcx %[low], %[" x3 "]\n\t"       \
    "adox %[high], %[" x4 "]\n\t"      \
    "adc $0, %[" x4 "]\n\t"

/* Two words of a square's diagonal, a[i]², onto twice what is in x0 and x1. */
#define ADX_DIAGONAL(i, x0, x1)       \
    "mov %[a" i "], %%rdx\n\t"        \
    "mulx %%rdx, %[low], %[high]\n\t" \
    "adcx %[" x0 "], %[" x0 "]\n\t"   \
    "adox %[low], %[" x0 "]\n\t"      \
    "adcx %[" x1 "], %[" x1 "]\n\t"   \
    "adox %[high], %[" x1 "]\n\t"

#define ADX_OUTPUTS                                                                                 \
    [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [t4] "=&r"(t4), [t5] "=&r"(t5), \
        [t6] "=&r"(t6), [t7] "=&r"(t7), [low] "=&r"(low), [high] "=&r"(high)
/* The words of an operand stay in memory: there are no registers left for them. */
#define ADX_WORDS(p) \
    [p##0] "m"(p->limb[0]), [p##1] "m"(p->limb[1]), [p##2] "m"(p->limb[2]), [p##3] "m"(p->limb[3])
/* Factors of the reduction, 2^32 - 1 and 2^32, and the two words of p that are no immediate operands. */
#define ADX_CONSTANTS                                                                           \
    [ones] "m"(adx_factors[0]), [radix] "m"(adx_factors[1]), [prime1] "m"(field_prime.limb[1]), \
        [prime3] "m"(field_prime.limb[3])

static const word adx_factors[2] = {0x00000000ffffffff, 0x0000000100000000};

static inline void field_mul(struct field *out, const struct field *a, const struct field *b)
{
    word t0, t1, t2, t3, t4, t5, t6, t7, low, high;
    __asm__("mov %[b0], %%rdx\n\t"
            "mulx %[a0], %[t0], %[t1]\n\t"
            "mulx %[a1], %[low], %[t2]\n\t"
            "add %[low], %[t1]\n\t"
            "mulx %[a2], %[low], %[t3]\n\t"
            "adc %[low], %[t2]\n\t"
            "mulx %[a3], %[low], %[t4]\n\t"
            "adc %[low], %[t3]\n\t"
            "adc $0, %[t4]\n\t" /* clang-format off */
            ADX_ROW("1", "t1", "t2", "t3", "t4", "t5")
            ADX_ROW("2", "t2", "t3", "t4", "t5", "t6")
            ADX_ROW("3", "t3", "t4", "t5", "t6", "t7")
            ADX_REDUCE /* clang-format on */
            : ADX_OUTPUTS
            : ADX_WORDS(a), ADX_WORDS(b), ADX_CONSTANTS
            : "rdx", "cc");
    out->limb[0] = t4;
    out->limb[1] = t5;
    out->limb[2] = t6;
    out->limb[3] = t7;
}

static inline void field_square(struct field *out, const struct field *a)
{
    word t0, t1, t2, t3, t4, t5, t6, t7, low, high;
    __asm__("mov %[a0], %%rdx\n\t" /* the products of two different words, in t1 … t6 */
            "mulx %[a1], %[t1], %[t2]\n\t"
            "mulx %[a2], %[low], %[t3]\n\t"
            "add %[low], %[t2]\n\t"
            "mulx %[a3], %[low], %[t4]\n\t"
            "adc %[low], %[t3]\n\t"
            "adc $0, %[t4]\n\t"
            "mov %[a1], %%rdx\n\t"
            "xor %k[t5], %k[t5]\n\t"
            "mulx %[a2], %[low], %[high]\n\t"
            "adcx %[low], %[t3]\n\t"
            "adox %[high], %[t4]\n\t"
            "mulx %[a3], %[low], %[high]\n\t"
            "adcx %[low], %[t4]\n\t"
            "adox %[high], %[t5]\n\t"
            "adc $0, %[t5]\n\t"
            "mov %[a2], %%rdx\n\t"
            "mulx %[a3], %[low], %[t6]\n\t"
            "add %[low], %[t5]\n\t"
            "adc $0, %[t6]\n\t"
            "xor %k[t7], %k[t7]\n\t" /* twice that, and the squares of the words */
            "mov %[a0], %%rdx\n\t"
            "mulx %%rdx, %[t0], %[high]\n\t"
            "adcx %[t1], %[t1]\n\t"
            "adox %[high], %[t1]\n\t" /* clang-format off */
            ADX_DIAGONAL("1", "t2", "t3")
            ADX_DIAGONAL("2", "t4", "t5")
            ADX_DIAGONAL("3", "t6", "t7")
            ADX_REDUCE /* clang-format on */
            : ADX_OUTPUTS
            : ADX_WORDS(a), ADX_CONSTANTS
            : "rdx", "cc");
    out->limb[0] = t4;
    out->limb[1] = t5;
    out->limb[2] = t6;
    out->limb[3] = t7;
}

static inline void field_add(struct field *out, const struct field *a, const struct field *b)
{
    word s0 = a->limb[0], s1 = a->limb[1], s2 = a->limb[2], s3 = a->limb[3];
    word l0, l1, l2, l3, carry;
    __asm__("xor %k[carry], %k[carry]\n\t"
            "add %[b0], %[s0]\n\t"
            "adc %[b1], %[s1]\n\t"
            "adc %[b2], %[s2]\n\t"
            "adc %[b3], %[s3]\n\t"
            "adc $0, %[carry]\n\t"
            "mov %[s0], %[l0]\n\t"
            "mov %[s1], %[l1]\n\t"
            "mov %[s2], %[l2]\n\t"
            "mov %[s3], %[l3]\n\t"
            "sub $-1, %[s0]\n\t"
            "sbb %[prime1], %[s1]\n\t"
            "sbb $-1, %[s2]\n\t"
            "sbb %[prime3], %[s3]\n\t"
            "sbb $0, %[carry]\n\t"
            "cmovc %[l0], %[s0]\n\t"
            "cmovc %[l1], %[s1]\n\t"
            "cmovc %[l2], %[s2]\n\t"
            "cmovc %[l3], %[s3]\n\t"
            : [s0] "+&r"(s0), [s1] "+&r"(s1), [s2] "+&r"(s2), [s3] "+&r"(s3), [l0] "=&r"(l0), [l1] "=&r"(l1),
              [l2] "=&r"(l2), [l3] "=&r"(l3), [carry] "=&r"(carry)
            : ADX_WORDS(b), [prime1] "m"(field_prime.limb[1]), [prime3] "m"(field_prime.limb[3])
            : "cc");
    out->limb[0] = s0;
    out->limb[1] = s1;
    out->limb[2] = s2;
    out->limb[3] = s3;
}

/* The words of p under the mask of the borrow: all ones give (mask, mask << 32, mask, mask less 2^32). */
static inline void field_sub(struct field *out, const struct field *a, const struct field *b)
{
    word d0 = a->limb[0], d1 = a->limb[1], d2 = a->limb[2], d3 = a->limb[3];
    word mask, m1, m3;
    __asm__("sub %[b0], %[d0]\n\t"
            "sbb %[b1], %[d1]\n\t"
            "sbb %[b2], %[d2]\n\t"
            "sbb %[b3], %[d3]\n\t"
            "sbb %[mask], %[mask]\n\t"
            "mov %[prime1], %[m1]\n\t"
            "mov %[prime3], %[m3]\n\t"
            "and %[mask], %[m1]\n\t"
            "and %[mask], %[m3]\n\t"
            "add %[mask], %[d0]\n\t"
            "adc %[m1], %[d1]\n\t"
            "adc %[mask], %[d2]\n\t"
            "adc %[m3], %[d3]\n\t"
            : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [mask] "=&r"(mask),
              [m1] "=&r"(m1), [m3] "=&r"(m3)
            : ADX_WORDS(b), [prime1] "m"(field_prime.limb[1]), [prime3] "m"(field_prime.limb[3])
            : "cc");
    out->limb[0] = d0;
    out->limb[1] = d1;
    out->limb[2] = d2;
    out->limb[3] = d3;
}

/* a/2: a or a + p, whichever is even, shifted down with the carry of the addition as its top bit. */
static inline void field_halve(struct field *out, const struct field *a)
{
    word d0 = a->limb[0], d1 = a->limb[1], d2 = a->limb[2], d3 = a->limb[3];
    word mask = 0 - (d0 & 1), m1, m3;
    __asm__("mov %[prime1], %[m1]\n\t"
            "mov %[prime3], %[m3]\n\t"
            "and %[mask], %[m1]\n\t"
            "and %[mask], %[m3]\n\t"
            "add %[mask], %[d0]\n\t"
            "adc %[m1], %[d1]\n\t"
            "adc %[mask], %[d2]\n\t"
            "adc %[m3], %[d3]\n\t"
            "sbb %[mask], %[mask]\n\t"
            "shrd $1, %[d1], %[d0]\n\t"
            "shrd $1, %[d2], %[d1]\n\t"
            "shrd $1, %[d3], %[d2]\n\t"
            "shrd $1, %[mask], %[d3]\n\t"
            : [d0] "+&r"(d0), [d1] "+&r"(d1), [d2] "+&r"(d2), [d3] "+&r"(d3), [mask] "+&r"(mask),
              [m1] "=&r"(m1), [m3] "=&r"(m3)
            : [prime1] "m"(field_prime.limb[1]), [prime3] "m"(field_prime.limb[3])
            : "cc");
    out->limb[0] = d0;
    out->limb[1] = d1;
    out->limb[2] = d2;
    out->limb[3] = d3;
}

#undef ADX_REDUCE_STEP
#undef ADX_REDUCE
#undef ADX_ROW
#undef ADX_DIAGONAL
#undef ADX_OUTPUTS
#undef ADX_WORDS
#undef ADX_CONSTANTS

#endif
