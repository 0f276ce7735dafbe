/* SPDX-License-Identifier: Apache-2.0 */
/* In which order what changes authorizations, and ends them, locks accounts, devices and bindings: so that no two of them wait for each
 * other, and none overlooks the other. */
#include <stdio.h>

#include "server/core/account.h"
#include "server/core/handover.h"
#include "server/core/key.h"
#include "server/core/password_hash.h"
#include "server/gate.h"
#include "server/store/connection.h"
#include "tests/unit/lending.h"
#include "tests/unit/post_office.h"
#include "tests/unit/unit.h"

static int open_office(void **state)
{
    int failed = office_open(state);
    office.config.password_memory_mib = 8;
    office.config.password_passes = 1;
    office.worker.hashing = gate_new(2, 4);
    post_office_reset();
    return failed || password_hash_ready() != HUFU_OK;
}

static int close_office(void **state)
{
    gate_free(office.worker.hashing);
    return office_close(state);
}

static struct store *holding; /* a connection beside, with a transaction in which it holds a row */
static void hold(const char *table, const char *id)
{
    char sql[256], message[256];
    holding = store_open(office.database.server, NULL);
    snprintf(sql, sizeof sql, "begin; select from %s where %s_id = '%s' for no key update", table, table, id);
    assert_ok(store_script(holding, sql, 0, message, sizeof message));
}

/* Whether nobody else holds that row, by a question that waits for nobody. */
static bool is_free(const char *table, const char *id)
{
    char sql[256], message[256];
    struct store *store = store_open(office.database.server, NULL);
    snprintf(sql, sizeof sql, "select from %s where %s_id = '%s' for no key update nowait", table, table, id);
    enum hufu_err err = store_script(store, sql, 0, message, sizeof message);
    store_close(store);
    assert_true(err == HUFU_OK || err == HUFU_ERR_BUSY);
    return err == HUFU_OK;
}

static void let_go(const char *how)
{
    char message[256];
    assert_ok(store_script(holding, how, 0, message, sizeof message));
    store_close(holding);
}

static void *remove_primary(void *err)
{
    static struct device_removal removal;
    struct worker worker = office.worker;
    struct act by = office_operator_act("device.remove");
    worker.store = store_open(office.database.server, NULL);
    *(enum hufu_err *)err = device_remove(&worker, &by, person.device_id, NULL, &removal);
    store_close(worker.store);
    return NULL;
}

static void a_removal_takes_the_authorized_users_device_before_any_binding(void **state)
{
    (void)state;
    pthread_t thread;
    enum hufu_err err;
    struct frame_policy policy;
    char waiting[UUID_TEXT_SIZE];
    agree(SIGN, 10);
    ask();
    policy = agreed();
    assert_ok(hand_over(&policy));
    uuid_format(waiting, user.binding_id);
    hold("device", user.device);
    assert_int_equal(pthread_create(&thread, NULL, remove_primary, &err), 0);
    assert_true(database_wait_for_waiters(&office.database, 1));
    assert_true(is_free("binding", waiting));
    assert_true(is_free("binding", person.binding));
    let_go("rollback");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ok(err);
    read_made();
    assert_int_equal(made.state, AUTHORIZATION_DELETED);
}

static void *reset_password(void *err)
{
    struct authorization reset;
    struct worker worker = office.worker;
    struct act by = office_session_act(&person, "authorization.reset-password");
    worker.store = store_open(office.database.server, NULL);
    *(enum hufu_err *)err = authorization_reset_password(&worker, &by, made_id, &reset);
    store_close(worker.store);
    return NULL;
}

/* Of two people who lend to each other each is the other's holder. */
static void a_reset_takes_both_accounts_in_the_order_of_their_ids(void **state)
{
    (void)state;
    pthread_t thread;
    enum hufu_err err;
    const struct profile_in in = {.mobile = "13800138000"};
    act = office_operator_act("account.set-profile");
    assert_ok(account_set_profile(&office.worker, &act, user.account_id, &in, &account));
    activate(SIGN, 10);
    assert_true(memcmp(person.account_id, user.account_id, UUID_SIZE) < 0);
    hold("account", user.account);
    assert_int_equal(pthread_create(&thread, NULL, reset_password, &err), 0);
    assert_true(database_wait_for_waiters(&office.database, 1));
    assert_false(is_free("account", person.account));
    let_go("rollback");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_ok(err);
}

/* ---- how many keys a device has ---- */

static void *make_key(void *err)
{
    struct worker worker = office.worker;
    struct act by = office_session_act(&user, "key.create");
    uint8_t key_id[UUID_SIZE], binding_id[UUID_SIZE];
    worker.store = store_open(office.database.server, NULL);
    *(enum hufu_err *)err = key_create(&worker, &by, KEY_SIGN, key_id, binding_id);
    store_close(worker.store);
    return NULL;
}

/* The device of an authorized user makes a key under its own account's lock, and asks for a half under the holder's. */
static void of_two_ways_to_a_last_key_one_waits_for_the_other(void **state)
{
    (void)state;
    static const uint8_t x25519[FRAME_X25519_SIZE] = {9};
    pthread_t thread;
    enum hufu_err err;
    struct handover_offer offer;
    agree(SIGN, 10);
    read_made();
    fill_device(user.account, user.device, KEY_PER_DEVICE_MAX - 1);
    hold("device", user.device);
    struct worker asking = office.worker;
    asking.store = holding;
    act = office_session_act(&user, "authorization.bind");
    assert_ok(handover_offer_binding(&asking, &act, person.key_id, x25519, &made, &offer));
    assert_int_equal(pthread_create(&thread, NULL, make_key, &err), 0);
    assert_true(database_wait_for_waiters(&office.database, 1));
    let_go("commit");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(err, refusal_error(REFUSAL_CONFLICT));
    assert_int_equal(number("select count(*) from binding where device_id = '%s'", user.device_id),
                     KEY_PER_DEVICE_MAX);
}

#define TEST(test) cmocka_unit_test_setup(test, lending_add)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_removal_takes_the_authorized_users_device_before_any_binding),
        TEST(of_two_ways_to_a_last_key_one_waits_for_the_other),
        TEST(a_reset_takes_both_accounts_in_the_order_of_their_ids),
    };
    return cmocka_run_group_tests(tests, open_office, close_office);
}
