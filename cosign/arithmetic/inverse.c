/* SPDX-License-Identifier: Apache-2.0 */
/* Division steps in batches. "Paper", "Explained" and "Bounds" are the three texts that the header names.
 *
 * One step goes from an odd f, any g and δ to
 *
 *     (1 - δ, g, (g - f) / 2)             when δ > 0 and g is odd: a swap
 *     (1 + δ, f, (g + (g mod 2)·f) / 2)   otherwise
 *
 * From δ = 1/2, f = m and 0 ≤ g < m < 2^256, 590 steps make g = 0 and f = ±gcd (Bounds), and further ones change nothing
 * but δ. What BATCH steps do is linear in (f, g), and depends on δ and their BATCH low bits alone (Paper §8): the steps
 * give a matrix, and the long numbers meet it once per batch. d and e go along, with f ≡ a·d and g ≡ a·e (mod m), so that
 * ±d is the inverse (Explained §2).
 *
 * Right shifts of negative numbers are arithmetic here, and conversions to a signed type modulo 2^width, as gcc and clang
 * define both. Nothing else depends on the compiler: what may wrap is unsigned, what is signed has its range beside it. */
#include "cosign/arithmetic/inverse.h"

#include <string.h>

#include "common/secret.h"

/* A limb holds as many bits as a batch has steps, so that dividing by 2^BATCH drops a limb. */
#define BATCH (WORD_BITS - WORD_BITS / 16)
#define BATCHES (WORD_BITS == 64 ? 10 : 20)
#define LIMBS (WORDS + 1)
#define LIMB_MASK (((word)1 << BATCH) - 1)

_Static_assert((BATCHES)*BATCH >= 590, "enough steps for every 256-bit number");
_Static_assert((LIMBS)*BATCH >= 256 + 3, "the top limb has room for twice a modulus and a sign");

/* Σ limb[i]·2^(BATCH·i). Every limb but the top one is in [0, 2^BATCH); the top one carries the sign. */
struct limbs {
    signed_word limb[LIMBS];
};

/* The matrix of k steps, times 2^k: 2^k·(f', g') = (u·f + v·g, q·f + r·g). |u| + |v| ≤ 2^k and |q| + |r| ≤ 2^k, since each
 * row of a step, (1, 0), (0, 1), (±1/2, 1/2) or (0, 1/2), has a sum of at most 1 (Paper §8.3). */
struct matrix {
    signed_word u, v, q, r;
};

/* Everything that is made of the secret, to be wiped at once. */
struct state {
    struct limbs f, g, d, e;
    struct matrix batch; /* the steps of a batch so far */
    struct matrix run;   /* its last run */
    int64_t turn; /* -1/2 - δ: negative for δ > 0. A swap makes it -2 - turn, everything else turn - 1. */
};

struct modulus {
    struct limbs m;
    word inverse; /* of m, mod 2^BATCH */
};

/* ---- the two moduli ---- */

/* 60 bits are one limb or two; the top 16 bits are one. */
#if WORD_BITS == 64
#define LIMB_OF(bits) (signed_word)((bits)&LIMB_MASK)
#else
#define LIMB_OF(bits) (signed_word)((bits)&LIMB_MASK), (signed_word)((bits) >> BATCH & LIMB_MASK)
#endif
#define MODULUS(w3, w2, w1, w0, inverted)                                                \
    {                                                                                    \
        {{LIMB_OF(w0), LIMB_OF((w0) >> 60 | (w1) << 4), LIMB_OF((w1) >> 56 | (w2) << 8), \
          LIMB_OF((w2) >> 52 | (w3) << 12), (signed_word)((w3) >> 48)}},                 \
            (word)((inverted)&LIMB_MASK)                                                 \
    }

#define P0 UINT64_C(0xffffffffffffffff)
#define P0_INVERSE UINT64_C(0xffffffffffffffff)
#define N0 UINT64_C(0x53bbf40939d54123)
#define N0_INVERSE UINT64_C(0xcd8061778dcaf68b)
_Static_assert((P0)*P0_INVERSE == 1 && (N0)*N0_INVERSE == 1, "inverses modulo 2^64");

static const struct modulus modulus_p = MODULUS(UINT64_C(0xfffffffeffffffff), UINT64_C(0xffffffffffffffff),
                                                UINT64_C(0xffffffff00000000), P0, P0_INVERSE);
static const struct modulus modulus_n = MODULUS(UINT64_C(0xfffffffeffffffff), UINT64_C(0xffffffffffffffff),
                                                UINT64_C(0x7203df6b21c6052b), N0, N0_INVERSE);

/* ---- limbs ---- */

/* Word i begins WORD_BITS·i bits up, which is (WORD_BITS - BATCH)·i < BATCH bits into limb i. */
#define OFFSET(i) ((WORD_BITS - BATCH) * (i))
_Static_assert(OFFSET(WORDS) < BATCH && BATCH + BATCH - OFFSET(WORDS - 1) >= WORD_BITS,
               "a word lies in two limbs");

static void limbs_from_words(struct limbs *out, const word a[WORDS])
{
    out->limb[0] = (signed_word)(a[0] & LIMB_MASK);
    for (int i = 1; i < WORDS; i++)
        out->limb[i] = (signed_word)((a[i] << OFFSET(i) | a[i - 1] >> (WORD_BITS - OFFSET(i))) & LIMB_MASK);
    out->limb[WORDS] = (signed_word)(a[WORDS - 1] >> (WORD_BITS - OFFSET(WORDS)));
}

/* a is in [0, 2^256). */
static void limbs_to_words(word out[WORDS], const struct limbs *a)
{
    for (int i = 0; i < WORDS; i++)
        out[i] = (word)a->limb[i] >> OFFSET(i) | (word)a->limb[i + 1] << (BATCH - OFFSET(i));
}

/* All ones for a negative number, 0 for others. */
static word limbs_sign(const struct limbs *a)
{
    return word_opaque((word)(a->limb[LIMBS - 1] >> (WORD_BITS - 1)));
}

/* a = ±(a + m), m where add is all ones, minus where negate is all ones, for |a| < 2m. A limb's sum is in
 * [0, 2^(BATCH+1) - 2] and the carry in [-2, 1], so that value is in [-2^(BATCH+1), 2^(BATCH+1) - 1]: BATCH + 2 bits, which a
 * word has. The top limb stays below 2^18. */
static void limbs_adjust(struct limbs *a, const struct limbs *m, word add, word negate)
{
    signed_word carry = 0;
    for (int i = 0; i < LIMBS; i++) {
        const word sum = (word)a->limb[i] + ((word)m->limb[i] & add);
        const signed_word value = (signed_word)((sum ^ negate) - negate) + carry;
        a->limb[i] = i < LIMBS - 1 ? (signed_word)((word)value & LIMB_MASK) : value;
        carry = value >> BATCH;
    }
}

/* ---- batches of steps, in constant time ---- */

/* A run of k steps works on one 64-bit number for each of f and g, whatever a word is: k low bits of f or g, and above them
 * the two coefficients of its matrix row (as Bernstein and Yang's own software does). To begin with
 *
 *     F = f + 2^(2k)·1 + 2^(3k+1)·0 and G = g + 2^(2k)·0 + 2^(3k+1)·1
 *
 * A step is linear, so it is taken on F and G, and divides the coefficients as it divides f and g: before the last step
 * they are multiples of 2 still, and bit 0 is that of f or g. In the end F = f' + 2^k·u + 2^(2k+1)·v, with the integers of
 * struct matrix, and G likewise.
 *
 * Ranges: f and g begin in [-2^(k-1), 2^(k-1)) and stay there: f is odd, hence not -2^(k-1), and (g ± f) / 2 lies between.
 * |F|, |G| ≤ 2^(3k+1) + 2^(k-1), because of the rows' sums, so F + G is far below 2^63 for k ≤ 20. Coefficients over 2^k are
 * in (-1, 1]: they begin as 0 or 1, and (a ± b) / 2 of two such is another one. */
#define RUN (WORD_BITS == 64 ? 20 : 15)
#define RUNS (BATCH / RUN)
_Static_assert(RUN <= 20 && RUNS * RUN == BATCH, "the packed word has room, and the batch is made of runs");

/* The low k bits of a, as a signed number. */
static uint64_t run_low(word a)
{
    const uint64_t half = UINT64_C(1) << (RUN - 1);
    return ((a + half) & (2 * half - 1)) - half;
}

/* u and v, each in (-2^k, 2^k], from above f': biases make f' and u non-negative, so that they borrow nothing. */
static void run_row(signed_word *u, signed_word *v, uint64_t packed)
{
    const uint64_t one = UINT64_C(1) << RUN;
    packed += one / 2 + (one - 1) * one;
    *u = (signed_word)((packed >> RUN & (2 * one - 1)) - (one - 1));
    *v = (signed_word)((int64_t)packed >> (2 * RUN + 1));
}

static inline uint64_t opaque(uint64_t value)
{
    WORD_HIDE(value);
    return value;
}

/* 14 operations a step, of which 6 wait for one another: they are the time that it takes. */
static int64_t run_steps(struct matrix *matrix, int64_t turn, word f_low, word g_low)
{
    uint64_t f = run_low(f_low) + (UINT64_C(1) << (2 * RUN));
    uint64_t g = run_low(g_low) + (UINT64_C(1) << (3 * RUN + 1));
    for (int i = 0; i < RUN; i++) {
        const uint64_t odd = opaque(0 - (g & 1));
        const uint64_t swap = opaque((uint64_t)(turn >> 63) & odd);
        const uint64_t half = (uint64_t)((int64_t)(g + (f & odd)) >> 1);
        const uint64_t old = f & swap;
        f ^= (f ^ g) & swap;
        g = half - old; /* (g - f) / 2 = (g + f) / 2 - f */
        turn = (int64_t)((uint64_t)turn ^ swap) - 1;
    }
    run_row(&matrix->u, &matrix->v, f);
    run_row(&matrix->q, &matrix->r, g);
    return turn;
}

/* earlier = later·earlier. Rows with sums of at most 2^j and 2^k make one of at most 2^(j+k) ≤ 2^BATCH, and so does each
 * of the two products. 8 products. */
static void matrix_after(struct matrix *earlier, const struct matrix *later)
{
    const struct matrix a = *later, b = *earlier;
    earlier->u = a.u * b.u + a.v * b.q;
    earlier->v = a.u * b.v + a.v * b.r;
    earlier->q = a.q * b.u + a.r * b.q;
    earlier->r = a.q * b.v + a.r * b.r;
}

/* The matrix of the next BATCH steps, from the low limbs of f and g. After each run their next low bits come from its
 * matrix: of a limb's BATCH bits BATCH - RUN of (u·f + v·g) / 2^RUN are right, then RUN fewer; the last run finds exactly the
 * RUN that it needs, because the runs make up the batch. */
static void batch_steps(struct state *state)
{
    word f = (word)state->f.limb[0], g = (word)state->g.limb[0];
    state->turn = run_steps(&state->batch, state->turn, f, g);
    for (int i = 1; i < RUNS; i++) {
        const struct matrix *last = i == 1 ? &state->batch : &state->run;
        const word f_next = ((word)last->u * f + (word)last->v * g) >> RUN;
        g = ((word)last->q * f + (word)last->r * g) >> RUN;
        f = f_next;
        state->turn = run_steps(&state->run, state->turn, f, g);
        matrix_after(&state->batch, &state->run);
    }
}

/* ---- the same in variable time ---- */

/* Of a word, since on two of them gcc calls its library (i386). */
static int trailing_zeros(word a)
{
#if WORD_BITS == 64
    return __builtin_ctzll(a);
#else
    return __builtin_ctz(a);
#endif
}

/* Explained §6: shifts all zeros out at once, and clears up to 6 bits of g with one multiple of f, as long as δ stays
 * negative and nothing is swapped: turn + 1 steps. 20 rounds a batch. f, g and the matrix may wrap on the way: only low
 * bits of f and g are used, and the matrix ends within 2^BATCH. */
static void batch_steps_var(struct state *state)
{
    word f = (word)state->f.limb[0], g = (word)state->g.limb[0];
    word u = 1, v = 0, q = 0, r = 1;
    int64_t turn = state->turn;
    int left = BATCH;
    for (;;) {
        const int zeros = trailing_zeros(g | (word)1 << left);
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        turn -= zeros;
        left -= zeros;
        if (left == 0)
            break;
        if (turn < 0) {
            /* (f, g) becomes (g, -f), and δ becomes -δ: the rest of the step is as without a swap. */
            const word f_old = f, u_old = u, v_old = v;
            turn = -1 - turn;
            f = g, u = q, v = r;
            g = 0 - f_old, q = 0 - u_old, r = 0 - v_old;
        }
        const int bits = turn + 1 < left ? (int)turn + 1 : left;
        const word low = bits < 6 ? ((word)1 << bits) - 1 : 63;
        /* f·f ≡ 1 (mod 8), so f·(f² - 2) ≡ -1/f (mod 64). */
        const word multiple = (g * f) * (f * f - 2) & low;
        g += f * multiple;
        q += u * multiple;
        r += v * multiple;
    }
    state->turn = turn;
    state->batch = (struct matrix){(signed_word)u, (signed_word)v, (signed_word)q, (signed_word)r};
}

/* ---- the long numbers ---- */

/* (f, g) = matrix·(f, g) / 2^BATCH, which is exact (Explained §3). |f|, |g| ≤ m stays so, since the rows' sums are at most
 * 2^BATCH. For the same reason a column is at most 2^(2·BATCH) in absolute value, and with its carry below
 * 2^(2·BATCH) + 2^(BATCH+1). 4·LIMBS products. */
static void update_fg(struct limbs *f, struct limbs *g, const struct matrix *t)
{
    signed_wide cf = 0, cg = 0;
    for (int i = 0; i < LIMBS; i++) {
        const signed_word fi = f->limb[i], gi = g->limb[i];
        cf += (signed_wide)t->u * fi + (signed_wide)t->v * gi;
        cg += (signed_wide)t->q * fi + (signed_wide)t->r * gi;
        if (i > 0) {
            f->limb[i - 1] = (signed_word)((word)cf & LIMB_MASK);
            g->limb[i - 1] = (signed_word)((word)cg & LIMB_MASK);
        }
        cf >>= BATCH;
        cg >>= BATCH;
    }
    f->limb[LIMBS - 1] = (signed_word)cf;
    g->limb[LIMBS - 1] = (signed_word)cg;
}

/* (d, e) = matrix·(d, e) / 2^BATCH mod m (Explained §4). d and e are in (-2m, m), and stay so: m is added to a negative
 * one, which makes it (-m, m); the matrix makes that (-2^BATCH·m, 2^BATCH·m); x·m with x in [0, 2^BATCH) is subtracted, so
 * that the low limb vanishes, and it is dropped. All multiples of m together are md and me, in (-2^(BATCH+1), 2^BATCH], so
 * a column is below (1 + 2)·2^(2·BATCH) in absolute value, and with its carry below 2^(2·BATCH+2), which a wide number
 * has room for. 6·LIMBS + 6 products. */
static void update_de(struct limbs *d, struct limbs *e, const struct matrix *t, const struct modulus *modulus)
{
    const word u = (word)t->u, v = (word)t->v, q = (word)t->q, r = (word)t->r;
    const word d0 = (word)d->limb[0], e0 = (word)e->limb[0];
    const word d_sign = limbs_sign(d), e_sign = limbs_sign(e);
    word xd = (u & d_sign) + (v & e_sign), xe = (q & d_sign) + (r & e_sign);
    xd -= ((u * d0 + v * e0) * modulus->inverse + xd) & LIMB_MASK;
    xe -= ((q * d0 + r * e0) * modulus->inverse + xe) & LIMB_MASK;
    const signed_word md = (signed_word)xd, me = (signed_word)xe;
    signed_wide cd = 0, ce = 0;
    for (int i = 0; i < LIMBS; i++) {
        const signed_word di = d->limb[i], ei = e->limb[i], mi = modulus->m.limb[i];
        cd += (signed_wide)t->u * di + (signed_wide)t->v * ei + (signed_wide)mi * md;
        ce += (signed_wide)t->q * di + (signed_wide)t->r * ei + (signed_wide)mi * me;
        if (i > 0) {
            d->limb[i - 1] = (signed_word)((word)cd & LIMB_MASK);
            e->limb[i - 1] = (signed_word)((word)ce & LIMB_MASK);
        }
        cd >>= BATCH;
        ce >>= BATCH;
    }
    d->limb[LIMBS - 1] = (signed_word)cd;
    e->limb[LIMBS - 1] = (signed_word)ce;
}

/* ---- inversion ---- */

static void state_init(struct state *state, const word a[WORDS], const struct modulus *modulus)
{
    memset(state, 0, sizeof(*state));
    state->f = modulus->m;
    limbs_from_words(&state->g, a);
    state->e.limb[0] = 1;
    state->turn = -1; /* δ = 1/2 */
}

/* d with f's sign, in [0, m) (Explained §4): d is in (-2m, m), plus m where it is negative in (-m, m), and so is the
 * negative of that; m once more where it is negative is all that can be missing. For a = 0, f = m and d = 0 still. */
static void state_result(word out[WORDS], struct state *state, const struct modulus *modulus)
{
    limbs_adjust(&state->d, &modulus->m, limbs_sign(&state->d), limbs_sign(&state->f));
    limbs_adjust(&state->d, &modulus->m, limbs_sign(&state->d), 0);
    limbs_to_words(out, &state->d);
}

static void invert(word out[WORDS], const word a[WORDS], const struct modulus *modulus)
{
    struct state state;
    state_init(&state, a, modulus);
    for (int i = 0; i < BATCHES; i++) {
        batch_steps(&state);
        update_fg(&state.f, &state.g, &state.batch);
        update_de(&state.d, &state.e, &state.batch, modulus);
    }
    state_result(out, &state, modulus);
    secret_wipe(&state, sizeof(state));
}

void inverse_mod_p(word out[WORDS], const word a[WORDS])
{
    invert(out, a, &modulus_p);
}

void inverse_mod_n(word out[WORDS], const word a[WORDS])
{
    invert(out, a, &modulus_n);
}

static bool limbs_zero_var(const struct limbs *a)
{
    signed_word any = 0;
    for (int i = 0; i < LIMBS; i++)
        any |= a->limb[i];
    return any == 0;
}

static void invert_var(word out[WORDS], const word a[WORDS], const struct modulus *modulus)
{
    struct state state;
    state_init(&state, a, modulus);
    while (!limbs_zero_var(&state.g)) {
        batch_steps_var(&state);
        update_fg(&state.f, &state.g, &state.batch);
        update_de(&state.d, &state.e, &state.batch, modulus);
    }
    state_result(out, &state, modulus);
}

void inverse_mod_p_var(word out[WORDS], const word a[WORDS])
{
    invert_var(out, a, &modulus_p);
}

void inverse_mod_var(word out[WORDS], const word a[WORDS], const struct odd_modulus *prime)
{
    struct modulus modulus = {.inverse = (0 - prime->inverse) & LIMB_MASK};
    limbs_from_words(&modulus.m, prime->m);
    invert_var(out, a, &modulus);
}
