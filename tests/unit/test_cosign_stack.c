/* SPDX-License-Identifier: Apache-2.0 */
/* What tests a PIN (docs/protocol.md §6) does not stay on the stack of whoever computed or read it. Each step runs on a
 * stack of the test's own, which is searched afterwards. */
#include "tests/unit/cosign_pair.h"

#include <pthread.h>
#include <sys/mman.h>

#define STACK_SIZE ((size_t)1 << 20)
#define NEEDLE 32 /* a scalar, or one coordinate of a point */

static uint8_t *stack;
static uint8_t left[STACK_SIZE]; /* what was on it when the step had returned */

static int map_stack(void **state)
{
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    assert_true(stack != MAP_FAILED);
    return pair_set_up(state);
}

static int unmap_stack(void **state)
{
    (void)munmap(stack, STACK_SIZE);
    return pair_tear_down(state);
}

/* One step of the protocol, and its arguments. */
struct step {
    enum hufu_err (*run)(struct step *step);
    struct pair *pair;
    struct cosign_keygen keygen;
    struct cosign_device_half next;
    struct cosign_service_half next_service;
    struct cosign_signing signing;
    struct bytes public_part;
    uint8_t half[COSIGN_SCALAR_SIZE];
    uint8_t digest[1][COSIGN_DIGEST_SIZE];
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    enum hufu_err err;
};

/* By hand: a sanitizer's memcpy would object to the frames that it watches. */
__attribute__((no_sanitize("address", "thread"))) static void keep_stack(void)
{
    const volatile uint8_t *from = stack;
    for (size_t i = 0; i < STACK_SIZE; i++)
        left[i] = from[i];
}

/* The stack is kept before the thread ends: the library may then give its pages back. */
static void *run_step(void *context)
{
    struct step *step = context;
    step->err = step->run(step);
    keep_stack();
    return NULL;
}

static void on_own_stack(struct step *step, enum hufu_err (*run)(struct step *step))
{
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 0, STACK_SIZE);
    step->run = run;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_step, step), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    assert_ok(step->err);
}

static bool lies_around(const uint8_t *needle)
{
    return memmem(left, STACK_SIZE, needle, NEEDLE) != NULL;
}

/* The point in field number `index` of an answer, whose x is looked for. */
static const uint8_t *x_in(const struct buf *answer, int index)
{
    struct cursor c;
    struct bytes field = {0};
    cursor_init(&c, buf_bytes(answer));
    for (int i = 0; i <= index; i++)
        field = cursor_field(&c, COSIGN_ANSWER_MAX);
    assert_true(field.len >= COSIGN_POINT_SIZE);
    return field.data + 1;
}

static enum hufu_err leave_a_point(struct step *step)
{
    uint8_t kept[COSIGN_POINT_SIZE];
    memcpy(kept, step->pair->service.A, sizeof(kept));
    __asm__ volatile("" : : "r"(kept) : "memory");
    return HUFU_OK;
}

static void what_is_left_is_found(void **state)
{
    struct step step = {.pair = *state};
    on_own_stack(&step, leave_a_point);
    assert_true(lies_around(step.pair->service.A + 1));
}

static enum hufu_err service_begins_keygen(struct step *step)
{
    uint8_t com[COSIGN_DIGEST_SIZE];
    struct pair *pair = step->pair;
    return cosign_service_keygen_begin(step->half, com, &pair->answer, head_of("head"),
                                       buf_bytes(&pair->body), head_of("frame"), &pair->random);
}

static enum hufu_err device_finishes_keygen(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_device_keygen_finish(&step->keygen, &pair->body, head_of("head"), buf_bytes(&pair->answer));
}

static void key_generation_leaves_no_B(void **state)
{
    struct pair *pair = *state;
    struct step step = {.pair = pair};
    pair_reset(pair);
    assert_ok(cosign_device_keygen_begin(&step.keygen, &pair->body, head_of("head"), &pair->random));
    on_own_stack(&step, service_begins_keygen);
    assert_false(lies_around(x_in(&pair->answer, 1)));
    assert_false(lies_around(step.half));
    pair->body.len = 0;
    on_own_stack(&step, device_finishes_keygen);
    assert_false(lies_around(x_in(&pair->answer, 1)));
    assert_false(lies_around(step.keygen.A + 1));
    assert_false(lies_around(step.keygen.half.a));
}

static enum hufu_err service_signs(struct step *step)
{
    uint8_t r[1][COSIGN_SCALAR_SIZE];
    struct pair *pair = step->pair;
    return cosign_service_sign(&pair->service, &pair->answer, r, head_of("head"), step->public_part,
                               buf_bytes(&pair->body), head_of("frame"), &pair->random);
}

static enum hufu_err device_finishes_signing(struct step *step)
{
    return cosign_device_sign_finish(&step->signing, step->signature, head_of("head"), step->public_part,
                                     buf_bytes(&step->pair->answer));
}

static void signing_leaves_neither_half_nor_answer(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], 1, 1);
    step.public_part = bytes_of(step.digest, sizeof(step.digest));
    pair_reset(pair);
    assert_ok(cosign_device_sign_begin(&step.signing, &pair->body, &pair->device, head_of("head"),
                                       step.public_part, &pair->random));
    on_own_stack(&step, service_signs);
    const uint8_t *s2 = x_in(&pair->answer, 1) - 1 + 2 * COSIGN_POINT_SIZE;
    assert_false(lies_around(s2));
    assert_false(lies_around(s2 + COSIGN_SCALAR_SIZE));
    assert_false(lies_around(pair->service.A + 1));
    assert_false(lies_around(pair->service.b));
    on_own_stack(&step, device_finishes_signing);
    assert_false(lies_around(s2));
    assert_false(lies_around(s2 + COSIGN_SCALAR_SIZE));
    assert_false(lies_around(pair->device.a));
}

static enum hufu_err service_decrypts(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_service_decrypt(&pair->service, &pair->answer, step->digest, head_of("head"),
                                  step->public_part, buf_bytes(&pair->body));
}

static void decryption_leaves_no_W(void **state)
{
    struct pair *pair = *state;
    struct step step = {.pair = pair};
    step.public_part = bytes_of(pair->device.P, COSIGN_POINT_SIZE); /* any point may be a C1 */
    pair_reset(pair);
    assert_ok(cosign_device_decrypt_begin(&pair->body, &pair->device, head_of("head"), step.public_part,
                                          &pair->random));
    on_own_stack(&step, service_decrypts);
    assert_false(lies_around(x_in(&pair->answer, 1)));
    assert_false(lies_around(pair->service.A + 1));
    assert_false(lies_around(pair->service.b));
}

static enum hufu_err service_refreshes(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_service_refresh(&step->next_service, &pair->answer, &pair->service, 0, head_of("head"),
                                  buf_bytes(&pair->body));
}

static enum hufu_err device_finishes_refresh(struct step *step)
{
    return cosign_device_refresh_finish(&step->next, 0, buf_bytes(&step->pair->answer));
}

static void refresh_leaves_neither_t_nor_a_point_of_either_generation(void **state)
{
    struct pair *pair = *state;
    struct step step = {.pair = pair};
    pair_reset(pair);
    assert_ok(
        cosign_device_refresh_begin(&step.next, &pair->body, &pair->device, head_of("head"), &pair->random));
    on_own_stack(&step, service_refreshes);
    const uint8_t *t = pair->body.data + 4 + strlen(COSIGN_OP_REFRESH) + 4;
    assert_false(lies_around(t));
    assert_false(lies_around(x_in(&pair->answer, 2)));
    assert_false(lies_around(pair->service.A + 1));
    assert_false(lies_around(step.next_service.A + 1));
    assert_false(lies_around(step.next_service.b));
    on_own_stack(&step, device_finishes_refresh);
    assert_false(lies_around(x_in(&pair->answer, 2)));
    assert_false(lies_around(step.next.a));
}

static enum hufu_err hashes(struct step *step)
{
    cosign_sm3(step->digest[0], step->public_part.data, step->public_part.len);
    return HUFU_OK;
}

static uint32_t turn(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* GB/T 32905 §5.3.2. */
static void make_schedule(uint32_t w[68], const uint8_t block[64])
{
    for (size_t j = 0; j < 16; j++)
        w[j] = (uint32_t)block[4 * j] << 24 | (uint32_t)block[4 * j + 1] << 16 |
               (uint32_t)block[4 * j + 2] << 8 | block[4 * j + 3];
    for (size_t j = 16; j < 68; j++) {
        const uint32_t x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15);
        w[j] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6];
    }
}

/* Any sixteen words of a block's schedule in a row give the block. It is padded by hand here, so that no second block
 * overwrites what the first may have left. */
static void hashing_leaves_no_piece_of_the_schedule(void **state)
{
    const size_t len = 55;
    struct step step = {.pair = *state};
    uint8_t block[64] = {0};
    uint32_t w[68];
    make_digests(block, 2, 9);
    memset(block + len, 0, sizeof(block) - len);
    block[len] = 0x80;
    block[62] = (uint8_t)(8 * len >> 8);
    block[63] = (uint8_t)(8 * len);
    make_schedule(w, block);
    step.public_part = bytes_of(block, len);
    on_own_stack(&step, hashes);
    for (size_t j = 0; j + 4 <= 68; j++)
        assert_null(memmem(left, STACK_SIZE, &w[j], 4 * sizeof(w[0])));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, map_stack, unmap_stack)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_is_found),      TEST(hashing_leaves_no_piece_of_the_schedule),
        TEST(key_generation_leaves_no_B), TEST(signing_leaves_neither_half_nor_answer),
        TEST(decryption_leaves_no_W),     TEST(refresh_leaves_neither_t_nor_a_point_of_either_generation),
    };
    return cmocka_run_group_tests_name("cosign stack", tests, NULL, NULL);
}
