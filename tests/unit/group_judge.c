/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/group_judge.h"

#include <openssl/objects.h>

#include "cosign/arithmetic/cpu.h"

EC_GROUP *curve;
BN_CTX *work;

int judge_set_up(void **state)
{
    (void)state;
    curve = EC_GROUP_new_by_curve_name(NID_sm2);
    work = BN_CTX_new();
    assert_non_null(curve);
    assert_non_null(work);
    return 0;
}

int judge_tear_down(void **state)
{
    (void)state;
    EC_GROUP_free(curve);
    BN_CTX_free(work);
    return 0;
}

static EC_POINT *judge_point(const uint8_t bytes[POINT_BYTES])
{
    EC_POINT *p = EC_POINT_new(curve);
    const size_t len = bytes[0] ? POINT_BYTES : 1;
    assert_int_equal(EC_POINT_oct2point(curve, p, bytes, len, work), 1);
    return p;
}

void judge_bytes(uint8_t bytes[POINT_BYTES], EC_POINT *p)
{
    memset(bytes, 0, POINT_BYTES);
    assert_true(EC_POINT_point2oct(curve, p, POINT_CONVERSION_UNCOMPRESSED, bytes, POINT_BYTES, work) > 0);
    EC_POINT_free(p);
}

bool judge_takes(const uint8_t bytes[POINT_BYTES])
{
    EC_POINT *p = EC_POINT_new(curve);
    const bool good = EC_POINT_oct2point(curve, p, bytes, POINT_BYTES, work) == 1;
    EC_POINT_free(p);
    return good;
}

void judge_add(uint8_t out[POINT_BYTES], const uint8_t a[POINT_BYTES], const uint8_t b[POINT_BYTES])
{
    EC_POINT *p = judge_point(a), *q = judge_point(b);
    assert_int_equal(EC_POINT_add(curve, p, p, q, work), 1);
    EC_POINT_free(q);
    judge_bytes(out, p);
}

void judge_negate(uint8_t out[POINT_BYTES], const uint8_t a[POINT_BYTES])
{
    EC_POINT *p = judge_point(a);
    assert_int_equal(EC_POINT_invert(curve, p, work), 1);
    judge_bytes(out, p);
}

/* k·p, or k·G where p is NULL. */
void judge_mul(uint8_t out[POINT_BYTES], const struct scalar *k, const uint8_t *p)
{
    uint8_t bytes[SCALAR_BYTES];
    scalar_encode(bytes, k);
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    EC_POINT *from = p ? judge_point(p) : NULL, *product = EC_POINT_new(curve);
    assert_int_equal(EC_POINT_mul(curve, product, p ? NULL : number, from, p ? number : NULL, work), 1);
    EC_POINT_free(from);
    BN_free(number);
    judge_bytes(out, product);
}

/* With ADX or without; the lanes are behind group.h only. */
size_t judged_engines(const struct engine *list[2])
{
    size_t count = 0;
    list[count++] = &engine_portable;
#if HUFU_ENGINE_ADX
    if (cpu_has_adx())
        list[count++] = &engine_adx;
#endif
    return count;
}

void point_encode(uint8_t bytes[POINT_BYTES], const struct point *p)
{
    struct affine affine;
    point_to_affine(&affine, p, 1);
    affine_encode(bytes, &affine);
}

void assert_point(const struct point *got, const uint8_t expected[POINT_BYTES])
{
    uint8_t bytes[POINT_BYTES];
    point_encode(bytes, got);
    assert_memory_equal(bytes, expected, POINT_BYTES);
    assert_int_equal(point_is_infinite(got), expected[0] == 0);
}

void random_point(struct point *p, struct stream *stream)
{
    struct scalar k;
    random_scalar(&k, stream);
    point_mul_base(p, &k, 1);
}

void random_affine(struct affine *p, struct stream *stream)
{
    struct point made;
    random_point(&made, stream);
    point_to_affine(p, &made, 1);
}

void scalar_of(struct scalar *out, unsigned value)
{
    *out = (struct scalar){{value}};
}
