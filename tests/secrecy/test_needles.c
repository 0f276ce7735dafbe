/* SPDX-License-Identifier: Apache-2.0 */
/* The search that looks for secrets finds them in each form, and nothing else. */
#include "tests/unit/unit.h"

#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

#include "common/encoding.h"
#include "tests/client/place.h"
#include "tests/client/randomness.h"
#include "tests/secrecy/needles.h"

#define SECRET_SIZE 32
#define TEXT_MAX 512

struct fixture {
    struct needles *needles;
    uint8_t secret[SECRET_SIZE];
    char form[32]; /* of the last finding */
    size_t offset;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    fixture->needles = needles_new();
    assert_non_null(fixture->needles);
    randomness_fill(fixture->secret, SECRET_SIZE);
    /* In base64 it differs from base64url. */
    fixture->secret[12] = 0xfb;
    fixture->secret[13] = 0xff;
    fixture->secret[14] = 0xfe;
    assert_ok(needles_add(fixture->needles, "the secret", bytes_of(fixture->secret, SECRET_SIZE)));
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    needles_free(fixture->needles);
    free(fixture);
    return 0;
}

static void note(const char *name, const char *form, size_t offset, void *context)
{
    struct fixture *fixture = context;
    assert_string_equal(name, "the secret");
    (void)snprintf(fixture->form, sizeof(fixture->form), "%s", form);
    fixture->offset = offset;
}

/* The form under which data is found; "" when it is not. */
static const char *form_of(struct fixture *fixture, const void *data, size_t len)
{
    fixture->form[0] = '\0';
    (void)needles_search(fixture->needles, bytes_of(data, len), note, fixture);
    return fixture->form;
}

static void raw_bytes_are_found_at_every_place(void **state)
{
    struct fixture *fixture = *state;
    uint8_t data[3 * SECRET_SIZE];
    for (size_t at = 0; at <= sizeof(data) - SECRET_SIZE; at++) {
        memset(data, 'x', sizeof(data));
        memcpy(data + at, fixture->secret, SECRET_SIZE);
        assert_string_equal(form_of(fixture, data, sizeof(data)), "raw");
        assert_int_equal(fixture->offset, at);
    }
}

static void a_changed_or_cut_secret_is_not_found(void **state)
{
    struct fixture *fixture = *state;
    uint8_t data[SECRET_SIZE];
    for (size_t i = 0; i < SECRET_SIZE; i++) {
        memcpy(data, fixture->secret, SECRET_SIZE);
        data[i] ^= 1;
        assert_string_equal(form_of(fixture, data, SECRET_SIZE), "");
        assert_string_equal(form_of(fixture, fixture->secret, i), "");
    }
}

static void hexadecimal_is_found_in_either_case(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_MAX] = "\\x";
    hex_encode(text + 2, sizeof(text) - 2, bytes_of(fixture->secret, SECRET_SIZE));
    assert_string_equal(form_of(fixture, text, strlen(text)), "hex");
    for (char *at = text; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    assert_string_equal(form_of(fixture, text, strlen(text)), "HEX");
}

/* Somewhere inside a longer message that was encoded as a whole: the secret begins at any place of a group of three. */
static void make_base64url(char text[TEXT_MAX], const struct fixture *fixture, size_t before)
{
    uint8_t message[16 + SECRET_SIZE + 5];
    randomness_fill(message, sizeof(message));
    memcpy(message + before, fixture->secret, SECRET_SIZE);
    base64url_encode(text, TEXT_MAX, bytes_of(message, sizeof(message)));
}

static void base64_is_found_wherever_the_secret_begins(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_MAX];
    for (size_t before = 0; before < 16; before++) {
        make_base64url(text, fixture, before);
        assert_string_equal(form_of(fixture, text, strlen(text)), "base64url");
        for (char *at = text; *at; at++) {
            if (*at == '-' || *at == '_')
                *at = *at == '-' ? '+' : '/';
        }
        assert_string_equal(form_of(fixture, text, strlen(text)), "base64");
    }
}

static void text_in_a_binary_column_is_found(void **state)
{
    struct fixture *fixture = *state;
    char text[TEXT_MAX];
    char column[2 * TEXT_MAX];
    make_base64url(text, fixture, 1);
    hex_encode(column, sizeof(column), bytes_of_text(text));
    assert_string_equal(form_of(fixture, column, strlen(column)), "base64-hex");
}

static void a_short_secret_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(needles_add(fixture->needles, "short", bytes_of(fixture->secret, NEEDLE_MIN - 1)),
                     HUFU_ERR_LIMIT);
    assert_ok(needles_add(fixture->needles, "long enough", bytes_of(fixture->secret + 16, NEEDLE_MIN)));
}

static void a_file_is_found_in_its_folder_and_skipped_when_told(void **state)
{
    struct fixture *fixture = *state;
    char folder[64];
    char path[96];
    char text[TEXT_MAX];
    size_t findings = 0;
    size_t files = 0;
    uint64_t read = 0;
    assert_ok(place_make_directory(folder, sizeof(folder)));
    (void)snprintf(path, sizeof(path), "%s/notes", folder);
    make_base64url(text, fixture, 7);
    assert_ok(place_write(path, text));
    assert_ok(needles_search_tree(fixture->needles, folder, NULL, &findings, &files, &read));
    assert_int_equal(findings, 1);
    assert_int_equal(files, 1);
    assert_int_equal(read, strlen(text));
    const char *const skip[] = {path, NULL};
    assert_ok(needles_search_tree(fixture->needles, folder, skip, &findings, &files, &read));
    assert_int_equal(findings, 0);
    assert_int_equal(files, 0);
    place_remove_directory(folder);
    assert_int_equal(needles_search_tree(fixture->needles, folder, NULL, &findings, NULL, NULL),
                     HUFU_ERR_AWAY);
}

#define A_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_TEST(raw_bytes_are_found_at_every_place),
        A_TEST(a_changed_or_cut_secret_is_not_found),
        A_TEST(hexadecimal_is_found_in_either_case),
        A_TEST(base64_is_found_wherever_the_secret_begins),
        A_TEST(text_in_a_binary_column_is_found),
        A_TEST(a_short_secret_is_refused),
        A_TEST(a_file_is_found_in_its_folder_and_skipped_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
