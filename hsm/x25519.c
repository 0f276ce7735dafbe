/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/x25519.h"

#include <string.h>

#include "common/secret.h"
#include "cosign/arithmetic/cpu.h"
#include "hsm/x25519_lanes.h"

#if HUFU_LANES
/* Two to eight in the lanes take 50 µs, one by libsodium 42. */
#define LANES_MIN 2

struct results {
    uint8_t bytes[X25519_LANES][BOX_KEY_SIZE];
};

static void results_wipe(struct results *results)
{
    secret_wipe(results, sizeof(*results));
}

/* Zeros come of a point of small order and of no other: a scalar as RFC 7748 makes it is 8 times a number that is 0 modulo
 * neither large prime, that of the curve's order or of its twist's. So the verdict says nothing of the key. */
static enum hufu_err verdict(const uint8_t result[BOX_KEY_SIZE])
{
    static const uint8_t zeros[BOX_KEY_SIZE];
    return secret_equal(result, zeros, sizeof(zeros)) ? HUFU_ERR_FORM : HUFU_OK;
}

/* The first X25519_LANES of them at most, and how many; the lanes that are left over repeat the first. 0: not in lanes. */
static size_t in_lanes(uint8_t out[][BOX_KEY_SIZE], enum hufu_err errs[],
                       const uint8_t private_key[BOX_KEY_SIZE], const uint8_t *const points[], size_t count)
{
    const uint8_t *filled[X25519_LANES];
    struct results results __attribute__((cleanup(results_wipe)));
    const size_t some = count < X25519_LANES ? count : X25519_LANES;
    if (some < LANES_MIN || !cpu_has_ifma())
        return 0;
    for (size_t i = 0; i < X25519_LANES; i++)
        filled[i] = points[i < some ? i : 0];
    x25519_lanes(results.bytes, private_key, filled);
    memcpy(out, results.bytes, some * sizeof(out[0]));
    for (size_t i = 0; i < some; i++)
        errs[i] = verdict(out[i]);
    return some;
}
#else
static size_t in_lanes(uint8_t out[][BOX_KEY_SIZE], enum hufu_err errs[],
                       const uint8_t private_key[BOX_KEY_SIZE], const uint8_t *const points[], size_t count)
{
    (void)out, (void)errs, (void)private_key, (void)points, (void)count;
    return 0;
}
#endif

void x25519_some(uint8_t out[][BOX_KEY_SIZE], enum hufu_err errs[], const uint8_t private_key[BOX_KEY_SIZE],
                 const uint8_t *const points[], size_t count)
{
    size_t some;
    for (size_t at = 0; at < count; at += some) {
        some = in_lanes(out + at, errs + at, private_key, points + at, count - at);
        if (some > 0)
            continue;
        errs[at] = box_agree(out[at], private_key, points[at]);
        some = 1;
    }
    secret_wipe_large_stack();
}
