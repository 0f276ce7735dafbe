/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors hold, and no message of them can be changed unnoticed. */
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "vectors.h"

extern char **environ;

/* One message of the file: a member of an object whose name says head, body or answer. */
struct message {
    json_t *object;
    const char *name;
    const struct vectors_part *part;
};

#define MESSAGES_MAX 64
struct messages {
    json_t *root;
    struct message list[MESSAGES_MAX];
    size_t count;
};

static bool is_message(const char *name)
{
    return strncmp(name, "head", 4) == 0 || strncmp(name, "body", 4) == 0 || strncmp(name, "answer", 6) == 0;
}

static void collect_object(struct messages *messages, json_t *object, const struct vectors_part *part)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        if (is_message(name)) {
            assert_true(messages->count < MESSAGES_MAX);
            messages->list[messages->count++] = (struct message){object, name, part};
        }
    }
}

static int collect(void **state)
{
    static struct messages messages;
    messages.root = json_load_file(VECTORS_FILE, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(messages.root);
    for (size_t i = 0; i < vectors_part_count; i++) {
        json_t *part = json_object_get(messages.root, vectors_parts[i].name);
        if (!json_is_array(part))
            collect_object(&messages, part, &vectors_parts[i]);
        for (size_t j = 0; j < json_array_size(part); j++)
            collect_object(&messages, json_array_get(part, j), &vectors_parts[i]);
    }
    *state = &messages;
    return 0;
}

static int release(void **state)
{
    struct messages *messages = *state;
    json_decref(messages->root);
    return 0;
}

/* Flips the lowest bit of byte `at` in hexadecimal. */
static void flip(const struct message *message, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = strdup(json_string_value(json_object_get(message->object, message->name)));
    assert_non_null(hex);
    char *digit = &hex[2 * at + 1];
    *digit = digits[(strchr(digits, *digit) - digits) ^ 1];
    assert_int_equal(json_string_set(json_object_get(message->object, message->name), hex), 0);
    free(hex);
}

static size_t length(const struct message *message)
{
    return strlen(json_string_value(json_object_get(message->object, message->name))) / 2;
}

/* Request id and time of keygen/finish: nothing before the device's signature, which is no part of the vectors, depends
 * on them. Every other head is bound whole by a proof. */
static bool is_free(const struct message *message, size_t at)
{
    return strcmp(message->name, "head_finish") == 0 && ((at >= 71 && at < 87) || (at >= 91 && at < 99));
}

static unsigned failures(const struct messages *messages, const struct vectors_part *part)
{
    struct report report = {.root = messages->root};
    part->run(&report);
    return report.failed;
}

static void all_messages_of_the_file_are_found(void **state)
{
    const struct messages *messages = *state;
    assert_int_equal(messages->count, 6 + 3 + 3 * 3 + 3 + 3 + 3);
}

static void the_unchanged_file_has_no_failure(void **state)
{
    const struct messages *messages = *state;
    for (size_t i = 0; i < vectors_part_count; i++)
        assert_int_equal(failures(messages, &vectors_parts[i]), 0);
}

/* Every seventeenth byte, from another one on in each message, and the last. */
#define STRIDE 17
static void a_changed_byte_of_any_message_is_a_failure(void **state)
{
    const struct messages *messages = *state;
    for (size_t i = 0; i < messages->count; i++) {
        const struct message *message = &messages->list[i];
        const size_t len = length(message);
        for (size_t at = i % STRIDE; at < len;
             at = at + STRIDE < len || at == len - 1 ? at + STRIDE : len - 1) {
            if (is_free(message, at))
                continue;
            flip(message, at);
            if (failures(messages, message->part) == 0)
                fail_msg("byte %zu of %s of %s", at, message->name, message->part->name);
            flip(message, at);
        }
    }
}

/* A listed value that is no message must be used too: otherwise it would prove nothing. */
static void a_changed_byte_of_any_other_value_is_a_failure(void **state)
{
    static const struct {
        const char *part;
        const char *names[16];
    } values[] = {
        {"keygen",
         {"device_key", "a", "b", "tau_a", "tau_b", "rho", "A", "B", "proof_a", "proof_b", "com", "P"}},
        {"refresh", {"t", "tau", "a", "b", "A", "proof", "B"}},
        {"handover",
         {"new_binding", "fingerprint", "policy", "box_as_given", "t", "tau", "a", "b", "A", "proof"}},
        {"pin", {"salt", "key", "factor", "sigma", "a"}},
        {"pin_check", {"tau", "proof"}},
        {"decrypt", {"tau", "proof"}},
    };
    const struct messages *messages = *state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        json_t *object = json_object_get(messages->root, values[i].part);
        size_t which = 0;
        while (strcmp(vectors_parts[which].name, values[i].part) != 0)
            which++;
        for (size_t j = 0; j < 16 && values[i].names[j]; j++) {
            const struct message value = {object, values[i].names[j], &vectors_parts[which]};
            flip(&value, length(&value) - 1);
            assert_int_not_equal(failures(messages, value.part), 0);
            flip(&value, length(&value) - 1);
        }
    }
}

static void a_changed_value_of_any_digest_is_a_failure(void **state)
{
    static const char *const names[] = {"e",  "k1",   "k2", "Q1", "Q2", "kappa1", "kappa2", "K1",
                                        "K2", "beta", "R",  "s2", "s3", "r",      "s"};
    const struct messages *messages = *state;
    const struct vectors_part sign = {"sign", vectors_sign};
    json_t *batch = json_array_get(json_object_get(messages->root, "sign"), 1);
    json_t *item = json_array_get(json_object_get(batch, "items"), 2);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct message value = {item, names[i], &sign};
        flip(&value, length(&value) / 2);
        assert_int_not_equal(failures(messages, &sign), 0);
        flip(&value, length(&value) / 2);
    }
}

/* The exit status of the program on a file with the present content of root. */
static int run_program(const json_t *root)
{
    char path[] = "/tmp/hufu-vectors-XXXXXX";
    char program[] = VECTORS_PROGRAM;
    char *const arguments[] = {program, path, NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(json_dumpfd(root, fd, 0), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0), 0);
    assert_int_equal(posix_spawn(&pid, program, &actions, NULL, arguments, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
    assert_int_equal(unlink(path), 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_program_says_so_by_its_exit_status(void **state)
{
    const struct messages *messages = *state;
    assert_int_equal(run_program(messages->root), 0);
    for (size_t i = 0; i < messages->count; i++) {
        const struct message *message = &messages->list[i];
        flip(message, length(message) - 1);
        assert_int_equal(run_program(messages->root), 1);
        flip(message, length(message) - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_messages_of_the_file_are_found),
        cmocka_unit_test(the_unchanged_file_has_no_failure),
        cmocka_unit_test(a_changed_byte_of_any_message_is_a_failure),
        cmocka_unit_test(a_changed_byte_of_any_other_value_is_a_failure),
        cmocka_unit_test(a_changed_value_of_any_digest_is_a_failure),
        cmocka_unit_test(the_program_says_so_by_its_exit_status),
    };
    return cmocka_run_group_tests(tests, collect, release);
}
