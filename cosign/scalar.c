/* SPDX-License-Identifier: Apache-2.0 */
#include "cosign/scalar.h"

#include <string.h>

#include "common/secret.h"

__extension__ typedef unsigned __int128 wide;

static const struct scalar order = {
    {0x53bbf40939d54123, 0x7203df6b21c6052b, 0xffffffffffffffff, 0xfffffffeffffffff}};

/* n - 2, the exponent of the inverse. Public, so that scalar_invert may branch on its bits. */
static const struct scalar order_minus_2 = {
    {0x53bbf40939d54121, 0x7203df6b21c6052b, 0xffffffffffffffff, 0xfffffffeffffffff}};

/* 2^512 mod n and -n⁻¹ mod 2^64: Montgomery's constants for R = 2^256. */
static const struct scalar radix_squared = {
    {0x901192af7c114f20, 0x3464504ade6fa2fa, 0x620fc84c3affe0d4, 0x1eb5e412a22b3d3b}};
static const uint64_t order_inverse = 0x327f9e8872350975;

void scalar_wipe(struct scalar *s)
{
    secret_wipe(s, sizeof(*s));
}

/* Hides from the optimiser that a mask has only two values, so that it does not make a branch of it. */
static uint64_t opaque(uint64_t value)
{
    __asm__("" : "+r"(value));
    return value;
}

/* All ones when bit is 1, zero when it is 0. */
static uint64_t mask_of(uint64_t bit)
{
    return opaque(0 - bit);
}

static uint64_t is_zero_bit(uint64_t value)
{
    return 1 ^ ((value | (0 - value)) >> 63);
}

/* out = a + b; returns the carry. */
static uint64_t add_limbs(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        wide sum = (wide)a[i] + b[i] + carry;
        out[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return carry;
}

/* out = a - b; returns the borrow. */
static uint64_t sub_limbs(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        wide difference = (wide)a[i] - b[i] - borrow;
        out[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return borrow;
}

static void select_limbs(uint64_t out[4], uint64_t mask, const uint64_t ones[4], const uint64_t zeros[4])
{
    for (int i = 0; i < 4; i++)
        out[i] = (ones[i] & mask) | (zeros[i] & ~mask);
}

/* out = carry·2^256 + a, less n once when that is n or more. For values below 2n. */
static void reduce_once(uint64_t out[4], uint64_t carry, const uint64_t a[4])
{
    uint64_t less[4];
    uint64_t borrow = sub_limbs(less, a, order.limb);
    /* Below n only when the subtraction borrowed and no carry pays for it. */
    select_limbs(out, mask_of(borrow & (carry ^ 1)), a, less);
    secret_wipe(less, sizeof(less));
}

/* t[0..5] = (t + a·word + m·n) / 2^64, with the m that makes the division exact. */
static void montgomery_step(uint64_t t[6], const uint64_t a[4], uint64_t word)
{
    uint64_t carry = 0;
    for (int i = 0; i < 4; i++) {
        wide sum = (wide)a[i] * word + t[i] + carry;
        t[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    wide top = (wide)t[4] + carry;
    t[4] = (uint64_t)top;
    t[5] = (uint64_t)(top >> 64);

    uint64_t m = t[0] * order_inverse;
    wide first = (wide)m * order.limb[0] + t[0];
    carry = (uint64_t)(first >> 64);
    for (int i = 1; i < 4; i++) {
        wide sum = (wide)m * order.limb[i] + t[i] + carry;
        t[i - 1] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    top = (wide)t[4] + carry;
    t[3] = (uint64_t)top;
    t[4] = t[5] + (uint64_t)(top >> 64);
}

/* out = a·b / 2^256 mod n, for b below n and any a. */
static void montgomery_mul(uint64_t out[4], const uint64_t a[4], const uint64_t b[4])
{
    uint64_t t[6] = {0};
    for (int i = 0; i < 4; i++)
        montgomery_step(t, a, b[i]);
    reduce_once(out, t[4], t);
    secret_wipe(t, sizeof(t));
}

static uint64_t load_limb(const uint8_t *bytes)
{
    uint64_t limb = 0;
    for (int i = 0; i < 8; i++)
        limb = limb << 8 | bytes[i];
    return limb;
}

static void load(uint64_t limbs[4], const uint8_t bytes[SCALAR_BYTES])
{
    for (int i = 0; i < 4; i++)
        limbs[3 - i] = load_limb(bytes + 8 * i);
}

bool scalar_decode(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    uint64_t less[4];
    load(out->limb, bytes);
    uint64_t below = sub_limbs(less, out->limb, order.limb);
    secret_wipe(less, sizeof(less));
    secret_unmark(&below, sizeof(below));
    if (!below)
        scalar_wipe(out);
    return below;
}

bool scalar_decode_nonzero(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    bool good = scalar_decode(out, bytes) && !scalar_is_zero(out);
    secret_unmark(&good, sizeof(good));
    return good;
}

void scalar_decode_mod(struct scalar *out, const uint8_t bytes[SCALAR_BYTES])
{
    struct scalar any SCALAR_WIPED;
    load(any.limb, bytes);
    /* One subtraction is enough: 2^256 is less than 2n. */
    reduce_once(out->limb, 0, any.limb);
}

void scalar_decode_wide(struct scalar *out, const uint8_t bytes[SCALAR_WIDE_BYTES])
{
    struct scalar high SCALAR_WIPED;
    struct scalar low SCALAR_WIPED;
    load(high.limb, bytes);
    montgomery_mul(high.limb, high.limb, radix_squared.limb); /* high·2^256 mod n */
    scalar_decode_mod(&low, bytes + SCALAR_BYTES);
    scalar_add(out, &high, &low);
}

void scalar_encode(uint8_t bytes[SCALAR_BYTES], const struct scalar *s)
{
    for (int i = 0; i < SCALAR_BYTES; i++)
        bytes[i] = (uint8_t)(s->limb[3 - i / 8] >> (56 - 8 * (i % 8)));
}

bool scalar_is_zero(const struct scalar *s)
{
    return is_zero_bit(s->limb[0] | s->limb[1] | s->limb[2] | s->limb[3]);
}

bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
    uint64_t difference = 0;
    for (int i = 0; i < 4; i++)
        difference |= a->limb[i] ^ b->limb[i];
    return is_zero_bit(difference);
}

void scalar_add(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar sum SCALAR_WIPED;
    uint64_t carry = add_limbs(sum.limb, a->limb, b->limb);
    reduce_once(out->limb, carry, sum.limb);
}

void scalar_sub(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar difference SCALAR_WIPED;
    struct scalar wrapped SCALAR_WIPED;
    uint64_t borrow = sub_limbs(difference.limb, a->limb, b->limb);
    add_limbs(wrapped.limb, difference.limb, order.limb);
    select_limbs(out->limb, mask_of(borrow), wrapped.limb, difference.limb);
}

void scalar_negate(struct scalar *out, const struct scalar *a)
{
    static const struct scalar zero;
    scalar_sub(out, &zero, a);
}

void scalar_mul(struct scalar *out, const struct scalar *a, const struct scalar *b)
{
    struct scalar product SCALAR_WIPED; /* a·b / 2^256 */
    montgomery_mul(product.limb, a->limb, b->limb);
    montgomery_mul(out->limb, product.limb, radix_squared.limb);
}

void scalar_invert(struct scalar *out, const struct scalar *a)
{
    static const uint64_t one[4] = {1};
    struct scalar base SCALAR_WIPED;
    struct scalar power SCALAR_WIPED;
    montgomery_mul(base.limb, a->limb, radix_squared.limb);
    power = base; /* the exponent's top bit is 1 */
    for (int bit = 254; bit >= 0; bit--) {
        montgomery_mul(power.limb, power.limb, power.limb);
        if (order_minus_2.limb[bit / 64] >> (bit % 64) & 1)
            montgomery_mul(power.limb, power.limb, base.limb);
    }
    montgomery_mul(out->limb, power.limb, one);
}

/* The 5 bits at position `at`, fewer at the end. */
static unsigned window(const struct scalar *s, int at)
{
    unsigned bits = 0;
    for (int i = 0; i < 5 && at + i < 256; i++)
        bits |= (unsigned)(s->limb[(at + i) / 64] >> ((at + i) % 64) & 1) << i;
    return bits;
}

void scalar_digits_var(int8_t digits[SCALAR_DIGITS], const struct scalar *s)
{
    unsigned carry = 0;
    memset(digits, 0, SCALAR_DIGITS);
    for (int at = 0; at < SCALAR_DIGITS;) {
        unsigned low = (window(s, at) & 1) + carry;
        if (low != 1) { /* the bit is 0, or the carry makes it 0 and goes on */
            at++;
            continue;
        }
        int digit = (int)(window(s, at) + carry);
        carry = digit > SCALAR_DIGIT_MAX;
        digits[at] = (int8_t)(carry ? digit - 32 : digit);
        at += 5;
    }
}
