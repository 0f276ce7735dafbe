/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplication of x25519_lanes.h, on the field of x25519_field.h. Compiled twice: as x25519_lanes, and with
 * LANES_EMULATED as x25519_lanes_emulated.
 *
 * The ladder of RFC 7748 §5 as it is printed there (P. L. Montgomery, "Speeding the Pollard and elliptic curve methods of
 * factorization", Math. Comp. 48, 1987; D. J. Bernstein, "Curve25519: new Diffie-Hellman speed records", PKC 2006), with an
 * instance in each lane (H. Cheng, J. Großschädl, J. Tian, P. B. Rønne, P. Y. A. Ryan, "High-throughput elliptic curve
 * cryptography using AVX2 vector instructions", SAC 2020). The bits of the scalar are the same for all lanes.
 *
 * In all, M for multiplications and S for squarings: 255 steps of 5M + 4S and a multiplication by 121665, the inversion
 * 11M + 254S, the last one 1M: 1287M + 1274S. */
#include "hsm/x25519_lanes.h"

#include "common/secret.h"
#include "hsm/x25519_field.h"

#ifdef LANES_EMULATED
#define x25519_lanes x25519_lanes_emulated
#endif

_Static_assert(X25519_LANES == VECTOR_LANES, "the lanes");

#define SCALAR_BITS 255
#define A24 121665

/* Everything that is secret and in memory, so that it is wiped at once. The names of the ladder are those of the RFC. */
struct work {
    uint8_t k[32];
    struct lanes_element x_1;
    struct lanes_sum x_2, z_2, x_3, z_3;
    struct lanes_element power[4]; /* of the inversion */
    struct field_limbs limbs;
};

static void work_wipe(struct work *w)
{
    secret_wipe(w, sizeof(*w));
}

static inline struct lanes_element product(struct lanes_element a, struct lanes_element b)
{
    return element_of(sum_of_product(a, b, 0));
}

/* a^(2^times) */
static inline struct lanes_element squared(struct lanes_element a, int times)
{
    for (int i = 0; i < times; i++)
        a = element_of(sum_of_square(a, 0));
    return a;
}

/* ---- the ladder ---- */

static inline void swap_if(v8_mask swap, struct lanes_sum *a, struct lanes_sum *b)
{
    const struct lanes_sum kept = *a;
    *a = sum_select(swap, *a, *b);
    *b = sum_select(swap, *b, kept);
}

/* x_2 and x_3 are made with BIAS·p, as z_2 and z_3 are subtracted from them; so are AA and DA. No sum has a limb of 2^58: the
 * largest are those of A, C and DA + CB, below 2^57 + 22·2^52. */
static inline void step(struct work *w)
{
    const struct lanes_element a = element_of(sum_add(w->x_2, w->z_2));
    const struct lanes_element b = element_of(sum_sub(w->x_2, w->z_2));
    const struct lanes_element c = element_of(sum_add(w->x_3, w->z_3));
    const struct lanes_element d = element_of(sum_sub(w->x_3, w->z_3));
    const struct lanes_sum da = sum_of_product(d, a, BIAS), cb = sum_of_product(c, b, 0);
    const struct lanes_sum aa = sum_of_square(a, BIAS / 2), bb = sum_of_square(b, 0);
    const struct lanes_element e = element_of(sum_sub(aa, bb));
    w->x_3 = sum_of_square(element_of(sum_add(da, cb)), BIAS / 2);
    w->z_3 = sum_of_product(w->x_1, squared(element_of(sum_sub(da, cb)), 1), 0);
    w->x_2 = sum_of_product(element_of(aa), element_of(bb), BIAS);
    w->z_2 = sum_of_product(e, element_of(sum_add_small(aa, e, A24)), 0);
}

static void ladder(struct work *w)
{
    uint64_t swap = 0;
    w->x_2 = sum_add(sum_of_p(BIAS), sum_of_small(1));
    w->z_2 = sum_of_small(0);
    w->x_3 = sum_add(sum_of_p(BIAS), sum_of(w->x_1));
    w->z_3 = sum_of_small(1);
    for (int t = SCALAR_BITS - 1; t >= 0; t--) {
        const uint64_t k_t = w->k[t / 8] >> t % 8 & 1;
        const v8_mask turned = v_equal(v_set1(swap ^ k_t), v_set1(1));
        swap_if(turned, &w->x_2, &w->x_3);
        swap_if(turned, &w->z_2, &w->z_3);
        step(w);
        swap = k_t;
    }
    /* The last bit of a clamped scalar is 0: there is nothing left to swap. */
}

/* z^(p - 2) = z^(2^255 - 21), 0 for 0, by the chain of Bernstein's: power[0] = z^11, and power[1] = z^(2^n - 1) for n = 5, 10, 20, 40,
 * 50, 100, 200, 250. */
static struct lanes_element inverse(struct work *w, struct lanes_element z)
{
    struct lanes_element *p = w->power;
    p[2] = squared(z, 1);
    p[1] = product(squared(p[2], 2), z); /* z^9 */
    p[0] = product(p[1], p[2]);
    p[1] = product(squared(p[0], 1), p[1]);
    p[1] = product(squared(p[1], 5), p[1]);
    p[2] = p[1]; /* n = 10 */
    p[1] = product(squared(p[1], 10), p[1]);
    p[1] = product(squared(p[1], 20), p[1]);
    p[1] = product(squared(p[1], 10), p[2]);
    p[2] = p[1]; /* n = 50 */
    p[1] = product(squared(p[1], 50), p[1]);
    p[1] = product(squared(p[1], 100), p[1]);
    p[1] = product(squared(p[1], 50), p[2]);
    return product(squared(p[1], 5), p[0]);
}

/* ---- bytes ---- */

/* RFC 7748 §5, decodeScalar25519. */
static void scalar_load(struct work *w, const uint8_t private_key[32])
{
    for (int i = 0; i < 32; i++)
        w->k[i] = private_key[i];
    w->k[0] &= 248;
    w->k[31] = (w->k[31] & 127) | 64;
}

void x25519_lanes(uint8_t out[X25519_LANES][32], const uint8_t private_key[32],
                  const uint8_t *const points[X25519_LANES])
{
    struct work w __attribute__((cleanup(work_wipe)));
    scalar_load(&w, private_key);
    for (int i = 0; i < X25519_LANES; i++)
        limbs_set(&w.limbs, i, points[i]);
    w.x_1 = element_of(sum_load(&w.limbs));
    ladder(&w);
    sum_store(&w.limbs, sum_canonical(product(element_of(w.x_2), inverse(&w, element_of(w.z_2)))));
    for (int i = 0; i < X25519_LANES; i++)
        limbs_get(out[i], &w.limbs, i);
}
