/* SPDX-License-Identifier: Apache-2.0 */
/* The multiplication of eight points at once, and that of the generator, in both their forms, against OpenSSL's: scalars
 * where a digit or the last addition turns, points with limbs of zeros and ones, and random ones. HUFU_TEST_LONG=1 for
 * many more of these. */
#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdio.h>

#include "cosign/arithmetic/lanes.h"
#include "tests/repeatable.h"

#define RANDOM_BATCHES 2500
#define LONG_BATCHES 125000
#define EMULATED_SHARE 16 /* one batch of so many goes to the emulation too */
#define MAX_SCALARS 1200
#define MAX_POINTS 32

struct judge {
    BN_CTX *work;
    EC_GROUP *group;
    BIGNUM *n, *p, *r, *r_inverse, *x, *y, *z, *t;
    BIGNUM *k[LANES];
    EC_POINT *point[LANES], *expected[LANES];
    uint64_t seed;
};

struct edges {
    BIGNUM *k[MAX_SCALARS];
    size_t scalars;
    EC_POINT *point[MAX_POINTS];
    size_t points;
};

/* ---- words ---- */

static void to_words(uint64_t words[4], const BIGNUM *number)
{
    uint8_t bytes[32];
    assert_int_equal(BN_bn2lebinpad(number, bytes, sizeof(bytes)), sizeof(bytes));
    memset(words, 0, 32);
    for (int i = 0; i < 32; i++)
        words[i / 8] |= (uint64_t)bytes[i] << (8 * (i % 8));
}

static void from_words(BIGNUM *number, const uint64_t words[4])
{
    uint8_t bytes[32];
    for (int i = 0; i < 32; i++)
        bytes[i] = (uint8_t)(words[i / 8] >> (8 * (i % 8)));
    assert_non_null(BN_lebin2bn(bytes, sizeof(bytes), number));
}

static void to_montgomery(struct judge *j, uint64_t words[4], const BIGNUM *number)
{
    assert_true(BN_mod_mul(j->t, number, j->r, j->p, j->work));
    to_words(words, j->t);
}

static void from_montgomery(struct judge *j, BIGNUM *number, const uint64_t words[4])
{
    from_words(j->t, words);
    assert_true(BN_cmp(j->t, j->p) < 0);
    assert_true(BN_mod_mul(number, j->t, j->r_inverse, j->p, j->work));
}

/* ---- the comparison ---- */

static bool is_expected(struct judge *j, const struct lanes_jacobian *got, const EC_POINT *expected)
{
    BN_CTX_start(j->work);
    BIGNUM *x = BN_CTX_get(j->work), *y = BN_CTX_get(j->work), *zz = BN_CTX_get(j->work);
    bool same;
    from_montgomery(j, j->x, got->x);
    from_montgomery(j, j->y, got->y);
    from_montgomery(j, j->z, got->z);
    if (EC_POINT_is_at_infinity(j->group, expected)) {
        same = BN_is_zero(j->z);
    } else {
        assert_true(EC_POINT_get_affine_coordinates(j->group, expected, x, y, j->work));
        assert_true(BN_mod_sqr(zz, j->z, j->p, j->work));
        assert_true(BN_mod_mul(x, x, zz, j->p, j->work));
        assert_true(BN_mod_mul(zz, zz, j->z, j->p, j->work));
        assert_true(BN_mod_mul(y, y, zz, j->p, j->work));
        same = !BN_is_zero(j->z) && BN_cmp(x, j->x) == 0 && BN_cmp(y, j->y) == 0;
    }
    BN_CTX_end(j->work);
    return same;
}

static void explain(const struct judge *j, const char *name, int lane)
{
    char *k = BN_bn2hex(j->k[lane]);
    char *point = EC_POINT_point2hex(j->group, j->point[lane], POINT_CONVERSION_UNCOMPRESSED, NULL);
    fail_msg("%s, lane %d: wrong for k = %s, P = %s", name, lane, k, point);
}

static bool instructions_are_there(void)
{
#if HUFU_LANES
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma");
#else
    return false;
#endif
}

/* ---- the forms ---- */

/* What lanes_mul_base wants of the generator, computed by OpenSSL. */
static uint64_t base_table[LANES_BASE_ROWS][LANES_BASE_ENTRIES][8];

static void fill_base_table(struct judge *j)
{
    for (int row = 0; row < LANES_BASE_ROWS; row++)
        for (BN_ULONG entry = 0; entry < LANES_BASE_ENTRIES; entry++) {
            assert_true(BN_set_word(j->t, 2 * entry + 1) && BN_lshift(j->t, j->t, 12 * row));
            assert_true(EC_POINT_mul(j->group, j->expected[0], j->t, NULL, NULL, j->work));
            assert_true(EC_POINT_get_affine_coordinates(j->group, j->expected[0], j->x, j->y, j->work));
            to_montgomery(j, base_table[row][entry], j->x);
            to_montgomery(j, base_table[row][entry] + 4, j->y);
        }
}

typedef void multiplication(struct lanes_jacobian *, const uint64_t (*)[4], const struct lanes_affine *);

static void base_emulated(struct lanes_jacobian *out, const uint64_t (*k)[4], const struct lanes_affine *p)
{
    (void)p;
    lanes_mul_base_emulated(out, k, (const uint64_t(*)[LANES_BASE_ENTRIES][8])base_table);
}

#if HUFU_LANES
static void base_avx512(struct lanes_jacobian *out, const uint64_t (*k)[4], const struct lanes_affine *p)
{
    (void)p;
    lanes_mul_base(out, k, (const uint64_t(*)[LANES_BASE_ENTRIES][8])base_table);
}
#endif

static void check_form(struct judge *j, const char *name, multiplication *multiply)
{
    uint64_t k[LANES][4];
    struct lanes_affine p[LANES];
    struct lanes_jacobian out[LANES];
    for (int i = 0; i < LANES; i++) {
        assert_true(EC_POINT_get_affine_coordinates(j->group, j->point[i], j->x, j->y, j->work));
        to_montgomery(j, p[i].x, j->x);
        to_montgomery(j, p[i].y, j->y);
        to_words(k[i], j->k[i]);
    }
    memset(out, 0xa5, sizeof(out));
    multiply(out, (const uint64_t(*)[4])k, p);
    for (int i = 0; i < LANES; i++)
        if (!is_expected(j, &out[i], j->expected[i]))
            explain(j, name, i);
}

/* Of j->k and j->point. */
static void check_batch(struct judge *j, bool emulated)
{
    for (int i = 0; i < LANES; i++)
        assert_true(EC_POINT_mul(j->group, j->expected[i], NULL, j->point[i], j->k[i], j->work));
#if HUFU_LANES
    if (instructions_are_there())
        check_form(j, "AVX-512", lanes_mul);
#endif
    if (emulated)
        check_form(j, "emulated", lanes_mul_emulated);
}

/* Of j->k and the generator. */
static void check_base(struct judge *j, bool emulated)
{
    for (int i = 0; i < LANES; i++) {
        assert_true(EC_POINT_copy(j->point[i], EC_GROUP_get0_generator(j->group)));
        assert_true(EC_POINT_mul(j->group, j->expected[i], j->k[i], NULL, NULL, j->work));
    }
#if HUFU_LANES
    if (instructions_are_there())
        check_form(j, "generator, AVX-512", base_avx512);
#endif
    if (emulated)
        check_form(j, "generator, emulated", base_emulated);
}

static int set_up(void **state)
{
    static struct judge j;
    j = (struct judge){.work = BN_CTX_new(), .group = EC_GROUP_new_by_curve_name(NID_sm2), .seed = 1};
    BIGNUM **numbers[] = {&j.n, &j.p, &j.r, &j.r_inverse, &j.x, &j.y, &j.z, &j.t};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        assert_non_null(*numbers[i] = BN_new());
    assert_non_null(BN_copy(j.n, EC_GROUP_get0_order(j.group)));
    assert_non_null(BN_copy(j.p, EC_GROUP_get0_field(j.group)));
    assert_true(BN_set_bit(j.r, 256));
    assert_non_null(BN_mod_inverse(j.r_inverse, j.r, j.p, j.work));
    for (int i = 0; i < LANES; i++) {
        assert_non_null(j.k[i] = BN_new());
        assert_non_null(j.point[i] = EC_POINT_new(j.group));
        assert_non_null(j.expected[i] = EC_POINT_new(j.group));
    }
    fill_base_table(&j);
    *state = &j;
    return 0;
}

static int tear_down(void **state)
{
    struct judge *j = *state;
    BIGNUM *numbers[] = {j->n, j->p, j->r, j->r_inverse, j->x, j->y, j->z, j->t};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        BN_free(numbers[i]);
    for (int i = 0; i < LANES; i++) {
        BN_free(j->k[i]);
        EC_POINT_free(j->point[i]);
        EC_POINT_free(j->expected[i]);
    }
    EC_GROUP_free(j->group);
    BN_CTX_free(j->work);
    return 0;
}

/* ---- edges ---- */

/* k mod n, and n - k. */
static void add_scalar(struct judge *j, struct edges *e, const BIGNUM *k)
{
    assert_true(e->scalars + 2 <= MAX_SCALARS);
    BIGNUM *reduced = BN_new(), *negative = BN_new();
    assert_true(BN_nnmod(reduced, k, j->n, j->work));
    assert_true(BN_mod_sub(negative, j->n, reduced, j->n, j->work));
    e->k[e->scalars++] = reduced;
    e->k[e->scalars++] = negative;
}

static void add_scalars(struct judge *j, struct edges *e)
{
    for (BN_ULONG i = 0; i <= 140; i++) {
        assert_true(BN_set_word(j->t, i));
        add_scalar(j, e, j->t);
    }
    for (int bit = 7; bit < 256; bit++) {
        BN_zero(j->t);
        assert_true(BN_set_bit(j->t, bit));
        add_scalar(j, e, j->t);
    }
    for (int window = 2; window < 52; window++) { /* one digit between others that are next to it */
        assert_true(BN_set_word(j->t, 31) && BN_lshift(j->t, j->t, 5 * window));
        add_scalar(j, e, j->t);
        assert_true(BN_sub_word(j->t, 1));
        add_scalar(j, e, j->t);
    }
    for (int window = 2; window < 43; window++) {
        assert_true(BN_set_word(j->t, 63) && BN_lshift(j->t, j->t, 6 * window) && BN_sub_word(j->t, 1));
        add_scalar(j, e, j->t);
    }
    assert_true(BN_rshift1(j->t, j->n)); /* (n - 1)/2, and its neighbour by negation */
    add_scalar(j, e, j->t);
    assert_true(BN_hex2bn(&j->t, "5555555555555555555555555555555555555555555555555555555555555555"));
    add_scalar(j, e, j->t);
}

/* The first point whose x is, in Montgomery form, the number or one of the next above (below) it. */
static void add_point_by_x(struct judge *j, struct edges *e, const char *hex, bool up)
{
    EC_POINT *point = EC_POINT_new(j->group);
    assert_true(e->points < MAX_POINTS && BN_hex2bn(&j->x, hex));
    for (int tries = 0; tries < 64; tries++) {
        assert_true(BN_mod_mul(j->t, j->x, j->r_inverse, j->p, j->work));
        if (EC_POINT_set_compressed_coordinates(j->group, point, j->t, tries & 1, j->work)) {
            e->point[e->points++] = point;
            return;
        }
        assert_true(up ? BN_add_word(j->x, 1) : BN_sub_word(j->x, 1));
    }
    fail();
}

/* y = ±1, ones in the middle, 2^208, ones above 104 zeros, 2^255 - 1, 2^192 - 2^64 + 1 in Montgomery form; x is a root of
 * x³ - 3x + b - y². */
static const struct {
    const char *x, *y;
} points_by_y[] = {
    {"4071bba1f6624b6e9ac69b7109db9cac04e5bba76fdc954ebe375dfb2af6df2a",
     "fffffffb00000005fffffffc00000002fffffffd00000006fffffff900000004"},
    {"4071bba1f6624b6e9ac69b7109db9cac04e5bba76fdc954ebe375dfb2af6df2a",
     "00000003fffffffa00000003fffffffd00000001fffffffa00000006fffffffb"},
    {"a937adc08bd1e12221a593d829786e2837b60905515a212490b31e896b2edd07",
     "fffffef300010211fffefdf400000108fffffef900000212fffefdeb0001020e"},
    {"b989fb4683d65f719dcfaf51f372ce2bb1c8905061bc8c4c2b7f20e24a1fa208",
     "000000000000fffffffeffffffffffffffffffffffffffffffff000000010000"},
    {"939d7c46e96ffd131394b420216e569103b4aed5118bbf9799810f05c1662585",
     "fffffefe00000200fffffe00000000fffffffeff00000201fffffdff00000200"},
    {"e428dd8420c2110f4ae3e55b4a365f9e2bdbbed1f5feecc404b138edfaadbb7f",
     "800000037ffffffa00000003fffffffd000000017ffffffa80000006fffffffb"},
    {"61bc08984d5418ef1d8edb90b083ae82257c9e6f191a00617e3169463d94ed9a",
     "fffffffd00000003fffffffd00000000fffffffe00000003fffffffc00000003"},
};

static void add_points(struct judge *j, struct edges *e)
{
    static const char *const up[] = {
        "0",
        "10000000000000",
        "100000000000000000000000000",
        "fffffffffffff0000000000000fffffffffffff0000000000000",
        "fffffffffffff0000000000000fffffffffffff00000000000000000000000000",
        "fffffffe00000000000000000000000000000000000000000000000000000000",
    };
    static const char *const down[] = {
        "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffe",
        "fffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    const EC_POINT *G = EC_GROUP_get0_generator(j->group);
    for (int i = 0; i < 3; i++)
        assert_non_null(e->point[e->points++] = EC_POINT_dup(G, j->group));
    assert_true(EC_POINT_invert(j->group, e->point[1], j->work));
    assert_true(EC_POINT_dbl(j->group, e->point[2], G, j->work));
    for (size_t i = 0; i < sizeof(up) / sizeof(*up); i++)
        add_point_by_x(j, e, up[i], true);
    for (size_t i = 0; i < sizeof(down) / sizeof(*down); i++)
        add_point_by_x(j, e, down[i], false);
    for (size_t i = 0; i < sizeof(points_by_y) / sizeof(*points_by_y); i++) {
        EC_POINT *point = EC_POINT_new(j->group);
        assert_true(BN_hex2bn(&j->x, points_by_y[i].x) && BN_hex2bn(&j->y, points_by_y[i].y));
        assert_true(EC_POINT_set_affine_coordinates(j->group, point, j->x, j->y, j->work));
        e->point[e->points++] = point;
    }
}

/* Each scalar comes to each lane, always with other scalars and points beside it. */
static void edges_are_multiplied(void **state)
{
    struct judge *j = *state;
    static struct edges e;
    memset(&e, 0, sizeof(e));
    add_scalars(j, &e);
    add_points(j, &e);
    for (size_t round = 0; round < e.scalars; round++) {
        for (size_t i = 0; i < LANES; i++) {
            assert_non_null(BN_copy(j->k[i], e.k[(round + 61 * i) % e.scalars]));
            assert_true(EC_POINT_copy(j->point[i], e.point[(round / 3 + 3 * i) % e.points]));
        }
        check_batch(j, round < 160 || round % EMULATED_SHARE == 0);
    }
    for (size_t round = 0; round < e.scalars; round += 4) { /* in two of the lanes, 61 being odd */
        for (size_t i = 0; i < LANES; i++)
            assert_non_null(BN_copy(j->k[i], e.k[(round + 61 * i) % e.scalars]));
        check_base(j, round < 300 || round % EMULATED_SHARE == 0);
    }
    for (size_t i = 0; i < e.scalars; i++)
        BN_free(e.k[i]);
    for (size_t i = 0; i < e.points; i++)
        EC_POINT_free(e.point[i]);
}

static void every_point_meets_the_last_addition(void **state)
{
    struct judge *j = *state;
    static struct edges e;
    memset(&e, 0, sizeof(e));
    add_points(j, &e);
    for (size_t round = 0; round < e.points; round++) {
        for (int i = 0; i < LANES; i++) {
            static const BN_ULONG below_n[LANES] = {0, 6, 58, 2, 4, 3, 29, 1};
            const BN_ULONG less = below_n[(size_t)(i + (int)round) % LANES];
            assert_true(BN_copy(j->k[i], j->n) && BN_sub_word(j->k[i], less));
            if (less == 0)
                BN_zero(j->k[i]);
            assert_true(EC_POINT_copy(j->point[i], e.point[round]));
        }
        check_batch(j, true);
    }
    for (size_t i = 0; i < e.points; i++)
        EC_POINT_free(e.point[i]);
}

/* ---- random ---- */

static uint64_t next(struct judge *j)
{
    return repeatable_number(&j->seed);
}

static void next_scalar(struct judge *j, BIGNUM *k)
{
    const uint64_t words[4] = {next(j), next(j), next(j), next(j)};
    from_words(j->t, words);
    assert_true(BN_nnmod(k, j->t, j->n, j->work));
}

static void random_scalars_and_points_are_multiplied(void **state)
{
    struct judge *j = *state;
    const int batches = long_form() && !HUFU_SANITIZED ? LONG_BATCHES : RANDOM_BATCHES;
    if (!instructions_are_there())
        printf("no AVX-512 IFMA here: only the emulation is tested, with fewer numbers\n");
    for (int i = 0; i < LANES; i++) {
        next_scalar(j, j->k[i]);
        assert_true(EC_POINT_mul(j->group, j->point[i], j->k[i], NULL, NULL, j->work));
    }
    const int step = instructions_are_there() ? 1 : EMULATED_SHARE;
    for (int round = 0; round < batches; round += step) {
        for (int i = 0; i < LANES; i++)
            next_scalar(j, j->k[i]);
        check_batch(j, round % EMULATED_SHARE == 0);
        for (int i = 0; i < LANES; i++) /* random too, and never infinity for these seeds */
            assert_true(EC_POINT_copy(j->point[i], j->expected[i]));
    }
    for (int round = 0; round < batches / 4; round += step) {
        for (int i = 0; i < LANES; i++)
            next_scalar(j, j->k[i]);
        check_base(j, round % EMULATED_SHARE == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(edges_are_multiplied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_point_meets_the_last_addition, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_scalars_and_points_are_multiplied, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
