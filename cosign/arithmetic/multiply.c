/* SPDX-License-Identifier: Apache-2.0 */
/* k·G and k·P for a secret k: the same operations on the same addresses for every k and P.
 *
 * Both recode k into signed digits that are all odd (M. Joye, M. Tunstall, "Exponent recoding and regular exponentiation
 * algorithms", Africacrypt 2009, Algorithm 6; the closed form is of M. Hamburg, "Fast and compact elliptic-curve
 * cryptography", 2012, §3.2), so no digit is 0 and every window costs one addition. docs/arithmetic.md §5 has the proof that
 * only the last addition of each can meet equal points; that one is complete. */
#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/generator_table.h"

/* k, made odd: n - k where k is even, and then the result is negated. With w windows of `width` bits, k = Σ digit·2^(width·i)
 * where digit = 2·window - (2^width - 1) and the windows are those of (k + 2^(w·width) - 1) / 2. */
struct recoded {
    word bits[WORDS + 1];
    word negative; /* mask */
};

static void recode(struct recoded *out, const struct scalar *k, int top_bit)
{
    struct scalar opposite;
    (void)integer_sub(opposite.limb, scalar_order.limb, k->limb);
    out->negative = word_mask(1 ^ (k->limb[0] & 1));
    integer_select(out->bits, out->negative, opposite.limb, k->limb);
    out->bits[WORDS] = 0;
    for (int i = 0; i < WORDS; i++)
        out->bits[i] = out->bits[i] >> 1 | out->bits[i + 1] << (WORD_BITS - 1);
    out->bits[top_bit / WORD_BITS] |= (word)1 << (top_bit % WORD_BITS);
}

/* Which odd multiple a window names, (2·index + 1), and whether with a minus sign. */
struct digit {
    word index;
    word negative; /* mask */
};

static struct digit digit_at(const struct recoded *k, int window, int width)
{
    const int at = window * width;
    const word all = ((word)1 << width) - 1;
    word bits = k->bits[at / WORD_BITS] >> (at % WORD_BITS);
    if (at % WORD_BITS + width > WORD_BITS)
        bits |= k->bits[at / WORD_BITS + 1] << (WORD_BITS - at % WORD_BITS);
    word negative = word_mask(1 ^ (bits >> (width - 1) & 1));
    return (struct digit){.index = (bits ^ negative) & (all >> 1), .negative = negative};
}

/* As many words at once as the processor takes: a field element, or half of one. */
#if defined(__AVX2__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
typedef word vector __attribute__((vector_size(VECTOR_BYTES)));

/* out = table[index], looking at every entry. Both are arrays of field elements, `size` of them for an entry. */
static inline void scan(struct field *out, const struct field *table, int entries, int size, word index)
{
    enum {
        VECTORS = INTEGER_BYTES / VECTOR_BYTES
    };
    vector sum[5 * VECTORS] = {{0}};
    for (int i = 0; i < entries; i++) {
        const vector mask = (vector){0} + word_mask(word_is_zero(index ^ (word)i));
        const uint8_t *entry = (const uint8_t *)&table[i * size];
        for (int j = 0; j < size * VECTORS; j++) {
            vector part;
            memcpy(&part, entry + j * VECTOR_BYTES, sizeof(part));
            sum[j] |= part & mask;
        }
    }
    memcpy(out, sum, (size_t)size * sizeof(*out));
}

/* ---- k·G ---- */

#define BASE_DIGITS (2 * GENERATOR_ROWS - 1)

struct base_work {
    struct recoded k;
    struct affine entries[2];
    struct cached_point even;
    struct point sums[2]; /* of the digits with odd numbers, and of those with even ones */
};

static void base_work_wipe(struct base_work *work)
{
    secret_wipe(work, sizeof(*work));
}
#define BASE_WORK_WIPED __attribute__((cleanup(base_work_wipe)))

static void base_entry(struct affine *out, const struct recoded *k, int window)
{
    struct digit digit = digit_at(k, window, GENERATOR_WINDOW);
    scan(&out->x, &generator_table[window / 2][0].x, GENERATOR_ODD, 2, digit.index);
    field_negate_if(&out->y, digit.negative, &out->y);
}

/* Row i serves the digits 2i and 2i + 1, in two sums of which the one is shifted by six doublings at the end: half a table
 * (D. J. Bernstein et al., "High-speed high-security signatures", 2011, §4). The two sums grow side by side. 41 mixed
 * additions, one complete one, 6 doublings: 368 M + 155 S. */
void ENGINE(mul_base)(struct point *out, const struct scalar *k)
{
    struct base_work work BASE_WORK_WIPED;
    recode(&work.k, k, BASE_DIGITS * GENERATOR_WINDOW - 1);
    for (int i = 0; i < 2; i++) {
        base_entry(&work.entries[i], &work.k, 1 - i);
        point_set_affine(&work.sums[i], &work.entries[i]);
    }
    for (int row = 1; row < GENERATOR_ROWS - 1; row++) {
        base_entry(&work.entries[0], &work.k, 2 * row + 1);
        base_entry(&work.entries[1], &work.k, 2 * row);
        point_add_affine_twice(work.sums, work.entries);
    }
    base_entry(&work.entries[1], &work.k, BASE_DIGITS - 1);
    point_add_affine(&work.sums[1], &work.sums[1], &work.entries[1]);
    for (int i = 0; i < GENERATOR_WINDOW; i++)
        point_double(&work.sums[0], &work.sums[0]);
    point_cache(&work.even, &work.sums[1]);
    point_add_complete(&work.sums[0], &work.sums[0], &work.even);
    field_negate_if(&work.sums[0].y, work.k.negative, &work.sums[0].y);
    *out = work.sums[0];
}

/* ---- k·P ---- */

#define WINDOW 5
#define DIGITS 52 /* the last of them is always 1 */
#define ODD (1 << (WINDOW - 1))

struct mul_work {
    struct recoded k;
    struct cached_point odd[ODD]; /* P, 3P, … 31P */
    struct cached_point entry;
    struct point sum;
};

static void mul_work_wipe(struct mul_work *work)
{
    secret_wipe(work, sizeof(*work));
}
#define MUL_WORK_WIPED __attribute__((cleanup(mul_work_wipe)))

/* Every entry is the one before it plus 2P. On the curve's image under (x, y) → (x·Z², y·Z³), Z being that of 2P, 2P is
 * affine; the formula for additions is the same there, and a result's own Z is Z times what the formula gives. */
static void make_odd(struct cached_point odd[ODD], const struct affine *p)
{
    struct point twice, sum, entry;
    struct affine step;
    struct field zz, zzz;
    point_set_affine(&sum, p);
    point_cache(&odd[0], &sum);
    point_double(&twice, &sum);
    step = (struct affine){twice.x, twice.y};
    field_square(&zz, &twice.z);
    field_mul(&zzz, &zz, &twice.z);
    field_mul(&sum.x, &sum.x, &zz);
    field_mul(&sum.y, &sum.y, &zzz);
    for (int i = 1; i < ODD; i++) {
        point_add_affine(&sum, &sum, &step);
        entry = sum;
        field_mul(&entry.z, &entry.z, &twice.z);
        point_cache(&odd[i], &entry);
    }
    secret_wipe(&twice, sizeof(twice));
    secret_wipe(&sum, sizeof(sum));
}

static void mul_entry(struct mul_work *work, int window)
{
    struct digit digit = digit_at(&work->k, window, WINDOW);
    scan(&work->entry.x, &work->odd[0].x, ODD, 5, digit.index);
    field_negate_if(&work->entry.y, digit.negative, &work->entry.y);
}

/* 255 doublings, 50 additions, one complete one, the table: 1743 M + 1243 S and 3,032 lighter ones. An infinite P has
 * Z = 0, which every formula here keeps. */
void ENGINE(mul)(struct point *out, const struct scalar *k, const struct affine *p)
{
    struct mul_work work MUL_WORK_WIPED;
    recode(&work.k, k, DIGITS * WINDOW - 1);
    make_odd(work.odd, p);
    mul_entry(&work, DIGITS - 1);
    work.sum = (struct point){work.entry.x, work.entry.y, work.entry.z};
    for (int window = DIGITS - 2; window >= 0; window--) {
        for (int i = 0; i < WINDOW; i++)
            point_double(&work.sum, &work.sum);
        mul_entry(&work, window);
        if (window > 0)
            point_add_cached(&work.sum, &work.sum, &work.entry);
        else
            point_add_complete(&work.sum, &work.sum, &work.entry);
    }
    field_negate_if(&work.sum.y, work.k.negative, &work.sum.y);
    *out = work.sum;
}
