/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "common/hash.h"

static enum hufu_err decode(uint8_t *memory, size_t cap, size_t *len, const char *text)
{
    struct buf b;
    buf_init(&b, memory, cap);
    enum hufu_err err = base64url_decode(&b, text);
    *len = b.len;
    return err;
}

static void base64url_follows_rfc_4648(void **state)
{
    (void)state;
    static const struct {
        const char *plain, *text;
    } cases[] = {{"", ""},        {"f", "Zg"},        {"fo", "Zm8"},
                 {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"\xfb\xff", "-_8"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[16];
        uint8_t memory[8];
        size_t len;
        base64url_encode(text, sizeof(text), bytes_of_text(cases[i].plain));
        assert_string_equal(text, cases[i].text);
        assert_ok(decode(memory, sizeof(memory), &len, text));
        assert_true(bytes_equal(bytes_of(memory, len), bytes_of_text(cases[i].plain)));
    }
}

static void base64url_refuses_every_other_form(void **state)
{
    (void)state;
    static const char *const bad[] = {"Zg==", "Zg=", "Z",     "Zh",        "Zm9",        "Zm 9v",  "Zm9v\n",
                                      "+_8",  "-/8", "Zm9vY", "\xc3\xa4z", "\xc3\xa4zz", "Zm9\xff"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint8_t memory[16];
        size_t len = 1;
        assert_int_equal(decode(memory, sizeof(memory), &len, bad[i]), HUFU_ERR_FORM);
        assert_int_equal(len, 0);
    }
}

static void base64url_refuses_more_than_there_is_room(void **state)
{
    (void)state;
    uint8_t memory[2];
    size_t len;
    assert_int_equal(decode(memory, sizeof(memory), &len, "Zm9v"), HUFU_ERR_LIMIT);
}

static void hex_comes_back_and_refuses_other_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {"0", "0g", "00 ", " 00", "0x00"};
    uint8_t memory[4];
    char text[5];
    struct buf b;
    hex_encode(text, sizeof(text), bytes_of("\x0f\xa0", 2));
    assert_string_equal(text, "0fa0");
    buf_init(&b, memory, sizeof(memory));
    assert_ok(hex_decode(&b, text));
    assert_true(bytes_equal(buf_bytes(&b), bytes_of("\x0f\xa0", 2)));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        buf_init(&b, memory, sizeof(memory));
        assert_int_equal(hex_decode(&b, bad[i]), HUFU_ERR_FORM);
    }
}

static void uuid_v7_carries_time_version_and_variant(void **state)
{
    (void)state;
    uint8_t uuid[UUID_SIZE], back[UUID_SIZE], random[10];
    char text[UUID_TEXT_SIZE];
    memset(random, 0xff, sizeof(random));
    uuid_v7(uuid, 0x017f22e279b0, random);
    uuid_format(text, uuid);
    assert_string_equal(text, "017f22e2-79b0-7fff-bfff-ffffffffffff");
    assert_ok(uuid_parse(back, text));
    assert_memory_equal(back, uuid, UUID_SIZE);
}

static void uuid_refuses_other_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "017f22e279b07fffbfffffffffffffff",
                                      "017f22e2-79b0-7fff-bfff-fffffffffff",
                                      "017f22e2-79b0-7fff-bfff-ffffffffffffa",
                                      "017f22e27-9b0-7fff-bfff-ffffffffffff",
                                      "g17f22e2-79b0-7fff-bfff-ffffffffffff",
                                      "{17f22e2-79b0-7fff-bfff-fffffffffff}"};
    static const uint8_t zero[UUID_SIZE];
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint8_t uuid[UUID_SIZE];
        assert_int_equal(uuid_parse(uuid, bad[i]), HUFU_ERR_FORM);
        if (strlen(bad[i]) != UUID_TEXT_SIZE - 1)
            assert_memory_equal(uuid, zero, UUID_SIZE);
    }
}

static void times_come_back(void **state)
{
    (void)state;
    static const uint64_t times[] = {0, 1, 951782400000, 1782000000123, 253402300799999};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        char text[RFC3339_TEXT_SIZE];
        uint64_t back;
        rfc3339_format(text, times[i]);
        assert_ok(rfc3339_parse(&back, text));
        assert_true(back == times[i]);
    }
    char text[RFC3339_TEXT_SIZE];
    uint64_t time_ms;
    rfc3339_format(text, 951782400000);
    assert_string_equal(text, "2000-02-29T00:00:00.000Z");
    assert_ok(rfc3339_parse(&time_ms, "2000-02-29T00:00:00Z"));
    assert_true(time_ms == 951782400000);
    rfc3339_format(text, UINT64_MAX);
    assert_string_equal(text, "");
}

static void times_refuse_other_forms(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2000-02-30T00:00:00Z",
                                      "2001-02-29T00:00:00Z",
                                      "2000-1-2T00:00:00Z",
                                      "2000-01-02 00:00:00Z",
                                      "2000-01-02T00:00:00",
                                      "2000-01-02T00:00:00+08:00",
                                      "2000-01-02T00:00:00.1Z",
                                      "2000-01-02T00:00:00.1234Z",
                                      "1969-01-02T00:00:00Z",
                                      "2000-01-02T00:00:00Zz"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t time_ms = 1;
        assert_int_equal(rfc3339_parse(&time_ms, bad[i]), HUFU_ERR_FORM);
        assert_true(time_ms == 0);
    }
}

static void sha256_is_that_of_fips_180_4(void **state)
{
    (void)state;
    uint8_t digest[HASH_SIZE];
    char text[2 * HASH_SIZE + 1];
    hash_sha256(digest, bytes_of_text("abc"));
    hex_encode(text, sizeof(text), bytes_of(digest, sizeof(digest)));
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64url_follows_rfc_4648),
        cmocka_unit_test(base64url_refuses_every_other_form),
        cmocka_unit_test(base64url_refuses_more_than_there_is_room),
        cmocka_unit_test(hex_comes_back_and_refuses_other_forms),
        cmocka_unit_test(uuid_v7_carries_time_version_and_variant),
        cmocka_unit_test(uuid_refuses_other_forms),
        cmocka_unit_test(times_come_back),
        cmocka_unit_test(times_refuse_other_forms),
        cmocka_unit_test(sha256_is_that_of_fips_180_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
