/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <unistd.h>

#include "common/config.h"

struct values {
    char *socket;
    char *label;
    long sessions;
    bool strict;
};

static const struct config_key table[] = {
    {"socket", CONFIG_TEXT, offsetof(struct values, socket), NULL, 0, 0},
    {"label", CONFIG_TEXT, offsetof(struct values, label), "hufu", 0, 0},
    {"sessions", CONFIG_INT, offsetof(struct values, sessions), "4", 1, 64},
    {"strict", CONFIG_BOOL, offsetof(struct values, strict), "true", 0, 0},
    {NULL, CONFIG_END, 0, NULL, 0, 0},
};

static enum hufu_err load(struct values *values, const char *text, char message[256])
{
    char path[] = "/tmp/test_config_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(close(fd), 0);
    *values = (struct values){0};
    enum hufu_err err = config_load(values, table, "unit-test", path, message, 256);
    assert_int_equal(unlink(path), 0);
    return err;
}

static void values_defaults_and_overrides_are_taken(void **state)
{
    (void)state;
    struct values values;
    char message[256];
    assert_ok(load(&values, "# a comment\nsocket = \"/run/a b\"\nsessions = 7\nstrict = false\n", message));
    assert_string_equal(values.socket, "/run/a b");
    assert_string_equal(values.label, "hufu");
    assert_int_equal(values.sessions, 7);
    assert_false(values.strict);
    config_free(&values, table);
    assert_null(values.socket);

    assert_int_equal(setenv("UNIT_TEST_SESSIONS", "9", 1), 0);
    assert_ok(load(&values, "socket = x\nsessions = 7\n", message));
    assert_int_equal(values.sessions, 9);
    config_free(&values, table);
    assert_int_equal(unsetenv("UNIT_TEST_SESSIONS"), 0);
}

static void every_bad_key_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *named;
    } cases[] = {
        {"label = x\n", "socket"},
        {"socket = x\nsesions = 3\n", "sesions"},
        {"socket = x\nsessions = 0\n", "sessions"},
        {"socket = x\nsessions = 65\n", "sessions"},
        {"socket = x\nsessions = 3x\n", "sessions"},
        {"socket = x\nsessions = 99999999999999999999\n", "sessions"},
        {"socket = x\nstrict = yes\n", "strict"},
        {"socket = x\nsocket\n", ":"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct values values;
        char message[256];
        assert_int_equal(load(&values, cases[i].text, message), HUFU_ERR_FORM);
        assert_non_null(strstr(message, cases[i].named));
        assert_null(values.socket);
        assert_null(values.label);
    }
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    struct values values = {0};
    char message[256];
    assert_int_equal(
        config_load(&values, table, "unit-test", "/nonexistent/file.conf", message, sizeof(message)),
        HUFU_ERR_FORM);
    assert_non_null(strstr(message, "/nonexistent/file.conf"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_defaults_and_overrides_are_taken),
        cmocka_unit_test(every_bad_key_is_named),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
