/* SPDX-License-Identifier: Apache-2.0 */
/* Verification of several ECDSA claims at once: eight at a time in the lanes, where the processor has them, else one after the
 * other. What is rare goes to ecdsa_verify_var there as well, so that nothing here need be right about it. */
#include "hsm/ecdsa.h"

static void verify_alone(struct ecdsa_claim *claim)
{
    claim->err = ecdsa_verify_var(claim->point, claim->digest, claim->signature);
}

#if HUFU_LANES
#include <string.h>

#include "cosign/arithmetic/cpu.h"
#include "cosign/arithmetic/inverse.h"
#include "hsm/p256/equation.h"

#define UNCOMPRESSED 0x04 /* SEC 1 §2.3.3 */

/* SEC 2 §2.4.2: the prime, the order n, and the prime less the order. */
static const word prime[WORDS] = {0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001};
static const struct odd_modulus order = {
    .m = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000},
    .inverse = 0xccd1c8aaee00bc4f};
static const word prime_less_order[WORDS] = {0x0c46353d039cdaae, 0x4319055358e8617b, 0, 0};

/* 2^512 mod n: what undoes a division by R = 2^256. */
static const word radix_squared[WORDS] = {0x83244c95be79eea2, 0x4699799c49bd6fa6, 0x2845b2392b6bec59,
                                          0x66e12d94f3d95620};

/* The claims that go to the lanes, each with its equation and its s. */
struct group {
    size_t count;
    struct ecdsa_claim *claims[ECDSA_TOGETHER];
    struct p256_equation equations[ECDSA_TOGETHER];
    word s[ECDSA_TOGETHER][WORDS];
};

_Static_assert(sizeof(((struct p256_equation *)0)->r) == sizeof(word[WORDS]),
               "where there are lanes a word has 64 bits");

static bool below(const word a[WORDS], const word b[WORDS])
{
    word difference[WORDS];
    return integer_sub(difference, a, b);
}

static bool is_nonzero_scalar(const word a[WORDS])
{
    return !integer_is_zero(a) && below(a, order.m);
}

/* A claim whose point is uncompressed with coordinates below p, and whose r and s lie between 0 and n, becomes the group's next; u1
 * and u2 come later. */
static bool group_take(struct group *group, struct ecdsa_claim *claim)
{
    struct p256_equation *equation = &group->equations[group->count];
    word *s = group->s[group->count];
    integer_load(equation->x, claim->point + 1);
    integer_load(equation->y, claim->point + 1 + INTEGER_BYTES);
    integer_load(equation->r, claim->signature);
    integer_load(s, claim->signature + INTEGER_BYTES);
    if (claim->point[0] != UNCOMPRESSED || !below(equation->x, prime) || !below(equation->y, prime) ||
        !is_nonzero_scalar(equation->r) || !is_nonzero_scalar(s))
        return false;
    group->claims[group->count++] = claim;
    return true;
}

/* Takes back the last one, for OpenSSL. */
static void group_give_up(struct group *group)
{
    verify_alone(group->claims[--group->count]);
}

/* Each s becomes 1/s, by one inversion for all (P. L. Montgomery, "Speeding the Pollard and elliptic curve methods of
 * factorization", Math. Comp. 48, 1987, §10.3.1). Of the products of the first i + 1 each comes with R^-i, its inverse with R^i:
 * so in what is left of them R is gone, and no s need be brought into Montgomery form before. */
static void group_invert(struct group *group)
{
    word products[ECDSA_TOGETHER][WORDS], inverse[WORDS];
    memcpy(products[0], group->s[0], sizeof(products[0]));
    for (size_t i = 1; i < group->count; i++)
        modulus_mul(products[i], products[i - 1], group->s[i], &order);
    inverse_mod_var(inverse, products[group->count - 1], &order);
    for (size_t i = group->count - 1; i > 0; i--) {
        word above[WORDS];
        modulus_mul(above, inverse, group->s[i], &order);
        modulus_mul(group->s[i], inverse, products[i - 1], &order);
        memcpy(inverse, above, sizeof(inverse));
    }
    memcpy(group->s[0], inverse, sizeof(inverse));
}

/* u1 = digest/s, u2 = r/s, below n: the digest may be any number of 256 bits. */
static void group_set_scalars(struct group *group)
{
    group_invert(group);
    for (size_t i = 0; i < group->count; i++) {
        struct p256_equation *equation = &group->equations[i];
        word digest[WORDS], inverse[WORDS];
        integer_load(digest, group->claims[i]->digest);
        modulus_mul(inverse, group->s[i], radix_squared, &order);
        modulus_mul(equation->u1, inverse, digest, &order);
        modulus_mul(equation->u2, inverse, equation->r, &order);
    }
}

/* Those from `first` on, at most eight; the lanes that are left over repeat the first. */
static void group_decide(struct group *group, size_t first)
{
    struct p256_equation equations[P256_LANES];
    enum p256_answer answers[P256_LANES];
    for (size_t i = 0; i < P256_LANES; i++)
        equations[i] = group->equations[first + i < group->count ? first + i : first];
    p256_decide_var(answers, equations);
    for (size_t i = 0; i < P256_LANES && first + i < group->count; i++) {
        struct ecdsa_claim *claim = group->claims[first + i];
        if (answers[i] == P256_UNDECIDED)
            verify_alone(claim);
        else
            claim->err = answers[i] == P256_HOLDS ? HUFU_OK : HUFU_ERR_SIGNATURE;
    }
}

static void verify_in_lanes(struct ecdsa_claim *claims, size_t count)
{
    struct group group = {0};
    for (size_t i = 0; i < count; i++) {
        claims[i].err = HUFU_ERR_SIGNATURE;
        if (!group_take(&group, &claims[i]))
            continue;
        if (below(group.equations[group.count - 1].r, prime_less_order)) /* x can be r, and r + n */
            group_give_up(&group);
    }
    if (group.count % P256_LANES == 1) /* the lanes take as long for one as OpenSSL does */
        group_give_up(&group);
    if (group.count > 0)
        group_set_scalars(&group);
    for (size_t first = 0; first < group.count; first += P256_LANES)
        group_decide(&group, first);
}
#endif

void ecdsa_verify_some_var(struct ecdsa_claim *claims, size_t count)
{
#if HUFU_LANES
    if (cpu_has_ifma()) {
        verify_in_lanes(claims, count);
        return;
    }
#endif
    for (size_t i = 0; i < count; i++)
        verify_alone(&claims[i]);
}
