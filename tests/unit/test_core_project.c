/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of projects: each has its default, its column and its place in the table, and is changed alone. */
#include <stdio.h>

#include "server/core/project.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct project project;
static struct act act;

static int add_project(void **state)
{
    (void)state;
    static int number;
    char name[32];
    snprintf(name, sizeof name, "Rules %d", number++);
    act = office_operator_act("project.create");
    return project_create(&office.worker, &act, name, &project) != HUFU_OK;
}

/* Another value than the rule has; false: it knows one alone. */
static bool give_another(struct project_change *change, size_t index)
{
    const struct project_rule *rule = &project_rule_table[index];
    char *member = (char *)&change->rules + rule->offset;
    change->rules = project.rules;
    change->given[index] = true;
    int choice;
    int64_t number;
    switch (rule->kind) {
    case PROJECT_RULE_CHOICE:
        choice = project_rule_choice(&project.rules, rule);
        choice = choice > 0 ? choice - 1 : choice + 1;
        memcpy(member, &choice, sizeof choice);
        return rule->names[choice] != NULL;
    case PROJECT_RULE_NUMBER:
        number = project_rule_number(&project.rules, rule);
        number = number > rule->min ? number - 1 : number + 1;
        memcpy(member, &number, sizeof number);
        return number <= rule->max;
    case PROJECT_RULE_FLAG:
        memcpy(member, &(bool){!project_rule_flag(&project.rules, rule)}, sizeof(bool));
        return true;
    case PROJECT_RULE_SET:
        memcpy(member, &(unsigned){project_rule_set(&project.rules, rule) == 1 ? 2 : 1}, sizeof(unsigned));
        return true;
    }
    return false;
}

static bool rule_equal(const struct project_rule *rule, const struct project_rules *a,
                       const struct project_rules *b)
{
    switch (rule->kind) {
    case PROJECT_RULE_CHOICE:
        return project_rule_choice(a, rule) == project_rule_choice(b, rule);
    case PROJECT_RULE_NUMBER:
        return project_rule_number(a, rule) == project_rule_number(b, rule);
    case PROJECT_RULE_FLAG:
        return project_rule_flag(a, rule) == project_rule_flag(b, rule);
    case PROJECT_RULE_SET:
        return project_rule_set(a, rule) == project_rule_set(b, rule);
    }
    return false;
}

static void a_new_project_has_the_defaults(void **state)
{
    (void)state;
    assert_int_equal(project.rules.signup, PROJECT_SIGNUP_OFF);
    assert_int_equal(project.rules.language, PROJECT_LANGUAGE_CHINESE);
}

static void each_rule_is_changed_alone(void **state)
{
    (void)state;
    for (size_t i = 0; project_rule_table[i].name != NULL; i++) {
        struct project_change change = {0};
        struct project changed, read;
        assert_true(give_another(&change, i));
        act = office_operator_act("project.set");
        enum hufu_err err = project_set_rules(&office.worker, &act, project.project_id, &change, &changed);
        if (err != HUFU_OK)
            fail_msg("%s: %s", project_rule_table[i].name, hufu_err_name(err));
        assert_ok(project_get(&office.worker, &act, project.project_id, &read));
        for (size_t k = 0; project_rule_table[k].name != NULL; k++) {
            const struct project_rules *expected = k == i ? &change.rules : &project.rules;
            assert_true(rule_equal(&project_rule_table[k], &changed.rules, expected));
            assert_true(rule_equal(&project_rule_table[k], &read.rules, expected));
        }
        project = read;
    }
}

static void each_change_of_a_rule_is_an_event_that_says_to_what(void **state)
{
    (void)state;
    struct project_change change = {
        .rules = {.signup = PROJECT_SIGNUP_AUTOMATIC, .language = PROJECT_LANGUAGE_ENGLISH}};
    struct project changed;
    char id[UUID_TEXT_SIZE];
    change.given[0] = change.given[1] = true;
    act = office_operator_act("project.set");
    assert_ok(project_set_rules(&office.worker, &act, project.project_id, &change, &changed));
    uuid_format(id, project.project_id);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from audit_event where project_id = '%s' and action ="
                                     " 'project.set' and detail in ('signup=automatic', 'language=en')",
                                     id),
                     2);
}

static void rules_of_no_project_and_of_the_services_own_are_not_found(void **state)
{
    (void)state;
    static const uint8_t ids[2][UUID_SIZE] = {{0}, {1, 2, 3}};
    struct project_change change = {0};
    struct project changed;
    for (size_t i = 0; i < 2; i++) {
        act = office_operator_act("project.set");
        assert_int_equal(project_set_rules(&office.worker, &act, ids[i], &change, &changed),
                         HUFU_ERR_NOT_FOUND);
        assert_int_equal(act.refusal, REFUSAL_NOT_FOUND);
        assert_int_equal(project_get(&office.worker, &act, ids[i], &changed), HUFU_ERR_NOT_FOUND);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, add_project)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_project_has_the_defaults),
        TEST(each_rule_is_changed_alone),
        TEST(each_change_of_a_rule_is_an_event_that_says_to_what),
        TEST(rules_of_no_project_and_of_the_services_own_are_not_found),
    };
    return cmocka_run_group_tests(tests, office_open, office_close);
}
