/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a person: numbers of documents, credit codes, CSV files, and what becomes of them in the tables. */
#include <sodium.h>
#include <stdio.h>

#include "server/core/account.h"
#include "server/core/account_import.h"
#include "server/core/contact.h"
#include "server/core/csv.h"
#include "server/core/identity_number.h"
#include "server/core/organization.h"
#include "server/core/utf8.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct person person;
static struct act act;

static int add_person(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    return 0;
}

/* ---- Numbers of documents ---- */

static void resident_cards_with_the_right_check_character_are_taken(void **state)
{
    (void)state;
    static const char *const cards[] = {"11010519491231002X", "11010519491231002x", "440524188001010014",
                                        "110105 19491231 002X", "110101200002290018"};
    char out[IDENTITY_NUMBER_SIZE];
    for (size_t i = 0; i < sizeof cards / sizeof cards[0]; i++) {
        if (identity_number_normalise(out, IDENTITY_RESIDENT_CARD, cards[i]) != HUFU_OK)
            fail_msg("%s", cards[i]);
        assert_int_equal(strlen(out), 18);
    }
    assert_ok(identity_number_normalise(out, IDENTITY_RESIDENT_CARD, "11010519491231002x"));
    assert_string_equal(out, "11010519491231002X");
}

/* The check finds every single wrong character and every exchange of two neighbours. */
static void a_resident_card_with_an_error_is_refused(void **state)
{
    (void)state;
    static const char card[] = "11010519491231002X";
    char wrong[sizeof card], out[IDENTITY_NUMBER_SIZE];
    for (size_t at = 0; at < sizeof card - 1; at++)
        for (const char *c = "0123456789X"; *c != '\0'; c++) {
            memcpy(wrong, card, sizeof wrong);
            if (wrong[at] == *c)
                continue;
            wrong[at] = *c;
            assert_int_equal(identity_number_normalise(out, IDENTITY_RESIDENT_CARD, wrong), HUFU_ERR_FORM);
        }
    for (size_t at = 0; at + 2 < sizeof card; at++) {
        memcpy(wrong, card, sizeof wrong);
        wrong[at] = card[at + 1];
        wrong[at + 1] = card[at];
        if (card[at] != card[at + 1])
            assert_int_equal(identity_number_normalise(out, IDENTITY_RESIDENT_CARD, wrong), HUFU_ERR_FORM);
    }
    static const char *const refused[] = {"",
                                          "11010519491231002",
                                          "11010519491231002XX",
                                          "110105194902300020",
                                          "110105491231002",
                                          "11010519491231002\xef\xbc\xb8"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(identity_number_normalise(out, IDENTITY_RESIDENT_CARD, refused[i]), HUFU_ERR_FORM);
}

static void other_documents_have_their_own_numbers(void **state)
{
    (void)state;
    char out[IDENTITY_NUMBER_SIZE];
    assert_ok(identity_number_normalise(out, IDENTITY_PASSPORT, "e1234 5678"));
    assert_string_equal(out, "E12345678");
    assert_ok(identity_number_normalise(out, IDENTITY_OTHER, "K-123456(7)"));
    static const char *const refused[] = {"", "1234", "E123/4567", "E1234567890123456789012345678901234",
                                          "É1234567"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_int_equal(identity_number_normalise(out, IDENTITY_PASSPORT, refused[i]), HUFU_ERR_FORM);
}

/* ---- Credit codes ---- */

static enum hufu_err add_organization(const char *name, const char *credit_code, struct organization *out)
{
    act = office_operator_act("organization.create");
    return organization_create(&office.worker, &act, person.project, name, credit_code, out);
}

static void a_credit_code_is_taken_with_its_check_character_alone(void **state)
{
    (void)state;
    static const char code[] = "91350100M000100Y43";
    char wrong[sizeof code];
    struct organization organization;
    for (size_t at = 0; at < sizeof code - 1; at++)
        for (const char *c = "0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ-"; *c != '\0'; c++) {
            memcpy(wrong, code, sizeof wrong);
            if (wrong[at] == *c)
                continue;
            wrong[at] = *c;
            assert_int_equal(add_organization("Wrong", wrong, &organization), HUFU_ERR_FORM);
            assert_string_equal(act.field, "credit_code");
        }
    assert_ok(add_organization("Right", "91350100m000100y43", &organization));
    assert_string_equal(organization.credit_code, code);
    assert_int_equal(add_organization("Another", code, &organization), HUFU_ERR_CONFLICT);
    assert_int_equal(add_organization("Right", NULL, &organization), HUFU_ERR_CONFLICT);
    assert_ok(add_organization("Without", NULL, &organization));
    assert_string_equal(organization.credit_code, "");
}

/* ---- CSV ---- */

/* Reads a whole text; every value is followed by "|", every record by its line and "/". */
static enum hufu_err read_csv(const char *text, size_t len, char *out, size_t size)
{
    char *memory = malloc(len + 1);
    struct csv csv;
    struct csv_record record;
    struct buf seen;
    assert_non_null(memory);
    memcpy(memory, text, len);
    buf_init(&seen, out, size - 1);
    csv_init(&csv, memory, len);
    enum hufu_err err;
    while ((err = csv_next(&csv, &record)) == HUFU_OK) {
        char line[24];
        for (size_t i = 0; i < record.count; i++) {
            buf_put(&seen, record.values[i], strlen(record.values[i]));
            buf_put(&seen, "|", 1);
        }
        snprintf(line, sizeof line, "%zu/", record.line);
        buf_put(&seen, line, strlen(line));
    }
    out[seen.len] = '\0';
    free(memory);
    return err;
}

static void a_file_is_read_value_by_value(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read;
    } cases[] = {
        {"a,b\n1,2\n", "a|b|1/1|2|2/"},
        {"\xef\xbb\xbf"
         "a,b\r\n1,2",
         "a|b|1/1|2|2/"},
        {" a , b \r\n\r\n\n1,\n", "a|b|1/1||4/"},
        {"\"a,\"\"b\"\"\",c\n\"x\ny\",z\nq", "a,\"b\"|c|1/x\ny|z|2/q|4/"},
        {"\"\",\"\"\n", "||1/"},
        {"李明,\"工号 1\" \r1,2\r", "李明|工号 1|1/1|2|2/"},
        {"", ""},
        {"\n\r\n  \n", ""},
        {",", "||1/"},
    };
    char read[256];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(read_csv(cases[i].text, strlen(cases[i].text), read, sizeof read),
                         HUFU_ERR_NOT_FOUND);
        assert_string_equal(read, cases[i].read);
    }
}

static void what_is_no_csv_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {{"a\"b", 3}, {"\"a", 2},     {"\"a\"b", 4}, {"\"a\"\"", 4},
                 {"a\0b", 3}, {"\"a\0\"", 4}, {"\"a\"\0", 4}};
    char read[256], many[2 * CSV_VALUES_MAX + 2];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(read_csv(cases[i].text, cases[i].len, read, sizeof read), HUFU_ERR_FORM);
    memset(many, ',', sizeof many);
    assert_int_equal(read_csv(many, CSV_VALUES_MAX - 1, read, sizeof read), HUFU_ERR_NOT_FOUND);
    assert_int_equal(read_csv(many, CSV_VALUES_MAX, read, sizeof read), HUFU_ERR_LIMIT);
}

/* Whatever stands in values comes back when it is quoted as RFC 4180 has it. */
static void quoted_values_come_back_as_they_went(void **state)
{
    (void)state;
    static const char characters[] = "a,\"\r\n b\xe6\x9d\x8e";
    for (int round = 0; round < 5000; round++) {
        char value[16], text[64], read[64];
        size_t len = 1 + randombytes_uniform(sizeof value - 1);
        struct buf out;
        buf_init(&out, text, sizeof text);
        buf_put(&out, "x,\"", 3);
        for (size_t i = 0; i < len; i++) {
            value[i] = characters[randombytes_uniform(sizeof characters - 1)];
            buf_put(&out, &value[i], 1);
            if (value[i] == '"')
                buf_put(&out, "\"", 1);
        }
        buf_put(&out, "\"\n", 2);
        assert_ok(buf_finish(&out));
        assert_int_equal(read_csv(text, out.len, read, sizeof read), HUFU_ERR_NOT_FOUND);
        assert_memory_equal(read, "x|", 2);
        assert_memory_equal(read + 2, value, len);
        assert_string_equal(read + 2 + len, "|1/");
    }
}

static void read_damaged(void *context, struct bytes damaged)
{
    char read[256];
    (void)context;
    enum hufu_err err = read_csv((const char *)damaged.data, damaged.len, read, sizeof read);
    assert_true(err == HUFU_ERR_NOT_FOUND || err == HUFU_ERR_FORM);
}

static void every_damaged_file_is_read_or_refused(void **state)
{
    (void)state;
    for_each_damage(bytes_of_text("work_number,name\r\n\"W,\"\"1\",李明\n2,\"\"\n"), read_damaged, NULL);
}

static void utf8_is_told_from_what_is_none(void **state)
{
    (void)state;
    static const char *const good[] = {
        "", "a", "é", "李", "\xf0\x9f\x90\xaf", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {
        "\x80",         "\xc3",         "\xe6\x9d",         "\xc0\x80",
        "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80",
        "\xff",         "a\xc3 a"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(utf8_valid(bytes_of_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(utf8_valid(bytes_of_text(bad[i])));
    assert_int_equal(utf8_whole("李\xe6\x9d"), 3);
}

/* ---- Files of accounts ---- */

static void release(struct account_import **import)
{
    account_import_free(*import);
}
#define IMPORT_OWNED __attribute__((cleanup(release)))

static enum hufu_err import_text(struct account_import *import, const char *text)
{
    act = office_operator_act("account.import");
    return account_import_run(&office.worker, &act, person.project, bytes_of_text(text), import);
}

static int64_t accounts_of_project(void)
{
    return database_number(&office.database, "select count(*) from account where project_id = '%s'",
                           person.project);
}

static void a_file_makes_all_of_its_accounts(void **state)
{
    (void)state;
    IMPORT_OWNED struct account_import *import = account_import_new();
    assert_ok(import_text(import, "姓名,工号,手机号,证件类型,证件号码,性别,单位\n"
                                  "李雷,i-1,138 1234 5678,居民身份证,11010519491231002x,男,Acme\n"
                                  "韩梅梅,i-2,,护照,E12345678,female,Acme\n"));
    assert_int_equal(import->count, 2);
    assert_int_equal(import->fault_count, 0);
    assert_string_equal(import->accounts[1].work_number, "i-2");
    assert_int_equal(strncmp(import->accounts[0].code.text, "hufu:activate?", 14), 0);
    struct account account;
    assert_ok(account_get(&office.worker, &act, import->accounts[0].account_id, &account));
    assert_string_equal(account.name, "李雷");
    assert_string_equal(account.shown.mobile, "138****5678");
    assert_string_equal(account.shown.identity_number, "110***********002X");
    assert_int_equal(account.sex, ACCOUNT_SEX_MALE);
    assert_true(account.has_organization);
    struct contact contact CONTACT_WIPED;
    assert_ok(contact_read(&office.worker, account.account_id, &contact));
    assert_string_equal(contact.mobile, "+8613812345678");
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from audit_event where project_id = '%s' and"
                                     " action = 'account.import' and outcome = 'ok'",
                                     person.project),
                     2);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from organization where project_id = '%s'",
                                     person.project),
                     1);
}

static void each_error_names_its_line_and_column_and_nobody_is_added(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t line;
        const char *field;
    } cases[] = {
        {"", 1, ""},
        {"\xff", 1, ""},
        {"work_number,name\n", 2, ""},
        {"name\nA\n", 1, "work_number"},
        {"work_number,name,name\n1,A,B\n", 1, "name"},
        {"work_number,name,colour\n1,A,red\n", 1, "colour"},
        {"work_number,name\n1,A\n2\n", 3, ""},
        {"work_number,name\n1,A\n2,\"B\n", 3, ""},
        {"work_number,name\n1,A\n,B\n", 3, "work_number"},
        {"work_number,name\n1,A\n1,B\n", 3, "work_number"},
        {"work_number,name\n1,A\nw-1,B\n", 3, "work_number"}, /* the person's own */
        {"work_number,name,sex\n1,A,m\n", 2, "sex"},
        {"work_number,name,mobile\n1,A,12345\n", 2, "mobile"},
        {"work_number,name,email\n1,A,a@b\n", 2, "email"},
        {"work_number,name,identity_number\n1,A,110105194912310021\n", 2, "identity_number"},
        {"work_number,name,identity_kind\n1,A,passport\n", 2, "identity_number"},
        {"work_number,name,country\n1,A,cn\n", 2, "country"},
        {"work_number,name\n12345678901234567890123456789012345678901234567890123456789012345,A\n", 2,
         "work_number"},
        {"work_number,name\n1,\"A\nB\"\n", 2, "name"},
        {"work_number,name\n№1,A\n", 2, "subject"},
    };
    int64_t before = accounts_of_project();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        IMPORT_OWNED struct account_import *import = account_import_new();
        assert_int_equal(import_text(import, cases[i].text), HUFU_ERR_FORM);
        assert_int_equal(act.refusal, REFUSAL_CSV_INVALID);
        if (import->fault_count != 1 || import->faults[0].line != cases[i].line ||
            strcmp(import->faults[0].field, cases[i].field) != 0)
            fail_msg("case %zu: %zu faults, line %zu, %s: %s", i, import->fault_count, import->faults[0].line,
                     import->faults[0].field, import->faults[0].reason);
        assert_int_equal(import->count, 0);
        assert_int_equal(accounts_of_project(), before);
    }
}

static void every_line_with_an_error_is_told_up_to_the_limit(void **state)
{
    (void)state;
    IMPORT_OWNED struct account_import *import = account_import_new();
    char text[8192] = "work_number,name,sex\n";
    for (int i = 0; i < ACCOUNT_IMPORT_FAULTS_MAX + 5; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d,A,x\n", i);
    assert_int_equal(import_text(import, text), HUFU_ERR_FORM);
    assert_int_equal(import->fault_count, ACCOUNT_IMPORT_FAULTS_MAX);
    for (size_t i = 0; i < import->fault_count; i++)
        assert_int_equal(import->faults[i].line, i + 2);
}

static void a_file_of_more_accounts_than_the_limit_is_refused(void **state)
{
    (void)state;
    static char text[16 * (ACCOUNT_IMPORT_LINES_MAX + 2)];
    int64_t before = accounts_of_project();
    for (int more = 1; more >= 0; more--) {
        IMPORT_OWNED struct account_import *import = account_import_new();
        size_t len = (size_t)snprintf(text, sizeof text, "work_number,name\n");
        for (int i = 0; i < ACCOUNT_IMPORT_LINES_MAX + more; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "m%d,A\n", i);
        enum hufu_err err = import_text(import, text);
        assert_int_equal(err, more > 0 ? HUFU_ERR_FORM : HUFU_OK);
        assert_int_equal(accounts_of_project(), before + (more > 0 ? 0 : ACCOUNT_IMPORT_LINES_MAX));
        if (more > 0)
            assert_int_equal(import->faults[0].limit, ACCOUNT_IMPORT_LINES_MAX);
    }
}

/* ---- What stands in the tables ---- */

static void nothing_personal_stands_in_the_tables_in_clear(void **state)
{
    (void)state;
    static const uint8_t picture[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                      'p',  'i', 'c', 't', 'u',  'r',  'e'};
    const struct account_in in = {
        .project = person.project,
        .name = "Zhao",
        .work_number = "z-1",
        .profile = {.mobile = "13987654321",
                    .identity_number = "11010519491231002X",
                    .email = "zhao@example.com",
                    .seal_picture = {picture, sizeof picture}},
    };
    struct account account, read;
    struct activation_code code ACTIVATION_CODE_WIPED = {0};
    act = office_operator_act("account.create");
    assert_ok(account_create(&office.worker, &act, &in, &account, &code));
    static const char *const needles[] = {"87654321", "zhao@", "19491231", "3837363534333231", "picture"};
    for (size_t i = 0; i < sizeof needles / sizeof needles[0]; i++)
        assert_int_equal(
            database_number(&office.database,
                            "select (select count(*) from account a where a::text like '%%%s%%') +"
                            " (select count(*) from audit_event a where a::text like '%%%s%%') +"
                            " (select count(*) from seal_picture p where p::text like '%%' ||"
                            " encode('%s', 'hex') || '%%')",
                            needles[i], needles[i], needles[i]),
            0);
    uint8_t memory[ACCOUNT_PICTURE_MAX];
    struct buf back;
    buf_init(&back, memory, sizeof memory);
    assert_ok(account_get_picture(&office.worker, &act, account.account_id, &back));
    assert_true(bytes_equal(buf_bytes(&back), bytes_of(picture, sizeof picture)));
    assert_ok(account_get(&office.worker, &act, account.account_id, &read));
    assert_string_equal(read.shown.email, "z****@example.com");
    assert_true(read.has_picture);
    struct worker keyless = office.worker;
    keyless.data_key = NULL;
    assert_ok(account_get(&keyless, &act, account.account_id, &read));
    assert_string_equal(read.shown.mobile, "****");
    act = office_operator_act("account.create");
    assert_int_equal(account_create(&keyless, &act, &in, &account, &code), HUFU_ERR_AWAY);
}

static void what_is_no_picture_is_refused(void **state)
{
    (void)state;
    static const char *const pictures[] = {"x", "GIF89a picture", "\x89PNG\r\n\x1a", "\xff\xd8"};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        struct account_in in = {.project = person.project, .name = "Qian", .work_number = "q-1"};
        struct account account;
        struct activation_code code ACTIVATION_CODE_WIPED = {0};
        in.profile.seal_picture = bytes_of_text(pictures[i]);
        act = office_operator_act("account.create");
        assert_int_equal(account_create(&office.worker, &act, &in, &account, &code), HUFU_ERR_FORM);
        assert_string_equal(act.field, "seal_picture");
    }
}

#define TEST(name) cmocka_unit_test_setup(name, add_person)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(resident_cards_with_the_right_check_character_are_taken),
        TEST(a_resident_card_with_an_error_is_refused),
        TEST(other_documents_have_their_own_numbers),
        TEST(a_credit_code_is_taken_with_its_check_character_alone),
        TEST(a_file_is_read_value_by_value),
        TEST(what_is_no_csv_is_refused),
        TEST(quoted_values_come_back_as_they_went),
        TEST(every_damaged_file_is_read_or_refused),
        TEST(utf8_is_told_from_what_is_none),
        TEST(a_file_makes_all_of_its_accounts),
        TEST(each_error_names_its_line_and_column_and_nobody_is_added),
        TEST(every_line_with_an_error_is_told_up_to_the_limit),
        TEST(a_file_of_more_accounts_than_the_limit_is_refused),
        TEST(nothing_personal_stands_in_the_tables_in_clear),
        TEST(what_is_no_picture_is_refused),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
