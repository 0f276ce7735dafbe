/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of the multiplications of eight points, as ctime_cosign.c shows it for the protocol. valgrind does not
 * know AVX-512, so this is the same source over the emulation (cosign/arithmetic/vector.h).
 *
 *   ctime_lanes run    scalars and points marked secret; exit status 0 when memcheck has nothing to say
 *   ctime_lanes leak   asks whether a result is infinity: memcheck must report it, or the marks were lost on the way */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/memcheck.h>

#include "common/secret.h"
#include "cosign/arithmetic/lanes.h"

/* G in Montgomery form. */
static const struct lanes_affine G = {
    {0x61328990f418029e, 0x3e7981eddca6c050, 0xd6a1ed99ac24c3c3, 0x91167a5ee1c13b05},
    {0xc1354e593c2d0ddd, 0xc1f5e5788d3295fa, 0x8d4cfb066e2a48f8, 0x63cd65d481d735bd},
};

static void multiply(struct lanes_jacobian out[LANES], struct lanes_jacobian out_base[LANES])
{
    static uint64_t table[LANES_BASE_ROWS][LANES_BASE_ENTRIES]
                         [8]; /* public, and of G alone: its values do not matter */
    uint64_t k[LANES][4];
    struct lanes_affine p[LANES];
    for (int i = 0; i < LANES; i++) {
        p[i] = G;
        for (int j = 0; j < 4; j++)
            k[i][j] = (uint64_t)i * 0x1fffffff00000001; /* with 0 in the first lane */
    }
    secret_mark(k, sizeof(k));
    secret_mark(p, sizeof(p));
    lanes_mul_emulated(out, (const uint64_t(*)[4])k, p);
    for (int i = 0; i < LANES_BASE_ROWS * LANES_BASE_ENTRIES; i++)
        memcpy(table[i / LANES_BASE_ENTRIES][i % LANES_BASE_ENTRIES], &G, sizeof(G));
    lanes_mul_base_emulated(out_base, (const uint64_t(*)[4])k,
                            (const uint64_t(*)[LANES_BASE_ENTRIES][8])table);
}

/* That each word of it depends on a secret, as it must. */
static bool is_secret(const void *data, size_t len)
{
    uint8_t bits[LANES * sizeof(struct lanes_jacobian)];
    if (len > sizeof(bits) || VALGRIND_GET_VBITS(data, bits, len) != 1)
        return false;
    for (size_t i = 0; i < len; i++)
        if (bits[i] == 0)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct lanes_jacobian out[LANES], out_base[LANES];
    if (argc != 2 || !RUNNING_ON_VALGRIND) {
        fprintf(stderr, "usage: valgrind … ctime_lanes run|leak\n");
        return 2;
    }
    multiply(out, out_base);
    if (strcmp(argv[1], "leak") == 0)
        puts((out[0].z[0] | out[0].z[1] | out[0].z[2] | out[0].z[3]) == 0 ? "infinity" : "a point");
    return is_secret(out, sizeof(out)) && is_secret(out_base, sizeof(out_base)) ? EXIT_SUCCESS : EXIT_FAILURE;
}
