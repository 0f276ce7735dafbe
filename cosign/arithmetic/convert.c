/* SPDX-License-Identifier: Apache-2.0 */
/* Points in and out: bytes, affine coordinates, comparison, and the one addition for every case. */
#include "common/secret.h"
#include "cosign/arithmetic/engine.h"
#include "cosign/arithmetic/inverse.h"

/* (a·2^256)⁻¹ times 2^768 / 2^256 is a⁻¹·2^256. */
static void invert_with(struct field *out, const struct field *a, void (*inverse)(word *, const word *))
{
    static const struct field radix_cubed = {{WORDS_OF(0x0000001200000016), WORDS_OF(0x0000000efffffff8),
                                              WORDS_OF(0x0000000a0000000c), WORDS_OF(0x0000001b00000009)}};
    inverse(out->limb, a->limb);
    field_mul(out, out, &radix_cubed);
}

/* One point between the wire and the field. */
struct conversion {
    word x[WORDS], y[WORDS];
    struct field left, right;
    uint8_t bytes[INTEGER_BYTES];
};

static void conversion_wipe(struct conversion *conversion)
{
    secret_wipe(conversion, sizeof(*conversion));
}
#define CONVERSION_WIPED __attribute__((cleanup(conversion_wipe)))

static bool is_below_prime(const word a[WORDS])
{
    word less[WORDS];
    word below = integer_sub(less, a, field_prime.limb);
    secret_wipe(less, sizeof(less));
    return below;
}

/* y² = x³ - 3x + b. */
static bool is_on_curve(struct conversion *c, const struct affine *p)
{
    static const struct field b = {{WORDS_OF(0x90d230632bc0dd42), WORDS_OF(0x71cf379ae9b537ab),
                                    WORDS_OF(0x527981505ea51c3c), WORDS_OF(0x240fe188ba20e2c8)}};
    field_square(&c->right, &p->x);
    field_mul(&c->right, &c->right, &p->x);
    field_triple(&c->left, &p->x);
    field_sub(&c->right, &c->right, &c->left);
    field_add(&c->right, &c->right, &b);
    field_square(&c->left, &p->y);
    return field_equal(&c->left, &c->right);
}

bool ENGINE(decode_var)(struct affine *out, const uint8_t *coordinates)
{
    struct conversion c CONVERSION_WIPED;
    integer_load(c.x, coordinates);
    integer_load(c.y, coordinates + INTEGER_BYTES);
    field_from_integer(&out->x, c.x);
    field_from_integer(&out->y, c.y);
    bool good = is_below_prime(c.x) && is_below_prime(c.y) && is_on_curve(&c, out);
    if (!good)
        *out = (struct affine){0};
    return good;
}

void ENGINE(encode)(uint8_t *coordinates, const struct affine *p)
{
    struct conversion c CONVERSION_WIPED;
    field_to_integer(c.x, &p->x);
    field_to_integer(c.y, &p->y);
    integer_store(coordinates, c.x);
    integer_store(coordinates + INTEGER_BYTES, c.y);
}

void ENGINE(x_mod_n)(struct scalar *out, const struct affine *p)
{
    struct conversion c CONVERSION_WIPED;
    field_to_integer(c.x, &p->x);
    integer_store(c.bytes, c.x);
    scalar_decode_mod(out, c.bytes);
}

/* Points that share one inversion. More save little: with 32 an inversion is a tenth of the work. */
#define TOGETHER 32

/* Simultaneous inversion (P. L. Montgomery, "Speeding the Pollard and elliptic curve methods of factorization", Math. Comp.
 * 48, 1987, §10.3.1): one inversion and 3M for each further value. */
struct inversion {
    struct field z[TOGETHER];        /* 1 for infinity, so that one such point does not spoil the others */
    struct field products[TOGETHER]; /* of z[0] … z[i] */
    struct field inverse;
    struct field one;
};

static void inversion_wipe(struct inversion *inversion)
{
    secret_wipe(inversion, sizeof(*inversion));
}
#define INVERSION_WIPED __attribute__((cleanup(inversion_wipe)))

static void gather(struct inversion *inversion, const struct point *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        word infinite = word_mask((word)field_is_zero(&in[i].z));
        field_select(&inversion->z[i], infinite, &field_one, &in[i].z);
        if (i == 0)
            inversion->products[0] = inversion->z[0];
        else
            field_mul(&inversion->products[i], &inversion->products[i - 1], &inversion->z[i]);
    }
}

/* x = X/Z², y = Y/Z³; 3M + 1S for each point. */
static void scale(struct affine *out, const struct point *p, const struct field *z_inverse)
{
    struct field square;
    word infinite = word_mask((word)field_is_zero(&p->z));
    field_square(&square, z_inverse);
    field_mul(&out->x, &p->x, &square);
    field_mul(&square, &square, z_inverse);
    field_mul(&out->y, &p->y, &square);
    field_select(&out->x, infinite, &field_zero, &out->x);
    field_select(&out->y, infinite, &field_zero, &out->y);
}

static void few_to_affine(struct affine *out, const struct point *in, size_t count,
                          void (*inverse)(word *, const word *))
{
    struct inversion inversion INVERSION_WIPED = {0};
    gather(&inversion, in, count);
    invert_with(&inversion.inverse, &inversion.products[count - 1], inverse);
    for (size_t i = count; i-- > 0;) {
        if (i == 0)
            inversion.one = inversion.inverse;
        else
            field_mul(&inversion.one, &inversion.inverse, &inversion.products[i - 1]);
        field_mul(&inversion.inverse, &inversion.inverse, &inversion.z[i]);
        scale(&out[i], &in[i], &inversion.one);
    }
}

void ENGINE(to_affine)(struct affine *out, const struct point *in, size_t count)
{
    for (size_t at = 0; at < count; at += TOGETHER)
        few_to_affine(out + at, in + at, count - at < TOGETHER ? count - at : TOGETHER, inverse_mod_p);
}

void ENGINE(to_affine_var)(struct affine *out, const struct point *in, size_t count)
{
    for (size_t at = 0; at < count; at += TOGETHER)
        few_to_affine(out + at, in + at, count - at < TOGETHER ? count - at : TOGETHER, inverse_mod_p_var);
}

void ENGINE(add)(struct point *out, const struct point *a, const struct point *b)
{
    struct cached_point cached;
    point_cache(&cached, b);
    point_add_complete(out, a, &cached);
}

/* X1·Z2² = X2·Z1² and Y1·Z2³ = Y2·Z1³, and both infinite or neither. */
bool ENGINE(equal)(const struct point *a, const struct point *b)
{
    struct cached_point cached;
    struct addends addends;
    point_cache(&cached, b);
    point_compare(&addends, a, &cached);
    word same = (word)field_is_zero(&addends.h) & (word)field_is_zero(&addends.r);
    word a_infinite = (word)field_is_zero(&a->z);
    word b_infinite = (word)field_is_zero(&b->z);
    return (bool)((same & (a_infinite ^ 1) & (b_infinite ^ 1)) | (a_infinite & b_infinite));
}

static void plain_mul(struct field *out, const struct field *a, const struct field *b)
{
    field_mul(out, a, b);
}

static void plain_square(struct field *out, const struct field *a)
{
    field_square(out, a);
}

static void plain_invert(struct field *out, const struct field *a)
{
    invert_with(out, a, inverse_mod_p);
}

const struct engine ENGINE_JOIN(engine, HUFU_ENGINE) = {
    .name = ENGINE_NAME,
    .decode_var = ENGINE(decode_var),
    .encode = ENGINE(encode),
    .x_mod_n = ENGINE(x_mod_n),
    .to_affine = ENGINE(to_affine),
    .add = ENGINE(add),
    .equal = ENGINE(equal),
    .mul_base = ENGINE(mul_base),
    .mul = ENGINE(mul),
    .multi_var = ENGINE(multi_var),
    .field_mul = plain_mul,
    .field_square = plain_square,
    .field_invert = plain_invert,
};
