/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/two_devices.h"

#include <string.h>

#include "server/identifier.h"
#include "server/store/store.h"
#include "tests/unit/unit.h"

struct person person;
struct account account;
struct device second;
struct act act;

void set_rule(const char *assignment)
{
    database_run(&office.database, "update project set %s where project_id = '%s'", assignment,
                 person.project);
}

void random_key(uint8_t key[FRAME_DEVICE_KEY_SIZE])
{
    key[0] = 4;
    for (size_t i = 1; i + UUID_SIZE <= FRAME_DEVICE_KEY_SIZE; i += UUID_SIZE)
        identifier_new(key + i);
}

enum hufu_err enrol(struct worker *worker, struct act *by, struct device *out)
{
    uint8_t key[FRAME_DEVICE_KEY_SIZE];
    struct account locked;
    random_key(key);
    const struct device_in in = {.device_key = key, .name = "another"};
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(worker->store, &transaction);
    if (err == HUFU_OK)
        err = account_lock(worker->store, person.account_id, &locked);
    if (err == HUFU_OK)
        err = device_enrol(worker, by, &locked, &in, out);
    return err == HUFU_OK ? store_commit(&transaction) : err;
}

int two_devices_add(void **state)
{
    (void)state;
    key_process_reset();
    person = (struct person){0};
    person_add(&office.database, &person);
    set_rule("device_mode = 'primary', secondary_limit = 2");
    assert_ok(account_read(office.worker.store, person.account_id, &account));
    act = office_session_act(&person, "device.test");
    assert_ok(enrol(&office.worker, &act, &second));
    return 0;
}

void set_second(enum device_state state)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(id, second.device_id);
    database_run(&office.database, "update device set state = '%s' where device_id = '%s'",
                 device_state_names[state], id);
}

struct act second_act(const char *action)
{
    struct act by = office_session_act(&person, action);
    memcpy(by.principal.device_id, second.device_id, UUID_SIZE);
    return by;
}

void fill_device(const char *account_id, const char *device_id, int count)
{
    for (int i = 0; i < count; i++)
        database_run(
            &office.database,
            "with k as (insert into key (project_id, key_id, account_id, algorithm, usage, kind, state)"
            " values ('%s', gen_random_uuid(), '%s', 'sm2', 'sign', 'split', 'new') returning *)"
            " insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state,"
            " account_state, key_state) select project_id, gen_random_uuid(), key_id, '%s', account_id,"
            " 'secondary', 'waiting', 'active', state from k",
            person.project, account_id, device_id);
}

void assert_refused_as(enum hufu_err err, enum refusal refusal)
{
    assert_int_equal(err, refusal_error(refusal));
    assert_string_equal(refusal_slug(act.refusal), refusal_slug(refusal));
}

const char *text_of(const uint8_t id[UUID_SIZE])
{
    static char text[UUID_TEXT_SIZE];
    uuid_format(text, id);
    return text;
}

#define CONTENDER_TRIES 10

static pthread_barrier_t all_connected;

static void *contend(void *argument)
{
    struct contender *contender = argument;
    struct account read;
    enum hufu_err connected =
        account_read(contender->worker.store, person.account_id, &read); /* the first use connects */
    (void)pthread_barrier_wait(&all_connected);
    /* On a loaded machine the line before a lock is longer than its timeout: then once more, as a client does. */
    contender->err = connected == HUFU_OK ? HUFU_ERR_BUSY : connected;
    for (int i = 0; i < CONTENDER_TRIES && contender->err == HUFU_ERR_BUSY; i++)
        contender->err = contender->run(contender);
    return NULL;
}

size_t contend_all(struct contender contenders[CROWD], enum hufu_err (*run)(struct contender *contender))
{
    size_t won = 0;
    assert_int_equal(pthread_barrier_init(&all_connected, NULL, CROWD), 0);
    for (size_t i = 0; i < CROWD; i++) {
        contenders[i] =
            (struct contender){.worker = office.worker, .run = run, .x25519_key = {(uint8_t)i, 1}};
        contenders[i].worker.store = database_server(&office.database, i);
        assert_int_equal(pthread_create(&contenders[i].thread, NULL, contend, &contenders[i]), 0);
    }
    for (size_t i = 0; i < CROWD; i++) {
        assert_int_equal(pthread_join(contenders[i].thread, NULL), 0);
        won += contenders[i].err == HUFU_OK;
    }
    assert_int_equal(pthread_barrier_destroy(&all_connected), 0);
    return won;
}
