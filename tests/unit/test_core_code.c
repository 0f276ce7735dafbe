/* SPDX-License-Identifier: Apache-2.0 */
/* Codes by SMS: what is kept of one, and of one that nobody gets. */
#include <stdio.h>
#include <string.h>

#include "server/core/code.h"
#include "server/core/personal.h"
#include "tests/unit/office.h"
#include "tests/unit/post_office.h"
#include "tests/unit/unit.h"

#define CODES 1000000u

static struct person person;

static int open_counter(void **state)
{
    int failed = office_open(state);
    person_add(&office.database, &person);
    return failed;
}

static int clear(void **state)
{
    (void)state;
    post_office_reset();
    database_run(&office.database, "delete from notice; delete from code; delete from attempt");
    return 0;
}

/* Of which number it was posted for; each has a count of its own. */
static void post(const char *mobile, uint8_t subject[HASH_SIZE])
{
    uint64_t expires_ms;
    const struct code_order order = {.project_id = person.project_id,
                                     .scope = CODE_AUTHENTICATION,
                                     .subject = subject,
                                     .mobile_hash = (const uint8_t[HASH_SIZE]){7},
                                     .mobile = mobile,
                                     .text = NOTICE_TEXT_CODE_CONFIRM};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_ok(store_begin(office.worker.store, &transaction));
    assert_ok(code_post(&office.worker, &order, &expires_ms));
    assert_ok(store_commit(&transaction));
}

/* How many of all the digits that there are would pass. */
static unsigned right_ones(const uint8_t subject[HASH_SIZE])
{
    struct code_row row;
    unsigned right = 0;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_ok(store_begin(office.worker.store, &transaction));
    assert_ok(code_lock(office.worker.store, person.project_id, CODE_AUTHENTICATION, subject, &row));
    for (unsigned i = 0; i < CODES; i++) {
        char digits[CODE_DIGITS + 1];
        uint8_t hash[HASH_SIZE];
        (void)snprintf(digits, sizeof digits, "%06u", i % CODES);
        assert_ok(personal_code_hash(&office.worker, row.code_id, bytes_of(digits, CODE_DIGITS), hash));
        right += memcmp(hash, row.code_hash, HASH_SIZE) == 0;
    }
    return right;
}

static void one_code_of_all_is_right(void **state)
{
    (void)state;
    uint8_t subject[HASH_SIZE] = {1};
    post("+8613800138000", subject);
    assert_int_equal(right_ones(subject), 1);
}

static void of_a_code_that_nobody_gets_none_is_right(void **state)
{
    (void)state;
    uint8_t subject[HASH_SIZE] = {2};
    post(NULL, subject);
    assert_int_equal(right_ones(subject), 0);
}

static void of_one_more_than_the_number_may_have_none_is_right(void **state)
{
    (void)state;
    uint8_t first[HASH_SIZE] = {3}, second[HASH_SIZE] = {4};
    post("+8613800138000", first);
    post("+8613800138000", second);
    assert_int_equal(right_ones(second), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_code_of_all_is_right, clear),
        cmocka_unit_test_setup(of_a_code_that_nobody_gets_none_is_right, clear),
        cmocka_unit_test_setup(of_one_more_than_the_number_may_have_none_is_right, clear),
    };
    return cmocka_run_group_tests(tests, open_counter, office_close);
}
