/* SPDX-License-Identifier: Apache-2.0 */
/* Additions, comparisons, conversions and encodings of points, and the engines' own field operations, against OpenSSL's. */
#include "tests/differential/differential_engines.h"
#include "tests/unit/unit.h"

#define AT_ONCE_MAX 70 /* two rounds of convert.c's 32, and six */

struct bench {
    struct judge judge;
    struct dice dice;
    struct engines all;
    struct known *walk;
    size_t count; /* in the walk */
};

static void setup(struct bench *bench, const char *test)
{
    judge_init(&bench->judge);
    dice_init(&bench->dice, test);
    bench->all = engines_of_machine();
    bench->count = test_chunk();
    bench->walk = calloc(bench->count, sizeof(*bench->walk));
    assert_non_null(bench->walk);
    walk_draw(&bench->judge, &bench->dice, bench->walk, bench->count);
}

static void teardown(struct bench *bench)
{
    free(bench->walk);
    judge_done(&bench->judge);
}

static const uint8_t *drawn(struct bench *bench)
{
    return bench->walk[dice_below(&bench->dice, bench->count)].P;
}

/* ---- Addition and comparison ---- */

/* Also with the output in the place of either input, and of both where they are one. */
static void check_addition(struct bench *bench, const struct engine *engine, const uint8_t *a,
                           const uint8_t *b, const uint8_t *expected)
{
    struct point p, q, out;
    engine_point(engine, &bench->dice, &p, a);
    engine_point(engine, &bench->dice, &q, b);
    assert_true(engine->equal(&p, &q) == (memcmp(a, b, ENCODED_BYTES) == 0));
    engine->add(&out, &p, &q);
    engine_expect(engine, "P + Q", &out, expected, a, b);
    out = p;
    engine->add(&out, &out, &q);
    engine_expect(engine, "P + Q in P", &out, expected, a, b);
    out = q;
    engine->add(&out, &p, &out);
    engine_expect(engine, "P + Q in Q", &out, expected, a, b);
    if (memcmp(a, b, ENCODED_BYTES) == 0) {
        engine->add(&p, &p, &p);
        engine_expect(engine, "P + P in P", &p, expected, a, b);
    }
}

static void check_pair(struct bench *bench, const uint8_t *a, const uint8_t *b)
{
    uint8_t expected[ENCODED_BYTES];
    judge_add(&bench->judge, expected, a, b);
    for (size_t i = 0; i < bench->all.count; i++)
        check_addition(bench, bench->all.engines[i], a, b, expected);
}

static void sums_of_two(void **state)
{
    struct bench bench;
    (void)state;
    setup(&bench, "P + Q");
    for (size_t i = 0; i < test_count(); i++)
        check_pair(&bench, drawn(&bench), drawn(&bench));
    teardown(&bench);
}

/* Points with equal x, doublings, and infinity in each place, each with other z every time. */
static void sums_of_related(void **state)
{
    static const uint8_t infinity[ENCODED_BYTES];
    struct bench bench;
    uint8_t negative[ENCODED_BYTES];
    (void)state;
    setup(&bench, "related P + Q");
    for (size_t i = 0; i < test_count() / 4; i++) {
        const uint8_t *P = drawn(&bench);
        judge_negate(&bench.judge, negative, P);
        check_pair(&bench, P, P);
        check_pair(&bench, P, negative);
        check_pair(&bench, P, infinity);
        check_pair(&bench, infinity, P);
        check_pair(&bench, infinity, infinity);
    }
    teardown(&bench);
}

/* group.h alone has a subtraction. */
static void differences(void **state)
{
    static const uint8_t infinity[ENCODED_BYTES];
    struct bench bench;
    uint8_t negative[ENCODED_BYTES], expected[ENCODED_BYTES];
    (void)state;
    setup(&bench, "P - Q");
    const struct engine *group = bench.all.engines[0];
    for (size_t i = 0; i < test_count(); i++) {
        const uint8_t *a = i % 8 == 0 ? infinity : drawn(&bench), *b = drawn(&bench);
        struct point p, q;
        b = i % 8 == 1 ? infinity : i % 8 == 2 ? a : b;
        engine_point(group, &bench.dice, &p, a);
        engine_point(group, &bench.dice, &q, b);
        judge_negate(&bench.judge, negative, b);
        judge_add(&bench.judge, expected, a, negative);
        point_sub(&p, &p, &q);
        engine_expect(group, "P - Q", &p, expected, a, b);
    }
    teardown(&bench);
}

/* point.h's own formulas, which a test compiles like any file, for every case that they allow. */
static void formulas(void **state)
{
    static const uint8_t infinity[ENCODED_BYTES];
    struct bench bench;
    uint8_t negative[ENCODED_BYTES], expected[ENCODED_BYTES];
    (void)state;
    setup(&bench, "point.h");
    const struct engine *engine = bench.all.engines[0];
    for (size_t i = 0; i < test_count(); i++) {
        const uint8_t *a = drawn(&bench), *b = drawn(&bench);
        struct point p, q, out;
        struct affine affine;
        struct cached_point cached;
        judge_negate(&bench.judge, negative, b);
        a = i % 8 == 0 ? negative : a;
        if (memcmp(a, b, ENCODED_BYTES) == 0)
            continue;
        engine_point(engine, &bench.dice, &p, a);
        engine_point(engine, &bench.dice, &q, b);
        judge_add(&bench.judge, expected, a, b);
        point_cache(&cached, &q);
        point_add_cached(&out, &p, &cached);
        engine_expect(engine, "point_add_cached", &out, expected, a, b);
        engine_affine(engine, &affine, b);
        point_add_affine(&out, &p, &affine);
        engine_expect(engine, "point_add_affine", &out, expected, a, b);
        judge_add(&bench.judge, expected, a, a);
        point_double(&out, &p);
        engine_expect(engine, "point_double", &out, expected, a, NULL);
        engine_point(engine, &bench.dice, &p, infinity);
        point_double(&out, &p);
        assert_true(point_is_infinite(&out) && point_is_infinite(&p));
    }
    teardown(&bench);
}

/* ---- Conversions ---- */

/* Several at once, every fifth time with infinities among them. */
static void check_conversion(struct bench *bench, const struct engine *engine, size_t count)
{
    static const uint8_t infinity[ENCODED_BYTES];
    struct point in[AT_ONCE_MAX];
    struct affine out[AT_ONCE_MAX];
    const uint8_t *expected[AT_ONCE_MAX];
    uint8_t encoded[ENCODED_BYTES];
    const bool some = dice_below(&bench->dice, 5) == 0;
    for (size_t i = 0; i < count; i++) {
        expected[i] = some && dice_below(&bench->dice, 3) == 0 ? infinity : drawn(bench);
        engine_point(engine, &bench->dice, &in[i], expected[i]);
    }
    engine->to_affine(out, in, count);
    for (size_t i = 0; i < count; i++) {
        engine_encode(engine, encoded, &out[i]);
        judge_expect("to_affine", encoded, expected[i], sizeof(encoded), expected[i], NULL);
        assert_true(point_is_infinite(&in[i]) == (expected[i][0] == 0));
        point_of_affine(&in[i], &out[i]);
        engine_expect(engine, "point_of_affine", &in[i], expected[i], expected[i], NULL);
    }
}

static void conversions(void **state)
{
    struct bench bench;
    (void)state;
    setup(&bench, "to_affine");
    for (size_t i = 0; i < bench.all.count; i++) {
        for (size_t points = 0, count = 1; points < test_count(); count = count % AT_ONCE_MAX + 1) {
            check_conversion(&bench, bench.all.engines[i], count);
            points += count;
        }
    }
    teardown(&bench);
}

/* ---- Encodings ---- */

/* The coordinates are x·2^256 and y·2^256 mod p, and come back; x mod n. */
static void check_encoding(struct bench *bench, const struct engine *engine, const uint8_t *encoded)
{
    struct judge *judge = &bench->judge;
    uint8_t radix[NUMBER_BYTES], expected[NUMBER_BYTES], got[NUMBER_BYTES], again[ENCODED_BYTES];
    struct affine p;
    struct scalar x;
    BN_nnmod(judge->r, judge->radix, judge->p, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, radix, sizeof(radix)), sizeof(radix));
    engine_affine(engine, &p, encoded);
    judge_product(judge, expected, encoded + 1, radix, judge->p);
    integer_store(got, p.x.limb);
    judge_expect("decoded x", got, expected, sizeof(got), encoded, NULL);
    judge_product(judge, expected, encoded + 1 + NUMBER_BYTES, radix, judge->p);
    integer_store(got, p.y.limb);
    judge_expect("decoded y", got, expected, sizeof(got), encoded, NULL);
    engine_encode(engine, again, &p);
    judge_expect("encoded again", again, encoded, sizeof(again), encoded, NULL);
    BN_bin2bn(encoded + 1, NUMBER_BYTES, judge->a);
    BN_nnmod(judge->r, judge->a, judge->n, judge->bn);
    assert_int_equal(BN_bn2binpad(judge->r, expected, sizeof(expected)), sizeof(expected));
    engine->x_mod_n(&x, &p);
    scalar_encode(got, &x);
    judge_expect("x mod n", got, expected, sizeof(got), encoded, NULL);
}

static void check_verdict(struct bench *bench, const uint8_t *encoded)
{
    const bool good = judge_decodes(&bench->judge, encoded);
    for (size_t i = 0; i < bench->all.count; i++) {
        struct affine p;
        assert_true(bench->all.engines[i]->decode_var(&p, encoded + 1) == good);
        assert_true(good || affine_is_infinite(&p));
    }
}

/* A damaged encoding: a bit changed, a coordinate with p added where there is room, a random or an edge's x or y. */
static void damage(struct bench *bench, uint8_t encoded[ENCODED_BYTES], const struct edges *edges)
{
    struct judge *judge = &bench->judge;
    uint8_t *coordinate = encoded + 1 + NUMBER_BYTES * dice_below(&bench->dice, 2);
    const size_t bit = dice_below(&bench->dice, 8 * NUMBER_BYTES);
    switch (dice_below(&bench->dice, 4)) {
    case 0:
        coordinate[bit / 8] ^= (uint8_t)(1u << bit % 8);
        break;
    case 1:
        BN_bin2bn(coordinate, NUMBER_BYTES, judge->a);
        BN_add(judge->r, judge->a, judge->p);
        if (BN_num_bits(judge->r) <= 256)
            BN_bn2binpad(judge->r, coordinate, NUMBER_BYTES);
        break;
    case 2:
        dice_number(&bench->dice, coordinate);
        break;
    default:
        memcpy(coordinate, edges->numbers[dice_below(&bench->dice, edges->count)], NUMBER_BYTES);
        break;
    }
}

static void encodings(void **state)
{
    struct bench bench;
    struct edges edges;
    (void)state;
    setup(&bench, "encodings");
    edges_make(&edges, bench.judge.p);
    edges_beyond(&edges, bench.judge.p);
    for (size_t i = 0; i < test_count(); i++) {
        uint8_t encoded[ENCODED_BYTES];
        memcpy(encoded, drawn(&bench), sizeof(encoded));
        for (size_t j = 0; j < bench.all.count; j++)
            check_encoding(&bench, bench.all.engines[j], encoded);
        damage(&bench, encoded, &edges);
        check_verdict(&bench, encoded);
    }
    for (size_t i = 0; i < edges.count * edges.count; i++) {
        uint8_t encoded[ENCODED_BYTES] = {0x04};
        memcpy(encoded + 1, edges.numbers[i % edges.count], NUMBER_BYTES);
        memcpy(encoded + 1 + NUMBER_BYTES, edges.numbers[i / edges.count], NUMBER_BYTES);
        check_verdict(&bench, encoded);
    }
    teardown(&bench);
}

/* A point with a small coordinate: in all engines, and as a summand. Then with p added to that coordinate, which names the
 * same point and must not be taken; there is room for p only where the coordinate is small, once in 2^32 times. */
static void check_small(struct bench *bench, const uint8_t encoded[ENCODED_BYTES], size_t coordinate)
{
    struct judge *judge = &bench->judge;
    uint8_t beyond[ENCODED_BYTES];
    for (size_t i = 0; i < bench->all.count; i++)
        check_encoding(bench, bench->all.engines[i], encoded);
    check_pair(bench, encoded, encoded);
    check_pair(bench, encoded, drawn(bench));
    memcpy(beyond, encoded, sizeof(beyond));
    BN_bin2bn(encoded + coordinate, NUMBER_BYTES, judge->a);
    BN_add(judge->r, judge->a, judge->p);
    assert_int_equal(BN_bn2binpad(judge->r, beyond + coordinate, NUMBER_BYTES), NUMBER_BYTES);
    assert_false(judge_decodes(judge, beyond));
    check_verdict(bench, beyond);
}

static void points_of_small_x(void **state)
{
    struct bench bench;
    size_t found = 0;
    (void)state;
    setup(&bench, "points of small x");
    struct judge *judge = &bench.judge;
    for (BN_ULONG x = 0; x < 200; x++) {
        uint8_t encoded[ENCODED_BYTES];
        BN_set_word(judge->r, x);
        if (EC_POINT_set_compressed_coordinates(judge->group, judge->P, judge->r, (int)(x % 2), judge->bn) !=
            1)
            continue;
        found++;
        assert_int_equal(EC_POINT_point2oct(judge->group, judge->P, POINT_CONVERSION_UNCOMPRESSED, encoded,
                                            sizeof(encoded), judge->bn),
                         sizeof(encoded));
        check_small(&bench, encoded, 1);
    }
    assert_true(found > 50);
    teardown(&bench);
}

/* Roots of x³ - 3x + b - y², where that has one alone. */
static void points_of_small_y(void **state)
{
    static const struct {
        uint8_t y;
        const char *x;
    } points[] = {
        {1, "9c17043effe1a805a74a9a5e70b9d659705d3242094a566dc016f49311178d1f"},
        {2, "3b404f94e46027d11401987cd5acb2953e4bff91a7d856b40986700015b4f8a6"},
        {3, "1800ffcb38194ce0905766dfd6b9ce196095203d481ba8e4e614749d615cd506"},
        {4, "6c504604f185db67ce1a538451c37804e2121d283e1e31ca3f9bad74b6a40cf5"},
        {5, "791c45d2c77b0437b92e8a1df6f6b8c37f7a16df8e59a8e1009854df57d20a4e"},
    };
    struct bench bench;
    (void)state;
    setup(&bench, "points of small y");
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        uint8_t encoded[ENCODED_BYTES] = {[0] = 0x04, [ENCODED_BYTES - 1] = points[i].y};
        assert_true(BN_hex2bn(&bench.judge.r, points[i].x) > 0);
        assert_int_equal(BN_bn2binpad(bench.judge.r, encoded + 1, NUMBER_BYTES), NUMBER_BYTES);
        check_small(&bench, encoded, 1 + NUMBER_BYTES);
    }
    teardown(&bench);
}

/* ---- The engines' field ---- */

static void check_field(struct bench *bench, const struct engine *engine, const uint8_t *a_bytes,
                        const uint8_t *b_bytes, const uint8_t *radix)
{
    static const uint8_t zero[NUMBER_BYTES];
    struct judge *judge = &bench->judge;
    uint8_t expected[NUMBER_BYTES], got[NUMBER_BYTES];
    struct field a, b, out;
    integer_load(a.limb, a_bytes);
    integer_load(b.limb, b_bytes);
    engine->field_mul(&out, &a, &b);
    integer_store(got, out.limb);
    assert_true(judge_below(judge, got, judge->p));
    judge_product(judge, got, got, radix, judge->p);
    judge_product(judge, expected, a_bytes, b_bytes, judge->p);
    judge_expect("field_mul", got, expected, sizeof(got), a_bytes, b_bytes);
    engine->field_square(&out, &a);
    integer_store(got, out.limb);
    assert_true(judge_below(judge, got, judge->p));
    judge_product(judge, got, got, radix, judge->p);
    judge_product(judge, expected, a_bytes, a_bytes, judge->p);
    judge_expect("field_square", got, expected, sizeof(got), a_bytes, NULL);
    engine->field_invert(&out, &a);
    integer_store(got, out.limb);
    assert_true(judge_below(judge, got, judge->p));
    judge_product(judge, got, got, a_bytes, judge->p);
    judge_product(judge, expected, radix, radix, judge->p);
    if (memcmp(a_bytes, zero, sizeof(zero)) == 0)
        memset(expected, 0, sizeof(expected));
    judge_expect("field_invert", got, expected, sizeof(got), a_bytes, NULL);
}

static void engines_fields(void **state)
{
    struct bench bench;
    struct edges edges;
    uint8_t radix[NUMBER_BYTES], a[NUMBER_BYTES], b[NUMBER_BYTES];
    (void)state;
    setup(&bench, "engines' fields");
    edges_make(&edges, bench.judge.p);
    BN_nnmod(bench.judge.r, bench.judge.radix, bench.judge.p, bench.judge.bn);
    assert_int_equal(BN_bn2binpad(bench.judge.r, radix, sizeof(radix)), sizeof(radix));
    for (size_t i = 0; i < bench.all.count; i++) {
        for (size_t j = 0; j < edges.count * edges.count; j++)
            check_field(&bench, bench.all.engines[i], edges.numbers[j % edges.count],
                        edges.numbers[j / edges.count], radix);
        for (size_t j = 0; j < test_count(); j++) {
            dice_number_below(&bench.dice, a, bench.judge.p);
            dice_number_below(&bench.dice, b, bench.judge.p);
            check_field(&bench, bench.all.engines[i], a, b, radix);
        }
    }
    teardown(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_fields),    cmocka_unit_test(formulas),
        cmocka_unit_test(sums_of_two),       cmocka_unit_test(sums_of_related),
        cmocka_unit_test(differences),       cmocka_unit_test(conversions),
        cmocka_unit_test(encodings),         cmocka_unit_test(points_of_small_x),
        cmocka_unit_test(points_of_small_y),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
