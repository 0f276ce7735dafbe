/* SPDX-License-Identifier: Apache-2.0 */
/* Storage in encrypted files: it survives a kill at every system call that changes something, and notices every change
 * that somebody else made. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mobile-sdk/openssl/hufu_openssl.h"

#define NAME "device"
#define KILLED 99
#define OLD "the old value"
#define NEW "the new value, which is longer"

/* ---- Death at the n-th change: the linker leads these calls here (--wrap) ---- */

static int changes_left = -1;

static void count_change(void)
{
    if (changes_left >= 0 && changes_left-- == 0)
        _exit(KILLED);
}

int __real_fsync(int file);
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    count_change();
    return __real_fsync(file);
}

int __real_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    count_change();
    return __real_renameat(from_directory, from, to_directory, to);
}

int __real_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags)
{
    count_change();
    return __real_unlinkat(directory, name, flags);
}

/* Dies after half of the bytes, too. */
ssize_t __real_write(int file, const void *data, size_t len);
ssize_t __wrap_write(int file, const void *data, size_t len);
ssize_t __wrap_write(int file, const void *data, size_t len)
{
    count_change();
    if (changes_left == 0 && len > 1) {
        (void)__real_write(file, data, len / 2);
        _exit(KILLED);
    }
    return __real_write(file, data, len);
}

/* ---- A directory of the test's own ---- */

static char directory[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof(directory), "/tmp/hufu-home-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static void path_of(char path[160], const char *file)
{
    (void)snprintf(path, 160, "%s/%s", directory, file);
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const files[] = {"storage.key", "lock", "new", "device.sealed", "other.sealed"};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[160];
        path_of(path, files[i]);
        (void)unlink(path);
    }
    return rmdir(directory);
}

static struct hufu_home *open_home(void)
{
    struct hufu_home *home = NULL;
    assert_int_equal(hufu_home_open(&home, directory), HUFU_RESULT_OK);
    return home;
}

static enum hufu_result put(struct hufu_home *home, const char *name, const char *text)
{
    struct hufu_storage storage = hufu_home_storage(home);
    return storage.put(storage.context, name, (const uint8_t *)text, strlen(text));
}

static enum hufu_result get(struct hufu_home *home, const char *name, char text[256])
{
    struct hufu_storage storage = hufu_home_storage(home);
    size_t len = 0;
    enum hufu_result result = storage.get(storage.context, name, (uint8_t *)text, 255, &len);
    text[len] = '\0';
    return result;
}

static void put_and_close(const char *text)
{
    struct hufu_home *home = open_home();
    assert_int_equal(put(home, NAME, text), HUFU_RESULT_OK);
    hufu_home_close(home);
}

static enum hufu_result open_and_get(char text[256])
{
    struct hufu_home *home = open_home();
    enum hufu_result result = get(home, NAME, text);
    hufu_home_close(home);
    return result;
}

static size_t read_file(const char *file, uint8_t *data, size_t cap)
{
    char path[160];
    path_of(path, file);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t len = fread(data, 1, cap, in);
    (void)fclose(in);
    return len;
}

static void write_file(const char *file, const uint8_t *data, size_t len)
{
    char path[160];
    path_of(path, file);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(data, 1, len, out), len);
    (void)fclose(out);
}

/* ---- Tests ---- */

static void a_value_comes_back_after_opening_again(void **state)
{
    (void)state;
    char text[256];
    put_and_close(OLD);
    assert_int_equal(open_and_get(text), HUFU_RESULT_OK);
    assert_string_equal(text, OLD);
    put_and_close(NEW);
    assert_int_equal(open_and_get(text), HUFU_RESULT_OK);
    assert_string_equal(text, NEW);
}

static void a_removed_value_is_gone(void **state)
{
    (void)state;
    char text[256];
    struct hufu_home *home = open_home();
    struct hufu_storage storage = hufu_home_storage(home);
    assert_int_equal(put(home, NAME, OLD), HUFU_RESULT_OK);
    assert_int_equal(storage.remove(storage.context, NAME), HUFU_RESULT_OK);
    assert_int_equal(get(home, NAME, text), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(storage.remove(storage.context, NAME), HUFU_RESULT_OK);
    hufu_home_close(home);
}

static void nobody_else_may_read_and_nothing_is_in_clear(void **state)
{
    (void)state;
    put_and_close(OLD);
    struct stat found;
    char path[160];
    assert_int_equal(stat(directory, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    static const char *const files[] = {"storage.key", "device.sealed", "lock"};
    for (size_t i = 0; i < 3; i++) {
        path_of(path, files[i]);
        assert_int_equal(stat(path, &found), 0);
        assert_int_equal(found.st_mode & 0777, 0600);
    }
    uint8_t sealed[256];
    size_t len = read_file("device.sealed", sealed, sizeof(sealed));
    assert_int_equal(len, strlen(OLD) + 28);
    assert_null(memmem(sealed, len, OLD, 4));
}

static void the_same_value_is_sealed_differently_each_time(void **state)
{
    (void)state;
    uint8_t first[256], second[256];
    put_and_close(OLD);
    size_t len = read_file("device.sealed", first, sizeof(first));
    put_and_close(OLD);
    assert_int_equal(read_file("device.sealed", second, sizeof(second)), len);
    assert_memory_not_equal(first, second, 12);
    assert_memory_not_equal(first + 12, second + 12, len - 12);
}

/* In a process of its own: put, killed at its n-th change. True when it was not. */
static bool put_in_a_process(const char *text, int changes)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct hufu_home *home = NULL;
        changes_left = changes;
        _exit(hufu_home_open(&home, directory) || put(home, NAME, text) ? 1 : 0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == KILLED));
    return WEXITSTATUS(status) == 0;
}

static void a_value_survives_a_kill_at_every_change(void **state)
{
    (void)state;
    bool finished = false;
    int changes = 0;
    for (; !finished; changes++) {
        char text[256];
        put_and_close(OLD);
        finished = put_in_a_process(NEW, changes);
        assert_int_equal(open_and_get(text), HUFU_RESULT_OK);
        if (finished)
            assert_string_equal(text, NEW);
        else if (strcmp(text, OLD) != 0)
            assert_string_equal(text, NEW);
        assert_true(changes < 30);
    }
    assert_true(changes >= 5); /* unlink, write (and half of it), sync, rename, sync */
}

static void a_first_start_survives_a_kill_at_every_change(void **state)
{
    bool finished = false;
    for (int changes = 0; !finished; changes++) {
        char text[256];
        finished = put_in_a_process(OLD, changes);
        enum hufu_result result = open_and_get(text);
        assert_true(result == HUFU_RESULT_OK || result == HUFU_RESULT_NOT_FOUND);
        put_and_close(NEW); /* and the storage works */
        assert_int_equal(open_and_get(text), HUFU_RESULT_OK);
        assert_string_equal(text, NEW);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
        assert_true(changes < 40);
    }
}

static void refuse(void *context, struct bytes damaged)
{
    struct hufu_home *home = context;
    char text[256];
    write_file("device.sealed", damaged.data, damaged.len);
    assert_int_equal(get(home, NAME, text), HUFU_RESULT_DAMAGED);
    assert_string_equal(text, "");
}

static void every_cut_and_every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    uint8_t sealed[256];
    put_and_close(OLD);
    size_t len = read_file("device.sealed", sealed, sizeof(sealed));
    struct hufu_home *home = open_home();
    for_each_damage(bytes_of(sealed, len), refuse, home);
    hufu_home_close(home);
}

static void a_file_does_not_stand_in_for_another(void **state)
{
    (void)state;
    uint8_t sealed[256];
    char text[256];
    struct hufu_home *home = open_home();
    assert_int_equal(put(home, NAME, OLD), HUFU_RESULT_OK);
    write_file("other.sealed", sealed, read_file("device.sealed", sealed, sizeof(sealed)));
    assert_int_equal(get(home, "other", text), HUFU_RESULT_DAMAGED);
    hufu_home_close(home);
}

static void a_file_is_worthless_without_its_key(void **state)
{
    (void)state;
    uint8_t key[64];
    char text[256];
    put_and_close(OLD);
    size_t len = read_file("storage.key", key, sizeof(key));
    assert_int_equal(len, 32);
    key[31] ^= 1;
    write_file("storage.key", key, len);
    assert_int_equal(open_and_get(text), HUFU_RESULT_DAMAGED);
    write_file("storage.key", key, 31);
    struct hufu_home *home = NULL;
    assert_int_equal(hufu_home_open(&home, directory), HUFU_RESULT_DAMAGED);
    assert_null(home);
}

static void a_second_phone_on_the_same_home_is_told_so(void **state)
{
    (void)state;
    struct hufu_home *home = open_home(), *second = NULL;
    assert_int_equal(hufu_home_open(&second, directory), HUFU_RESULT_BUSY);
    assert_null(second);
    hufu_home_close(home);
    second = open_home();
    hufu_home_close(second);
}

static void names_and_sizes_have_limits(void **state)
{
    (void)state;
    static uint8_t large[HUFU_STORED_VALUE_MAX + 1], back[HUFU_STORED_VALUE_MAX];
    struct hufu_home *home = open_home();
    struct hufu_storage storage = hufu_home_storage(home);
    static const char *const names[] = {"",
                                        "../storage",
                                        "Device",
                                        "a/b",
                                        "a.b",
                                        "storage.key",
                                        "a123456789012345678901234567890123456789012345678901234567890123x"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_int_equal(put(home, names[i], OLD), HUFU_RESULT_ARGUMENT);
    size_t len = 0;
    assert_int_equal(storage.put(storage.context, NAME, large, sizeof(large)), HUFU_RESULT_LIMIT);
    assert_int_equal(storage.put(storage.context, NAME, large, sizeof(large) - 1), HUFU_RESULT_OK);
    assert_int_equal(storage.get(storage.context, NAME, back, sizeof(back), &len), HUFU_RESULT_OK);
    assert_int_equal(len, sizeof(large) - 1);
    assert_int_equal(storage.get(storage.context, NAME, back, sizeof(back) - 1, &len), HUFU_RESULT_LIMIT);
    hufu_home_close(home);
}

static void a_link_in_place_of_a_file_is_not_followed(void **state)
{
    (void)state;
    char path[160], text[256];
    struct hufu_home *home = open_home();
    assert_int_equal(put(home, "other", OLD), HUFU_RESULT_OK);
    path_of(path, "device.sealed");
    assert_int_equal(symlink("other.sealed", path), 0);
    assert_int_equal(get(home, NAME, text), HUFU_RESULT_STORAGE);
    hufu_home_close(home);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_value_comes_back_after_opening_again),
        TEST(a_removed_value_is_gone),
        TEST(nobody_else_may_read_and_nothing_is_in_clear),
        TEST(the_same_value_is_sealed_differently_each_time),
        TEST(a_value_survives_a_kill_at_every_change),
        TEST(a_first_start_survives_a_kill_at_every_change),
        TEST(every_cut_and_every_flipped_bit_is_noticed),
        TEST(a_file_does_not_stand_in_for_another),
        TEST(a_file_is_worthless_without_its_key),
        TEST(a_second_phone_on_the_same_home_is_told_so),
        TEST(names_and_sizes_have_limits),
        TEST(a_link_in_place_of_a_file_is_not_followed),
    };
    return cmocka_run_group_tests_name("sdk_home", tests, NULL, NULL);
}
