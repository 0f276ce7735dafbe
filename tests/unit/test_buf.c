/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "common/secret.h"

static void buf_encodes_t_as_the_specification_says(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 1, 2};
    uint8_t memory[sizeof(expected)];
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    buf_put_field_text(&b, "ab");
    buf_put_field(&b, NULL, 0);
    buf_put_field_u32(&b, 258);
    assert_ok(buf_finish(&b));
    assert_true(bytes_equal(buf_bytes(&b), bytes_of(expected, sizeof(expected))));
}

static void buf_remembers_the_first_write_that_did_not_fit(void **state)
{
    (void)state;
    uint8_t memory[6] = {0};
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    buf_put_u32(&b, 1);
    buf_put_u32(&b, 2); /* does not fit */
    buf_put_u8(&b, 3);  /* would fit, and is not written */
    assert_int_equal(buf_finish(&b), HUFU_ERR_LIMIT);
    assert_int_equal(b.len, 4);
    assert_null(buf_reserve(&b, 1));
}

static void buf_nested_field_gets_its_length(void **state)
{
    (void)state;
    uint8_t memory[16];
    struct buf b;
    buf_init(&b, memory, sizeof(memory));
    size_t mark = buf_field_begin(&b);
    buf_put(&b, "xyz", 3);
    buf_field_end(&b, mark);
    assert_ok(buf_finish(&b));
    struct cursor c;
    cursor_init(&c, buf_bytes(&b));
    assert_bytes(cursor_field(&c, 3), "xyz");
    assert_ok(cursor_finish(&c));
}

static void cursor_refuses_bytes_left_over(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, bytes_of("\0\0\0\1ab", 6));
    assert_bytes(cursor_field(&c, 1), "a");
    assert_int_equal(cursor_left(&c), 1);
    assert_int_equal(cursor_finish(&c), HUFU_ERR_FORM);
}

static void cursor_refuses_a_field_above_its_limit(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, bytes_of("\0\0\0\2ab", 6));
    assert_int_equal(cursor_field(&c, 1).len, 0);
    assert_int_equal(cursor_finish(&c), HUFU_ERR_FORM);
}

static void cursor_refuses_a_length_beyond_the_end(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, bytes_of("\xff\xff\xff\xff"
                             "a",
                             5));
    assert_null(cursor_field(&c, SIZE_MAX).data);
    assert_int_equal(cursor_finish(&c), HUFU_ERR_FORM);
}

static void cursor_gives_zero_after_a_failure(void **state)
{
    (void)state;
    uint8_t copy[4] = {9, 9, 9, 9};
    struct cursor c;
    cursor_init(&c, bytes_of("\1\2\3", 3));
    assert_int_equal(cursor_u32(&c), 0);
    assert_int_equal(cursor_u8(&c), 0); /* a byte is left, but the cursor has failed */
    cursor_copy(&c, copy, sizeof(copy));
    assert_memory_equal(copy, "\0\0\0\0", 4);
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(cursor_finish(&c), HUFU_ERR_FORM);
}

static void cursor_exact_field_refuses_shorter_and_longer(void **state)
{
    (void)state;
    for (size_t want = 0; want < 5; want++) {
        struct cursor c;
        cursor_init(&c, bytes_of("\0\0\0\2ab", 6));
        uint8_t copy[5];
        cursor_field_copy(&c, copy, want);
        assert_int_equal(cursor_finish(&c), want == 2 ? HUFU_OK : HUFU_ERR_FORM);
    }
}

static void cursor_numbers_are_big_endian(void **state)
{
    (void)state;
    struct cursor c;
    cursor_init(&c, bytes_of("\1\0\0\0\4\0\0\1\2\0\0\0\x8\1\2\3\4\5\6\7\x8", 21));
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_field_u32(&c), 258);
    assert_true(cursor_field_u64(&c) == 0x0102030405060708ULL);
    assert_ok(cursor_finish(&c));
}

static void every_error_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < HUFU_ERR_COUNT; i++)
        assert_string_not_equal(hufu_err_name((enum hufu_err)i), "unknown");
    assert_string_equal(hufu_err_name(HUFU_ERR_COUNT), "unknown");
    assert_string_equal(hufu_err_name(HUFU_ERR_PROOF), "proof");
}

static struct secret32 *watched;

static void use_a_secret(void)
{
    SECRET_WIPED struct secret32 secret = {0};
    memset(secret.bytes, 0xa5, sizeof(secret.bytes));
    watched = malloc(sizeof(*watched));
    assert_non_null(watched);
    *watched = secret;
    secret32_wipe(watched);
}

static void secrets_are_wiped_and_compared(void **state)
{
    (void)state;
    use_a_secret();
    static const uint8_t zero[32];
    assert_memory_equal(watched->bytes, zero, sizeof(zero));
    free(watched);
    assert_true(secret_equal("abc", "abc", 3));
    assert_false(secret_equal("abc", "abd", 3));
    assert_false(secret_equal("bbc", "abc", 3));
    assert_true(secret_equal("a", "b", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buf_encodes_t_as_the_specification_says),
        cmocka_unit_test(buf_remembers_the_first_write_that_did_not_fit),
        cmocka_unit_test(buf_nested_field_gets_its_length),
        cmocka_unit_test(cursor_refuses_bytes_left_over),
        cmocka_unit_test(cursor_refuses_a_field_above_its_limit),
        cmocka_unit_test(cursor_refuses_a_length_beyond_the_end),
        cmocka_unit_test(cursor_gives_zero_after_a_failure),
        cmocka_unit_test(cursor_exact_field_refuses_shorter_and_longer),
        cmocka_unit_test(cursor_numbers_are_big_endian),
        cmocka_unit_test(every_error_has_a_name),
        cmocka_unit_test(secrets_are_wiped_and_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
