/* SPDX-License-Identifier: Apache-2.0 */
/* What tests a PIN (docs/protocol.md §6) does not stay on the stack of whoever computed or read it, and no step takes more
 * stack than cosign.h says. Each step runs on a stack of the test's own, which is searched afterwards. */
#include "tests/unit/cosign_pair.h"

#include <pthread.h>
#include <sys/mman.h>

#define STACK_SIZE ((size_t)1 << 20)
#define NEEDLE 32 /* a scalar, or one coordinate of a point */
#define FILLING 0xa5
#define BATCH 5 /* digests: as many as are computed together, and one more */
#define USE_MAX ((size_t)64 << 10)

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
    struct cosign_handover split;
    struct bytes public_part;
    uint8_t half[COSIGN_SCALAR_SIZE];
    uint8_t com[COSIGN_DIGEST_SIZE];
    uint8_t digest[COSIGN_BATCH_MAX][COSIGN_DIGEST_SIZE];
    uint8_t r[COSIGN_BATCH_MAX][COSIGN_SCALAR_SIZE];
    uint8_t signature[COSIGN_BATCH_MAX][COSIGN_SIGNATURE_SIZE];
    uint8_t points[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE];
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
    memset(stack, FILLING, STACK_SIZE);
    step->run = run;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, STACK_SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_step, step), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    (void)pthread_attr_destroy(&attributes);
    assert_ok(step->err);
}

/* As on the wire, or a quarter of it as words with the least significant byte first. */
static bool lies_around(const uint8_t *needle)
{
    uint8_t reversed[NEEDLE];
    for (size_t i = 0; i < NEEDLE; i++)
        reversed[i] = needle[NEEDLE - 1 - i];
    for (size_t i = 0; i < NEEDLE; i += 8)
        if (memmem(left, STACK_SIZE, reversed + i, 8))
            return true;
    return memmem(left, STACK_SIZE, needle, NEEDLE) != NULL;
}

/* Either coordinate, in any of these forms or as the arithmetic has it. */
static bool point_lies_around(const uint8_t encoded[COSIGN_POINT_SIZE])
{
    struct affine p;
    assert_true(affine_decode_var(&p, encoded));
    return lies_around(encoded + 1) || lies_around(encoded + 1 + NEEDLE) ||
           memmem(left, STACK_SIZE, &p.x, sizeof(p.x)) != NULL ||
           memmem(left, STACK_SIZE, &p.y, sizeof(p.y)) != NULL;
}

/* The first point in field number `index` of an answer. */
static const uint8_t *point_in(const struct buf *answer, int index)
{
    struct cursor c;
    struct bytes field = {0};
    cursor_init(&c, buf_bytes(answer));
    for (int i = 0; i <= index; i++)
        field = cursor_field(&c, COSIGN_ANSWER_MAX);
    assert_true(field.len >= COSIGN_POINT_SIZE);
    return field.data;
}

static enum hufu_err leave_a_point(struct step *step)
{
    uint8_t kept[COSIGN_POINT_SIZE];
    memcpy(kept, step->pair->service.A, sizeof(kept));
    __asm__ volatile("" : : "r"(kept) : "memory");
    return HUFU_OK;
}

static enum hufu_err leave_a_scalar(struct step *step)
{
    struct scalar kept;
    scalar_of_bytes(&kept, step->pair->service.b);
    __asm__ volatile("" : : "r"(&kept) : "memory");
    return HUFU_OK;
}

static enum hufu_err leave_an_affine_point(struct step *step)
{
    struct affine kept;
    assert_true(affine_decode_var(&kept, step->pair->service.A));
    __asm__ volatile("" : : "r"(&kept) : "memory");
    return HUFU_OK;
}

static void what_is_left_is_found(void **state)
{
    static struct step step;
    step = (struct step){.pair = *state};
    on_own_stack(&step, leave_a_point);
    assert_true(point_lies_around(step.pair->service.A));
    assert_false(lies_around(step.pair->service.b));
    on_own_stack(&step, leave_a_scalar);
    assert_true(lies_around(step.pair->service.b));
    assert_false(point_lies_around(step.pair->service.A));
    on_own_stack(&step, leave_an_affine_point);
    assert_true(point_lies_around(step.pair->service.A));
}

static enum hufu_err service_begins_keygen(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_service_keygen_begin(step->half, step->com, &pair->answer, head_of("head"),
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
    static struct step step;
    step = (struct step){.pair = pair};
    pair_reset(pair);
    assert_ok(cosign_device_keygen_begin(&step.keygen, &pair->body, head_of("head"), &pair->random));
    on_own_stack(&step, service_begins_keygen);
    assert_false(point_lies_around(point_in(&pair->answer, 1)));
    assert_false(lies_around(step.half));
    pair->body.len = 0;
    on_own_stack(&step, device_finishes_keygen);
    assert_false(point_lies_around(point_in(&pair->answer, 1)));
    assert_false(point_lies_around(step.keygen.A));
    assert_false(lies_around(step.keygen.half.a));
}

static enum hufu_err service_signs(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_service_sign(&pair->service, &pair->answer, step->r, head_of("head"), step->public_part,
                               buf_bytes(&pair->body), head_of("frame"), &pair->random);
}

static enum hufu_err device_finishes_signing(struct step *step)
{
    return cosign_device_sign_finish(&step->signing, step->signature, head_of("head"), step->public_part,
                                     buf_bytes(&step->pair->answer));
}

static enum hufu_err device_begins_signing(struct step *step)
{
    struct pair *pair = step->pair;
    return cosign_device_sign_begin(&step->signing, &pair->body, &pair->device, head_of("head"),
                                    step->public_part, &pair->random);
}

static void assert_no_s2_or_s3(const struct pair *pair)
{
    const uint8_t *item = point_in(&pair->answer, 1);
    for (size_t i = 0; i < BATCH; i++, item += 2 * COSIGN_POINT_SIZE + 2 * COSIGN_SCALAR_SIZE) {
        assert_false(lies_around(item + 2 * COSIGN_POINT_SIZE));
        assert_false(lies_around(item + 2 * COSIGN_POINT_SIZE + COSIGN_SCALAR_SIZE));
    }
}

static void assert_no_nonce(uint8_t (*ks)[2 * COSIGN_SCALAR_SIZE])
{
    for (size_t i = 0; i < BATCH; i++) {
        assert_false(lies_around(ks[i]));
        assert_false(lies_around(ks[i] + COSIGN_SCALAR_SIZE));
    }
}

static void signing_leaves_neither_half_nor_nonce_nor_answer(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    uint8_t ks[BATCH][2 * COSIGN_SCALAR_SIZE];
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], BATCH, 1);
    step.public_part = bytes_of(step.digest, BATCH * COSIGN_DIGEST_SIZE);
    pair_reset(pair);
    on_own_stack(&step, device_begins_signing);
    memcpy(ks, step.signing.ks, sizeof(ks));
    assert_no_nonce(ks);
    assert_false(lies_around(pair->device.a));
    assert_false(point_lies_around(pair->service.A));
    on_own_stack(&step, service_signs);
    assert_no_s2_or_s3(pair);
    assert_false(point_lies_around(pair->service.A));
    assert_false(lies_around(pair->service.b));
    on_own_stack(&step, device_finishes_signing);
    assert_no_s2_or_s3(pair);
    assert_no_nonce(ks);
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
    static struct step step;
    step = (struct step){.pair = pair};
    step.public_part = bytes_of(pair->device.P, COSIGN_POINT_SIZE); /* any point may be a C1 */
    pair_reset(pair);
    assert_ok(cosign_device_decrypt_begin(&pair->body, &pair->device, head_of("head"), step.public_part,
                                          &pair->random));
    on_own_stack(&step, service_decrypts);
    assert_false(point_lies_around(point_in(&pair->answer, 1)));
    assert_false(point_lies_around(pair->service.A));
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
    static struct step step;
    step = (struct step){.pair = pair};
    pair_reset(pair);
    assert_ok(
        cosign_device_refresh_begin(&step.next, &pair->body, &pair->device, head_of("head"), &pair->random));
    on_own_stack(&step, service_refreshes);
    const uint8_t *t = pair->body.data + 4 + strlen(COSIGN_OP_REFRESH) + 4;
    assert_false(lies_around(t));
    assert_false(point_lies_around(point_in(&pair->answer, 2)));
    assert_false(point_lies_around(pair->service.A));
    assert_false(point_lies_around(step.next_service.A));
    assert_false(lies_around(step.next_service.b));
    on_own_stack(&step, device_finishes_refresh);
    assert_false(point_lies_around(point_in(&pair->answer, 2)));
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
    static struct step step;
    step = (struct step){.pair = *state};
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

/* ---- How much stack the steps take ---- */

/* A head as long as one with all points of a full batch (docs/protocol.md §7). */
static struct bytes long_head(void)
{
    static uint8_t head[COSIGN_BATCH_MAX * COSIGN_POINT_SIZE + 512];
    return bytes_of(head, sizeof(head));
}

static struct bytes long_digests(struct step *step)
{
    return bytes_of(step->digest, sizeof(step->digest));
}

static struct bytes long_points(struct step *step)
{
    return bytes_of(step->points, sizeof(step->points));
}

static enum hufu_err does_nothing(struct step *step)
{
    (void)step;
    return HUFU_OK;
}

static enum hufu_err device_keygen_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_keygen_begin(&step->keygen, &p->body, long_head(), &p->random);
}

static enum hufu_err service_keygen_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_keygen_begin(step->half, step->com, &p->answer, long_head(), buf_bytes(&p->body),
                                       long_head(), &p->random);
}

static enum hufu_err device_keygen_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    p->body.len = 0;
    return cosign_device_keygen_finish(&step->keygen, &p->body, long_head(), buf_bytes(&p->answer));
}

static enum hufu_err service_keygen_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    p->answer.len = 0;
    return cosign_service_keygen_finish(&step->next_service, &p->answer, long_head(), step->half, step->com,
                                        buf_bytes(&p->body));
}

static enum hufu_err device_keygen_done_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_keygen_done(&step->keygen, &step->next, buf_bytes(&p->answer));
}

static enum hufu_err device_sign_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_sign_begin(&step->signing, &p->body, &p->device, long_head(), long_digests(step),
                                    &p->random);
}

static enum hufu_err service_sign_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_sign(&p->service, &p->answer, step->r, long_head(), long_digests(step),
                               buf_bytes(&p->body), long_head(), &p->random);
}

static enum hufu_err device_sign_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_device_sign_finish(&step->signing, step->signature, long_head(), long_digests(step),
                                     buf_bytes(&p->answer));
}

static enum hufu_err verify_step(struct step *step)
{
    return cosign_verify_var(step->pair->device.P, step->digest[0], step->signature[0]);
}

static enum hufu_err device_decrypt_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_decrypt_begin(&p->body, &p->device, long_head(), long_points(step), &p->random);
}

static enum hufu_err service_decrypt_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_decrypt(&p->service, &p->answer, step->r, long_head(), long_points(step),
                                  buf_bytes(&p->body));
}

/* One byte whose C3, the last that is checked, does not hold. */
static enum hufu_err device_decrypt_finish_step(struct step *step)
{
    struct pair *p = step->pair;
    uint8_t ciphertext[COSIGN_POINT_SIZE + COSIGN_DIGEST_SIZE + 1] = {0}, plaintext;
    memcpy(ciphertext, step->points, COSIGN_POINT_SIZE);
    const enum hufu_err err = cosign_device_decrypt_finish(
        &plaintext, &p->device, 0, bytes_of(ciphertext, sizeof(ciphertext)), buf_bytes(&p->answer));
    return err == HUFU_ERR_PEER ? HUFU_OK : HUFU_ERR_INTERNAL;
}

static enum hufu_err device_pin_check_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_pin_check(&p->body, &p->device, long_head(), &p->random);
}

static enum hufu_err service_pin_check_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_pin_check(&p->service, &p->answer, long_head(), buf_bytes(&p->body));
}

static enum hufu_err device_refresh_begin_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_refresh_begin(&step->next, &p->body, &p->device, long_head(), &p->random);
}

static enum hufu_err service_refresh_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_refresh(&step->next_service, &p->answer, &p->service, 0, long_head(),
                                  buf_bytes(&p->body));
}

static enum hufu_err device_handover_split_step(struct step *step)
{
    return cosign_device_handover_split(&step->split, &step->pair->device, &step->pair->random);
}

static enum hufu_err device_handover_body_step(struct step *step)
{
    struct pair *p = step->pair;
    pair_reset(p);
    return cosign_device_handover_body(&p->body, &step->split, &p->device, long_head(), &p->random);
}

static enum hufu_err service_handover_step(struct step *step)
{
    struct pair *p = step->pair;
    return cosign_service_handover(&step->next_service, &p->answer, &p->service, long_head(),
                                   buf_bytes(&p->body));
}

static enum hufu_err device_handover_accept_step(struct step *step)
{
    return cosign_device_handover_accept(step->split.a2, step->split.A2);
}

static enum hufu_err pin_hide_step(struct step *step)
{
    return cosign_pin_hide(step->half, step->pair->device.a, step->digest[0]);
}

static enum hufu_err pin_open_step(struct step *step)
{
    return cosign_pin_open(step->r[0], step->half, step->digest[0]);
}

static enum hufu_err point_check_step(struct step *step)
{
    return cosign_point_check_var(step->pair->device.P);
}

static enum hufu_err sm3_step(struct step *step)
{
    cosign_sm3(step->half, step->points, sizeof(step->points));
    return HUFU_OK;
}

static enum hufu_err hash_fields_step(struct step *step)
{
    const struct bytes fields[] = {long_head(), long_points(step)};
    return cosign_hash_fields(step->half, fields, 2);
}

static enum hufu_err message_digest_step(struct step *step)
{
    return cosign_message_digest(step->half, bytes_of_text(COSIGN_GM_IDENTITY), step->pair->device.P,
                                 long_points(step));
}

static size_t stack_used(struct step *step, enum hufu_err (*run)(struct step *step))
{
    size_t untouched = 0;
    on_own_stack(step, run);
    while (untouched < STACK_SIZE && left[untouched] == FILLING)
        untouched++;
    return STACK_SIZE - untouched;
}

/* In an order in which each finds what it needs. */
static const struct {
    const char *name;
    enum hufu_err (*run)(struct step *step);
} steps[] = {
    {"cosign_point_check_var", point_check_step},
    {"cosign_hash_fields", hash_fields_step},
    {"cosign_sm3", sm3_step},
    {"cosign_message_digest", message_digest_step},
    {"cosign_device_keygen_begin", device_keygen_begin_step},
    {"cosign_service_keygen_begin", service_keygen_begin_step},
    {"cosign_device_keygen_finish", device_keygen_finish_step},
    {"cosign_service_keygen_finish", service_keygen_finish_step},
    {"cosign_device_keygen_done", device_keygen_done_step},
    {"cosign_device_sign_begin", device_sign_begin_step},
    {"cosign_service_sign", service_sign_step},
    {"cosign_device_sign_finish", device_sign_finish_step},
    {"cosign_verify_var", verify_step},
    {"cosign_device_decrypt_begin", device_decrypt_begin_step},
    {"cosign_service_decrypt", service_decrypt_step},
    {"cosign_device_decrypt_finish", device_decrypt_finish_step},
    {"cosign_device_pin_check", device_pin_check_step},
    {"cosign_service_pin_check", service_pin_check_step},
    {"cosign_device_refresh_begin", device_refresh_begin_step},
    {"cosign_service_refresh", service_refresh_step},
    {"cosign_device_refresh_finish", device_finishes_refresh},
    {"cosign_device_handover_split", device_handover_split_step},
    {"cosign_device_handover_body", device_handover_body_step},
    {"cosign_service_handover", service_handover_step},
    {"cosign_device_handover_accept", device_handover_accept_step},
    {"cosign_pin_hide", pin_hide_step},
    {"cosign_pin_open", pin_open_step},
};

/* x as it is, or on its way through a Montgomery multiplication: x·2^-256 mod n. */
static bool scalar_lies_around(const uint8_t x[COSIGN_SCALAR_SIZE])
{
    uint8_t bytes[SCALAR_WIDE_BYTES] = {0};
    struct scalar value, radix;
    bytes[SCALAR_WIDE_BYTES - 1 - SCALAR_BYTES] = 1; /* 2^256 */
    scalar_decode_wide(&radix, bytes);
    scalar_of_bytes(&value, x);
    scalar_invert(&radix, &radix);
    scalar_mul(&value, &value, &radix);
    scalar_encode(bytes, &value);
    return lies_around(x) || lies_around(bytes);
}

static void the_pin_leaves_no_half(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], 1, 5);
    on_own_stack(&step, pin_hide_step);
    assert_false(scalar_lies_around(pair->device.a));
    on_own_stack(&step, pin_open_step);
    assert_memory_equal(step.r[0], pair->device.a, COSIGN_SCALAR_SIZE);
    assert_false(scalar_lies_around(pair->device.a));
}

/* cosign.h promises less than 64 KiB, for optimised builds without sanitizers; all are printed. */
static void a_full_batch_takes_no_more_stack_than_promised(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], COSIGN_BATCH_MAX, 3);
    for (size_t i = 0; i < COSIGN_BATCH_MAX; i++) /* any points may be C1 */
        memcpy(step.points + i * COSIGN_POINT_SIZE, i % 2 ? pair->device.P : pair->service.A,
               COSIGN_POINT_SIZE);
    pair_reset(pair);
    const size_t without = stack_used(&step, does_nothing);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const size_t used = stack_used(&step, steps[i].run) - without;
        print_message("%-30s %6zu bytes of stack\n", steps[i].name, used);
#if defined(__OPTIMIZE__) && !HUFU_SANITIZED
        if (used >= USE_MAX)
            fail_msg("%s takes %zu bytes of stack", steps[i].name, used);
#endif
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, map_stack, unmap_stack)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_is_found),      TEST(hashing_leaves_no_piece_of_the_schedule),
        TEST(key_generation_leaves_no_B), TEST(signing_leaves_neither_half_nor_nonce_nor_answer),
        TEST(decryption_leaves_no_W),     TEST(refresh_leaves_neither_t_nor_a_point_of_either_generation),
        TEST(the_pin_leaves_no_half),     TEST(a_full_batch_takes_no_more_stack_than_promised),
    };
    return cmocka_run_group_tests_name("cosign stack", tests, NULL, NULL);
}
