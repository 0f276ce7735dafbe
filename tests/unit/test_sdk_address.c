/* SPDX-License-Identifier: Apache-2.0 */
/* Which service addresses may be used, and the library's table of results. */
#include "tests/unit/unit.h"

#include "mobile-sdk/hufu.h"
#include "mobile-sdk/result.h"

static void tls_is_allowed_anywhere(void **state)
{
    (void)state;
    assert_true(hufu_address_allowed("https://hufu.example"));
    assert_true(hufu_address_allowed("https://hufu.example:8443/base"));
    assert_true(hufu_address_allowed("https://192.0.2.1"));
    assert_true(hufu_address_allowed("https://[2001:db8::1]:443"));
}

static void without_tls_only_this_machine_is(void **state)
{
    (void)state;
    static const char *const allowed[] = {"http://127.0.0.1:8080", "http://127.255.0.9", "http://[::1]:80/v1",
                                          "http://localhost:1"};
    static const char *const refused[] = {"http://hufu.example",
                                          "http://127.0.0.1.hufu.example",
                                          "http://localhost.hufu.example",
                                          "http://128.0.0.1",
                                          "http://10.0.0.1",
                                          "http://127.1",
                                          "http://0x7f.0.0.1",
                                          "http://2130706433",
                                          "http://[::1",
                                          "http://[::1].example",
                                          "http://127.0.0.1@hufu.example",
                                          "http://localhost:80@hufu.example",
                                          "http://127.0.0.1:",
                                          "http://127.0.0.1:80x",
                                          "http://127.0.0.1:123456",
                                          "http://127.0.0.1\\@hufu.example",
                                          "http://127.0.0.1#@hufu.example",
                                          "http://127.0.0.1?@hufu.example"};
    for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
        assert_true(hufu_address_allowed(allowed[i]));
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(hufu_address_allowed(refused[i]));
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"",
                                          "hufu.example",
                                          "ftp://127.0.0.1",
                                          "file:///etc/passwd",
                                          "https://",
                                          "https:///v1",
                                          "HTTP://127.0.0.1",
                                          "https://a b",
                                          "https://hufu.example\n",
                                          "https://user@hufu.example"};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(hufu_address_allowed(refused[i]));
    assert_false(hufu_address_allowed(NULL));
}

static void every_result_has_a_key_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < HUFU_RESULT_COUNT; i++) {
        const char *key = hufu_result_key((enum hufu_result)i);
        assert_non_null(key);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(key, hufu_result_key((enum hufu_result)j));
    }
    assert_string_equal(hufu_result_key(HUFU_RESULT_COUNT), "unknown");
}

static void no_refusal_becomes_a_success(void **state)
{
    (void)state;
    for (int status = 300; status < 600; status++)
        assert_int_not_equal(result_of_problem("", status), HUFU_RESULT_OK);
    for (int err = 1; err < HUFU_ERR_COUNT + 3; err++)
        assert_int_not_equal(result_of_err((enum hufu_err)err), HUFU_RESULT_OK);
    assert_int_equal(result_of_err(HUFU_OK), HUFU_RESULT_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_is_allowed_anywhere),       cmocka_unit_test(without_tls_only_this_machine_is),
        cmocka_unit_test(what_is_no_address_is_refused), cmocka_unit_test(every_result_has_a_key_of_its_own),
        cmocka_unit_test(no_refusal_becomes_a_success),
    };
    return cmocka_run_group_tests_name("sdk_address", tests, NULL, NULL);
}
