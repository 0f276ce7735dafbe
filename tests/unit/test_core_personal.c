/* SPDX-License-Identifier: Apache-2.0 */
/* Personal data at rest: what is sealed opens in its place alone, what is looked up is found in its project alone; and the
 * one form of each kind of number. */
#include <sodium.h>
#include <stdio.h>

#include "server/core/data_key.h"
#include "server/core/email_address.h"
#include "server/core/mobile_number.h"
#include "server/core/personal.h"
#include "server/identifier.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static uint8_t project_id[UUID_SIZE], row_id[UUID_SIZE];
static const char number[] = "+8613812345678";

static int name_place(void **state)
{
    (void)state;
    key_process_reset();
    identifier_new(project_id);
    identifier_new(row_id);
    return 0;
}

struct sealed {
    uint8_t memory[256];
    struct buf buf;
};

static void seal(struct sealed *sealed, enum personal_kind kind, struct bytes plain)
{
    buf_init(&sealed->buf, sealed->memory, sizeof sealed->memory);
    assert_ok(personal_seal(&office.worker, kind, project_id, row_id, plain, &sealed->buf));
    assert_int_equal(sealed->buf.len, plain.len + PERSONAL_OVERHEAD);
}

static enum hufu_err open_at(enum personal_kind kind, const uint8_t project[UUID_SIZE],
                             const uint8_t row[UUID_SIZE], struct bytes sealed, struct sealed *plain)
{
    buf_init(&plain->buf, plain->memory, sizeof plain->memory);
    return personal_open(&office.worker, kind, project, row, sealed, &plain->buf);
}

static void what_is_sealed_opens_as_it_was(void **state)
{
    (void)state;
    struct sealed sealed, plain;
    for (int kind = 0; kind < PERSONAL_KIND_COUNT; kind++)
        for (size_t len = 0; len <= sizeof number; len++) {
            seal(&sealed, (enum personal_kind)kind, bytes_of(number, len));
            assert_ok(open_at((enum personal_kind)kind, project_id, row_id, buf_bytes(&sealed.buf), &plain));
            assert_true(bytes_equal(buf_bytes(&plain.buf), bytes_of(number, len)));
        }
}

static void the_same_value_is_sealed_otherwise_each_time_and_never_in_clear(void **state)
{
    (void)state;
    struct sealed first, second;
    seal(&first, PERSONAL_MOBILE, bytes_of_text(number));
    seal(&second, PERSONAL_MOBILE, bytes_of_text(number));
    assert_memory_not_equal(first.memory, second.memory, first.buf.len);
    assert_memory_not_equal(first.memory + 24, second.memory + 24, first.buf.len - 24);
    assert_null(memmem(first.memory, first.buf.len, number + 3, 8));
}

static void refuse_damaged(void *context, struct bytes damaged)
{
    struct sealed plain;
    (void)context;
    memset(plain.memory, 0xee, sizeof plain.memory);
    assert_int_equal(open_at(PERSONAL_MOBILE, project_id, row_id, damaged, &plain), HUFU_ERR_RECORD);
    assert_int_equal(plain.buf.len, 0);
    assert_null(memmem(plain.memory, sizeof plain.memory, number + 3, 8));
}

static void every_flipped_bit_and_every_truncation_is_refused(void **state)
{
    (void)state;
    struct sealed sealed;
    seal(&sealed, PERSONAL_MOBILE, bytes_of_text(number));
    for_each_damage(buf_bytes(&sealed.buf), refuse_damaged, NULL);
}

static void nothing_opens_as_another_kind_or_in_another_row_or_project(void **state)
{
    (void)state;
    struct sealed sealed, plain;
    uint8_t other[UUID_SIZE];
    identifier_new(other);
    seal(&sealed, PERSONAL_MOBILE, bytes_of_text(number));
    for (int kind = 0; kind < PERSONAL_KIND_COUNT; kind++)
        assert_int_equal(
            open_at((enum personal_kind)kind, project_id, row_id, buf_bytes(&sealed.buf), &plain),
            kind == PERSONAL_MOBILE ? HUFU_OK : HUFU_ERR_RECORD);
    assert_int_equal(open_at(PERSONAL_MOBILE, other, row_id, buf_bytes(&sealed.buf), &plain),
                     HUFU_ERR_RECORD);
    assert_int_equal(open_at(PERSONAL_MOBILE, project_id, other, buf_bytes(&sealed.buf), &plain),
                     HUFU_ERR_RECORD);
    assert_int_equal(open_at(PERSONAL_MOBILE, row_id, project_id, buf_bytes(&sealed.buf), &plain),
                     HUFU_ERR_RECORD);
}

static void a_buffer_that_is_too_small_is_refused_and_stays_empty(void **state)
{
    (void)state;
    struct sealed sealed, plain;
    buf_init(&sealed.buf, sealed.memory, sizeof number + PERSONAL_OVERHEAD - 1);
    assert_int_equal(personal_seal(&office.worker, PERSONAL_MOBILE, project_id, row_id,
                                   bytes_of(number, sizeof number), &sealed.buf),
                     HUFU_ERR_LIMIT);
    seal(&sealed, PERSONAL_MOBILE, bytes_of(number, sizeof number));
    buf_init(&plain.buf, plain.memory, sizeof number - 1);
    assert_int_equal(personal_open(&office.worker, PERSONAL_MOBILE, project_id, row_id,
                                   buf_bytes(&sealed.buf), &plain.buf),
                     HUFU_ERR_LIMIT);
    assert_int_equal(plain.buf.len, 0);
}

static void lookup(enum personal_kind kind, const uint8_t project[UUID_SIZE], const char *text,
                   uint8_t hash[HASH_SIZE])
{
    assert_ok(personal_lookup(&office.worker, kind, project, bytes_of_text(text), hash));
}

static void a_value_is_found_by_its_equal_of_its_kind_and_project_alone(void **state)
{
    (void)state;
    uint8_t hash[HASH_SIZE], again[HASH_SIZE], other[HASH_SIZE], other_project[UUID_SIZE];
    identifier_new(other_project);
    lookup(PERSONAL_MOBILE, project_id, number, hash);
    lookup(PERSONAL_MOBILE, project_id, number, again);
    assert_memory_equal(hash, again, HASH_SIZE);
    lookup(PERSONAL_MOBILE, other_project, number, other);
    assert_memory_not_equal(hash, other, HASH_SIZE);
    lookup(PERSONAL_EMAIL, project_id, number, other);
    assert_memory_not_equal(hash, other, HASH_SIZE);
    char near[sizeof number];
    for (size_t bit = 0; bit < 8 * (sizeof number - 1); bit++) {
        memcpy(near, number, sizeof near);
        near[bit / 8] = (char)(near[bit / 8] ^ (1 << bit % 8));
        if (near[bit / 8] == '\0')
            continue;
        lookup(PERSONAL_MOBILE, project_id, near, other);
        assert_memory_not_equal(hash, other, HASH_SIZE);
    }
}

static void a_codes_hash_is_bound_to_its_row_and_to_no_lookup(void **state)
{
    (void)state;
    uint8_t hash[HASH_SIZE], again[HASH_SIZE], other[HASH_SIZE];
    const struct bytes code = bytes_of_text("123456");
    assert_ok(personal_code_hash(&office.worker, row_id, code, hash));
    assert_ok(personal_code_hash(&office.worker, row_id, code, again));
    assert_memory_equal(hash, again, HASH_SIZE);
    assert_ok(personal_code_hash(&office.worker, project_id, code, other));
    assert_memory_not_equal(hash, other, HASH_SIZE);
    assert_ok(personal_code_hash(&office.worker, row_id, bytes_of_text("123457"), other));
    assert_memory_not_equal(hash, other, HASH_SIZE);
    lookup(PERSONAL_MOBILE, row_id, "123456", other);
    assert_memory_not_equal(hash, other, HASH_SIZE);
}

static void without_the_data_key_everything_is_away(void **state)
{
    (void)state;
    struct worker keyless = office.worker, none = office.worker;
    uint8_t hash[HASH_SIZE];
    static const uint8_t zeros[HASH_SIZE];
    struct sealed sealed, plain;
    seal(&sealed, PERSONAL_MOBILE, bytes_of_text(number));
    keyless.data_key = data_key_new();
    none.data_key = NULL;
    struct worker *const workers[] = {&keyless, &none};
    for (size_t i = 0; i < 2; i++) {
        buf_init(&plain.buf, plain.memory, sizeof plain.memory);
        assert_int_equal(
            personal_seal(workers[i], PERSONAL_MOBILE, project_id, row_id, bytes_of_text(number), &plain.buf),
            HUFU_ERR_AWAY);
        assert_int_equal(personal_open(workers[i], PERSONAL_MOBILE, project_id, row_id,
                                       buf_bytes(&sealed.buf), &plain.buf),
                         HUFU_ERR_AWAY);
        assert_int_equal(plain.buf.len, 0);
        assert_int_equal(
            personal_lookup(workers[i], PERSONAL_MOBILE, project_id, bytes_of_text(number), hash),
            HUFU_ERR_AWAY);
        assert_memory_equal(hash, zeros, HASH_SIZE);
        assert_int_equal(personal_code_hash(workers[i], row_id, bytes_of_text("1"), hash), HUFU_ERR_AWAY);
    }
    data_key_free(keyless.data_key);
}

static void every_process_on_the_database_comes_to_the_same_key(void **state)
{
    (void)state;
    struct worker second = office.worker;
    struct sealed sealed, plain;
    second.data_key = data_key_new();
    assert_ok(data_key_maintain(&second));
    assert_int_equal(database_number(&office.database, "select count(*) from data_key"), 1);
    seal(&sealed, PERSONAL_MOBILE, bytes_of_text(number));
    buf_init(&plain.buf, plain.memory, sizeof plain.memory);
    assert_ok(
        personal_open(&second, PERSONAL_MOBILE, project_id, row_id, buf_bytes(&sealed.buf), &plain.buf));
    data_key_free(second.data_key);
}

static struct worker *racing;
static void another_process_is_faster(void)
{
    key_process.meanwhile = NULL;
    assert_ok(data_key_maintain(racing));
}

static void a_process_that_is_too_late_takes_the_key_that_is_there(void **state)
{
    (void)state;
    struct worker late = office.worker, early = office.worker;
    struct sealed sealed, plain;
    database_run(&office.database, "delete from data_key");
    late.data_key = data_key_new();
    early.data_key = data_key_new();
    racing = &early;
    key_process.meanwhile = another_process_is_faster;
    assert_ok(data_key_maintain(&late));
    assert_int_equal(database_number(&office.database, "select count(*) from data_key"), 1);
    buf_init(&sealed.buf, sealed.memory, sizeof sealed.memory);
    buf_init(&plain.buf, plain.memory, sizeof plain.memory);
    assert_ok(personal_seal(&early, PERSONAL_MOBILE, project_id, row_id, bytes_of_text(number), &sealed.buf));
    assert_ok(personal_open(&late, PERSONAL_MOBILE, project_id, row_id, buf_bytes(&sealed.buf), &plain.buf));
    data_key_free(late.data_key);
    data_key_free(early.data_key);
}

static void a_key_of_another_token_is_neither_taken_nor_replaced(void **state)
{
    (void)state;
    struct worker moved = office.worker;
    struct secret32 key;
    moved.data_key = data_key_new();
    key_process.sealed = "sealed by another token";
    assert_int_equal(data_key_maintain(&moved), HUFU_ERR_RECORD);
    assert_int_equal(data_key_maintain(&moved), HUFU_ERR_RECORD);
    assert_int_equal(data_key_derive(moved.data_key, 0, &key), HUFU_ERR_AWAY);
    assert_int_equal(database_number(&office.database, "select count(*) from data_key"), 1);
    data_key_free(moved.data_key);
}

static void a_key_process_that_is_away_is_asked_again(void **state)
{
    (void)state;
    struct worker waiting = office.worker;
    waiting.data_key = data_key_new();
    key_process.err = HUFU_ERR_AWAY;
    assert_int_equal(data_key_maintain(&waiting), HUFU_ERR_AWAY);
    key_process.err = HUFU_OK;
    assert_ok(data_key_maintain(&waiting));
    size_t calls = key_process.calls;
    assert_ok(data_key_maintain(&waiting));
    assert_int_equal(key_process.calls, calls);
    data_key_free(waiting.data_key);
}

static void what_is_shown_of_a_value_is_masked(void **state)
{
    (void)state;
    char shown[64];
    static const struct {
        void (*mask)(char *, size_t, const char *);
        const char *value, *shown;
    } cases[] = {
        {personal_mask_mobile, "+8613812345678", "138****5678"},
        {personal_mask_mobile, "+4915123456789", "+49*******6789"},
        {personal_mask_mobile, "+1234567", "+******7"},
        {personal_mask_mobile, "", ""},
        {personal_mask_identity, "11010519491231002X", "110***********002X"},
        {personal_mask_identity, "E12345678", "E*******8"},
        {personal_mask_identity, "", ""},
        {personal_mask_email, "li.lei@example.com", "l****@example.com"},
        {personal_mask_email, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cases[i].mask(shown, sizeof shown, cases[i].value);
        assert_string_equal(shown, cases[i].shown);
        char small[4] = "xyz";
        cases[i].mask(small, sizeof small, cases[i].value);
        assert_true(strlen(small) < sizeof small);
    }
}

/* ---- One form of each number ---- */

static void a_mobile_number_has_one_form_however_it_is_written(void **state)
{
    (void)state;
    static const char *const same[] = {"13812345678",    "138 1234 5678",        "138-1234-5678",
                                       "+8613812345678", "+86 138 1234 5678",    "008613812345678",
                                       "8613812345678",  " +86 (138) 1234-5678", "0086 138 1234 5678 "};
    char out[MOBILE_NUMBER_SIZE], again[MOBILE_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        if (mobile_number_normalise(out, same[i]) != HUFU_OK)
            fail_msg("%s", same[i]);
        assert_string_equal(out, "+8613812345678");
    }
    assert_ok(mobile_number_normalise(out, "+49 151 23456789"));
    assert_string_equal(out, "+4915123456789");
    assert_ok(mobile_number_normalise(again, out));
    assert_string_equal(again, out);
}

static void what_is_no_mobile_number_is_refused(void **state)
{
    (void)state;
    static const char *const refused[] = {"",
                                          " ",
                                          "+",
                                          "1381234567",
                                          "138123456789",
                                          "12812345678",
                                          "010-12345678",
                                          "+861381234567",
                                          "+8612812345678",
                                          "+1234567",
                                          "+1234567890123456",
                                          "+0123456789",
                                          "000123456789",
                                          "13812345678x",
                                          "1381234567８",
                                          "++8613812345678",
                                          "1381234+5678",
                                          "99999999999999999999999999999999",
                                          "4915123456789"};
    char out[MOBILE_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (mobile_number_normalise(out, refused[i]) != HUFU_ERR_FORM)
            fail_msg("%s was taken for %s", refused[i], out);
        assert_string_equal(out, "");
    }
}

/* Whatever is taken is of its form, and stays what it is. */
static void a_random_text_is_refused_or_becomes_a_number(void **state)
{
    (void)state;
    static const char characters[] = "+0123456789138 86-()x";
    char text[24], out[MOBILE_NUMBER_SIZE], again[MOBILE_NUMBER_SIZE];
    size_t taken = 0;
    for (int i = 0; i < 200000; i++) {
        size_t len = randombytes_uniform(sizeof text);
        for (size_t k = 0; k < len; k++)
            text[k] = characters[randombytes_uniform(sizeof characters - 1)];
        text[len] = '\0';
        if (mobile_number_normalise(out, text) != HUFU_OK)
            continue;
        taken++;
        assert_int_equal(out[0], '+');
        assert_true(out[1] >= '1' && out[1] <= '9');
        assert_int_equal(strspn(out + 1, "0123456789"), strlen(out) - 1);
        assert_in_range(strlen(out), 9, 16);
        assert_ok(mobile_number_normalise(again, out));
        assert_string_equal(again, out);
    }
    assert_true(taken > 0);
}

static void an_address_has_one_form_or_is_none(void **state)
{
    (void)state;
    char out[EMAIL_ADDRESS_SIZE];
    assert_ok(email_address_normalise(out, " Li.Lei+x@Example.COM "));
    assert_string_equal(out, "li.lei+x@example.com");
    static const char *const refused[] = {
        "",         "@",       "a@",        "@b.cn",          "a@b",     "a b@c.cn", "a@b..cn",
        "a@.b.cn",  "a@b.cn.", "a..b@c.cn", ".a@b.cn",        "a@-b.cn", "a@b-.cn",  "a@b@c.cn",
        "a@b.cn\n", "李@b.cn", "a@b_c.cn",  "a@b.cn, c@d.cn", "<a@b.cn>"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (email_address_normalise(out, refused[i]) != HUFU_ERR_FORM)
            fail_msg("%s was taken for %s", refused[i], out);
    char longer[300];
    for (size_t local = 63; local <= 66; local++) {
        memset(longer, 'a', local);
        snprintf(longer + local, sizeof longer - local, "@b.cn");
        assert_int_equal(email_address_normalise(out, longer), local <= 64 ? HUFU_OK : HUFU_ERR_FORM);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, name_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_sealed_opens_as_it_was),
        TEST(the_same_value_is_sealed_otherwise_each_time_and_never_in_clear),
        TEST(every_flipped_bit_and_every_truncation_is_refused),
        TEST(nothing_opens_as_another_kind_or_in_another_row_or_project),
        TEST(a_buffer_that_is_too_small_is_refused_and_stays_empty),
        TEST(a_value_is_found_by_its_equal_of_its_kind_and_project_alone),
        TEST(a_codes_hash_is_bound_to_its_row_and_to_no_lookup),
        TEST(without_the_data_key_everything_is_away),
        TEST(every_process_on_the_database_comes_to_the_same_key),
        TEST(a_process_that_is_too_late_takes_the_key_that_is_there),
        TEST(a_key_of_another_token_is_neither_taken_nor_replaced),
        TEST(a_key_process_that_is_away_is_asked_again),
        TEST(what_is_shown_of_a_value_is_masked),
        TEST(a_mobile_number_has_one_form_however_it_is_written),
        TEST(what_is_no_mobile_number_is_refused),
        TEST(a_random_text_is_refused_or_becomes_a_number),
        TEST(an_address_has_one_form_or_is_none),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
