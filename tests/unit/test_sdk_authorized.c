/* SPDX-License-Identifier: Apache-2.0 */
/* Using another's certificate: the device keeps that key and its own apart. */
#include <stdio.h>

#include "tests/unit/sdk_lent.h"
#include "tests/unit/unit.h"

#define STEPS_MAX 60
#define CONFLICT_JSON(state)                                                  \
    "{\"type\":\"urn:hufu:problem:conflict\",\"status\":409,\"message_key\":" \
    "\"conflict\",\"request_id\":\"r-1\",\"state\":\"" state "\",\"possible\":[]}"

static void an_authorized_user_signs_by_either_key(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_key_info info;
    sdk_lent_take(x);
    sdk_lent_assert_both_sign(x);
    sdk_device_restart(x->user.device);
    sdk_lent_assert_both_sign(x);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    assert_int_equal(hufu_key_info(x->user.device->hufu, 0, &info), HUFU_RESULT_OK);
    assert_false(info.is_authorized);
    assert_int_equal(hufu_key_info(x->user.device->hufu, 1, &info), HUFU_RESULT_OK);
    assert_true(info.is_authorized);
    assert_memory_equal(&info.authorization, &x->authorization, sizeof(info.authorization));
    assert_memory_equal(&info.id, &x->holder.key, sizeof(info.id));
    assert_string_equal(info.holder, "张三");
    assert_string_equal(info.holder_work_number, "H-1");
    assert_int_equal(info.generation, 1);
}

static void the_holder_does_not_know_the_half_that_is_used(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lent_take(x);
    const struct sdk_half *half = &x->user.service->keys[1].now;
    assert_int_equal(half->generation, 1);
    assert_memory_not_equal(half->half.A, x->holder.service->lending.other.A, COSIGN_POINT_SIZE);
}

/* As if the first answer about a key of the user's own had come, and nothing more. */
static void begin_own_key_anew(struct sdk_lent *x)
{
    struct sdk_service_key *own = &x->user.service->keys[0];
    struct hufu_id binding;
    memcpy(binding.bytes, own->binding, sizeof(binding.bytes));
    KEY_RECORD_WIPED struct key_record fresh = key_record_new(&x->user.key, &binding, HUFU_USAGE_SIGN);
    assert_int_equal(key_record_store(&fresh, x->user.device->hufu), HUFU_RESULT_OK);
    own->now.exists = false;
    own->certificate_len = 0;
    own->state = "new";
}

/* The other's key is complete, and none of the user's own. */
static void somebody_elses_key_is_not_taken_for_an_own_one(void **state)
{
    struct sdk_lent *x = *state;
    const struct hufu_enrolment enrolment = {.pin = SDK_PIN, .pin_len = strlen(SDK_PIN)};
    sdk_lent_take(x);
    begin_own_key_anew(x);
    assert_int_equal(hufu_enrol(x->user.device->hufu, &enrolment), HUFU_RESULT_OK);
    sdk_lent_assert_both_sign(x);
}

/* Nobody asks for a certificate of somebody else's key. */
static void without_the_holders_certificate_none_is_asked_for(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lend(x);
    x->user.service->keys[1].certificate_len = 0;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_READY);
    assert_int_equal(x->user.service->keys[1].certificate_len, 0);
    assert_true(hufu_bind_unfinished(x->user.device->hufu));
}

/* One step of taking the half is the last; then it goes on. Gives whether there was no such step. */
static bool take_with_a_crash(struct sdk_lent *x, int step, enum sdk_death death)
{
    sdk_lend(x);
    x->user.device->steps_left = step;
    x->user.device->death = death;
    bool through = sdk_lent_finish(x) == HUFU_RESULT_OK;
    sdk_device_restart(x->user.device);
    x->back[0] = '\0';
    if (hufu_bind_unfinished(x->user.device->hufu))
        assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
    if (hufu_key_count(x->user.device->hufu) == 2)
        sdk_lent_assert_both_sign(x);
    assert_int_equal(x->user.service->pin_failures, 0);
    return through;
}

/* The battery dies before and after each step of taking the half: one that was stored goes on as somebody else's. */
static void taking_the_half_survives_a_crash_at_any_step(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        int step = 0, finished = 0;
        for (bool through = false; !through; step++) {
            assert_true(step < STEPS_MAX);
            assert_int_equal(sdk_lent_set_up(state), 0);
            struct sdk_lent *x = *state;
            through = take_with_a_crash(x, step, (enum sdk_death)death);
            finished += hufu_key_count(x->user.device->hufu) == 2;
            (void)sdk_lent_tear_down(state);
        }
        assert_true(step >
                    7); /* the half, the PIN, the refresh, three values stored, the check, the certificate */
        assert_true(finished > 3); /* from the list of keys on */
    }
}

static enum hufu_result delete_it(struct sdk_lent *x)
{
    struct hufu_authorization deleted;
    return hufu_authorization_delete(x->user.device->hufu, &x->authorization, &deleted);
}

static void assert_nothing_is_stored_by_it(struct sdk_lent *x)
{
    char id[HUFU_ID_TEXT_SIZE], name[64];
    hufu_id_format(id, &x->holder.key);
    (void)snprintf(name, sizeof(name), "key-%s", id);
    assert_null(sdk_device_value(x->user.device, name));
    (void)snprintf(name, sizeof(name), "certificates-%s", id);
    assert_null(sdk_device_value(x->user.device, name));
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
}

static void deleting_erases_what_this_device_has_by_it(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lent_take(x);
    x->user.service->lending.method = "DELETE";
    assert_int_equal(delete_it(x), HUFU_RESULT_OK);
    assert_nothing_is_stored_by_it(x);
}

/* The device did not hear that it was deleted: it erases what it has when it is told. */
static void deleting_what_was_deleted_erases_it_too(void **state)
{
    struct sdk_lent *x = *state;
    struct sdk_lending *lending = &x->user.service->lending;
    sdk_lent_take(x);
    lending->method = "DELETE";
    x->user.device->steps_left = 0;
    x->user.device->death = SDK_DEATH_AFTER;
    assert_int_equal(delete_it(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->user.device);
    lending->status = 409;
    lending->answer = CONFLICT_JSON("frozen");
    assert_int_equal(delete_it(x), HUFU_RESULT_CONFLICT);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    lending->answer = CONFLICT_JSON("deleted");
    assert_int_equal(delete_it(x), HUFU_RESULT_CONFLICT);
    assert_string_equal(hufu_last_report(x->user.device->hufu)->state, "deleted");
    assert_nothing_is_stored_by_it(x);
}

/* Takes the half, or deletes it again, until the battery dies; what is stored then, is removed. Gives whether it did not die. */
static bool forget_after_a_crash(struct sdk_lent *x, bool deleting, int step, enum sdk_death death)
{
    struct sdk_device *device = x->user.device;
    sdk_lend(x);
    if (deleting)
        assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
    if (deleting)
        x->user.service->lending.method = "DELETE";
    device->steps_left = step;
    device->death = death;
    bool through = (deleting ? delete_it(x) : sdk_lent_finish(x)) == HUFU_RESULT_OK;
    sdk_device_restart(device);
    assert_int_equal(hufu_forget(device->hufu), HUFU_RESULT_OK);
    for (size_t i = 0; i < SDK_VALUES_MAX; i++)
        assert_int_equal(device->values[i].len, 0);
    return through;
}

static void nothing_stays_behind_whatever_was_interrupted(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        for (int deleting = 0; deleting < 2; deleting++) {
            int step = 0;
            for (bool through = false; !through; step++) {
                assert_true(step < STEPS_MAX);
                assert_int_equal(sdk_lent_set_up(state), 0);
                through = forget_after_a_crash(*state, deleting, step, (enum sdk_death)death);
                (void)sdk_lent_tear_down(state);
            }
            assert_true(step > 4); /* asked, certificates and record removed, list stored; then none */
        }
    }
}

/* Its certificate will never come: the device can take another half. */
static void a_deleted_authorization_without_a_certificate_is_over(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lend(x);
    x->user.service->keys[1].certificate_len = 0;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_READY);
    sdk_lent_refuse(x, ",\"state\":\"removed\"");
    x->back[0] = '\0';
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_ACTIVE);
    assert_false(hufu_bind_unfinished(x->user.device->hufu));
    assert_nothing_is_stored_by_it(x);
    sdk_lent_ask(x);
}

/* One that is not found by a mistake stays: its half works. */
static void a_half_that_works_is_not_taken_for_a_deleted_one(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lend(x);
    x->user.service->keys[1].certificate_len = 0;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_READY);
    x->user.service->hidden = true;
    x->back[0] = '\0';
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_FOUND);
    assert_true(hufu_bind_unfinished(x->user.device->hufu));
}

/* Every cut is refused; a flipped bit is noticed by the storage, and does no harm here. */
static void read_record(void *context, struct bytes damaged)
{
    struct sdk_lent *x = context;
    char id[HUFU_ID_TEXT_SIZE], name[64];
    hufu_id_format(id, &x->holder.key);
    (void)snprintf(name, sizeof(name), "key-%s", id);
    struct sdk_value *value = sdk_device_value(x->user.device, name);
    size_t whole = value->len;
    struct key_record record;
    memcpy(value->data, damaged.data, damaged.len);
    value->len = damaged.len ? damaged.len : 1;
    enum hufu_result result = key_record_load(&record, x->user.device->hufu, &x->holder.key);
    if (damaged.len < whole)
        assert_int_equal(result, HUFU_RESULT_DAMAGED);
    value->len = whole;
}

static void a_damaged_record_of_anothers_key_is_refused_or_read_without_harm(void **state)
{
    struct sdk_lent *x = *state;
    static struct sdk_value kept;
    char id[HUFU_ID_TEXT_SIZE], name[64];
    sdk_lent_take(x);
    hufu_id_format(id, &x->holder.key);
    (void)snprintf(name, sizeof(name), "key-%s", id);
    kept = *sdk_device_value(x->user.device, name);
    for_each_damage(bytes_of(kept.data, kept.len), read_record, x);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sdk_lent_set_up, sdk_lent_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_authorized_user_signs_by_either_key),
        TEST(the_holder_does_not_know_the_half_that_is_used),
        TEST(somebody_elses_key_is_not_taken_for_an_own_one),
        TEST(without_the_holders_certificate_none_is_asked_for),
        cmocka_unit_test(taking_the_half_survives_a_crash_at_any_step),
        TEST(deleting_erases_what_this_device_has_by_it),
        TEST(deleting_what_was_deleted_erases_it_too),
        cmocka_unit_test(nothing_stays_behind_whatever_was_interrupted),
        TEST(a_deleted_authorization_without_a_certificate_is_over),
        TEST(a_half_that_works_is_not_taken_for_a_deleted_one),
        TEST(a_damaged_record_of_anothers_key_is_refused_or_read_without_harm),
    };
    return cmocka_run_group_tests_name("sdk_authorized", tests, NULL, NULL);
}
