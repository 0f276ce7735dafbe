/* SPDX-License-Identifier: Apache-2.0 */
/* Eight 64-bit lanes, and the few operations on them that lanes.c needs: as AVX-512 instructions, or, with
 * LANES_EMULATED, in plain C, so that the same source also runs where these instructions do not (under valgrind, which
 * then checks it for branches and addresses that depend on secrets). Lanes never mix, and all of it takes the same time
 * for all values. Counts of shifts are public. */
#ifndef HUFU_COSIGN_ARITHMETIC_VECTOR_H
#define HUFU_COSIGN_ARITHMETIC_VECTOR_H

#include <stdint.h>

#define VECTOR_LANES 8

#ifndef LANES_EMULATED
#include <immintrin.h>

typedef __m512i v8;
typedef __mmask8 v8_mask;

static inline v8 v_load(const uint64_t lanes[VECTOR_LANES])
{
    return _mm512_loadu_si512(lanes);
}

static inline void v_store(uint64_t lanes[VECTOR_LANES], v8 a)
{
    _mm512_storeu_si512(lanes, a);
}

static inline v8 v_set1(uint64_t value)
{
    return _mm512_set1_epi64((long long)value);
}

static inline v8 v_add(v8 a, v8 b)
{
    return _mm512_add_epi64(a, b);
}

static inline v8 v_sub(v8 a, v8 b)
{
    return _mm512_sub_epi64(a, b);
}

static inline v8 v_and(v8 a, v8 b)
{
    return _mm512_and_si512(a, b);
}

static inline v8 v_or(v8 a, v8 b)
{
    return _mm512_or_si512(a, b);
}

static inline v8 v_xor(v8 a, v8 b)
{
    return _mm512_xor_si512(a, b);
}

static inline v8 v_shl(v8 a, unsigned int bits)
{
    return _mm512_slli_epi64(a, bits);
}

static inline v8 v_shr(v8 a, unsigned int bits)
{
    return _mm512_srli_epi64(a, bits);
}

/* The same for two's complement: the quotient by 2^bits, rounded down. */
static inline v8 v_sar(v8 a, unsigned int bits)
{
    return _mm512_srai_epi64(a, bits);
}

/* sum + the low (high) 52 bits of the 104-bit product of the low 52 bits of a and of b. */
static inline v8 v_madd52lo(v8 sum, v8 a, v8 b)
{
    return _mm512_madd52lo_epu64(sum, a, b);
}

static inline v8 v_madd52hi(v8 sum, v8 a, v8 b)
{
    return _mm512_madd52hi_epu64(sum, a, b);
}

static inline v8_mask v_equal(v8 a, v8 b)
{
    return _mm512_cmpeq_epi64_mask(a, b);
}

static inline v8_mask v_mask_and(v8_mask a, v8_mask b)
{
    return (v8_mask)(a & b);
}

static inline v8_mask v_mask_or(v8_mask a, v8_mask b)
{
    return (v8_mask)(a | b);
}

/* The lanes of ones where the mask is set, of zeros where it is not. */
static inline v8 v_blend(v8_mask mask, v8 zeros, v8 ones)
{
    return _mm512_mask_blend_epi64(mask, zeros, ones);
}

#else

typedef struct v8 {
    uint64_t lane[VECTOR_LANES];
} v8;
typedef v8 v8_mask; /* all ones or zero */

__extension__ typedef unsigned __int128 v_product;

static inline v8 v_load(const uint64_t lanes[VECTOR_LANES])
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = lanes[i];
    return out;
}

static inline void v_store(uint64_t lanes[VECTOR_LANES], v8 a)
{
    for (int i = 0; i < VECTOR_LANES; i++)
        lanes[i] = a.lane[i];
}

static inline v8 v_set1(uint64_t value)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = value;
    return out;
}

static inline v8 v_add(v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] + b.lane[i];
    return out;
}

static inline v8 v_sub(v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] - b.lane[i];
    return out;
}

static inline v8 v_and(v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] & b.lane[i];
    return out;
}

static inline v8 v_or(v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] | b.lane[i];
    return out;
}

static inline v8 v_xor(v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] ^ b.lane[i];
    return out;
}

static inline v8 v_shl(v8 a, unsigned int bits)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] << bits;
    return out;
}

static inline v8 v_shr(v8 a, unsigned int bits)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = a.lane[i] >> bits;
    return out;
}

static inline v8 v_sar(v8 a, unsigned int bits)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = (a.lane[i] >> bits) | ((0 - (a.lane[i] >> 63)) << (63 - bits) << 1);
    return out;
}

static inline v_product v_product52(uint64_t a, uint64_t b)
{
    const uint64_t low = (UINT64_C(1) << 52) - 1;
    return (v_product)(a & low) * (b & low);
}

static inline v8 v_madd52lo(v8 sum, v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = sum.lane[i] + ((uint64_t)v_product52(a.lane[i], b.lane[i]) & ((UINT64_C(1) << 52) - 1));
    return out;
}

static inline v8 v_madd52hi(v8 sum, v8 a, v8 b)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = sum.lane[i] + (uint64_t)(v_product52(a.lane[i], b.lane[i]) >> 52);
    return out;
}

static inline v8_mask v_equal(v8 a, v8 b)
{
    const v8 difference = v_xor(a, b);
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = ((difference.lane[i] | (0 - difference.lane[i])) >> 63) - 1;
    return out;
}

static inline v8_mask v_mask_and(v8_mask a, v8_mask b)
{
    return v_and(a, b);
}

static inline v8_mask v_mask_or(v8_mask a, v8_mask b)
{
    return v_or(a, b);
}

static inline v8 v_blend(v8_mask mask, v8 zeros, v8 ones)
{
    v8 out;
    for (int i = 0; i < VECTOR_LANES; i++)
        out.lane[i] = (ones.lane[i] & mask.lane[i]) | (zeros.lane[i] & ~mask.lane[i]);
    return out;
}

#endif
#endif
