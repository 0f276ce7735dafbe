/* SPDX-License-Identifier: Apache-2.0 */
/* Decryption of what OpenSSL encrypted, and what a dishonest service gets out of it: nothing. */
#include "tests/unit/unit.h"

#include "tests/unit/cosign_judge.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define TEXT "只有收件人能读"
#define COUNT 3

struct decryption {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
    uint8_t memory[COUNT][512];
    struct hufu_ciphertext ciphertexts[COUNT];
    uint8_t plain[COUNT][256];
    uint8_t *plaintexts[COUNT];
};

static int set_up(void **state)
{
    static struct decryption x;
    memset(&x, 0, sizeof(x));
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_create(x.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &x.key),
                     HUFU_RESULT_OK);
    const uint8_t *P = sdk_service_key(x.service, true)->now.half.P;
    for (size_t i = 0; i < COUNT; i++) {
        size_t len = judge_encrypts(x.memory[i], sizeof(x.memory[i]), P, bytes_of(TEXT, strlen(TEXT) - i));
        x.ciphertexts[i] = (struct hufu_ciphertext){x.memory[i], len};
        x.plaintexts[i] = x.plain[i];
    }
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct decryption *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static enum hufu_result decrypt(struct decryption *x, size_t count, const char *pin)
{
    memset(x->plain, 0xee, sizeof(x->plain));
    return hufu_decrypt(x->device->hufu, &x->key, x->ciphertexts, count, x->plaintexts, pin, strlen(pin));
}

static void assert_no_plaintext(const struct decryption *x)
{
    static const uint8_t zero[256];
    for (size_t i = 0; i < COUNT; i++)
        assert_memory_equal(x->plain[i], zero, x->ciphertexts[i].len - HUFU_CIPHERTEXT_OVERHEAD);
}

static void what_openssl_encrypted_is_decrypted(void **state)
{
    struct decryption *x = *state;
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(x->ciphertexts[i].len - HUFU_CIPHERTEXT_OVERHEAD, strlen(TEXT) - i);
        assert_memory_equal(x->plain[i], TEXT, strlen(TEXT) - i);
    }
}

static void one_bad_ciphertext_gives_no_plaintext_of_any(void **state)
{
    struct decryption *x = *state;
    x->memory[1][x->ciphertexts[1].len - 1] ^= 1;
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_FAULT);
    assert_no_plaintext(x);
}

static void another_point_in_the_answer_gives_no_plaintext(void **state)
{
    struct decryption *x = *state;
    x->service->lie = SDK_LIE_DECRYPT_W;
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_FAULT);
    assert_no_plaintext(x);
}

static void a_point_too_few_in_the_answer_gives_no_plaintext(void **state)
{
    struct decryption *x = *state;
    x->service->lie = SDK_LIE_DECRYPT_SHORT;
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_FAULT);
    assert_no_plaintext(x);
}

static void a_point_off_the_curve_is_never_sent(void **state)
{
    struct decryption *x = *state;
    unsigned before = x->service->requests;
    x->memory[2][40] ^= 1;
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_FORM);
    assert_no_plaintext(x);
    assert_int_equal(x->service->requests, before);
}

static void too_many_ciphertexts_give_no_plaintext_of_any(void **state)
{
    struct decryption *x = *state;
    static struct hufu_ciphertext many[HUFU_BATCH_MAX + 1];
    static uint8_t *plaintexts[HUFU_BATCH_MAX + 1];
    for (size_t i = 0; i <= HUFU_BATCH_MAX; i++) {
        many[i] = x->ciphertexts[i % COUNT];
        plaintexts[i] = x->plaintexts[i % COUNT];
    }
    memset(x->plain, 0xee, sizeof(x->plain));
    assert_int_equal(hufu_decrypt(x->device->hufu, &x->key, many, HUFU_BATCH_MAX + 1, plaintexts, SDK_PIN,
                                  strlen(SDK_PIN)),
                     HUFU_RESULT_LIMIT);
    assert_no_plaintext(x);
}

static void a_ciphertext_without_content_is_refused(void **state)
{
    struct decryption *x = *state;
    x->ciphertexts[0].len = HUFU_CIPHERTEXT_OVERHEAD;
    assert_int_equal(decrypt(x, 1, SDK_PIN), HUFU_RESULT_FORM);
    x->ciphertexts[0].len = 0;
    assert_int_equal(decrypt(x, 1, SDK_PIN), HUFU_RESULT_FORM);
}

static void a_wrong_pin_gives_no_plaintext(void **state)
{
    struct decryption *x = *state;
    assert_int_equal(decrypt(x, COUNT, "wrong pin"), HUFU_RESULT_PIN_WRONG);
    assert_no_plaintext(x);
}

static void a_signing_key_does_not_decrypt_and_a_decrypting_key_does_not_sign(void **state)
{
    struct decryption *x = *state;
    uint8_t digests[1][HUFU_DIGEST_SIZE] = {{1}}, signatures[1][HUFU_SIGNATURE_SIZE];
    unsigned before = x->service->requests;
    assert_int_equal(hufu_sign_digests(x->device->hufu, &x->key, (const uint8_t(*)[HUFU_DIGEST_SIZE])digests,
                                       1, NULL, SDK_PIN, strlen(SDK_PIN), signatures),
                     HUFU_RESULT_NOT_READY);
    x->key = sdk_device_key(x->device, HUFU_USAGE_SIGN);
    assert_int_equal(decrypt(x, 1, SDK_PIN), HUFU_RESULT_NOT_READY);
    assert_int_equal(x->service->requests, before);
}

static void a_refreshed_key_still_decrypts(void **state)
{
    struct decryption *x = *state;
    assert_int_equal(hufu_refresh(x->device->hufu, &x->key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
    assert_int_equal(decrypt(x, COUNT, SDK_PIN), HUFU_RESULT_OK);
    assert_memory_equal(x->plain[0], TEXT, strlen(TEXT));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_openssl_encrypted_is_decrypted),
        TEST(one_bad_ciphertext_gives_no_plaintext_of_any),
        TEST(another_point_in_the_answer_gives_no_plaintext),
        TEST(a_point_too_few_in_the_answer_gives_no_plaintext),
        TEST(a_point_off_the_curve_is_never_sent),
        TEST(too_many_ciphertexts_give_no_plaintext_of_any),
        TEST(a_ciphertext_without_content_is_refused),
        TEST(a_wrong_pin_gives_no_plaintext),
        TEST(a_signing_key_does_not_decrypt_and_a_decrypting_key_does_not_sign),
        TEST(a_refreshed_key_still_decrypts),
    };
    return cmocka_run_group_tests_name("sdk_decrypt", tests, NULL, NULL);
}
