/* SPDX-License-Identifier: Apache-2.0 */
/* The group by OpenSSL 3.0, and the one file that includes its EC header.
 *
 * EC_POINT_mul with one scalar is a Montgomery ladder of fixed length, fit for secrets. With two scalars it is not;
 * point_multi_var replaces that form by interleaved signed windows, which also takes more than two. */
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <string.h>

#include "common/secret.h"
#include "cosign/group.h"

static void ec_point_drop(EC_POINT **p)
{
    EC_POINT_clear_free(*p);
}
#define EC_POINT_DROPPED __attribute__((cleanup(ec_point_drop)))

static void bignum_drop(BIGNUM **n)
{
    BN_clear_free(*n);
}
#define BIGNUM_DROPPED __attribute__((cleanup(bignum_drop)))

void group_init(struct group *g)
{
    g->curve = EC_GROUP_new_by_curve_name(NID_sm2);
    g->work = BN_CTX_new();
    g->failed = !g->curve || !g->work;
}

void group_done(struct group *g)
{
    BN_CTX_free(g->work); /* clears what it lent out */
    EC_GROUP_free(g->curve);
    g->work = NULL;
    g->curve = NULL;
}

enum hufu_err group_finish(const struct group *g)
{
    return g->failed ? HUFU_ERR_INTERNAL : HUFU_OK;
}

/* Whether a call of the back end worked is public. */
static bool did(struct group *g, int result)
{
    secret_unmark(&result, sizeof(result));
    if (result != 1)
        g->failed = true;
    return result == 1;
}

void point_wipe(struct point *p)
{
    secret_wipe(p, sizeof(*p));
}

static void set_infinite(struct point *p)
{
    memset(p->octets, 0, sizeof(p->octets));
    p->infinite = true;
}

static EC_POINT *new_infinite(struct group *g)
{
    EC_POINT *fresh = g->failed ? NULL : EC_POINT_new(g->curve);
    if (!fresh)
        g->failed = true;
    return fresh;
}

static EC_POINT *load(struct group *g, const struct point *p)
{
    EC_POINT *loaded = new_infinite(g);
    if (loaded && !p->infinite)
        did(g, EC_POINT_oct2point(g->curve, loaded, p->octets, POINT_BYTES, g->work));
    return loaded;
}

static void store(struct group *g, struct point *out, const EC_POINT *p)
{
    set_infinite(out);
    if (g->failed)
        return;
    int infinite = EC_POINT_is_at_infinity(g->curve, p);
    secret_unmark(&infinite, sizeof(infinite));
    if (infinite)
        return;
    size_t len =
        EC_POINT_point2oct(g->curve, p, POINT_CONVERSION_UNCOMPRESSED, out->octets, POINT_BYTES, g->work);
    if (did(g, len == POINT_BYTES))
        out->infinite = false;
    else
        set_infinite(out);
}

bool point_decode_var(struct group *g, struct point *p, const uint8_t bytes[POINT_BYTES])
{
    EC_POINT *decoded EC_POINT_DROPPED = new_infinite(g);
    set_infinite(p);
    /* The other first bytes that OpenSSL takes (hybrid, compressed) are none of ours. It refuses coordinates that
     * are p or more, and points off the curve. */
    if (!decoded || bytes[0] != POINT_CONVERSION_UNCOMPRESSED ||
        EC_POINT_oct2point(g->curve, decoded, bytes, POINT_BYTES, g->work) != 1)
        return false;
    memcpy(p->octets, bytes, POINT_BYTES);
    p->infinite = false;
    return true;
}

void point_encode(uint8_t bytes[POINT_BYTES], const struct point *p)
{
    memcpy(bytes, p->octets, POINT_BYTES);
}

bool point_is_infinite(const struct point *p)
{
    return p->infinite;
}

bool point_equal(const struct point *a, const struct point *b)
{
    /* Infinity is all zero bytes, which no other point is. */
    return secret_equal(a->octets, b->octets, POINT_BYTES);
}

void point_x_mod_n(struct scalar *x, const struct point *p)
{
    scalar_decode_mod(x, p->octets + 1);
}

void point_generator(struct group *g, struct point *out)
{
    set_infinite(out);
    if (!g->failed)
        store(g, out, EC_GROUP_get0_generator(g->curve));
}

void point_add(struct group *g, struct point *out, const struct point *a, const struct point *b)
{
    EC_POINT *left EC_POINT_DROPPED = load(g, a);
    EC_POINT *right EC_POINT_DROPPED = load(g, b);
    if (!g->failed)
        did(g, EC_POINT_add(g->curve, left, left, right, g->work));
    store(g, out, left);
}

void point_sub(struct group *g, struct point *out, const struct point *a, const struct point *b)
{
    EC_POINT *left EC_POINT_DROPPED = load(g, a);
    EC_POINT *right EC_POINT_DROPPED = load(g, b);
    if (!g->failed) {
        did(g, EC_POINT_invert(g->curve, right, g->work) == 1 &&
                   EC_POINT_add(g->curve, left, left, right, g->work) == 1);
    }
    store(g, out, left);
}

/* BN_bin2bn skips leading zero bytes one by one, so its time would tell how many a secret has. With a bit put in front
 * of them and taken away again it always sees 33 bytes. */
static BIGNUM *bignum_of(struct group *g, const struct scalar *k)
{
    uint8_t bytes[1 + SCALAR_BYTES] = {1};
    scalar_encode(bytes + 1, k);
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    secret_wipe(bytes, sizeof(bytes));
    if (!number || BN_clear_bit(number, 8 * SCALAR_BYTES) != 1)
        g->failed = true;
    else
        BN_set_flags(number, BN_FLG_CONSTTIME);
    return number;
}

void point_mul_base(struct group *g, struct point *out, const struct scalar *k)
{
    BIGNUM *factor BIGNUM_DROPPED = bignum_of(g, k);
    EC_POINT *product EC_POINT_DROPPED = new_infinite(g);
    if (!g->failed)
        did(g, EC_POINT_mul(g->curve, product, factor, NULL, NULL, g->work));
    store(g, out, product);
}

void point_mul(struct group *g, struct point *out, const struct scalar *k, const struct point *p)
{
    BIGNUM *factor BIGNUM_DROPPED = bignum_of(g, k);
    EC_POINT *product EC_POINT_DROPPED = load(g, p);
    if (!g->failed)
        did(g, EC_POINT_mul(g->curve, product, NULL, product, factor, g->work));
    store(g, out, product);
}

/* Terms that share one run of doublings. More save little: with 32 the doublings are a tenth of the work. */
#define CHUNK 32
#define ODD_MULTIPLES ((SCALAR_DIGIT_MAX + 1) / 2)

/* Of each term the digits of its scalar, and P, 3P, … 15P. The points are made once and used for every chunk. */
struct terms {
    EC_POINT *odd[CHUNK][ODD_MULTIPLES];
    EC_POINT *step; /* 2P, or a negated multiple */
    int8_t digits[CHUNK][SCALAR_DIGITS];
    size_t count;
};

static void terms_done(struct terms *terms)
{
    for (size_t i = 0; i < CHUNK; i++)
        for (size_t j = 0; j < ODD_MULTIPLES; j++)
            EC_POINT_clear_free(terms->odd[i][j]);
    EC_POINT_clear_free(terms->step);
}
#define TERMS_DONE __attribute__((cleanup(terms_done)))

static void terms_add(struct group *g, struct terms *terms, const struct scalar *k, const EC_POINT *p)
{
    EC_POINT **odd = terms->odd[terms->count];
    for (size_t j = 0; j < ODD_MULTIPLES && !odd[j]; j++)
        odd[j] = new_infinite(g);
    if (g->failed)
        return;
    bool done = EC_POINT_copy(odd[0], p) == 1 && EC_POINT_dbl(g->curve, terms->step, p, g->work) == 1;
    for (size_t j = 1; j < ODD_MULTIPLES && done; j++)
        done = EC_POINT_add(g->curve, odd[j], odd[j - 1], terms->step, g->work) == 1;
    did(g, done);
    scalar_digits_var(terms->digits[terms->count++], k);
}

static bool add_digit(struct group *g, struct terms *terms, EC_POINT *sum, size_t term, int digit)
{
    const EC_POINT *multiple = terms->odd[term][(digit < 0 ? -digit : digit) / 2];
    if (digit < 0) {
        if (EC_POINT_copy(terms->step, multiple) != 1 || EC_POINT_invert(g->curve, terms->step, g->work) != 1)
            return false;
        multiple = terms->step;
    }
    return EC_POINT_add(g->curve, sum, sum, multiple, g->work) == 1;
}

/* total += the sum of the terms gathered so far, which are then forgotten. */
static void terms_flush(struct group *g, struct terms *terms, EC_POINT *total)
{
    EC_POINT *sum EC_POINT_DROPPED = new_infinite(g);
    bool done = !g->failed;
    for (int at = SCALAR_DIGITS - 1; at >= 0 && done; at--) {
        done = EC_POINT_dbl(g->curve, sum, sum, g->work) == 1;
        for (size_t i = 0; i < terms->count && done; i++) {
            int digit = terms->digits[i][at];
            done = digit == 0 || add_digit(g, terms, sum, i, digit);
        }
    }
    did(g, done && EC_POINT_add(g->curve, total, total, sum, g->work) == 1);
    terms->count = 0;
}

void point_multi_var(struct group *g, struct point *out, const struct scalar *base,
                     const struct scalar *scalars, const struct point *points, size_t count)
{
    struct terms terms TERMS_DONE = {.step = new_infinite(g)};
    EC_POINT *total EC_POINT_DROPPED = new_infinite(g);
    if (base && !g->failed)
        terms_add(g, &terms, base, EC_GROUP_get0_generator(g->curve));
    for (size_t i = 0; i < count && !g->failed; i++) {
        EC_POINT *p EC_POINT_DROPPED = load(g, &points[i]);
        if (!g->failed)
            terms_add(g, &terms, &scalars[i], p);
        if (terms.count == CHUNK)
            terms_flush(g, &terms, total);
    }
    terms_flush(g, &terms, total);
    store(g, out, total);
}
