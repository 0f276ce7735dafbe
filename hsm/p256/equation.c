/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled twice: as p256_decide_var, and with LANES_EMULATED as p256_decide_var_emulated.
 *
 * u1·G and u2·Q are computed apart, as lanes_point.h does it, then added, and x is compared where it stands, as r·Z² = X:
 * there is no inversion. None of the additions looks for equal or opposite points, but none of them goes wrong
 * unnoticed: each takes a Z to 2Z·H or Z·H, and where the two points are equal or opposite or one of them is infinity, H or Z is
 * 0. A doubling takes it to V·Z. So a Z that is not 0 at the end was never 0, and no addition met what it cannot add;
 * the table's Z is a product of its additions' as well. Whatever else is infinity or zeros has Z = 0 for sure.
 *
 * Loading 3M, the curve 1M + 2S, u1·G 368M + 155S, u2·Q 1575M + 1334S, both to Jacobian points 2M, the sum 10M + 4S, the
 * comparison 1M + 1S: 1960M + 1496S. */
#include "hsm/p256/equation.h"

#include "cosign/arithmetic/lanes_point.h"
#include "hsm/p256/generator_table.h"
#include "hsm/p256/lanes_p256.h"

#ifdef LANES_EMULATED
#define p256_decide_var p256_decide_var_emulated
#endif

_Static_assert(P256_LANES == VECTOR_LANES && P256_TABLE_ROWS == BASE_ROWS &&
                   P256_TABLE_ENTRIES == BASE_ENTRIES && P256_TABLE_BITS == BASE_WINDOW,
               "the table is made for lanes_point.h");

/* x/z² and v/2z³. As elements, below: x 5.1, v 5, z 1.2. */
struct jacobian {
    struct lanes_element x, v, z;
};

/* In Montgomery form, and reduced: 1M. */
static struct lanes_element element_load(const struct lanes_words *words)
{
    return element_reduced(sum_of_product(element_of(sum_load(words)), element_into(), 0));
}

/* y² = x³ - 3x + b. x and y are reduced, so y² - x³ + 3x - b + 4 is above 1 and below 9. 1M + 2S. */
static v8_mask is_on_curve(struct lanes_element x, struct lanes_element y)
{
    const struct lanes_sum once = sum_of(x);
    const struct lanes_sum cube = sum_of_product(square(x), x, 0);
    const struct lanes_sum left =
        sum_add(sum_sub(sum_of_square(y, 2), cube), sum_add(sum_double(once), once));
    return element_is_zero(element_reduced(sum_sub(left, sum_of(element_b()))));
}

/* What was multiplied, on the curve itself and with k' turned into k. v < 5; z is below 2.3, that of the table below 1.1. 1M. */
static struct jacobian jacobian_of(const struct work *w)
{
    const struct lanes_sum v = sum_of(w->sum.v);
    return (struct jacobian){.x = w->sum.x,
                             .v = element_of(sum_select(w->negate, v, sum_sub(sum_of_p(5), v))),
                             .z = product(w->sum.z, w->z)};
}

/* X and Z of a + b: add-2007-bl of D. J. Bernstein, T. Lange, "Explicit-Formulas Database", with doubled y and Z' as a product:
 * with U = Xa·Zb², H = Xb·Za² - U, I = 4H², J = H·I, W = U·I, r = Vb·Za³ - Va·Zb³,
 *
 *     X' = r² - J - 2W,  Z' = 2Za·Zb·H
 *
 * 10M + 4S: V' is of no use here.
 *
 * Za², Zb², Za³, Zb³ < 1.1; U, Xb·Za² < 1.4, the products with V < 1.4; H and r + 2 below 3.4, reduced; I < 4.3, J < 1.3, W < 1.4;
 * X' = r² - J - 2W + 6 is above 1 and below 7.1; Z' < 2.2, reduced. */
static void sum_x_and_z(struct lanes_sum *x, struct lanes_element *z, const struct jacobian *a,
                        const struct jacobian *b)
{
    const struct lanes_element aa = square(a->z), bb = square(b->z);
    const struct lanes_element aaa = product(aa, a->z), bbb = product(bb, b->z);
    const struct lanes_sum u = sum_of_product(a->x, bb, 0);
    const struct lanes_element h = element_reduced(sum_sub(sum_of_product(b->x, aa, 2), u));
    const struct lanes_element r =
        element_reduced(sum_sub(sum_of_product(b->v, aaa, 2), sum_of_product(a->v, bbb, 0)));
    const struct lanes_element i = element_of(sum_shift(sum_of_square(h, 0), 2));
    const struct lanes_sum j = sum_of_product(h, i, 0), middle = sum_of_product(element_of(u), i, 0);
    *x = sum_sub(sum_sub(sum_of_square(r, 3), j), sum_double(middle));
    *z = element_reduced(sum_double(sum_of_product(product(a->z, b->z), h, 0)));
}

/* r·Z² = X. Z² < 1.1, r is reduced: r·Z² - X + 8 is above 0 and below 9.1. 1M + 1S. */
static v8_mask is_its_x(struct lanes_element r, struct lanes_sum x, struct lanes_element z)
{
    return element_is_zero(element_reduced(sum_sub(sum_of_product(r, square(z), 8), x)));
}

/* The equations by the numbers of the same name. */
struct numbers {
    struct lanes_words u1, u2, x, y, r;
};

static void numbers_set(struct numbers *n, const struct p256_equation equations[P256_LANES])
{
    for (int i = 0; i < P256_LANES; i++) {
        words_set(&n->u1, i, equations[i].u1);
        words_set(&n->u2, i, equations[i].u2);
        words_set(&n->x, i, equations[i].x);
        words_set(&n->y, i, equations[i].y);
        words_set(&n->r, i, equations[i].r);
    }
}

void p256_decide_var(enum p256_answer answers[P256_LANES], const struct p256_equation equations[P256_LANES])
{
    struct numbers n;
    struct work w;
    struct lanes_sum sum_x;
    struct lanes_element sum_z;
    uint64_t lanes[P256_LANES];
    numbers_set(&n, equations);
    w.words = n.u1;
    scalar_recode(&w);
    multiply_base(&w, p256_generator_table);
    const struct jacobian of_generator = jacobian_of(&w);
    const struct lanes_element x = element_load(&n.x), y = element_load(&n.y);
    table_build(&w, x, element_of(sum_double(sum_of(y))));
    w.words = n.u2;
    scalar_recode(&w);
    multiply(&w);
    const struct jacobian of_point = jacobian_of(&w);
    sum_x_and_z(&sum_x, &sum_z, &of_generator, &of_point);

    const v8 no = v_set1(P256_DOES_NOT_HOLD);
    v8 answer = v_blend(is_its_x(element_load(&n.r), sum_x, sum_z), no, v_set1(P256_HOLDS));
    answer = v_blend(element_is_zero(sum_z), answer, v_set1(P256_UNDECIDED));
    v_store(lanes, v_blend(is_on_curve(x, y), no, answer));
    for (int i = 0; i < P256_LANES; i++)
        answers[i] = (enum p256_answer)lanes[i];
}
