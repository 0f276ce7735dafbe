/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of the multiplications of eight points (marks.h says how). Neither valgrind nor MSan knows AVX-512, so this
 * is the same source over its emulation (cosign/arithmetic/vector.h): it shows that no branch and no address depends on a
 * secret, not what the instructions take. */
#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/generator_table.h"
#include "cosign/arithmetic/lanes.h"
#include "tests/ctime/marks.h"

struct inputs {
    uint64_t k[LANES][4];
    struct lanes_affine p[LANES];
};

/* Scalars below n, 0 among them, and the points G, 3·G … 15·G. */
static void inputs_make(struct inputs *in)
{
    fill_bytes(in->k, sizeof(in->k), 1);
    memset(in->k[0], 0, sizeof(in->k[0]));
    for (int i = 0; i < LANES; i++) {
        in->k[i][3] >>= 1;
        memcpy(&in->p[i], &generator_table[0][i], sizeof(in->p[i]));
    }
    secret_mark(in, sizeof(*in));
}

static bool run(void)
{
    struct inputs in;
    struct lanes_jacobian out[LANES];
    inputs_make(&in);
    lanes_mul_emulated(out, (const uint64_t(*)[4])in.k, in.p);
    bool holds = IS_MARKED(out);
    lanes_mul_base_emulated(out, (const uint64_t(*)[4])in.k,
                            (const uint64_t(*)[LANES_BASE_ENTRIES][8])generator_table);
    holds = holds && IS_MARKED(out);
    return holds;
}

static uint64_t secret(void)
{
    struct inputs in;
    struct lanes_jacobian out[LANES];
    inputs_make(&in);
    lanes_mul_emulated(out, (const uint64_t(*)[4])in.k, in.p);
    return out[1].x[0];
}

int main(int argc, char **argv)
{
    static const struct ctime_program program = {.run = run, .secret = secret};
    return ctime_main(argc, argv, &program);
}
