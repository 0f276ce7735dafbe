/* SPDX-License-Identifier: Apache-2.0 */
/* X25519 leaves neither the private key nor a result on the stack. Each form runs on a stack of the test's own, which is
 * searched afterwards. */
#include "tests/unit/unit.h"

#include <sodium.h>

#include "common/secret.h"
#include "hsm/x25519.h"
#include "hsm/x25519_lanes.h"
#include "tests/unit/own_stack.h"

#define KEY BOX_KEY_SIZE

struct run {
    uint8_t private_key[KEY];
    uint8_t point[X25519_SOME_MAX][KEY];
    const uint8_t *points[X25519_SOME_MAX];
    uint8_t out[X25519_SOME_MAX][KEY];
    enum hufu_err errs[X25519_SOME_MAX];
    size_t count;
};

static struct run run;

/* A quarter of it, or a limb of the lanes. */
static bool lies_around(const uint8_t needle[KEY])
{
    for (size_t at = 0; at < KEY; at += 8)
        if (memmem(left, STACK_SIZE, needle + at, 8))
            return true;
    for (size_t bit = 0; bit < 8 * KEY; bit += 52) {
        uint64_t limb = 0;
        for (size_t i = bit; i < bit + 52 && i < 8 * KEY; i++)
            limb |= (uint64_t)(needle[i / 8] >> i % 8 & 1) << (i - bit);
        if (memmem(left, STACK_SIZE, &limb, sizeof(limb)))
            return true;
    }
    return false;
}

static void leave_a_key(void *context)
{
    uint8_t kept[KEY];
    memcpy(kept, ((struct run *)context)->private_key, KEY);
    __asm__ volatile("" : : "r"(kept) : "memory");
}

static void leave_a_limb(void *context)
{
    uint64_t limb;
    memcpy(&limb, ((struct run *)context)->private_key, sizeof(limb));
    limb &= (UINT64_C(1) << 52) - 1;
    __asm__ volatile("" : : "r"(&limb) : "memory");
}

static void what_is_left_is_found(void **state)
{
    (void)state;
    own_stack_run(leave_a_key, &run);
    assert_true(lies_around(run.private_key));
    own_stack_run(leave_a_limb, &run);
    assert_true(lies_around(run.private_key));
    assert_false(lies_around(run.point[0]));
}

static void run_some(void *context)
{
    struct run *r = context;
    x25519_some(r->out, r->errs, r->private_key, r->points, r->count);
}

static void run_emulated(void *context)
{
    struct run *r = context;
    x25519_lanes_emulated(r->out, r->private_key, r->points);
    secret_wipe_large_stack();
}

static void assert_nothing_lies_around(size_t count)
{
    uint8_t clamped[KEY];
    memcpy(clamped, run.private_key, KEY);
    clamped[0] &= 248;
    clamped[KEY - 1] = (uint8_t)((clamped[KEY - 1] & 127) | 64);
    assert_false(lies_around(run.private_key));
    assert_false(lies_around(clamped));
    for (size_t i = 0; i < count; i++) {
        assert_false(sodium_is_zero(run.out[i], KEY));
        assert_false(lies_around(run.out[i]));
    }
}

/* Alone, which is libsodium's; in the lanes; and both in turn. */
static void no_size_of_group_leaves_a_secret(void **state)
{
    (void)state;
    for (run.count = 1; run.count <= X25519_SOME_MAX; run.count++) {
        own_stack_run(run_some, &run);
        assert_nothing_lies_around(run.count);
    }
}

static void the_emulation_leaves_no_secret(void **state)
{
    (void)state;
    own_stack_run(run_emulated, &run);
    assert_nothing_lies_around(X25519_LANES);
}

static int set_up(void **state)
{
    (void)state;
    if (sodium_init() < 0)
        return -1;
    randombytes_buf(run.private_key, KEY);
    for (size_t i = 0; i < X25519_SOME_MAX; i++) {
        randombytes_buf(run.point[i], KEY);
        run.points[i] = run.point[i];
    }
    own_stack_map();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    own_stack_unmap();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_found),
        cmocka_unit_test(no_size_of_group_leaves_a_secret),
        cmocka_unit_test(the_emulation_leaves_no_secret),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
