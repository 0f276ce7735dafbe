/* SPDX-License-Identifier: Apache-2.0 */
/* What tests a PIN (docs/protocol.md §6) does not stay on the stack of whoever computed or read it. Each step runs on a stack
 * of the test's own, which is searched afterwards. */
#include "tests/unit/cosign_step.h"

#define NEEDLE 32 /* a scalar, or one coordinate of a point */
#define BATCH 5   /* digests: as many as are computed together, and one more */

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

static bool inverse_lies_around(const uint8_t bytes[COSIGN_SCALAR_SIZE])
{
    struct scalar inverse;
    uint8_t encoded[COSIGN_SCALAR_SIZE];
    scalar_of_bytes(&inverse, bytes);
    scalar_invert(&inverse, &inverse);
    scalar_encode(encoded, &inverse);
    return lies_around(encoded);
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

static void assert_no_s2_or_s3(const struct buf *answer)
{
    const uint8_t *item = point_in(answer, 1);
    for (size_t i = 0; i < BATCH; i++, item += 2 * COSIGN_POINT_SIZE + 2 * COSIGN_SCALAR_SIZE) {
        assert_false(lies_around(item + 2 * COSIGN_POINT_SIZE));
        assert_false(lies_around(item + 2 * COSIGN_POINT_SIZE + COSIGN_SCALAR_SIZE));
    }
}

/* κ1 = b·s2, κ2 = b·s3 − r. */
static void assert_no_kappa(const struct pair *pair, const struct buf *answer,
                            uint8_t (*rs)[COSIGN_SCALAR_SIZE])
{
    const uint8_t *item = point_in(answer, 1);
    struct scalar b, kappa, r;
    uint8_t encoded[COSIGN_SCALAR_SIZE];
    scalar_of_bytes(&b, pair->service.b);
    for (size_t i = 0; i < BATCH; i++, item += 2 * COSIGN_POINT_SIZE + 2 * COSIGN_SCALAR_SIZE)
        for (size_t which = 0; which < 2; which++) {
            scalar_of_bytes(&kappa, item + 2 * COSIGN_POINT_SIZE + which * COSIGN_SCALAR_SIZE);
            scalar_mul(&kappa, &b, &kappa);
            scalar_of_bytes(&r, rs[i]);
            if (which == 1)
                scalar_sub(&kappa, &kappa, &r);
            scalar_encode(encoded, &kappa);
            assert_false(lies_around(encoded));
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
    assert_no_s2_or_s3(&pair->answer);
    assert_no_kappa(pair, &pair->answer, step.r);
    assert_false(point_lies_around(pair->service.A));
    assert_false(lies_around(pair->service.b));
    on_own_stack(&step, device_finishes_signing);
    assert_no_s2_or_s3(&pair->answer);
    assert_no_nonce(ks);
    assert_false(lies_around(pair->device.a));
}

#define TOGETHER 3
static struct buf answers[TOGETHER];

/* The same request, as if of several devices. */
static enum hufu_err service_signs_each(struct step *step)
{
    static uint8_t memory[TOGETHER][2048];
    struct cosign_service_signing signings[TOGETHER];
    struct pair *pair = step->pair;
    for (size_t i = 0; i < TOGETHER; i++) {
        buf_init(&answers[i], memory[i], sizeof(memory[i]));
        signings[i] = (struct cosign_service_signing){.half = &pair->service,
                                                      .answer = &answers[i],
                                                      .r_out = step->r + i * BATCH,
                                                      .head = head_of("head"),
                                                      .digests = step->public_part,
                                                      .body = buf_bytes(&pair->body),
                                                      .frame = head_of("frame")};
    }
    enum hufu_err err = cosign_service_sign_each(signings, TOGETHER, &pair->random);
    for (size_t i = 0; i < TOGETHER && !err; i++)
        err = signings[i].err;
    return err;
}

static void signing_together_leaves_neither_half_nor_nonce_nor_answer(void **state)
{
    static struct step step;
    struct pair *pair = *state;
    step = (struct step){.pair = pair};
    make_digests(step.digest[0], BATCH, 1);
    step.public_part = bytes_of(step.digest, BATCH * COSIGN_DIGEST_SIZE);
    pair_reset(pair);
    assert_ok(device_begins_signing(&step));
    on_own_stack(&step, service_signs_each);
    for (size_t i = 0; i < TOGETHER; i++) {
        assert_no_s2_or_s3(&answers[i]);
        assert_no_kappa(pair, &answers[i], step.r + i * BATCH);
    }
    assert_false(point_lies_around(pair->service.A));
    assert_false(lies_around(pair->service.b));
    assert_false(inverse_lies_around(pair->service.b));
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
    on_own_stack(&step, device_refresh_finish_step);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, map_stack, unmap_stack)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_left_is_found),
        TEST(hashing_leaves_no_piece_of_the_schedule),
        TEST(key_generation_leaves_no_B),
        TEST(signing_leaves_neither_half_nor_nonce_nor_answer),
        TEST(signing_together_leaves_neither_half_nor_nonce_nor_answer),
        TEST(decryption_leaves_no_W),
        TEST(refresh_leaves_neither_t_nor_a_point_of_either_generation),
        TEST(the_pin_leaves_no_half),
    };
    return cmocka_run_group_tests_name("cosign stack", tests, NULL, NULL);
}
