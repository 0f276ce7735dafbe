/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/differential/differential_judge.h"

#include <openssl/obj_mac.h>

#include "tests/unit/unit.h"

void judge_init(struct judge *judge)
{
    judge->group = EC_GROUP_new_by_curve_name(NID_sm2);
    judge->bn = BN_CTX_new();
    judge->p = BN_new();
    judge->radix = BN_new();
    judge->a = BN_new();
    judge->b = BN_new();
    judge->r = BN_new();
    assert_non_null(judge->group);
    judge->n = BN_dup(EC_GROUP_get0_order(judge->group));
    judge->P = EC_POINT_new(judge->group);
    judge->Q = EC_POINT_new(judge->group);
    assert_int_equal(EC_GROUP_get_curve(judge->group, judge->p, NULL, NULL, judge->bn), 1);
    assert_int_equal(BN_set_bit(judge->radix, 256), 1);
}

void judge_done(struct judge *judge)
{
    EC_POINT_free(judge->P);
    EC_POINT_free(judge->Q);
    BN_free(judge->p);
    BN_free(judge->n);
    BN_free(judge->radix);
    BN_free(judge->a);
    BN_free(judge->b);
    BN_free(judge->r);
    BN_CTX_free(judge->bn);
    EC_GROUP_free(judge->group);
}

/* ---- Numbers ---- */

static void load(struct judge *judge, const uint8_t *a, const uint8_t *b)
{
    assert_non_null(BN_bin2bn(a, NUMBER_BYTES, judge->a));
    assert_non_null(BN_bin2bn(b, NUMBER_BYTES, judge->b));
}

static void store(const struct judge *judge, uint8_t *out)
{
    assert_int_equal(BN_bn2binpad(judge->r, out, NUMBER_BYTES), NUMBER_BYTES);
}

void judge_product(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                   const BIGNUM *modulus)
{
    load(judge, a, b);
    assert_int_equal(BN_mod_mul(judge->r, judge->a, judge->b, modulus, judge->bn), 1);
    store(judge, out);
}

void judge_quotient(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                    const BIGNUM *modulus)
{
    load(judge, a, b);
    assert_non_null(BN_mod_inverse(judge->b, judge->b, modulus, judge->bn));
    assert_int_equal(BN_mod_mul(judge->r, judge->a, judge->b, modulus, judge->bn), 1);
    store(judge, out);
}

void judge_sum(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b, const BIGNUM *modulus)
{
    load(judge, a, b);
    assert_int_equal(BN_mod_add(judge->r, judge->a, judge->b, modulus, judge->bn), 1);
    store(judge, out);
}

void judge_difference(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b,
                      const BIGNUM *modulus)
{
    load(judge, a, b);
    assert_int_equal(BN_mod_sub(judge->r, judge->a, judge->b, modulus, judge->bn), 1);
    store(judge, out);
}

bool judge_below(struct judge *judge, const uint8_t *a, const BIGNUM *modulus)
{
    load(judge, a, a);
    return BN_cmp(judge->a, modulus) < 0;
}

/* ---- Points ---- */

static void load_point(struct judge *judge, EC_POINT *P, const uint8_t *encoded)
{
    const size_t len = encoded[0] == 0 ? 1 : ENCODED_BYTES;
    assert_int_equal(EC_POINT_oct2point(judge->group, P, encoded, len, judge->bn), 1);
}

static void store_point(struct judge *judge, uint8_t *encoded, const EC_POINT *P)
{
    memset(encoded, 0, ENCODED_BYTES);
    assert_true(EC_POINT_point2oct(judge->group, P, POINT_CONVERSION_UNCOMPRESSED, encoded, ENCODED_BYTES,
                                   judge->bn) > 0);
}

void judge_mul(struct judge *judge, uint8_t *out, const uint8_t *k, const uint8_t *P)
{
    load(judge, k, k);
    if (P)
        load_point(judge, judge->P, P);
    assert_int_equal(EC_POINT_mul(judge->group, judge->Q, P ? NULL : judge->a, P ? judge->P : NULL,
                                  P ? judge->a : NULL, judge->bn),
                     1);
    store_point(judge, out, judge->Q);
}

void judge_add(struct judge *judge, uint8_t *out, const uint8_t *a, const uint8_t *b)
{
    load_point(judge, judge->P, a);
    load_point(judge, judge->Q, b);
    assert_int_equal(EC_POINT_add(judge->group, judge->Q, judge->P, judge->Q, judge->bn), 1);
    store_point(judge, out, judge->Q);
}

void judge_negate(struct judge *judge, uint8_t *out, const uint8_t *a)
{
    load_point(judge, judge->P, a);
    assert_int_equal(EC_POINT_invert(judge->group, judge->P, judge->bn), 1);
    store_point(judge, out, judge->P);
}

bool judge_decodes(struct judge *judge, const uint8_t *encoded)
{
    return EC_POINT_oct2point(judge->group, judge->P, encoded, ENCODED_BYTES, judge->bn) == 1;
}

static void print_bytes(const char *name, const uint8_t *bytes, size_t len)
{
    char text[2 * ENCODED_BYTES + 1];
    assert_true(len <= ENCODED_BYTES);
    for (size_t i = 0; i < len; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    print_error("  %-8s %s\n", name, text);
}

void judge_expect(const char *what, const uint8_t *got, const uint8_t *expected, size_t len, const uint8_t *a,
                  const uint8_t *b)
{
    if (memcmp(got, expected, len) == 0)
        return;
    print_error("%s\n", what);
    print_bytes("got", got, len);
    print_bytes("expected", expected, len);
    print_bytes("a", a, NUMBER_BYTES);
    if (b)
        print_bytes("b", b, NUMBER_BYTES);
    fail_msg("%s is not what OpenSSL has", what);
}

/* ---- Known multiples ---- */

void walk_make(struct judge *judge, struct known *known, size_t count, const uint8_t start[NUMBER_BYTES],
               const uint8_t step[NUMBER_BYTES])
{
    uint8_t at[NUMBER_BYTES], encoded[ENCODED_BYTES];
    EC_POINT *P = EC_POINT_new(judge->group);
    EC_POINT *D = EC_POINT_new(judge->group);
    judge_mul(judge, encoded, step, NULL);
    load_point(judge, D, encoded);
    judge_mul(judge, encoded, start, NULL);
    load_point(judge, P, encoded);
    memcpy(at, start, sizeof(at));
    for (size_t i = 0; i < count; i++) {
        memcpy(known[i].k, at, sizeof(at));
        store_point(judge, known[i].P, P);
        judge_sum(judge, at, at, step, judge->n);
        assert_int_equal(EC_POINT_add(judge->group, P, P, D, judge->bn), 1);
    }
    EC_POINT_free(P);
    EC_POINT_free(D);
}

void walk_draw(struct judge *judge, struct dice *dice, struct known *known, size_t count)
{
    uint8_t start[NUMBER_BYTES], step[NUMBER_BYTES];
    do {
        for (size_t i = 0; i < NUMBER_BYTES; i++) {
            start[i] = (uint8_t)dice_word(dice);
            step[i] = (uint8_t)dice_word(dice);
        }
    } while (!judge_below(judge, start, judge->n) || !judge_below(judge, step, judge->n));
    walk_make(judge, known, count, start, step);
}

void patterns_make(struct judge *judge, struct patterns *patterns, const uint8_t *B)
{
    static const BN_ULONG words[PATTERN_WORDS] = {0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 0xaaaaaaaa};
    for (int i = 0; i < PATTERN_PLACES; i++) {
        for (size_t j = 0; j < PATTERN_WORDS; j++) {
            struct known *piece = &patterns->pieces[i][j];
            BN_set_word(judge->r, words[j]);
            BN_lshift(judge->r, judge->r, 32 * i);
            BN_nnmod(judge->r, judge->r, judge->n, judge->bn);
            store(judge, piece->k);
            judge_mul(judge, piece->P, piece->k, B);
        }
    }
}

void patterns_draw(struct judge *judge, struct dice *dice, struct known *known,
                   const struct patterns *patterns)
{
    EC_POINT *sum = EC_POINT_new(judge->group);
    memset(known, 0, sizeof(*known));
    for (int i = 0; i < PATTERN_PLACES; i++) {
        const struct known *piece = &patterns->pieces[i][dice_below(dice, PATTERN_WORDS)];
        judge_sum(judge, known->k, known->k, piece->k, judge->n);
        load_point(judge, judge->P, piece->P);
        assert_int_equal(EC_POINT_add(judge->group, sum, sum, judge->P, judge->bn), 1);
    }
    store_point(judge, known->P, sum);
    EC_POINT_free(sum);
}

/* value mod n, and n less that. */
static void add_scalar(struct judge *judge, uint8_t scalars[SPECIAL_SCALARS_MAX][NUMBER_BYTES], size_t *count,
                       const BIGNUM *value)
{
    assert_true(*count + 2 <= SPECIAL_SCALARS_MAX);
    BN_nnmod(judge->r, value, judge->n, judge->bn);
    store(judge, scalars[(*count)++]);
    BN_mod_sub(judge->r, judge->n, judge->r, judge->n, judge->bn);
    store(judge, scalars[(*count)++]);
}

size_t special_scalars(struct judge *judge, uint8_t scalars[SPECIAL_SCALARS_MAX][NUMBER_BYTES])
{
    BIGNUM *value = BN_new();
    struct edges edges;
    size_t count = 0;
    for (BN_ULONG i = 0; i <= 70; i++) {
        BN_set_word(value, i);
        add_scalar(judge, scalars, &count, value);
    }
    for (BN_ULONG odd = 1; odd < 64; odd += 2) {
        for (int shift = 252; shift <= 253; shift++) {
            BN_set_word(value, odd);
            BN_lshift(value, value, shift);
            add_scalar(judge, scalars, &count, value);
        }
    }
    edges_make(&edges, judge->n);
    assert_true(count + edges.count <= SPECIAL_SCALARS_MAX);
    for (size_t i = 0; i < edges.count; i++)
        memcpy(scalars[count++], edges.numbers[i], NUMBER_BYTES);
    BN_free(value);
    return count;
}
