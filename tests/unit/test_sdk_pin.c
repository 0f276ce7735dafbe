/* SPDX-License-Identifier: Apache-2.0 */
/* The PIN's form and its way to the key that hides the half, with the real Argon2id. */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "cosign/cosign.h"
#include "mobile-sdk/pin.h"

static enum hufu_result form_of(const char *text)
{
    const struct pin pin = {.text = text, .len = strlen(text)};
    return pin_check_form(&pin);
}

static int set_up(void **state)
{
    (void)state;
    return pin_ready() ? 0 : -1;
}

static void a_pin_has_6_to_64_bytes(void **state)
{
    (void)state;
    char text[66];
    memset(text, '7', sizeof(text));
    text[65] = '\0';
    assert_int_equal(form_of(text), HUFU_RESULT_PIN_FORM);
    text[64] = '\0';
    assert_int_equal(form_of(text), HUFU_RESULT_OK);
    assert_int_equal(form_of("314159"), HUFU_RESULT_OK);
    assert_int_equal(form_of("31415"), HUFU_RESULT_PIN_FORM);
    assert_int_equal(form_of("虎符"), HUFU_RESULT_OK); /* six bytes */
    assert_int_equal(form_of(""), HUFU_RESULT_PIN_FORM);
}

static void the_limits_hold_after_normalisation(void **state)
{
    (void)state;
    char text[22 * 3 + 1] = "";
    for (int i = 0; i < 22; i++)
        memcpy(text + 3 * i, "e\xcc\x81", 4); /* e and an acute accent, 66 bytes: 44 in NFC */
    assert_int_equal(strlen(text), 66);
    assert_int_equal(form_of(text), HUFU_RESULT_OK);
    assert_int_equal(form_of("e\xcc\x81"
                             "e\xcc\x81"),
                     HUFU_RESULT_PIN_FORM); /* six bytes: four in NFC */
}

static void what_is_not_text_is_no_pin(void **state)
{
    (void)state;
    static const char *const texts[] = {"12345\xff", "12345\xc0\x80", "123\xed\xa0\x80", "1234\xe4\xb8",
                                        "12345\n",   "12345\x7f",     "1234\xc2\x85"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(form_of(texts[i]), HUFU_RESULT_PIN_FORM);
    const struct pin with_nul = {.text = "123\0"
                                         "456",
                                 .len = 7};
    assert_int_equal(pin_check_form(&with_nul), HUFU_RESULT_PIN_FORM);
    const struct pin none = {.text = NULL, .len = 0};
    assert_int_equal(pin_check_form(&none), HUFU_RESULT_PIN_FORM);
}

static void two_spellings_of_a_pin_give_one_key(void **state)
{
    (void)state;
    const uint8_t salt[PIN_SALT_SIZE] = {1};
    const struct pin_parameters parameters = pin_parameters_today(salt);
    const struct pin composed = {.text = "caf\xc3\xa9s", .len = 6};
    const struct pin decomposed = {.text = "cafe\xcc\x81s", .len = 7};
    const struct pin other = {.text = "cafes!", .len = 6};
    SECRET_WIPED struct secret32 one, two, three;
    assert_int_equal(pin_key(&one, &composed, &parameters), HUFU_RESULT_OK);
    assert_int_equal(pin_key(&two, &decomposed, &parameters), HUFU_RESULT_OK);
    assert_int_equal(pin_key(&three, &other, &parameters), HUFU_RESULT_OK);
    assert_memory_equal(one.bytes, two.bytes, 32);
    assert_memory_not_equal(one.bytes, three.bytes, 32);
}

/* The vector of docs/protocol.md §9: PIN and salt to Argon2id's output, and with σ to a. */
static void the_vector_of_the_protocol_is_reproduced(void **state)
{
    (void)state;
    uint8_t salt[PIN_SALT_SIZE], sigma[32], a[32];
    struct buf out;
    buf_init(&out, salt, sizeof(salt));
    assert_ok(hex_decode(&out, "058ab62393146edf9cc0e6a54bce4c0d"));
    buf_init(&out, sigma, sizeof(sigma));
    assert_ok(hex_decode(&out, "bf79e3debe280e0a0a19b053919ac0bf9e475b955f97ec7e22e37a167d6b452a"));
    const struct pin_parameters parameters = pin_parameters_today(salt);
    const struct pin pin = {.text = "314159", .len = 6};
    SECRET_WIPED struct secret32 key;
    char text[65];
    assert_int_equal(pin_key(&key, &pin, &parameters), HUFU_RESULT_OK);
    hex_encode(text, sizeof(text), bytes_of(key.bytes, 32));
    assert_string_equal(text, "5d816d2deddd95d9dfe7be868ed4e4673b3e1d8cafa6295755b01e4d7c82ec06");
    assert_ok(cosign_pin_open(a, sigma, key.bytes));
    hex_encode(text, sizeof(text), bytes_of(a, 32));
    assert_string_equal(text, "aeee445e2a3453a4090759aa050abde25863fd9cfdd150ce590f0f3eac958b89");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pin_has_6_to_64_bytes),
        cmocka_unit_test(the_limits_hold_after_normalisation),
        cmocka_unit_test(what_is_not_text_is_no_pin),
        cmocka_unit_test(two_spellings_of_a_pin_give_one_key),
        cmocka_unit_test(the_vector_of_the_protocol_is_reproduced),
    };
    return cmocka_run_group_tests_name("sdk_pin", tests, set_up, NULL);
}
