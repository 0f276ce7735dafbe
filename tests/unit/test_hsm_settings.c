/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of hufu-hsm: what it refuses, and that it says why. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hsm/settings.h"
#include "tests/client/place.h"

#define PATH_SIZE 128

static char directory[PATH_SIZE], configuration[PATH_SIZE * 2], module[PATH_SIZE * 2], pin[PATH_SIZE * 2];

static int start(void **state)
{
    (void)state;
    if (place_make_directory(directory, sizeof(directory)))
        return -1;
    (void)snprintf(configuration, sizeof(configuration), "%s/hsm.conf", directory);
    (void)snprintf(module, sizeof(module), "%s/module.so", directory);
    (void)snprintf(pin, sizeof(pin), "%s/pin", directory);
    return place_write(module, "not a module, but a file") ? -1 : 0;
}

static int stop(void **state)
{
    (void)state;
    place_remove_directory(directory);
    return 0;
}

/* Loads a configuration of these three values; the text of a refusal goes to message. */
static enum hufu_err load(const char *user, const char *module_path, const char *more, char *message)
{
    char text[2048];
    struct settings settings;
    (void)snprintf(text, sizeof(text),
                   "socket = \"/s\"\nallowed_uid = \"%s\"\nmodule = \"%s\"\npin_file = \"%s\"\n"
                   "state_directory = \"/d\"\ntoken_directory = \"/t\"\n%s\n",
                   user, module_path, pin, more);
    assert_ok(place_write(configuration, text));
    enum hufu_err err = settings_load(&settings, configuration, message);
    if (!err)
        settings_done(&settings);
    return err;
}

static void expect_refusal(const char *user, const char *module_path, const char *more, const char *named)
{
    char message[SETTINGS_MESSAGE_SIZE] = "";
    assert_int_equal(load(user, module_path, more, message), HUFU_ERR_FORM);
    assert_non_null(strstr(message, named));
}

#define LABEL "token_label = \"hufu\""

static void whole_configuration_is_taken(void **state)
{
    (void)state;
    char message[SETTINGS_MESSAGE_SIZE];
    assert_ok(load("root", module, LABEL, message));
    assert_ok(load("4711", module, LABEL "\nsessions = \"64\"\nlog_level = \"debug\"", message));
}

static void bad_key_is_named(void **state)
{
    (void)state;
    expect_refusal("root", module, "", "token_label");
    expect_refusal("root", module, "token_label = \"\"", "token_label");
    expect_refusal("root", module, "token_label = \"a label of more than 32 characters\"", "token_label");
    expect_refusal("no such user", module, LABEL, "allowed_uid");
    expect_refusal("root", module, LABEL "\nlog_level = \"loud\"", "log_level");
    expect_refusal("root", module, LABEL "\nsessions = \"0\"", "sessions");
    expect_refusal("root", module, LABEL "\nsessions = \"65\"", "sessions");
    expect_refusal("root", module, LABEL "\nnonsense = \"1\"", "nonsense");
}

static void module_that_others_could_choose_or_write_is_refused(void **state)
{
    (void)state;
    expect_refusal("root", "module.so", LABEL, "absolute");
    expect_refusal("root", directory, LABEL, "regular");
    expect_refusal("root", "/nonexistent.so", LABEL, "module");
    for (mode_t mode = 0620; mode != 0; mode = mode == 0620 ? 0602 : 0) {
        assert_int_equal(chmod(module, mode), 0);
        expect_refusal("root", module, LABEL, "written by others");
    }
    assert_int_equal(chmod(module, 0644), 0);
    if (geteuid() != 0)
        return; /* only root can give a file away */
    assert_int_equal(chown(module, 65534, (gid_t)-1), 0);
    expect_refusal("root", module, LABEL, "belongs");
    assert_int_equal(chown(module, 0, (gid_t)-1), 0);
}

/* Tries each mode and owner that must not be, and that the message names it; then puts back what was. */
static void expect_untrusted(const char *path, mode_t mode, const char *module_path, const char *named)
{
    static const mode_t written[] = {S_IWGRP, S_IWOTH, S_IWGRP | S_IWOTH};
    char message[SETTINGS_MESSAGE_SIZE];
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        assert_int_equal(chmod(path, mode | written[i]), 0);
        expect_refusal("root", module_path, LABEL, named);
        expect_refusal("root", module_path, LABEL, "written by others");
    }
    assert_int_equal(chmod(path, mode), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(path, 65534, (gid_t)-1), 0);
        expect_refusal("root", module_path, LABEL, named);
        expect_refusal("root", module_path, LABEL, "belongs");
        assert_int_equal(chown(path, 0, (gid_t)-1), 0);
    }
    assert_ok(load("root", module_path, LABEL, message));
}

static void module_in_a_folder_that_others_could_change_is_refused(void **state)
{
    (void)state;
    char upper[PATH_SIZE * 2], lower[PATH_SIZE * 3], path[PATH_SIZE * 4], message[SETTINGS_MESSAGE_SIZE];
    (void)snprintf(upper, sizeof(upper), "%s/upper", directory);
    (void)snprintf(lower, sizeof(lower), "%s/lower", upper);
    (void)snprintf(path, sizeof(path), "%s/module.so", lower);
    assert_int_equal(mkdir(upper, 0755), 0);
    assert_int_equal(mkdir(lower, 0755), 0);
    assert_ok(place_write(path, "not a module, but a file"));
    expect_untrusted(lower, 0755, path, "lower\"");
    expect_untrusted(upper, 0755, path, "upper\"");
    /* As /tmp: others can add to it, but not replace what is ours. */
    assert_int_equal(chmod(upper, 01777), 0);
    assert_ok(load("root", path, LABEL, message));
    assert_int_equal(chmod(upper, 0755), 0);
}

static void module_behind_a_link_is_judged_where_it_is(void **state)
{
    (void)state;
    char folder[PATH_SIZE * 2], path[PATH_SIZE * 3], link_path[PATH_SIZE * 2], message[SETTINGS_MESSAGE_SIZE];
    (void)snprintf(folder, sizeof(folder), "%s/elsewhere", directory);
    (void)snprintf(path, sizeof(path), "%s/module.so", folder);
    (void)snprintf(link_path, sizeof(link_path), "%s/link.so", directory);
    assert_int_equal(mkdir(folder, 0755), 0);
    assert_ok(place_write(path, "not a module, but a file"));
    for (int relative = 0; relative < 2; relative++) {
        assert_int_equal(symlink(relative ? "elsewhere/../elsewhere/module.so" : path, link_path), 0);
        expect_untrusted(folder, 0755, link_path, "elsewhere");
        assert_int_equal(unlink(link_path), 0);
    }
    assert_int_equal(symlink(path, link_path), 0);
    if (geteuid() == 0) {
        assert_int_equal(lchown(link_path, 65534, (gid_t)-1), 0);
        expect_refusal("root", link_path, LABEL, "link.so\" belongs");
    }
    assert_int_equal(unlink(link_path), 0);
    assert_int_equal(symlink(link_path, link_path), 0);
    assert_int_equal(load("root", link_path, LABEL, message), HUFU_ERR_FORM);
}

static void configuration_that_others_could_change_is_refused(void **state)
{
    (void)state;
    char message[SETTINGS_MESSAGE_SIZE];
    assert_ok(load("root", module, LABEL, message)); /* the file is there */
    expect_untrusted(configuration, 0600, module, "hsm.conf\"");
    /* The folder, with the module elsewhere: it is judged for the configuration's sake too. */
    expect_untrusted(directory, 0700, "/usr/lib/softhsm/libsofthsm2.so", "configuration: ");
}

static enum hufu_err read_pin(const char *content, mode_t mode, struct buf *out)
{
    char message[SETTINGS_MESSAGE_SIZE] = "";
    const struct settings settings = {.pin_file = pin};
    (void)unlink(pin);
    assert_ok(place_write(pin, content));
    assert_int_equal(chmod(pin, mode), 0);
    enum hufu_err err = settings_read_pin(&settings, out, message);
    if (err)
        assert_non_null(strstr(message, "pin_file"));
    return err;
}

static void pin_is_one_line_of_a_file_for_its_owner_alone(void **state)
{
    (void)state;
    uint8_t memory[SETTINGS_PIN_MAX + 1];
    char longest[SETTINGS_PIN_MAX + 2];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    assert_ok(read_pin("1234\n", 0600, &out));
    assert_bytes(buf_bytes(&out), "1234");
    assert_ok(read_pin("secret", 0400, &out));
    assert_bytes(buf_bytes(&out), "secret");
    assert_int_equal(read_pin("123\n", 0600, &out), HUFU_ERR_FORM);
    assert_int_equal(read_pin("", 0600, &out), HUFU_ERR_FORM);
    assert_int_equal(read_pin("1234", 0640, &out), HUFU_ERR_FORM);
    assert_int_equal(read_pin("1234", 0604, &out), HUFU_ERR_FORM);
    memset(longest, 'x', sizeof(longest));
    longest[SETTINGS_PIN_MAX + 1] = '\0';
    assert_int_equal(read_pin(longest, 0600, &out), HUFU_ERR_FORM);
    longest[SETTINGS_PIN_MAX] = '\0';
    assert_ok(read_pin(longest, 0600, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_configuration_is_taken),
        cmocka_unit_test(bad_key_is_named),
        cmocka_unit_test(module_that_others_could_choose_or_write_is_refused),
        cmocka_unit_test(module_in_a_folder_that_others_could_change_is_refused),
        cmocka_unit_test(module_behind_a_link_is_judged_where_it_is),
        cmocka_unit_test(configuration_that_others_could_change_is_refused),
        cmocka_unit_test(pin_is_one_line_of_a_file_for_its_owner_alone),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
