/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/arithmetic/group.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/cpu.h"
#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/generator_table.h"
#include "cosign/arithmetic/lanes.h"

#define UNCOMPRESSED 0x04 /* SEC 1 §2.3.3 */

const struct affine *const affine_generator = &generator_table[0][0];

void point_wipe(struct point *p)
{
    secret_wipe(p, sizeof(*p));
}

void affine_wipe(struct affine *p)
{
    secret_wipe(p, sizeof(*p));
}

bool affine_decode_var(struct affine *p, const uint8_t bytes[POINT_BYTES])
{
    bool good = bytes[0] == UNCOMPRESSED && engine_best()->decode_var(p, bytes + 1);
    if (!good)
        *p = (struct affine){0};
    secret_wipe_small_stack();
    return good;
}

void affine_encode(uint8_t bytes[POINT_BYTES], const struct affine *p)
{
    engine_best()->encode(bytes + 1, p);
    secret_wipe_small_stack();
    bytes[0] = affine_is_infinite(p) ? 0 : UNCOMPRESSED;
}

bool affine_is_infinite(const struct affine *p)
{
    bool infinite = (bool)((word)field_is_zero(&p->x) & (word)field_is_zero(&p->y));
    secret_unmark(&infinite, sizeof(infinite));
    return infinite;
}

void affine_x_mod_n(struct scalar *x, const struct affine *p)
{
    engine_best()->x_mod_n(x, p);
    secret_wipe_small_stack();
}

void point_of_affine(struct point *out, const struct affine *p)
{
    point_set_affine(out, p);
}

void point_to_affine(struct affine *out, const struct point *in, size_t count)
{
    engine_best()->to_affine(out, in, count);
    secret_wipe_large_stack();
}

bool point_is_infinite(const struct point *p)
{
    bool infinite = field_is_zero(&p->z);
    secret_unmark(&infinite, sizeof(infinite));
    return infinite;
}

bool point_equal(const struct point *a, const struct point *b)
{
    bool equal = engine_best()->equal(a, b);
    secret_wipe_small_stack();
    return equal;
}

void point_add(struct point *out, const struct point *a, const struct point *b)
{
    engine_best()->add(out, a, b);
    secret_wipe_small_stack();
}

void point_sub(struct point *out, const struct point *a, const struct point *b)
{
    struct point opposite POINT_WIPED = *b;
    field_negate(&opposite.y, &opposite.y);
    engine_best()->add(out, a, &opposite);
    secret_wipe_small_stack();
}

#if HUFU_LANES
size_t point_mul_lanes(void)
{
    return cpu_has_ifma() ? LANES : 1;
}

/* What the lanes work on, in their own types. */
struct lanes_work {
    struct lanes_jacobian out[LANES];
    uint64_t k[LANES][4];
    struct lanes_affine p[LANES];
};

static void lanes_work_wipe(struct lanes_work *work)
{
    secret_wipe(work, sizeof(*work));
}
#define LANES_WORK_WIPED __attribute__((cleanup(lanes_work_wipe)))

_Static_assert(sizeof(struct point) == sizeof(struct lanes_jacobian) &&
                   sizeof(struct affine) == sizeof(struct lanes_affine) &&
                   sizeof(struct scalar) == 4 * sizeof(uint64_t) && LANES_BASE_ROWS == GENERATOR_ROWS &&
                   LANES_BASE_ENTRIES == GENERATOR_ODD && LANES == POINT_MUL_TOGETHER,
               "the lanes' structs are ours under other names");

/* At most LANES products; the lanes that are left over repeat the first. */
static void mul_in_lanes(struct point *out, const struct scalar *k, const struct affine *p, size_t count)
{
    struct lanes_work work LANES_WORK_WIPED;
    for (size_t i = 0; i < LANES; i++) {
        memcpy(work.k[i], &k[i < count ? i : 0], sizeof(work.k[i]));
        memcpy(&work.p[i], &p[i < count ? i : 0], sizeof(work.p[i]));
    }
    lanes_mul(work.out, (const uint64_t(*)[4])work.k, work.p);
    memcpy(out, work.out, count * sizeof(*out));
}

static void mul_base_in_lanes(struct point *out, const struct scalar *k, size_t count)
{
    struct lanes_work work LANES_WORK_WIPED;
    for (size_t i = 0; i < LANES; i++)
        memcpy(work.k[i], &k[i < count ? i : 0], sizeof(work.k[i]));
    lanes_mul_base(work.out, (const uint64_t(*)[4])work.k,
                   (const uint64_t(*)[LANES_BASE_ENTRIES][8])generator_table);
    memcpy(out, work.out, count * sizeof(*out));
}
#else
size_t point_mul_lanes(void)
{
    return 1;
}

/* Never called: one lane is none. */
static void mul_in_lanes(struct point *out, const struct scalar *k, const struct affine *p, size_t count)
{
    (void)count;
    engine_best()->mul(out, k, p);
}

static void mul_base_in_lanes(struct point *out, const struct scalar *k, size_t count)
{
    (void)count;
    engine_best()->mul_base(out, k);
}
#endif

/* Eight in the lanes take as long as one or two outside of them. */
void point_mul_base(struct point *out, const struct scalar *k, size_t count)
{
    const size_t lanes = point_mul_lanes();
    for (size_t at = 0; at < count; at += lanes) {
        const size_t some = count - at < lanes ? count - at : lanes;
        if (some > 1)
            mul_base_in_lanes(out + at, k + at, some);
        else
            engine_best()->mul_base(&out[at], &k[at]);
    }
    secret_wipe_large_stack();
}

void point_mul(struct point *out, const struct scalar *k, const struct affine *p, size_t count)
{
    const size_t lanes = point_mul_lanes();
    for (size_t at = 0; at < count; at += lanes) {
        const size_t some = count - at < lanes ? count - at : lanes;
        if (some > 1)
            mul_in_lanes(out + at, k + at, p + at, some);
        else
            engine_best()->mul(&out[at], &k[at], &p[at]);
    }
    secret_wipe_large_stack();
}

/* From so many points on, products in the lanes are faster than a common run of doublings. */
#define MULTI_LANES_MIN 3

static void multi_in_lanes(struct point *out, const struct scalar *base, const struct scalar *scalars,
                           const struct affine *points, size_t count)
{
    struct point products[LANES];
    if (base)
        engine_best()->mul_base(out, base);
    else
        *out = (struct point){0};
    for (size_t at = 0; at < count; at += LANES) {
        const size_t some = count - at < LANES ? count - at : LANES;
        point_mul(products, scalars + at, points + at, some);
        for (size_t i = 0; i < some; i++)
            engine_best()->add(out, out, &products[i]);
    }
}

void point_multi_var(struct point *out, const struct scalar *base, const struct scalar *scalars,
                     const struct affine *points, size_t count)
{
    if (point_mul_lanes() > 1 && count >= MULTI_LANES_MIN)
        multi_in_lanes(out, base, scalars, points, count);
    else
        engine_best()->multi_var(out, base, scalars, points, count);
    secret_wipe_large_stack();
}
