/* SPDX-License-Identifier: Apache-2.0 */
/* Eight multiplications at once of points on a curve y² = x³ - 3x + b, over the field of lanes_field.h: for lanes.c, which
 * includes the file of the SM2 curve beside this one, and hsm/p256/equation.c, which includes that of P-256.
 *
 * Signed windows of five bits with odd digits (M. Joye, M. Tunstall, "Exponent recoding and regular exponentiation
 * algorithms", AFRICACRYPT 2009, algorithm 6), over a table of P, 3P … 31P. Instead of making the table affine, which
 * takes an inversion, its entries are brought to one common Z, which then is left out: (X, Y) are affine points of the
 * isomorphic curve y² = x³ - 3Z⁴x + bZ⁶, and the result's z is multiplied by Z at the end. On that curve -3Z⁴ is not a
 * constant, so doublings carry it along, as in the modified Jacobian coordinates of H. Cohen, A. Miyaji, T. Ono,
 * "Efficient elliptic curve exponentiation using mixed coordinates", ASIACRYPT 1998.
 *
 * A point is (x, v, z, u): x/z² and v/2z³ are its coordinates, and u = (Z·z)⁴. Doubled, y needs neither halvings nor
 * multiplications by 8. As elements, below: x 5.1, v 5, z 2.3, u 1.2 (lanes_field.h); each function says how it keeps
 * that.
 *
 * In all, M for multiplications and S for squarings: the table 4M + 6S, 15·(5M + 2S) and 64M + 17S, 50 windows of
 * 28M + 25S (five doublings, an addition), the last one of 32M + 31S, the conversion 4M: 1579M + 1334S. For the generator
 * 43·(8M + 3S), six doublings of 24M + 26S, the conversion: 372M + 155S. */
#ifndef HUFU_COSIGN_ARITHMETIC_LANES_POINT_H
#define HUFU_COSIGN_ARITHMETIC_LANES_POINT_H

#include "cosign/arithmetic/lanes_field.h"

#define WINDOW 5
#define WINDOWS 52
#define ENTRIES (1 << (WINDOW - 1))
#define BASE_WINDOW 6
#define BASE_ROWS 22
#define BASE_ENTRIES (1 << (BASE_WINDOW - 1))

struct eight_points {
    struct lanes_element x, v, z, u;
};

/* An entry of the table, x and v below 1.1; v has clean limbs, as it is also subtracted. */
struct entry {
    struct lanes_element x;
    struct lanes_sum v;
};

/* Everything that can be secret and is in memory, so that it is wiped at once. */
struct work {
    struct entry table[ENTRIES];
    struct lanes_element ratio[ENTRIES];
    struct lanes_element z, z_squared; /* of the table */
    struct eight_points sum, twice;
    struct lanes_element h, r; /* of the last addition */
    struct lanes_sum half;     /* of the odd scalar, rounded down */
    v8_mask negate;
    struct lanes_words words;
};

static inline struct lanes_element product(struct lanes_element a, struct lanes_element b)
{
    return element_of(sum_of_product(a, b, 0));
}

static inline struct lanes_element square(struct lanes_element a)
{
    return element_of(sum_of_square(a, 0));
}

/* ---- points ---- */

/* Doubles p: with E = V², F = E², S = X·E, M = 3(X² - U),
 *
 *     X' = M² - 2S,  V' = 2M(S - X') - F,  Z' = V·Z,  U' = F·U
 *
 * which is the doubling in modified Jacobian coordinates with V = 2Y: 4M + 4S, and 1M less where u is not needed.
 *
 * E < 2.57, S < 1.82, F < 1.42; M < 3(2.62 + 2), reduced; X' = M² - 2S + 4 < 5.1; S - X' + 6 = 3S - M² + 2 < 7.5;
 * V' = 2(M·(S - X') + 1) - F < 4.95; Z' < 1.8; U' < 1.2. */
static inline void eight_double(struct eight_points *p, int keep_u)
{
    const struct lanes_element e = square(p->v);
    const struct lanes_sum m1 = sum_sub(sum_of_square(p->x, 1), sum_of(p->u));
    const struct lanes_element m = element_reduced(sum_add(sum_double(m1), m1));
    const struct lanes_sum s = sum_of_product(p->x, e, 6);
    const struct lanes_sum f = sum_of_square(e, 0);
    const struct lanes_sum x = sum_sub(sum_of_square(m, 8), sum_double(s));
    p->z = product(p->v, p->z);
    if (keep_u)
        p->u = product(element_of(f), p->u);
    p->x = element_of(x);
    p->v = element_of(sum_sub(sum_double(sum_of_product(m, element_of(sum_sub(s, x)), 1)), f));
}

/* u again, after an addition: 1M + 2S. */
static inline void eight_set_u(struct eight_points *p, const struct lanes_element *z_squared)
{
    p->u = square(product(square(p->z), *z_squared));
}

/* Adds the affine point (x, v/2) to p: madd-2007-bl of D. J. Bernstein, T. Lange, "Explicit-Formulas Database", but with
 * Z' = 2Z·H as a product, and doubled y: with H = x·Z² - X, I = 4H², J = H·I, W = X·I, r = v·Z³ - V,
 *
 *     X' = r² - J - 2W,  V' = 2(r(W - X') - V·J),  Z' = 2Z·H
 *
 * 8M + 3S; u is lost. Gives infinity (Z' = 0) for p plus -p, and zeros for p plus p: then h = r = 0.
 *
 * x, v < 2.1; Z² < 1.34, v·Z³ < 1.2; H and r reduced; I < 4.3, J < 1.3, W < 2.4; X' = r² - J - 2W + 8 < 9.1, reduced;
 * W - X' + 10 = 3W + J - r² + 2 < 10.5; V' = 2(r(W - X') - V·J + 2) < 7.4, reduced; Z' < 2.3. */
static inline void eight_add(struct work *w, struct lanes_element x, struct lanes_element v)
{
    struct eight_points *p = &w->sum;
    const struct lanes_element zz = square(p->z);
    const struct lanes_element h = element_reduced(sum_sub(sum_of_product(x, zz, 6), sum_of(p->x)));
    const struct lanes_element zzz = product(zz, p->z);
    const struct lanes_element i = element_of(sum_shift(sum_of_square(h, 0), 2));
    const struct lanes_element r = element_reduced(sum_sub(sum_of_product(v, zzz, 5), sum_of(p->v)));
    const struct lanes_sum j = sum_of_product(h, i, 0);
    const struct lanes_sum middle = sum_of_product(p->x, i, 10);
    const struct lanes_sum x3 = sum_sub(sum_sub(sum_of_square(r, 14), j), sum_double(middle));
    p->z = element_of(sum_double(sum_of_product(p->z, h, 0)));
    const struct lanes_sum vj = sum_of_product(p->v, element_of(j), 0);
    p->x = element_reduced(x3);
    const struct lanes_sum turn = sum_of_product(r, element_of(sum_sub(middle, x3)), 2);
    p->v = element_reduced(sum_double(sum_sub(turn, vj)));
    w->h = h;
    w->r = r;
}

/* ---- the table ---- */

/* next = twice + odd for two points of the same Z; brings twice to the Z of next, which is Z times the ratio returned:
 * the addition of N. Meloni, "New point addition formulae for ECC applications", WAIFI 2007, with doubled y. With
 * g = 2(X1 - X2), C = g², W1 = X1·C, W2 = X2·C, A = V1(W1 - W2), d = V1 - V2,
 *
 *     X3 = d² - W1 - W2,  V3 = 2(d(W1 - X3) - A),  X1' = W1,  V1' = 2A
 *
 * 5M + 2S. Never for equal or opposite points, which 2P and an odd multiple of P below nP are not.
 *
 * X1 < 5.1, V1 < 5, X2, V2 < 1.1; g, d reduced; W1 < 1.4, W2 < 1.1; A < 2.1; X3 = d² - W1 - W2 + 4 < 5.1, reduced;
 * W1 - X3 + 6 = 2W1 + W2 - d² + 2 < 6; V3 = 2(d(W1 - X3) - A + 3) < 8.9, reduced. */
static inline struct lanes_element eight_step(struct eight_points *twice, struct entry *next,
                                              const struct entry *odd)
{
    const struct lanes_sum x1 = sum_of(twice->x), v1 = sum_of(twice->v), two_p = sum_of_p(2);
    const struct lanes_element g = element_reduced(sum_double(sum_add(two_p, sum_sub(x1, sum_of(odd->x)))));
    const struct lanes_element d = element_reduced(sum_add(two_p, sum_sub(v1, odd->v)));
    const struct lanes_element c = square(g);
    const struct lanes_sum w1 = sum_of_product(twice->x, c, 2), w2 = sum_of_product(odd->x, c, 0);
    const struct lanes_sum x3 = sum_sub(sum_sub(sum_of_square(d, 3), w1), w2);
    const struct lanes_sum a = sum_of_product(twice->v, element_of(sum_sub(w1, w2)), 0);
    const struct lanes_sum turn = sum_of_product(d, element_of(sum_sub(sum_add(w1, sum_of_p(4)), x3)), 3);
    next->x = element_reduced(x3);
    next->v = sum_of(element_reduced(sum_double(sum_sub(turn, a))));
    twice->x = element_of(sum_sub(w1, two_p));
    twice->v = element_of(sum_double(a));
    return g;
}

/* P and 2P with one Z, which is 2y: P becomes (4xy², y·8y³), that is (S, F) of the doubling. 4M + 6S with the doubling,
 * for which u is 1, as P is on the curve itself. */
static void table_begin(struct work *w, struct lanes_element x, struct lanes_element v)
{
    const struct lanes_element e = square(v);
    w->twice = (struct eight_points){.x = x, .v = v, .z = element_one(), .u = element_one()};
    eight_double(&w->twice, 0);
    w->table[0].x = product(x, e);
    w->table[0].v = sum_of(square(e));
    w->z = w->twice.z;
}

/* The table's entries P, 3P … 31P, and the Z common to them. */
static void table_build(struct work *w, struct lanes_element x, struct lanes_element v)
{
    struct lanes_element scale = element_one();
    table_begin(w, x, v);
    for (int i = 1; i < ENTRIES; i++)
        w->ratio[i] = eight_step(&w->twice, &w->table[i], &w->table[i - 1]);
    for (int i = ENTRIES - 1; i >= 0; i--) {
        struct entry *entry = &w->table[i];
        const struct lanes_element squared = square(scale);
        entry->x = product(entry->x, squared);
        entry->v = sum_of(product(element_of(entry->v), product(squared, scale)));
        if (i > 0)
            scale = product(scale, w->ratio[i]);
    }
    w->z = product(w->z, scale);
    w->z_squared = square(w->z);
}

/* ---- the scalar ---- */

/* For the scalar k in w->words an odd k' = k or n - k, and h = (k' - 1)/2 < 2^255. With the windows w of h, of five bits
 * each, and 51 of them, k' = 32^51 + Σ (2w_i - 31)·32^i: the digits are odd, and the highest is always 1. So it is with six
 * bits, 64 for 32, 63 for 31 and 43 windows. */
static void scalar_recode(struct work *w)
{
    const struct lanes_sum k = sum_load(&w->words);
    const struct lanes_sum negative = sum_of(element_of(sum_sub(sum_of_order(), k)));
    w->negate = v_equal(v_and(k.limb[0], v_set1(1)), v_set1(0));
    const struct lanes_sum odd = sum_select(w->negate, k, negative);
    for (int i = 0; i < LIMBS; i++) {
        const v8 above = i + 1 < LIMBS ? odd.limb[i + 1] : v_set1(0);
        w->half.limb[i] = v_or(v_shr(odd.limb[i], 1), v_and(v_shl(above, LIMB_BITS - 1), v_set1(LIMB_MASK)));
    }
}

/* The digit 2·window - (2^bits - 1), as its sign and the number of its absolute value among 1, 3, 5 … */
struct digit {
    v8_mask negative;
    v8 index;
};

/* The digit of window i of `bits` bits. */
static inline struct digit scalar_digit(const struct work *w, unsigned int i, unsigned int bits)
{
    const unsigned int limb = i * bits / LIMB_BITS, shift = i * bits % LIMB_BITS;
    v8 window = v_shr(w->half.limb[limb], shift);
    if (shift + bits > LIMB_BITS && limb + 1 < LIMBS)
        window = v_or(window, v_shl(w->half.limb[limb + 1], LIMB_BITS - shift));
    const v8 negative = v_xor(v_and(v_shr(window, bits - 1), v_set1(1)), v_set1(1));
    const v8 index = v_xor(window, v_sub(v_set1(0), negative));
    return (struct digit){v_equal(negative, v_set1(1)),
                          v_and(index, v_set1((UINT64_C(1) << (bits - 1)) - 1))};
}

/* ---- the multiplication ---- */

/* An affine point, to be added. */
struct addend {
    struct lanes_element x, v;
};

/* digit·P. Reads the whole table. */
static inline struct addend table_select(const struct work *w, struct digit digit)
{
    struct entry e = w->table[0];
    for (uint64_t i = 1; i < ENTRIES; i++) {
        const v8_mask here = v_equal(digit.index, v_set1(i));
        for (int j = 0; j < LIMBS; j++) {
            e.x.limb[j] = v_blend(here, e.x.limb[j], w->table[i].x.limb[j]);
            e.v.limb[j] = v_blend(here, e.v.limb[j], w->table[i].v.limb[j]);
        }
    }
    e.v = sum_select(digit.negative, e.v, sum_sub(sum_of_p(2), e.v));
    return (struct addend){e.x, element_of(e.v)};
}

static inline struct lanes_element element_select(v8_mask mask, struct lanes_element zeros,
                                                  struct lanes_element ones)
{
    for (int i = 0; i < LIMBS; i++)
        zeros.limb[i] = v_blend(mask, zeros.limb[i], ones.limb[i]);
    return zeros;
}

/* An addition that also doubles, for the last one. 4M + 6S more: u for the doubling, and the doubling. */
static void point_add_any(struct work *w, struct addend a)
{
    w->twice = w->sum;
    eight_set_u(&w->twice, &w->z_squared);
    eight_double(&w->twice, 0);
    eight_add(w, a.x, a.v);
    const v8_mask equal = v_mask_and(element_is_zero(w->h), element_is_zero(w->r));
    w->sum.x = element_select(equal, w->sum.x, w->twice.x);
    w->sum.v = element_select(equal, w->sum.v, w->twice.v);
    w->sum.z = element_select(equal, w->sum.z, w->twice.z);
}

/* 2^count times the sum, count > 0. */
static inline void eight_shift(struct work *w, int count)
{
    eight_set_u(&w->sum, &w->z_squared);
    for (int i = 1; i < count; i++)
        eight_double(&w->sum, 1);
    eight_double(&w->sum, 0);
}

static void sum_begin(struct work *w, struct addend a)
{
    w->sum.x = a.x;
    w->sum.v = a.v;
    w->sum.z = element_one();
}

/* Why only the last addition need look for equal points. Let d_51 = 1, d_50 … d_0 be the digits of k', which is odd and in
 * [1, n] (n for k = 0), and T_i = Σ d_(i+j)·32^j, so T_0 = k'. Each T_i is odd, and T_i = 32·T_(i+1) + d_i ≥ 1, as
 * T_51 = 1, T_(i+1) ≥ 1 and |d_i| < 32. And |T_i·32^i - k'| < 32^i, so T_i < n/32^i + 1.
 *
 * The addition of d_i to 32·T_(i+1) goes wrong where 32·T_(i+1) is 0 or ±d_i mod n. Now 32 ≤ 32·T_(i+1) = T_i - d_i, so
 * all three of 32·T_(i+1), 32·T_(i+1) - d_i and 32·T_(i+1) + d_i are above 0; and for i ≥ 1 they are below n/32 + 64 < n:
 * none is 0 mod n. For i = 0 they are below 2n, so only n itself is wrong: 32·T_1 = n cannot be, as n is odd;
 * 32·T_1 + d_0 = n is k = 0, where the formulas give infinity as they should; 32·T_1 - d_0 = n is k' = n + 2d_0, where
 * d_0 = 32 - n mod 64: -3 for SM2, so k' = n - 6 and the doubling of -3P; 15 for P-256, where k' would be above n. Nor is a
 * sum ever infinity before the end. */
static void multiply(struct work *w)
{
    sum_begin(w, (struct addend){w->table[0].x, element_of(w->table[0].v)});
    for (unsigned int i = WINDOWS - 2; i > 0; i--) {
        eight_shift(w, WINDOW);
        const struct addend a = table_select(w, scalar_digit(w, i, WINDOW));
        eight_add(w, a.x, a.v);
    }
    eight_shift(w, WINDOW);
    point_add_any(w, table_select(w, scalar_digit(w, 0, WINDOW)));
}

/* ---- the generator ---- */

/* digit·4096^i·G for the row i of the generator's table. Reads the whole row. */
static inline struct addend row_select(const uint64_t row[BASE_ENTRIES][8], struct digit digit)
{
    v8 e[8];
    for (int j = 0; j < 8; j++)
        e[j] = v_set1(row[0][j]);
    for (uint64_t i = 1; i < BASE_ENTRIES; i++) {
        const v8_mask here = v_equal(digit.index, v_set1(i));
        for (int j = 0; j < 8; j++)
            e[j] = v_blend(here, e[j], v_set1(row[i][j]));
    }
    const struct lanes_sum x = sum_of_words(e[0], e[1], e[2], e[3]), y = sum_of_words(e[4], e[5], e[6], e[7]);
    const struct lanes_sum signed_y = sum_select(digit.negative, y, sum_sub(sum_of_p(1), y));
    const struct lanes_element moved = element_reduced(sum_shift(signed_y, 4));
    return (struct addend){element_reduced(sum_shift(x, 4)), element_of(sum_double(sum_of(moved)))};
}

/* Two rows of digits share the table: k' = Σ (64·d_(2i+1) + d_2i)·4096^i, so those of odd number are added up first, the
 * lowest first, and after six doublings the others, the highest first. d_43 = 1, and T_i is as above, in base 64: odd, ≥ 1.
 * Here no addition meets equal points, but for one scalar on P-256:
 *
 * Odd numbers: the sum before d·4096^i is odd and below 4096^i in absolute value, and |d·4096^i| is at least that and stays
 * below 64·4096^20 or is 4096^21: none of the sum, the sum less and the sum plus the digit is 0 mod n.
 *
 * Even numbers: the sum a before d_2i·4096^i is (64·T_(2i+1) + f)·4096^i with |f| < 1, so a > 63·4096^i ≥ |d_2i·4096^i|. So
 * a, and a less or plus the digit, are above 0. For i < 21 they are below 2n, and for i > 0 they are even, so none is n.
 * For i = 0, a = 64·T_1 is even too; a + d_0 = n is k = 0; a - d_0 = n is k' = n + 2d_0, where d_0 = 64 - n mod 128: 29 for
 * SM2, where k' would be above n; -17 for P-256, so k' = n - 34, and ±34·G comes out as zeros there. For i = 21, a is 64
 * times a number between 0 and n, and within 0.99·2^252 of 64·2^252; as h < 2^255, -63 ≤ d_42 ≤ -49. So plus the digit it is
 * within that of (1 to 15)·2^252, and less the digit of (113 to 127)·2^252, which is (1 to 15)·2^252 more than 7n + 7·2^224
 * or so. As n is 16·2^252 but for 2^224 or so, none of that is 0 mod n. */
static void multiply_base(struct work *w, const uint64_t (*table)[BASE_ENTRIES][8])
{
    w->z = element_one();
    w->z_squared = w->z;
    sum_begin(w, row_select(table[0], scalar_digit(w, 1, BASE_WINDOW)));
    for (unsigned int i = 1; i < BASE_ROWS; i++) {
        struct addend a;
        if (i < BASE_ROWS - 1)
            a = row_select(table[i], scalar_digit(w, 2 * i + 1, BASE_WINDOW));
        else
            a = row_select(table[i], (struct digit){v_equal(v_set1(0), v_set1(1)), v_set1(0)});
        eight_add(w, a.x, a.v);
    }
    eight_shift(w, BASE_WINDOW);
    for (unsigned int i = BASE_ROWS; i > 0; i--) {
        const struct addend a = row_select(table[i - 1], scalar_digit(w, 2 * (i - 1), BASE_WINDOW));
        eight_add(w, a.x, a.v);
    }
}

#endif
