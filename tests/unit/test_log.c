/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "common/log.h"

/* What log_event writes, one JSON object; NULL when it wrote nothing. */
static json_t *logged(enum log_level level, const char *name, const char *value)
{
    int fds[2], saved = dup(STDERR_FILENO);
    char line[8192];
    assert_int_equal(pipe(fds), 0);
    assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
    log_event(level, "unit.test", "absent", NULL, name, value, NULL);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    (void)close(fds[1]);
    ssize_t len = read(fds[0], line, sizeof(line) - 1);
    (void)close(fds[0]);
    assert_true(len >= 0);
    line[len] = '\0';
    return len ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

static void a_line_is_one_json_object_with_every_pair(void **state)
{
    (void)state;
    log_init("unit", LOG_INFO);
    json_t *line = logged(LOG_ERROR, "detail", "a \"quoted\" \\ line\nwith \x01 bytes");
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "program")), "unit");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "error");
    assert_string_equal(json_string_value(json_object_get(line, "event")), "unit.test");
    assert_string_equal(json_string_value(json_object_get(line, "detail")),
                        "a \"quoted\" \\ line\nwith \x01 bytes");
    assert_null(json_object_get(line, "absent"));
    assert_int_equal(strlen(json_string_value(json_object_get(line, "time"))), 24);
    json_decref(line);
}

static void a_value_too_long_is_cut_and_the_line_stays_whole(void **state)
{
    (void)state;
    log_init("unit", LOG_INFO);
    char *value = malloc(10000);
    assert_non_null(value);
    memset(value, '\x02', 9999);
    value[9999] = '\0';
    json_t *line = logged(LOG_INFO, "detail", value);
    free(value);
    assert_non_null(line);
    assert_int_equal(json_string_length(json_object_get(line, "detail")), 400);
    json_decref(line);
}

static void lines_below_the_least_level_are_not_written(void **state)
{
    (void)state;
    log_init("unit", LOG_WARNING);
    assert_null(logged(LOG_INFO, "detail", "x"));
    assert_int_equal(log_level_of("warning"), LOG_WARNING);
    assert_int_equal(log_level_of("loud"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object_with_every_pair),
        cmocka_unit_test(a_value_too_long_is_cut_and_the_line_stays_whole),
        cmocka_unit_test(lines_below_the_least_level_are_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
