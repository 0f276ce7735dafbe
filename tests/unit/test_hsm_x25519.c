/* SPDX-License-Identifier: Apache-2.0 */
/* X25519 of several points at once, and the lanes below it in both their forms: the vectors of RFC 7748, and libsodium as the
 * judge of edges and of random numbers. HUFU_TEST_LONG=1 for many more of these. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>

#include "hsm/x25519.h"
#include "hsm/x25519_lanes.h"
#include "tests/repeatable.h"

#define KEY BOX_KEY_SIZE
#define RANDOM_POINTS 20000
#define SANITIZED_POINTS 4000
#define LONG_POINTS 1000000
#define EMULATED_SHARE 16 /* one group of so many goes to the emulation too */
#define MAX_EDGES 1300

typedef void lanes_form(uint8_t out[X25519_LANES][KEY], const uint8_t private_key[KEY],
                        const uint8_t *const points[X25519_LANES]);

static lanes_form *instructions(void)
{
#if HUFU_LANES
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma"))
        return x25519_lanes;
#endif
    return NULL;
}

static uint64_t seed;

static void next_bytes(uint8_t out[KEY])
{
    for (size_t i = 0; i < KEY; i++)
        out[i] = (uint8_t)(repeatable_number(&seed) >> 56);
}

static int begin(void **state)
{
    (void)state;
    seed = 1;
    return sodium_init() < 0;
}

/* ---- against libsodium ---- */

struct group {
    uint8_t private_key[KEY];
    uint8_t point[X25519_SOME_MAX][KEY];
    const uint8_t *points[X25519_SOME_MAX];
    uint8_t expected[X25519_SOME_MAX][KEY]; /* zeros: refused */
    size_t count;
};

static void group_judge(struct group *g)
{
    for (size_t i = 0; i < g->count; i++) {
        g->points[i] = g->point[i];
        if (crypto_scalarmult(g->expected[i], g->private_key, g->point[i]) != 0)
            memset(g->expected[i], 0, KEY);
    }
}

static void explain(const char *name, const struct group *g, size_t i)
{
    char key[2 * KEY + 1], point[2 * KEY + 1];
    sodium_bin2hex(key, sizeof(key), g->private_key, KEY);
    sodium_bin2hex(point, sizeof(point), g->point[i], KEY);
    fail_msg("%s, place %zu of %zu: wrong for %s and %s", name, i, g->count, key, point);
}

/* Places from `count` on stay as they were. */
static void check_some(const struct group *g)
{
    uint8_t out[X25519_SOME_MAX + 1][KEY];
    enum hufu_err errs[X25519_SOME_MAX + 1];
    memset(out, 0xa5, sizeof(out));
    for (size_t i = 0; i <= X25519_SOME_MAX; i++)
        errs[i] = HUFU_ERR_COUNT;
    x25519_some(out, errs, g->private_key, g->points, g->count);
    for (size_t i = 0; i < g->count; i++) {
        const enum hufu_err err = sodium_is_zero(g->expected[i], KEY) ? HUFU_ERR_FORM : HUFU_OK;
        if (errs[i] != err || memcmp(out[i], g->expected[i], KEY) != 0)
            explain("together", g, i);
    }
    for (size_t i = g->count; i <= X25519_SOME_MAX; i++) {
        assert_int_equal(errs[i], HUFU_ERR_COUNT);
        assert_int_equal(out[i][0], 0xa5);
    }
}

static void check_lanes(const struct group *g, const char *name, lanes_form *multiply)
{
    uint8_t out[X25519_LANES][KEY];
    memset(out, 0xa5, sizeof(out));
    multiply(out, g->private_key, g->points);
    for (size_t i = 0; i < X25519_LANES; i++)
        if (memcmp(out[i], g->expected[i], KEY) != 0)
            explain(name, g, i);
}

static void check(struct group *g, bool emulated)
{
    group_judge(g);
    check_some(g);
    if (emulated && g->count >= X25519_LANES)
        check_lanes(g, "emulated", x25519_lanes_emulated);
}

/* ---- RFC 7748 ---- */

static void from_hex(uint8_t out[KEY], const char *hex)
{
    assert_int_equal(sodium_hex2bin(out, KEY, hex, strlen(hex), NULL, NULL, NULL), 0);
}

static void all_forms_give(const char *key, const char *point, const char *result)
{
    struct group g = {.count = X25519_SOME_MAX};
    from_hex(g.private_key, key);
    for (size_t i = 0; i < g.count; i++) {
        from_hex(g.point[i], point);
        from_hex(g.expected[i], result);
        g.points[i] = g.point[i];
    }
    check_lanes(&g, "emulated", x25519_lanes_emulated);
    if (instructions())
        check_lanes(&g, "AVX-512", instructions());
    for (g.count = 1; g.count < X25519_SOME_MAX; g.count++)
        check_some(&g);
}

/* §5.2 and §6.1. */
static void the_vectors_of_the_rfc_hold(void **state)
{
    (void)state;
    static const char nine[] = "0900000000000000000000000000000000000000000000000000000000000000";
    static const char a[] = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    static const char A[] = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    static const char b[] = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    static const char B[] = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    static const char K[] = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    all_forms_give("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                   "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                   "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    all_forms_give("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                   "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                   "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
    all_forms_give(a, nine, A);
    all_forms_give(b, nine, B);
    all_forms_give(a, B, K);
    all_forms_give(b, A, K);
}

/* In one lane, which the others have other numbers beside. */
static void iterate(lanes_form *multiply, int times, const char *result)
{
    uint8_t k[KEY] = {9}, u[KEY] = {9}, out[X25519_LANES][KEY], expected[KEY], others[X25519_LANES][KEY];
    const uint8_t *points[X25519_LANES];
    for (size_t i = 0; i < X25519_LANES; i++) {
        next_bytes(others[i]);
        points[i] = others[i];
    }
    for (int i = 0; i < times; i++) {
        const int lane = i % X25519_LANES;
        points[lane] = u;
        multiply(out, k, points);
        memcpy(u, k, KEY);
        memcpy(k, out[lane], KEY);
        points[lane] = others[lane];
    }
    from_hex(expected, result);
    assert_memory_equal(k, expected, KEY);
}

static void the_iterated_vectors_of_the_rfc_hold(void **state)
{
    (void)state;
    static const char once[] = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
    static const char thousand[] = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
    static const char million[] = "7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424";
    iterate(x25519_lanes_emulated, 1, once);
    if (!HUFU_SANITIZED)
        iterate(x25519_lanes_emulated, 1000, thousand);
    if (!instructions()) {
        printf("no AVX-512 IFMA here: only the emulation is tested, with fewer numbers\n");
        return;
    }
    iterate(instructions(), 1, once);
    iterate(instructions(), 1000, thousand);
    if (long_form() && !HUFU_SANITIZED)
        iterate(instructions(), 1000000, million);
}

/* ---- edges ---- */

/* All u of small order, on the curve and on its twist: 0, 1, -1, the two of order 8, and 0 and 1 as p and p + 1. */
static const char *const small_order[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};
#define SMALL_ORDER (sizeof(small_order) / sizeof(small_order[0]))

static uint8_t edges[MAX_EDGES][KEY];
static size_t edge_count;

static void add_edge(const uint8_t point[KEY])
{
    for (int top = 0; top < 2; top++) { /* the top bit changes nothing */
        assert_true(edge_count < MAX_EDGES);
        memcpy(edges[edge_count], point, KEY);
        edges[edge_count][KEY - 1] = (uint8_t)((point[KEY - 1] & 0x7f) | top << 7);
        edge_count++;
    }
}

static void make_edges(void)
{
    uint8_t point[KEY];
    edge_count = 0;
    for (size_t i = 0; i < SMALL_ORDER; i++) {
        from_hex(point, small_order[i]);
        add_edge(point);
    }
    for (int i = 0; i < 40; i++) { /* p - 21 to p + 18 = 2^255 - 1, and 0 to 39 */
        memset(point, 0xff, KEY);
        point[0] = (uint8_t)(0xff - i);
        add_edge(point);
        memset(point, 0, KEY);
        point[0] = (uint8_t)i;
        add_edge(point);
    }
    for (size_t bit = 6; bit < 255; bit++) { /* 2^bit, and 1 less */
        memset(point, 0, KEY);
        point[bit / 8] = (uint8_t)(1 << bit % 8);
        add_edge(point);
        sodium_sub(point, (const uint8_t[KEY]){1}, KEY);
        add_edge(point);
    }
}

/* Zeros, ones, one bit, and one that looks random, in turns. */
static void next_key(uint8_t key[KEY], size_t round)
{
    next_bytes(key);
    if (round % 4 == 0)
        memset(key, round % 8 ? 0xff : 0, KEY);
    if (round % 4 == 1) {
        memset(key, 0, KEY);
        key[round / 4 % KEY] = (uint8_t)(1 << round / 128 % 8);
    }
}

/* Each comes to each place, with others beside it. */
static void edges_are_multiplied(void **state)
{
    (void)state;
    struct group g = {.count = X25519_SOME_MAX};
    make_edges();
    for (size_t round = 0; round < edge_count; round++) {
        next_key(g.private_key, round);
        for (size_t i = 0; i < g.count; i++)
            memcpy(g.point[i], edges[(round + 31 * i) % edge_count], KEY);
        check(&g, round % EMULATED_SHARE == 0);
    }
}

static void small_order_is_refused_by_every_key(void **state)
{
    (void)state;
    struct group g = {.count = X25519_SOME_MAX};
    for (size_t round = 0; round < 200; round++) {
        next_key(g.private_key, round);
        for (size_t i = 0; i < g.count; i++) {
            from_hex(g.point[i], small_order[i % SMALL_ORDER]);
            g.point[i][KEY - 1] |= (uint8_t)(i < SMALL_ORDER ? 0 : 0x80);
        }
        check(&g, round % EMULATED_SHARE == 0);
        for (size_t i = 0; i < g.count; i++)
            assert_true(sodium_is_zero(g.expected[i], KEY));
    }
}

/* Groups of every size: one refused among good ones, and one good among refused, in each place. */
static void a_refused_one_concerns_no_other(void **state)
{
    (void)state;
    struct group g;
    for (g.count = 1; g.count <= X25519_SOME_MAX; g.count++)
        for (size_t place = 0; place < g.count; place++)
            for (int lonely = 0; lonely < 2; lonely++) {
                next_bytes(g.private_key);
                for (size_t i = 0; i < g.count; i++) {
                    next_bytes(g.point[i]);
                    if ((i == place) != lonely)
                        from_hex(g.point[i], small_order[(i + place) % SMALL_ORDER]);
                }
                check(&g, false);
                for (size_t i = 0; i < g.count; i++)
                    assert_int_equal(sodium_is_zero(g.expected[i], KEY), (i == place) != lonely);
            }
}

static void random_keys_and_points_are_multiplied(void **state)
{
    (void)state;
    struct group g;
    const size_t points = HUFU_SANITIZED ? SANITIZED_POINTS : long_form() ? LONG_POINTS : RANDOM_POINTS;
    size_t round = 0;
    for (size_t done = 0; done < points; done += g.count, round++) {
        g.count = repeatable_number(&seed) % X25519_SOME_MAX + 1;
        next_bytes(g.private_key);
        for (size_t i = 0; i < g.count; i++)
            next_bytes(g.point[i]);
        check(&g, round % EMULATED_SHARE == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_the_rfc_hold),
        cmocka_unit_test(the_iterated_vectors_of_the_rfc_hold),
        cmocka_unit_test(edges_are_multiplied),
        cmocka_unit_test(small_order_is_refused_by_every_key),
        cmocka_unit_test(a_refused_one_concerns_no_other),
        cmocka_unit_test(random_keys_and_points_are_multiplied),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
