/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "server/cli/arguments.h"
#include "server/cli/catalogue.h"
#include "server/cli/client.h"
#include "server/cli/table.h"
#include "server/http/problem.h"
#include "tests/unit/unit.h"

/* What a command of the tests takes. */
struct taken {
    const char *project, *name, *plain;
    bool follow;
    char memory[128];
};

/* The words of a command line are separated by "|"; taken's texts point into its own memory. */
static bool parse(struct taken *taken, const char *line)
{
    char *words[8] = {NULL}, *rest = taken->memory;
    int count = 0;
    const struct cli cli = {.language = LANGUAGE_ENGLISH};
    const struct option_spec options[] = {
        {.name = "--project", .value = &taken->project, .required = true},
        {.name = "--name", .value = &taken->name},
        {.name = "--follow", .flag = &taken->follow},
        {.name = NULL},
    };
    memset(taken, 0, sizeof(*taken));
    (void)snprintf(taken->memory, sizeof(taken->memory), "%s", line);
    while (rest)
        words[count++] = strsep(&rest, "|");
    return arguments_parse(&cli, options, count, words, &taken->plain, 1);
}

static void options_stand_anywhere_and_take_values_both_ways(void **state)
{
    struct taken taken;
    (void)state;
    assert_true(parse(&taken, "--project|P|plain|--name=N|--follow"));
    assert_string_equal(taken.project, "P");
    assert_string_equal(taken.name, "N");
    assert_string_equal(taken.plain, "plain");
    assert_true(taken.follow);
    assert_true(parse(&taken, "--project=|--|--name"));
    assert_string_equal(taken.project, "");
    assert_string_equal(taken.plain, "--name");
}

static void a_wrong_command_line_is_refused(void **state)
{
    static const char *const lines[] = {
        "--project|P|one|two", "--project|P",      "one|--name|N",
        "one|--project",       "one|--projects|P", "one|--project=P|--follow=1",
        "one|--project=P|-x",
    };
    struct taken taken;
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_false(parse(&taken, lines[i]));
}

static void every_message_and_problem_is_said_in_both_languages(void **state)
{
    (void)state;
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        for (int i = 0; i < MESSAGE_COUNT; i++)
            assert_non_null(catalogue_text((enum language)language, (enum message)i));
        for (int i = 0; i < PROBLEM_COUNT; i++) {
            if (!catalogue_problem((enum language)language, problem_slug((enum problem)i)))
                fail_msg("no words for %s", problem_slug((enum problem)i));
        }
    }
    assert_null(catalogue_problem(LANGUAGE_ENGLISH, "no-such-problem"));
}

static void both_languages_take_the_same_arguments(void **state)
{
    (void)state;
    for (int i = 0; i < MESSAGE_COUNT; i++) {
        const char *english = strchr(catalogue_text(LANGUAGE_ENGLISH, (enum message)i), '%');
        const char *chinese = strchr(catalogue_text(LANGUAGE_CHINESE, (enum message)i), '%');
        assert_int_equal(english != NULL, chinese != NULL);
        if (english && chinese)
            assert_int_equal(strncmp(english, chinese, 2), 0);
    }
}

static void the_environment_decides_the_language(void **state)
{
    enum language language;
    (void)state;
    assert_int_equal(setenv("LC_ALL", "", 1), 0);
    assert_int_equal(unsetenv("LC_MESSAGES"), 0);
    assert_int_equal(setenv("LANG", "zh_CN.UTF-8", 1), 0);
    assert_int_equal(language_of_environment(), LANGUAGE_CHINESE);
    assert_int_equal(setenv("LC_ALL", "en_GB.UTF-8", 1), 0);
    assert_int_equal(language_of_environment(), LANGUAGE_ENGLISH);
    assert_int_equal(setenv("LC_ALL", "fr_FR.UTF-8", 1), 0);
    assert_int_equal(language_of_environment(), LANGUAGE_ENGLISH);
    assert_false(language_of(&language, "fr"));
    assert_true(language_of(&language, "zh-CN"));
    assert_int_equal(language, LANGUAGE_CHINESE);
}

static void a_chinese_character_takes_two_places(void **state)
{
    (void)state;
    assert_int_equal(text_width("abc"), 3);
    assert_int_equal(text_width("虎符"), 4);
    assert_int_equal(text_width("a虎b"), 4);
    assert_int_equal(text_width("e\xcc\x81"), 1); /* a combining accent takes none */
    assert_int_equal(text_width("\xff\xfe"), 2);
    assert_int_equal(text_width(""), 0);
}

static void what_a_terminal_would_obey_is_replaced(void **state)
{
    char text[32];
    (void)state;
    text_clean(text, sizeof(text), "a\033[2Jb");
    assert_string_equal(text, "a?[2Jb");
    text_clean(text, sizeof(text),
               "a\xc2\x9b"
               "2Jb"); /* the one-character form of the same */
    assert_string_equal(text, "a?2Jb");
    text_clean(text, sizeof(text), "\xff\xe8\x99");
    assert_string_equal(text, "???");
    text_clean(text, 6, "虎符");
    assert_string_equal(text, "虎");
    text_clean(text, sizeof(text), "李明");
    assert_string_equal(text, "李明");
}

static char *printed_table(enum language language, const char *of, const json_t *rows, bool heading)
{
    static const struct table_column columns[] = {{MESSAGE_COLUMN_NAME, "name"},
                                                  {MESSAGE_COLUMN_STATE, "state"},
                                                  {MESSAGE_COLUMN_OWNER, "account.name"}};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    table_print(out, language, columns, 3, of, rows, heading);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void columns_are_aligned_by_width(void **state)
{
    json_t *rows = json_pack("[{ss, ss, s{ss}}, {ss, sn}]", "name", "李明", "state", "usable", "account",
                             "name", "O", "name", "Lin", "state");
    (void)state;
    char *english = printed_table(LANGUAGE_ENGLISH, "keys", rows, true);
    assert_string_equal(english, "NAME  STATE   OWNER\n"
                                 "李明  usable  O\n"
                                 "Lin   -       -\n");
    char *chinese = printed_table(LANGUAGE_CHINESE, "keys", rows, false);
    assert_string_equal(chinese, "李明  可用  O\n"
                                 "Lin   -     -\n");
    free(english);
    free(chinese);
    json_decref(rows);
}

static void a_word_means_what_it_is_said_of(void **state)
{
    (void)state;
    assert_string_equal(catalogue_word(LANGUAGE_CHINESE, "keys", "pending"), "生成中");
    assert_string_equal(catalogue_word(LANGUAGE_CHINESE, "authorizations", "pending"), "未授权");
    assert_string_equal(catalogue_word(LANGUAGE_CHINESE, "authorizations", "frozen"), "已冻结");
    assert_string_equal(catalogue_word(LANGUAGE_CHINESE, NULL, "active"), "正常");
    assert_string_equal(catalogue_word(LANGUAGE_ENGLISH, "authorizations", "awaiting_device"),
                        "awaiting_device");
    json_t *rows = json_pack("[{ss, ss}]", "name", "A", "state", "active");
    char *text = printed_table(LANGUAGE_CHINESE, "authorizations", rows, false);
    assert_string_equal(text, "A  已授权  -\n");
    free(text);
    json_decref(rows);
}

static void paths_are_percent_encoded(void **state)
{
    char path[CLIENT_PATH_MAX];
    static char long_id[CLIENT_PATH_MAX];
    (void)state;
    assert_true(client_make_path(path, "/users/", "../a?b", "/suspend"));
    assert_string_equal(path, "/users/..%2Fa%3Fb/suspend");
    assert_true(client_add_query(path, "project", "海港 &x"));
    assert_true(client_add_query(path, "limit", "5"));
    assert_true(client_add_query(path, "cursor", NULL));
    assert_string_equal(path, "/users/..%2Fa%3Fb/suspend?project=%E6%B5%B7%E6%B8%AF%20%26x&limit=5");
    memset(long_id, 'a', sizeof(long_id) - 1);
    assert_false(client_make_path(path, "/users/", long_id, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere_and_take_values_both_ways),
        cmocka_unit_test(a_wrong_command_line_is_refused),
        cmocka_unit_test(every_message_and_problem_is_said_in_both_languages),
        cmocka_unit_test(both_languages_take_the_same_arguments),
        cmocka_unit_test(the_environment_decides_the_language),
        cmocka_unit_test(a_chinese_character_takes_two_places),
        cmocka_unit_test(what_a_terminal_would_obey_is_replaced),
        cmocka_unit_test(columns_are_aligned_by_width),
        cmocka_unit_test(a_word_means_what_it_is_said_of),
        cmocka_unit_test(paths_are_percent_encoded),
    };
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
