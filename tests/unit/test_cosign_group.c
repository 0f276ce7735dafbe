/* SPDX-License-Identifier: Apache-2.0 */
/* Points in and out, and the group's laws, against OpenSSL's group, through group.h, as the protocol has it on this machine, and through every engine that this machine can run. */
#include "tests/unit/group_judge.h"

/* ---- Encodings ---- */

static void every_malformed_encoding_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < bad_point_count; i++) {
        struct affine p;
        memset(&p, 0xee, sizeof(p));
        if (affine_decode_var(&p, bad_points[i].bytes))
            fail_msg("taken for a point: %s", bad_points[i].reason);
        assert_true(affine_is_infinite(&p));
        assert_int_equal(cosign_point_check_var(bad_points[i].bytes), HUFU_ERR_FORM);
    }
}

static const uint8_t prime_bytes[32] = {0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
                                        0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* So that the two encodings with a coordinate of p or more are refused for that reason and no other. */
static void the_refused_points_less_p_are_on_the_curve(void **state)
{
    unsigned found = 0;
    (void)state;
    for (size_t i = 0; i < bad_point_count; i++) {
        uint8_t bytes[COSIGN_POINT_SIZE];
        struct affine decoded;
        memcpy(bytes, bad_points[i].bytes, sizeof(bytes));
        uint8_t *coordinate = strncmp(bad_points[i].reason, "x is", 4) == 0 ? bytes + 1 : bytes + 33;
        if (!strstr(bad_points[i].reason, "is p or more"))
            continue;
        int borrow = 0;
        for (int k = 31; k >= 0; k--) {
            const int difference = coordinate[k] - prime_bytes[k] - borrow;
            coordinate[k] = (uint8_t)difference;
            borrow = difference < 0;
        }
        assert_true(affine_decode_var(&decoded, bytes));
        found++;
    }
    assert_int_equal(found, 2);
}

static void assert_decoded_as_by_openssl(const uint8_t bytes[POINT_BYTES])
{
    const struct engine *list[2];
    const size_t count = judged_engines(list);
    const bool expected = judge_takes(bytes);
    struct affine p;
    assert_int_equal(affine_decode_var(&p, bytes), expected);
    assert_int_equal(affine_is_infinite(&p), !expected);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list[i]->decode_var(&p, bytes + 1), expected);
}

static void a_flipped_bit_or_a_carry_is_judged_as_by_openssl(void **state)
{
    struct stream stream = {.seed = 27};
    uint8_t bytes[POINT_BYTES];
    struct point p;
    (void)state;
    random_point(&p, &stream);
    point_encode(bytes, &p);
    assert_decoded_as_by_openssl(bytes);
    for (size_t bit = 8; bit < 8 * POINT_BYTES; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_decoded_as_by_openssl(bytes);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t at = 1; at < POINT_BYTES; at += 32)
        for (unsigned last = 0; last < 256; last++) { /* around p, whose last byte is ff */
            uint8_t other[POINT_BYTES];
            memcpy(other, bytes, sizeof(other));
            memcpy(other + at, prime_bytes, 32);
            other[at + 31] = (uint8_t)last;
            assert_decoded_as_by_openssl(other);
        }
}

static void every_first_byte_but_4_is_refused(void **state)
{
    uint8_t bytes[POINT_BYTES];
    struct affine p;
    (void)state;
    affine_encode(bytes, affine_generator);
    for (unsigned first = 0; first < 256; first++) {
        bytes[0] = (uint8_t)first;
        assert_int_equal(affine_decode_var(&p, bytes), first == 4);
        assert_int_equal(affine_is_infinite(&p), first != 4);
    }
}

static void an_encoded_point_decodes_to_itself(void **state)
{
    struct stream stream = {.seed = 21};
    uint8_t bytes[COSIGN_POINT_SIZE], again[COSIGN_POINT_SIZE];
    struct affine q;
    struct point p, back;
    (void)state;
    random_point(&p, &stream);
    point_encode(bytes, &p);
    assert_int_equal(bytes[0], 4);
    assert_true(affine_decode_var(&q, bytes));
    affine_encode(again, &q);
    assert_memory_equal(bytes, again, sizeof(bytes));
    point_of_affine(&back, &q);
    assert_true(point_equal(&p, &back));
    assert_ok(cosign_point_check_var(bytes));
}

static void the_generator_is_openssls(void **state)
{
    uint8_t bytes[POINT_BYTES], expected[POINT_BYTES];
    struct scalar one;
    (void)state;
    scalar_of(&one, 1);
    judge_mul(expected, &one, NULL);
    affine_encode(bytes, affine_generator);
    assert_memory_equal(bytes, expected, sizeof(bytes));
}

static void infinity_is_encoded_as_zeros(void **state)
{
    const struct point infinite = {0};
    struct affine affine;
    struct scalar x;
    uint8_t bytes[POINT_BYTES];
    (void)state;
    memset(&affine, 0xee, sizeof(affine));
    memset(bytes, 0xee, sizeof(bytes));
    point_to_affine(&affine, &infinite, 1);
    assert_true(affine_is_infinite(&affine));
    affine_encode(bytes, &affine);
    assert_zero(bytes);
    affine_x_mod_n(&x, &affine);
    assert_true(scalar_is_zero(&x));
    struct point back;
    point_of_affine(&back, &affine);
    assert_true(point_is_infinite(&back));
}

/* x and n, as OpenSSL divides them. */
static void assert_x_mod_n(const uint8_t bytes[POINT_BYTES])
{
    struct affine p;
    struct scalar x;
    uint8_t got[SCALAR_BYTES], expected[SCALAR_BYTES];
    BIGNUM *number = BN_bin2bn(bytes + 1, 32, NULL);
    assert_true(affine_decode_var(&p, bytes));
    affine_x_mod_n(&x, &p);
    scalar_encode(got, &x);
    assert_int_equal(BN_mod(number, number, EC_GROUP_get0_order(curve), work), 1);
    assert_int_equal(BN_bn2binpad(number, expected, 32), 32);
    assert_memory_equal(got, expected, sizeof(got));
    BN_free(number);
}

/* Also for x of n or more, which a point drawn at random never has. */
static void x_mod_n_is_openssls(void **state)
{
    struct stream stream = {.seed = 28};
    uint8_t bytes[POINT_BYTES], x_bytes[32];
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct point p;
        random_point(&p, &stream);
        point_encode(bytes, &p);
        assert_x_mod_n(bytes);
    }
    unsigned found = 0;
    memcpy(x_bytes, prime_bytes, sizeof(x_bytes));
    for (unsigned last = 0; last < 255; last++) {
        EC_POINT *p = EC_POINT_new(curve);
        x_bytes[31] = (uint8_t)last;
        BIGNUM *x = BN_bin2bn(x_bytes, 32, NULL);
        if (EC_POINT_set_compressed_coordinates(curve, p, x, 0, work) == 1) {
            judge_bytes(bytes, p);
            assert_x_mod_n(bytes);
            found++;
        } else {
            EC_POINT_free(p);
        }
        BN_free(x);
    }
    assert_true(found > 50);
}

/* ---- The laws, for all combinations of points that formulas could take for one another ---- */

#define SAMPLES 15

struct samples {
    struct point points[SAMPLES];
    uint8_t bytes[SAMPLES][POINT_BYTES];
};

/* Each has a Z of its own: the same point stands here in several ways. */
static void make_samples(struct samples *s)
{
    struct stream stream = {.seed = 25};
    struct point *p = s->points, zero = {0};
    p[0] = zero;
    point_of_affine(&p[1], affine_generator);
    point_sub(&p[2], &p[1], &p[1]); /* infinity that has an X and a Y */
    point_sub(&p[3], &zero, &p[1]);
    point_add(&p[4], &p[1], &p[1]);
    point_sub(&p[5], &p[4], &p[1]); /* G again */
    point_sub(&p[6], &zero, &p[4]);
    random_point(&p[7], &stream);
    point_sub(&p[8], &zero, &p[7]);
    point_add(&p[9], &p[7], &p[7]);
    point_sub(&p[10], &p[9], &p[7]); /* p[7] again */
    point_sub(&p[11], &zero, &p[9]);
    random_point(&p[12], &stream);
    point_add(&p[13], &p[7], &p[12]);
    point_sub(&p[14], &p[12], &p[13]); /* p[8] again */
    for (size_t i = 0; i < SAMPLES; i++)
        point_encode(s->bytes[i], &p[i]);
}

static void the_samples_are_what_openssl_says(void **state)
{
    uint8_t expected[POINT_BYTES];
    struct samples s;
    (void)state;
    make_samples(&s);
    static const struct {
        size_t sum, a, b;
    } sums[] = {{4, 1, 1}, {2, 1, 3}, {1, 5, 0}, {9, 7, 7}, {0, 7, 8}, {7, 10, 2}, {13, 7, 12}, {8, 14, 0}};
    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        judge_add(expected, s.bytes[sums[i].a], s.bytes[sums[i].b]);
        assert_memory_equal(s.bytes[sums[i].sum], expected, POINT_BYTES);
    }
}

static void sums_and_differences_are_those_of_openssl(void **state)
{
    const struct engine *list[2];
    const size_t count = judged_engines(list);
    uint8_t sum[POINT_BYTES], difference[POINT_BYTES], minus[POINT_BYTES];
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < SAMPLES; k++) {
            struct point got;
            judge_add(sum, s.bytes[i], s.bytes[k]);
            judge_negate(minus, s.bytes[k]);
            judge_add(difference, s.bytes[i], minus);
            point_add(&got, &s.points[i], &s.points[k]);
            assert_point(&got, sum);
            point_sub(&got, &s.points[i], &s.points[k]);
            assert_point(&got, difference);
            for (size_t e = 0; e < count; e++) {
                list[e]->add(&got, &s.points[i], &s.points[k]);
                assert_point(&got, sum);
            }
        }
}

static void an_output_may_be_an_input(void **state)
{
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < SAMPLES; k++) {
            struct point sum, difference, out;
            point_add(&sum, &s.points[i], &s.points[k]);
            point_sub(&difference, &s.points[i], &s.points[k]);
            out = s.points[i];
            point_add(&out, &out, &s.points[k]);
            assert_true(point_equal(&out, &sum));
            out = s.points[k];
            point_add(&out, &s.points[i], &out);
            assert_true(point_equal(&out, &sum));
            out = s.points[i];
            point_sub(&out, &out, &s.points[k]);
            assert_true(point_equal(&out, &difference));
            out = s.points[k];
            point_sub(&out, &s.points[i], &out);
            assert_true(point_equal(&out, &difference));
            if (i != k)
                continue;
            out = s.points[i];
            point_add(&out, &out, &out);
            assert_true(point_equal(&out, &sum));
            out = s.points[i];
            point_sub(&out, &out, &out);
            assert_true(point_is_infinite(&out));
        }
}

static void points_are_equal_when_their_encodings_are(void **state)
{
    const struct engine *list[2];
    const size_t count = judged_engines(list);
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t k = 0; k < SAMPLES; k++) {
            const bool expected = memcmp(s.bytes[i], s.bytes[k], POINT_BYTES) == 0;
            assert_int_equal(point_equal(&s.points[i], &s.points[k]), expected);
            for (size_t e = 0; e < count; e++)
                assert_int_equal(list[e]->equal(&s.points[i], &s.points[k]), expected);
        }
}

static void addition_is_commutative_with_identity_and_inverses(void **state)
{
    const struct point zero = {0};
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t i = 0; i < SAMPLES; i++) {
        struct point left, right;
        for (size_t k = 0; k < SAMPLES; k++) {
            point_add(&left, &s.points[i], &s.points[k]);
            point_add(&right, &s.points[k], &s.points[i]);
            assert_true(point_equal(&left, &right));
        }
        point_add(&left, &s.points[i], &zero);
        assert_true(point_equal(&left, &s.points[i]));
        point_add(&left, &zero, &s.points[i]);
        assert_true(point_equal(&left, &s.points[i]));
        point_sub(&left, &s.points[i], &zero);
        assert_true(point_equal(&left, &s.points[i]));
        point_sub(&right, &zero, &s.points[i]);
        point_add(&left, &s.points[i], &right);
        assert_true(point_is_infinite(&left));
        point_add(&left, &right, &s.points[i]);
        assert_true(point_is_infinite(&left));
    }
}

static void addition_is_associative(void **state)
{
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t i = 0; i < SAMPLES; i++)
        for (size_t j = 0; j < SAMPLES; j++)
            for (size_t k = 0; k < SAMPLES; k++) {
                struct point left, right;
                point_add(&left, &s.points[i], &s.points[j]);
                point_add(&left, &left, &s.points[k]);
                point_add(&right, &s.points[j], &s.points[k]);
                point_add(&right, &s.points[i], &right);
                assert_true(point_equal(&left, &right));
            }
}

/* ---- To affine coordinates ---- */

static void convert_and_compare(const struct point *points, const uint8_t (*expected)[POINT_BYTES],
                                size_t count)
{
    enum {
        MOST = 65
    };
    const struct engine *list[2];
    const size_t engine_count = judged_engines(list);
    for (size_t e = 0; e <= engine_count; e++) {
        struct affine out[MOST + 1];
        memset(out, 0xee, sizeof(out));
        if (e < engine_count)
            list[e]->to_affine(out, points, count);
        else
            point_to_affine(out, points, count);
        for (size_t i = 0; i < count; i++) {
            uint8_t bytes[POINT_BYTES];
            affine_encode(bytes, &out[i]);
            assert_memory_equal(bytes, expected[i], POINT_BYTES);
            assert_int_equal(affine_is_infinite(&out[i]), expected[i][0] == 0);
        }
        for (size_t i = 0; i < sizeof(out[0]); i++) /* and nothing behind the last */
            assert_int_equal(((const uint8_t *)&out[count])[i], 0xee);
    }
}

/* No matter where infinities stand among the others: none, all, the first, the last, every other, one in three. */
static bool is_infinite_at(unsigned pattern, size_t i, size_t count)
{
    switch (pattern) {
    case 0:
        return false;
    case 1:
        return true;
    case 2:
        return i == 0;
    case 3:
        return i == count - 1;
    case 4:
        return i % 2 == 0;
    case 5:
        return i % 2 == 1;
    default:
        return i % 3 == 0;
    }
}

static void infinities_among_others_spoil_none_of_them(void **state)
{
    static const size_t counts[] = {0, 1, 2, 31, 32, 33, 64, 65};
    struct samples s;
    (void)state;
    make_samples(&s);
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
        for (unsigned pattern = 0; pattern < 7; pattern++) {
            struct point points[65];
            uint8_t expected[65][POINT_BYTES];
            for (size_t i = 0; i < counts[c]; i++) {
                size_t which = is_infinite_at(pattern, i, counts[c]) ? i % 4 / 2 * 2 : 3 + i % 12;
                points[i] = s.points[which];
                memcpy(expected[i], s.bytes[which], POINT_BYTES);
            }
            convert_and_compare(points, (const uint8_t(*)[POINT_BYTES])expected, counts[c]);
        }
}

static void what_is_wiped_is_zero(void **state)
{
    struct affine affine = *affine_generator;
    struct point point;
    (void)state;
    point_of_affine(&point, &affine);
    point_wipe(&point);
    assert_zero(point);
    affine_wipe(&affine);
    assert_zero(affine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_malformed_encoding_is_refused),
        cmocka_unit_test(the_refused_points_less_p_are_on_the_curve),
        cmocka_unit_test(a_flipped_bit_or_a_carry_is_judged_as_by_openssl),
        cmocka_unit_test(every_first_byte_but_4_is_refused),
        cmocka_unit_test(an_encoded_point_decodes_to_itself),
        cmocka_unit_test(the_generator_is_openssls),
        cmocka_unit_test(infinity_is_encoded_as_zeros),
        cmocka_unit_test(x_mod_n_is_openssls),
        cmocka_unit_test(the_samples_are_what_openssl_says),
        cmocka_unit_test(sums_and_differences_are_those_of_openssl),
        cmocka_unit_test(an_output_may_be_an_input),
        cmocka_unit_test(points_are_equal_when_their_encodings_are),
        cmocka_unit_test(addition_is_commutative_with_identity_and_inverses),
        cmocka_unit_test(addition_is_associative),
        cmocka_unit_test(infinities_among_others_spoil_none_of_them),
        cmocka_unit_test(what_is_wiped_is_zero),
    };
    return cmocka_run_group_tests(tests, judge_set_up, judge_tear_down);
}
