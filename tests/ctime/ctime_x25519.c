/* SPDX-License-Identifier: Apache-2.0 */
/* Constant time of X25519 of several points at once (marks.h says how), in the lanes, over their emulation: neither valgrind nor
 * MSan knows AVX-512. The private key is marked; points are public, and so is which of them are refused. */
#include <string.h>

#include "common/secret.h"
#include "hsm/x25519.h"
#include "tests/ctime/marks.h"

#define COUNT 11 /* eight, and three */
#define REFUSED 5

struct inputs {
    uint8_t private_key[BOX_KEY_SIZE];
    uint8_t point[COUNT][BOX_KEY_SIZE];
    const uint8_t *points[COUNT];
    uint8_t out[COUNT][BOX_KEY_SIZE];
    enum hufu_err errs[COUNT];
};

static void inputs_make(struct inputs *in)
{
    fill_bytes(in->private_key, sizeof(in->private_key), 1);
    fill_bytes(in->point, sizeof(in->point), 2);
    memset(in->point[REFUSED], 0, sizeof(in->point[REFUSED]));
    for (size_t i = 0; i < COUNT; i++)
        in->points[i] = in->point[i];
    secret_mark(in->private_key, sizeof(in->private_key));
}

static bool run(void)
{
    static struct inputs in;
    bool holds = true;
    inputs_make(&in);
    x25519_some(in.out, in.errs, in.private_key, in.points, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const enum hufu_err expected = i == REFUSED ? HUFU_ERR_FORM : HUFU_OK;
        holds = holds && in.errs[i] == expected && IS_MARKED(in.out[i]);
    }
    return holds;
}

static uint64_t secret(void)
{
    static struct inputs in;
    uint64_t bits;
    inputs_make(&in);
    x25519_some(in.out, in.errs, in.private_key, in.points, COUNT);
    memcpy(&bits, in.out[0], sizeof(bits));
    return bits;
}

int main(int argc, char **argv)
{
    static const struct ctime_program program = {.run = run, .secret = secret};
    return ctime_main(argc, argv, &program);
}
