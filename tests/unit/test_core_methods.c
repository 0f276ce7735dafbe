/* SPDX-License-Identifier: Apache-2.0 */
/* Which methods suffice. */
#include "server/core/methods.h"
#include "server/store/project_rules.h"
#include "tests/unit/unit.h"

#define PASSWORD METHOD_BIT(AUTHENTICATION_PASSWORD)
#define SMS METHOD_BIT(AUTHENTICATION_SMS)
#define FACE METHOD_BIT(AUTHENTICATION_FACE)
#define QR METHOD_BIT(AUTHENTICATION_QR)

static void a_rule_is_met_by_any_of_its_combinations_and_by_more(void **state)
{
    (void)state;
    for (unsigned rule = 0; rule < 1u << METHODS_COMBINATION_COUNT; rule++)
        for (unsigned passed = 0; passed < 1u << AUTHENTICATION_METHOD_COUNT; passed++) {
            unsigned missing[METHODS_COMBINATION_COUNT];
            bool expected = false;
            for (unsigned i = 0; i < METHODS_COMBINATION_COUNT; i++) {
                unsigned wanted = methods_of_combination(i);
                expected = expected || ((rule >> i & 1) != 0 && (wanted & passed) == wanted);
            }
            assert_int_equal(methods_suffice(rule, passed), expected);
            unsigned count = methods_missing(rule, passed, missing);
            bool nothing = false;
            for (unsigned i = 0; i < count; i++) {
                assert_int_equal(missing[i] & passed, 0);
                nothing = nothing || missing[i] == 0;
                for (unsigned j = 0; j < i; j++)
                    assert_int_not_equal(missing[i], missing[j]);
            }
            assert_int_equal(nothing, expected);
        }
}

static void a_remembered_password_counts_as_one_and_as_nothing_else(void **state)
{
    (void)state;
    for (unsigned passed = 0; passed < 1u << AUTHENTICATION_METHOD_COUNT; passed++) {
        unsigned missing[METHODS_COMBINATION_COUNT], others[METHODS_COMBINATION_COUNT];
        assert_int_equal(methods_counted(passed), passed);
        assert_int_equal(methods_counted(passed | METHOD_REMEMBERED), passed | PASSWORD);
        for (unsigned rule = 0; rule < 1u << METHODS_COMBINATION_COUNT; rule++) {
            assert_int_equal(methods_suffice(rule, passed | METHOD_REMEMBERED),
                             methods_suffice(rule, passed | PASSWORD));
            unsigned count = methods_missing(rule, passed | METHOD_REMEMBERED, missing);
            assert_int_equal(methods_missing(rule, passed | PASSWORD, others), count);
            assert_memory_equal(missing, others, count * sizeof missing[0]);
        }
    }
}

static void a_rule_offers_the_methods_of_its_combinations(void **state)
{
    (void)state;
    const unsigned password_sms = 1u << 4;
    assert_int_equal(methods_of_combination(4), PASSWORD | SMS);
    assert_true(methods_offer(password_sms, AUTHENTICATION_PASSWORD));
    assert_true(methods_offer(password_sms, AUTHENTICATION_SMS));
    assert_false(methods_offer(password_sms, AUTHENTICATION_FACE));
    assert_false(methods_offer(password_sms, AUTHENTICATION_QR));
    assert_int_equal(methods_of_combination(METHODS_COMBINATION_COUNT), 0);
}

/* The names of the rule's combinations say what they are. */
static void combinations_are_named_after_their_methods(void **state)
{
    (void)state;
    for (unsigned i = 0; i < METHODS_COMBINATION_COUNT; i++) {
        char name[64] = "";
        for (unsigned method = 0; method < AUTHENTICATION_METHOD_COUNT; method++) {
            if ((methods_of_combination(i) & METHOD_BIT(method)) == 0)
                continue;
            if (name[0] != '\0')
                strncat(name, "+", sizeof name - strlen(name) - 1);
            strncat(name, authentication_method_names[method], sizeof name - strlen(name) - 1);
        }
        assert_string_equal(project_combination_names[i], name);
    }
    assert_null(project_combination_names[METHODS_COMBINATION_COUNT]);
    assert_int_equal(METHOD_BIT(AUTHENTICATION_METHOD_COUNT) - 1, PASSWORD | SMS | FACE | QR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_met_by_any_of_its_combinations_and_by_more),
        cmocka_unit_test(a_remembered_password_counts_as_one_and_as_nothing_else),
        cmocka_unit_test(a_rule_offers_the_methods_of_its_combinations),
        cmocka_unit_test(combinations_are_named_after_their_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
