/* SPDX-License-Identifier: Apache-2.0 */
/* Section numbers are those of GB/T 32905-2016. */
#include "cosign/arithmetic/sm3.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/cpu.h"

#define LENGTH_BYTES 8 /* of the message's length in bits, at the end of the last block (§5.2) */

/* The rounds are written once, as macros, for a word that is a number and for one that is a vector of two: the
 * operators of both are the same. */
#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))

/* §4.2, T_j, turned left by j as §5.3.3 wants it. */
#define TURNED(t, j) ((t) << (j) % 32 | (t) >> (32 - (j) % 32) % 32)
#define TURNED_4(t, j) TURNED(t, j), TURNED(t, j + 1), TURNED(t, j + 2), TURNED(t, j + 3)
#define TURNED_16(t, j) TURNED_4(t, j), TURNED_4(t, j + 4), TURNED_4(t, j + 8), TURNED_4(t, j + 12)
static const uint32_t constants[64] = {TURNED_16(0x79cc4519u, 0), TURNED_16(0x7a879d8au, 16),
                                       TURNED_16(0x7a879d8au, 32), TURNED_16(0x7a879d8au, 48)};

/* §4.3. FF of the late rounds is the majority (x∧y)∨(x∧z)∨(y∧z) and GG the choice (x∧y)∨(¬x∧z), each so that the last
 * step before the result is one with the word that is ready last. */
#define FF_EARLY(x, y, z) ((x) ^ (y) ^ (z))
#define GG_EARLY(x, y, z) ((x) ^ (y) ^ (z))
#define FF_LATE(x, y, z) (((x) & ((y) ^ (z))) ^ ((y) & (z)))
#define GG_LATE(x, y, z) (((x) & ((y) ^ (z))) ^ (z))

/* §4.4. */
#define P0(x) ((x) ^ ROTATE(x, 9) ^ ROTATE(x, 17))

/* x ⊕ (x⋘15) ⊕ (x⋘23); the two turns are one of a sum. */
static inline uint32_t P1(uint32_t x)
{
    const uint32_t both = x ^ ROTATE(x, 8);
    return x ^ ROTATE(both, 15);
}

/* §5.3.2, W_j for j of 16 and more. Only the last sixteen words are kept, each in the place of its number mod 16. */
static inline void expand(uint32_t w[16], size_t j)
{
    const uint32_t x = w[(j - 3) % 16];
    const uint32_t y = w[(j - 13) % 16];
    w[j % 16] = P1(w[j % 16] ^ w[(j - 9) % 16] ^ ROTATE(x, 15)) ^ ROTATE(y, 7) ^ w[(j - 6) % 16];
}

/* §5.3.3, one round, number j of the sixteen whose constants t begins with. Words do not move from one variable to the
 * next: the next round names them in another order. SS2 = SS1 ⊕ (A⋘12), W'_j = W_j ⊕ W_(j+4). */
#define ROUND(type, FF, GG, a, b, c, d, e, f, g, h, j)                                             \
    do {                                                                                           \
        const type turned = ROTATE(a, 12);                                                         \
        const type sum = turned + ((e) + t[j]);                                                    \
        const type ss1 = ROTATE(sum, 7);                                                           \
        const type tt1 = FF(a, b, c) + ((d) + (w[(j) % 16] ^ w[((j) + 4) % 16])) + (ss1 ^ turned); \
        const type tt2 = GG(e, f, g) + ((h) + w[(j) % 16]) + ss1;                                  \
        (b) = ROTATE(b, 9);                                                                        \
        (d) = tt1;                                                                                 \
        (f) = ROTATE(f, 19);                                                                       \
        (h) = P0(tt2);                                                                             \
    } while (0)

/* Four rounds, after which every word is back in its variable. */
#define ROUNDS_4(type, FF, GG, j)                           \
    do {                                                    \
        ROUND(type, FF, GG, a, b, c, d, e, f, g, h, j);     \
        ROUND(type, FF, GG, d, a, b, c, h, e, f, g, j + 1); \
        ROUND(type, FF, GG, c, d, a, b, g, h, e, f, j + 2); \
        ROUND(type, FF, GG, b, c, d, a, f, g, h, e, j + 3); \
    } while (0)

/* The words of the schedule that the rounds j … j + 3 are the first to need. */
static inline void expand_4(uint32_t w[16], size_t j)
{
    for (size_t i = 0; i < 4; i++)
        expand(w, 16 + j + 4 + i);
}

/* All 64 rounds, on the words a … h. */
#define ROUNDS(type)                                 \
    do {                                             \
        const uint32_t *t = constants;               \
        ROUNDS_4(type, FF_EARLY, GG_EARLY, 0);       \
        ROUNDS_4(type, FF_EARLY, GG_EARLY, 4);       \
        ROUNDS_4(type, FF_EARLY, GG_EARLY, 8);       \
        expand_4(w, 12);                             \
        ROUNDS_4(type, FF_EARLY, GG_EARLY, 12);      \
        for (t += 16; t < constants + 64; t += 16) { \
            expand_4(w, 0);                          \
            ROUNDS_4(type, FF_LATE, GG_LATE, 0);     \
            expand_4(w, 4);                          \
            ROUNDS_4(type, FF_LATE, GG_LATE, 4);     \
            expand_4(w, 8);                          \
            ROUNDS_4(type, FF_LATE, GG_LATE, 8);     \
            expand_4(w, 12);                         \
            ROUNDS_4(type, FF_LATE, GG_LATE, 12);    \
        }                                            \
    } while (0)

/* §5.3.2, W_0 … W_15: the block, big-endian. */
static inline void load(uint32_t w[16], const uint8_t *block)
{
    for (size_t i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
}

/* §5.3.1 and §5.3.3 for `count` blocks. */
static void compress_state(uint32_t state[8], const uint8_t *blocks, size_t count)
{
    uint32_t w[16];
    for (; count > 0; count--, blocks += SM3_BLOCK_BYTES) {
        uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        load(w, blocks);
        ROUNDS(uint32_t);
        state[0] ^= a, state[1] ^= b, state[2] ^= c, state[3] ^= d;
        state[4] ^= e, state[5] ^= f, state[6] ^= g, state[7] ^= h;
    }
    secret_wipe(w, sizeof(w));
}

static void compress(struct sm3 *hash, const uint8_t *blocks, size_t count)
{
    compress_state(hash->state, blocks, count);
}

/* Two words side by side: one register where there are vectors, two where there are none. On x86-64 another two stay idle, as it is
 * whole registers that AVX-512 turns by one instruction. */
#if HUFU_LANES
typedef uint32_t two __attribute__((vector_size(16)));
#else
typedef uint32_t two __attribute__((vector_size(8)));
#endif

/* As compress_state, of two states that get the same blocks. */
static inline __attribute__((always_inline)) void compress_two(uint32_t one[8], uint32_t other[8],
                                                               const uint8_t *blocks, size_t count)
{
    uint32_t w[16];
    for (; count > 0; count--, blocks += SM3_BLOCK_BYTES) {
        two a = {one[0], other[0]}, b = {one[1], other[1]}, c = {one[2], other[2]}, d = {one[3], other[3]};
        two e = {one[4], other[4]}, f = {one[5], other[5]}, g = {one[6], other[6]}, h = {one[7], other[7]};
        load(w, blocks);
        ROUNDS(two);
        one[0] ^= a[0], one[1] ^= b[0], one[2] ^= c[0], one[3] ^= d[0];
        one[4] ^= e[0], one[5] ^= f[0], one[6] ^= g[0], one[7] ^= h[0];
        other[0] ^= a[1], other[1] ^= b[1], other[2] ^= c[1], other[3] ^= d[1];
        other[4] ^= e[1], other[5] ^= f[1], other[6] ^= g[1], other[7] ^= h[1];
    }
    secret_wipe(w, sizeof(w));
}

#if HUFU_LANES
__attribute__((target("avx512f,avx512vl"))) static void
compress_two_turning(uint32_t one[8], uint32_t other[8], const uint8_t *blocks, size_t count)
{
    compress_two(one, other, blocks, count);
}
#endif

static void compress_states(uint32_t one[8], uint32_t other[8], const uint8_t *blocks, size_t count)
{
#if HUFU_LANES
    if (cpu_has_turns()) {
        compress_two_turning(one, other, blocks, count);
        return;
    }
#endif
    compress_two(one, other, blocks, count);
}

/* The first block, in which the messages differ, apart. */
static void compress_first(struct sm3_pair *pair, const uint8_t *block)
{
    uint8_t changed[SM3_BLOCK_BYTES];
    memcpy(changed, block, sizeof(changed));
    changed[0] ^= pair->difference;
    compress_state(pair->one.state, block, 1);
    compress_state(pair->other, changed, 1);
    pair->difference = 0;
    secret_wipe(changed, sizeof(changed));
}

static void compress_pair(struct sm3 *one, const uint8_t *blocks, size_t count)
{
    struct sm3_pair *pair = (struct sm3_pair *)one; /* whose first member it is */
    if (pair->difference != 0 && count > 0) {
        compress_first(pair, blocks);
        blocks += SM3_BLOCK_BYTES;
        count--;
    }
    compress_states(pair->one.state, pair->other, blocks, count);
}

/* What becomes of whole blocks: compress or compress_pair. */
typedef void compressor(struct sm3 *hash, const uint8_t *blocks, size_t count);

static void absorb(struct sm3 *hash, const void *data, size_t len, compressor *take)
{
    const uint8_t *bytes = data;
    const size_t used = hash->length % SM3_BLOCK_BYTES;
    const size_t room = SM3_BLOCK_BYTES - used;
    if (len == 0)
        return;
    hash->length += len;
    if (used > 0 && len >= room) {
        memcpy(hash->block + used, bytes, room);
        take(hash, hash->block, 1);
        bytes += room;
        len -= room;
    } else if (used > 0) {
        memcpy(hash->block + used, bytes, len);
        return;
    }
    if (len >= SM3_BLOCK_BYTES)
        take(hash, bytes, len / SM3_BLOCK_BYTES);
    memcpy(hash->block, bytes + len / SM3_BLOCK_BYTES * SM3_BLOCK_BYTES, len % SM3_BLOCK_BYTES);
}

/* §5.2: a one bit, zeros, and the length in bits. */
static void pad(struct sm3 *hash, compressor *take)
{
    const uint64_t bits = 8 * hash->length;
    size_t used = hash->length % SM3_BLOCK_BYTES;
    hash->block[used++] = 0x80;
    if (used > SM3_BLOCK_BYTES - LENGTH_BYTES) {
        memset(hash->block + used, 0, SM3_BLOCK_BYTES - used);
        take(hash, hash->block, 1);
        used = 0;
    }
    memset(hash->block + used, 0, SM3_BLOCK_BYTES - LENGTH_BYTES - used);
    for (size_t i = 0; i < LENGTH_BYTES; i++)
        hash->block[SM3_BLOCK_BYTES - 1 - i] = (uint8_t)(bits >> 8 * i);
    take(hash, hash->block, 1);
}

/* §5.4: the words big-endian. */
static void put(uint8_t digest[SM3_BYTES], const uint32_t state[8])
{
    for (size_t i = 0; i < SM3_BYTES; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* §4.1, IV. */
static const uint32_t initial[8] = {0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600,
                                    0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e};

void sm3_init(struct sm3 *hash)
{
    memset(hash, 0, sizeof(*hash));
    memcpy(hash->state, initial, sizeof(initial));
}

void sm3_update(struct sm3 *hash, const void *data, size_t len)
{
    absorb(hash, data, len, compress);
}

void sm3_done(struct sm3 *hash, uint8_t digest[SM3_BYTES])
{
    pad(hash, compress);
    put(digest, hash->state);
    sm3_drop(hash);
}

void sm3_drop(struct sm3 *hash)
{
    secret_wipe(hash, sizeof(*hash));
}

void sm3_pair_init(struct sm3_pair *pair, uint8_t first, uint8_t second)
{
    memset(pair, 0, sizeof(*pair));
    sm3_init(&pair->one);
    memcpy(pair->other, initial, sizeof(initial));
    pair->difference = first ^ second;
    sm3_pair_update(pair, &first, 1);
}

void sm3_pair_update(struct sm3_pair *pair, const void *data, size_t len)
{
    absorb(&pair->one, data, len, compress_pair);
}

void sm3_pair_done(struct sm3_pair *pair, uint8_t digests[2 * SM3_BYTES])
{
    pad(&pair->one, compress_pair);
    put(digests, pair->one.state);
    put(digests + SM3_BYTES, pair->other);
    sm3_pair_drop(pair);
}

void sm3_pair_drop(struct sm3_pair *pair)
{
    secret_wipe(pair, sizeof(*pair));
}
