/* SPDX-License-Identifier: Apache-2.0 */
/* What a password is, its hash, and the gate before it. */
#include <pthread.h>
#include <stdio.h>

#include "server/config.h"
#include "server/core/password_hash.h"
#include "server/core/password_text.h"
#include "server/gate.h"
#include "tests/unit/unit.h"

static enum hufu_err normalise(struct password_text *text, const char *given)
{
    return password_text_normalise(text, given);
}

static void the_same_characters_are_the_same_bytes(void **state)
{
    (void)state;
    struct password_text composed, decomposed;
    assert_ok(normalise(&composed, "caf\xc3\xa9"));
    assert_ok(normalise(&decomposed, "cafe\xcc\x81"));
    assert_int_equal(composed.len, 5);
    assert_int_equal(decomposed.len, 5);
    assert_memory_equal(composed.text, decomposed.text, 5);
}

static void what_is_no_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "a\tb", "\x7f", "\xff\xfe", "\xc3", "\xed\xa0\x80", "\xc2\x85"};
    struct password_text text;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(normalise(&text, bad[i]), HUFU_ERR_FORM);
        assert_int_equal(text.len, 0);
    }
}

static void the_longest_has_256_bytes(void **state)
{
    (void)state;
    char given[PASSWORD_GIVEN_MAX + 2];
    struct password_text text;
    memset(given, 'a', sizeof given);
    given[PASSWORD_TEXT_MAX] = '\0';
    assert_ok(normalise(&text, given));
    assert_int_equal(text.len, PASSWORD_TEXT_MAX);
    given[PASSWORD_TEXT_MAX] = 'a';
    given[PASSWORD_TEXT_MAX + 1] = '\0';
    assert_int_equal(normalise(&text, given), HUFU_ERR_FORM);
    given[PASSWORD_TEXT_MAX + 1] = 'a';
    given[PASSWORD_GIVEN_MAX + 1] = '\0';
    assert_int_equal(normalise(&text, given), HUFU_ERR_FORM);
}

static void eight_characters_of_three_classes_are_wanted(void **state)
{
    (void)state;
    static const struct {
        const char *given;
        enum hufu_err err;
    } table[] = {
        {"Abcdef12", HUFU_OK},
        {"Abcdef1", HUFU_ERR_FORM},
        {"abcdef12", HUFU_ERR_FORM},
        {"abcdef1!", HUFU_OK},
        {"ABCDEF1!", HUFU_OK},
        {"Abcdefg!", HUFU_OK},
        {"ABCDEFGH", HUFU_ERR_FORM},
        {"12345678", HUFU_ERR_FORM},
        {"!!!!!!!!", HUFU_ERR_FORM},
        {"1234567!", HUFU_ERR_FORM},
        {"Abcdef\xe5\xad\x97", HUFU_ERR_FORM}, /* seven characters */
        {"Abcdefg\xe5\xad\x97", HUFU_OK},
    };
    struct password_text text;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_ok(normalise(&text, table[i].given));
        assert_int_equal(password_text_check(&text), table[i].err);
    }
}

static void a_hash_holds_for_its_password_alone_and_for_nobody_never(void **state)
{
    (void)state;
    struct server_config config = {.password_memory_mib = 19, .password_passes = 2};
    struct worker worker = {.config = &config, .hashing = gate_new(1, 0)};
    struct password_turn turn PASSWORD_TURN_GIVEN;
    struct password_text right, wrong;
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    assert_ok(password_hash_ready());
    assert_ok(normalise(&right, "Correct 1"));
    assert_ok(normalise(&wrong, "Correct 2"));
    assert_ok(password_turn_take(&worker, &turn));
    assert_ok(password_hash_make(&turn, &right, hash));
    assert_ok(password_hash_make(&turn, &right, again));
    assert_string_not_equal(hash, again);
    assert_non_null(strstr(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_true(password_hash_holds(&turn, &right, hash));
    assert_false(password_hash_holds(&turn, &wrong, hash));
    assert_false(password_hash_holds(&turn, &right, NULL));
    assert_false(password_hash_outdated(&worker, hash));
    config.password_memory_mib = 20;
    assert_true(password_hash_outdated(&worker, hash));
    struct password_turn second PASSWORD_TURN_GIVEN;
    assert_int_equal(password_turn_take(&worker, &second), HUFU_ERR_BUSY);
    password_turn_give(&turn);
    assert_ok(password_turn_take(&worker, &second));
    password_turn_give(&second);
    gate_free(worker.hashing);
}

#define CROWD 8
static struct gate *gate;
static unsigned inside, most, refused;
static bool leaving;
static pthread_mutex_t counting = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *pass(void *entered)
{
    *(bool *)entered = gate_enter(gate);
    pthread_mutex_lock(&counting);
    if (*(bool *)entered) {
        most = ++inside > most ? inside : most;
        while (!leaving)
            pthread_cond_wait(&changed, &counting);
        inside--;
    } else {
        refused++;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&counting);
    if (*(bool *)entered)
        gate_leave(gate);
    return NULL;
}

/* Nobody leaves before all that find no room have been told so. */
static void let_leave(unsigned without_room)
{
    pthread_mutex_lock(&counting);
    while (refused < without_room)
        pthread_cond_wait(&changed, &counting);
    leaving = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&counting);
}

static void a_gate_lets_so_many_in_and_so_many_wait(void **state)
{
    (void)state;
    pthread_t threads[CROWD];
    bool entered[CROWD];
    unsigned count = 0;
    gate = gate_new(2, 3);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, pass, &entered[i]), 0);
    let_leave(CROWD - 5);
    for (size_t i = 0; i < CROWD; i++) {
        pthread_join(threads[i], NULL);
        count += entered[i];
    }
    assert_int_equal(most, 2);
    assert_int_equal(count, 5);
    assert_true(gate_enter(gate));
    gate_leave(gate);
    gate_free(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_characters_are_the_same_bytes),
        cmocka_unit_test(what_is_no_text_is_refused),
        cmocka_unit_test(the_longest_has_256_bytes),
        cmocka_unit_test(eight_characters_of_three_classes_are_wanted),
        cmocka_unit_test(a_hash_holds_for_its_password_alone_and_for_nobody_never),
        cmocka_unit_test(a_gate_lets_so_many_in_and_so_many_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
