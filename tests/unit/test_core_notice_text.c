/* SPDX-License-Identifier: Apache-2.0 */
/* What of the outbox needs no database: the texts that are sent to people, and the wait between attempts. */
#include <stdio.h>

#include "server/core/notice.h"
#include "server/store/project_store.h"
#include "tests/unit/unit.h"

static void each_text_says_each_of_its_values_in_each_language(void **state)
{
    (void)state;
    for (int text = 0; text < NOTICE_TEXT_COUNT; text++) {
        assert_true(strlen(notice_text_name(text)) <= NOTICE_TEXT_NAME_MAX);
        for (int other = 0; other < text; other++)
            assert_string_not_equal(notice_text_name(text), notice_text_name(other));
        for (int language = 0; language < PROJECT_LANGUAGE_COUNT; language++) {
            char memory[1024] = "";
            const char *values[NOTICE_VALUES_MAX] = {"<0>", "<1>", "<2>", "<3>"};
            struct buf body;
            buf_init(&body, memory, sizeof memory - 1);
            assert_ok(notice_text_body(&body, text, language, "Project", values));
            assert_non_null(strstr(memory, "Project"));
            assert_null(strchr(memory, '{'));
            for (size_t i = 0; i < NOTICE_VALUES_MAX; i++)
                assert_int_equal(strstr(memory, values[i]) != NULL, i < notice_text_values(text));
        }
    }
}

static const char *documented(void)
{
    static char page[65536];
    FILE *file = fopen("docs/adapters.md", "r");
    assert_non_null(file);
    size_t len = fread(page, 1, sizeof page - 1, file);
    assert_true(len > 0 && len < sizeof page - 1);
    assert_int_equal(fclose(file), 0);
    page[len] = '\0';
    return page;
}

static void each_text_stands_in_the_document(void **state)
{
    (void)state;
    const char *places[NOTICE_VALUES_MAX] = {"{0}", "{1}", "{2}", "{3}"};
    const char *page = documented();
    for (int text = 0; text < NOTICE_TEXT_COUNT; text++) {
        char zh[1024] = "", en[1024] = "", row[2200];
        struct buf body;
        buf_init(&body, zh, sizeof zh - 1);
        assert_ok(notice_text_body(&body, text, PROJECT_LANGUAGE_CHINESE, "", places));
        buf_init(&body, en, sizeof en - 1);
        assert_ok(notice_text_body(&body, text, PROJECT_LANGUAGE_ENGLISH, "", places));
        snprintf(row, sizeof row, "| `%s` | %s | %s |\n", notice_text_name(text), zh + strlen("【】"),
                 en + strlen("[] "));
        if (strstr(page, row) == NULL)
            fail_msg("docs/adapters.md lacks: %s", row);
    }
}

static void a_text_without_one_of_its_values_or_without_room_is_an_error(void **state)
{
    (void)state;
    char memory[64];
    const char *one[NOTICE_VALUES_MAX] = {"042137"}, *both[NOTICE_VALUES_MAX] = {"042137", "5"};
    struct buf out;
    buf_init(&out, memory, sizeof memory);
    assert_int_equal(notice_text_body(&out, NOTICE_TEXT_CODE_SIGN_IN, PROJECT_LANGUAGE_ENGLISH, "P", one),
                     HUFU_ERR_INTERNAL);
    buf_init(&out, memory, sizeof memory);
    assert_int_equal(notice_text_body(&out, NOTICE_TEXT_CODE_SIGN_IN, PROJECT_LANGUAGE_ENGLISH, "P", both),
                     HUFU_ERR_LIMIT);
    buf_init(&out, memory, 8);
    assert_int_equal(notice_text_subject(&out, NOTICE_TEXT_CODE_SIGN_IN, PROJECT_LANGUAGE_ENGLISH, "P"),
                     HUFU_ERR_LIMIT);
}

static void the_wait_doubles_up_to_its_limit_and_jitter_takes_a_quarter_at_most(void **state)
{
    (void)state;
    uint64_t whole = NOTICE_BACKOFF_FIRST_MS;
    for (int32_t attempts = 1; attempts <= 40; attempts++) {
        assert_int_equal(notice_backoff_ms(attempts, 0), whole);
        for (unsigned jitter = 1; jitter <= UINT8_MAX; jitter++) {
            uint64_t wait = notice_backoff_ms(attempts, (uint8_t)jitter);
            assert_true(wait <= whole && wait >= whole - whole / 4);
        }
        whole = 2 * whole < NOTICE_BACKOFF_MAX_MS ? 2 * whole : NOTICE_BACKOFF_MAX_MS;
    }
    assert_int_equal(notice_backoff_ms(9, 0), 256000);
    assert_int_equal(notice_backoff_ms(10, 0), NOTICE_BACKOFF_MAX_MS);
    assert_int_equal(notice_backoff_ms(INT32_MAX, 0), NOTICE_BACKOFF_MAX_MS);
    assert_int_equal(notice_backoff_ms(0, 0), NOTICE_BACKOFF_FIRST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_text_says_each_of_its_values_in_each_language),
        cmocka_unit_test(each_text_stands_in_the_document),
        cmocka_unit_test(a_text_without_one_of_its_values_or_without_room_is_an_error),
        cmocka_unit_test(the_wait_doubles_up_to_its_limit_and_jitter_takes_a_quarter_at_most),
    };
    return cmocka_run_group_tests_name("core_notice_text", tests, NULL, NULL);
}
