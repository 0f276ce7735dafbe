/* SPDX-License-Identifier: Apache-2.0 */
/* Using another's certificate: the device keeps that key and its own apart. */
#include <stdio.h>

#include "mobile-sdk/key_list.h"
#include "tests/unit/sdk_lent.h"
#include "tests/unit/unit.h"

#define STEPS_MAX 60
#define NEW_PIN "662607"
#define CONFLICT_JSON(state)                                                  \
    "{\"type\":\"urn:hufu:problem:conflict\",\"status\":409,\"message_key\":" \
    "\"conflict\",\"request_id\":\"r-1\",\"state\":\"" state "\",\"possible\":[]}"

static enum hufu_result sign_with(struct sdk_lent *x, const struct hufu_id *key, const uint8_t *P)
{
    uint8_t digests[1][HUFU_DIGEST_SIZE] = {{7}}, signatures[1][HUFU_SIGNATURE_SIZE];
    enum hufu_result result =
        hufu_sign_digests(x->user.device->hufu, key, (const uint8_t(*)[HUFU_DIGEST_SIZE])digests, 1, NULL,
                          SDK_PIN, strlen(SDK_PIN), signatures);
    if (!result)
        assert_ok(cosign_verify_var(P, digests[0], signatures[0]));
    return result;
}

static void assert_both_keys_sign(struct sdk_lent *x)
{
    const struct hufu_report *report = hufu_last_report(x->user.device->hufu);
    assert_int_equal(sign_with(x, &x->holder.key, x->holder.service->keys[0].now.half.P), HUFU_RESULT_OK);
    assert_true(report->has_uses_left);
    assert_int_equal(report->uses_left, 8);
    assert_int_equal(report->valid_until_ms, SDK_LENT_UNTIL);
    assert_int_equal(sign_with(x, &x->user.key, x->user.service->keys[0].now.half.P), HUFU_RESULT_OK);
    assert_false(report->has_uses_left);
    assert_int_equal(report->valid_until_ms, 0);
}

static void take_the_half(struct sdk_lent *x)
{
    sdk_lend(x);
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
}

static void an_authorized_user_signs_by_either_key(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_key_info info;
    take_the_half(x);
    assert_both_keys_sign(x);
    sdk_device_restart(x->user.device);
    assert_both_keys_sign(x);
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
    take_the_half(x);
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
    take_the_half(x);
    begin_own_key_anew(x);
    assert_int_equal(hufu_enrol(x->user.device->hufu, &enrolment), HUFU_RESULT_OK);
    assert_both_keys_sign(x);
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
        assert_both_keys_sign(x);
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
    take_the_half(x);
    x->user.service->lending.method = "DELETE";
    assert_int_equal(delete_it(x), HUFU_RESULT_OK);
    assert_nothing_is_stored_by_it(x);
}

/* The device did not hear that it was deleted: it erases what it has when it is told. */
static void deleting_what_was_deleted_erases_it_too(void **state)
{
    struct sdk_lent *x = *state;
    struct sdk_lending *lending = &x->user.service->lending;
    take_the_half(x);
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

static enum hufu_result change_pin(struct sdk_lent *x)
{
    return hufu_pin_change(x->user.device->hufu, SDK_PIN, strlen(SDK_PIN), NEW_PIN, strlen(NEW_PIN));
}

static void refuse_lent(struct sdk_lent *x, const char *extras)
{
    x->user.service->refused = &x->user.service->keys[1];
    x->user.service->refusal = "binding-not-active";
    x->user.service->refusal_status = 403;
    x->user.service->refusal_extras = extras;
}

static enum hufu_result change_pin_refused(struct sdk_lent *x, const char *extras)
{
    refuse_lent(x, extras);
    enum hufu_result result = change_pin(x);
    x->user.service->refusal = NULL;
    return result;
}

/* Its certificate will never come: the device can take another half. */
static void a_deleted_authorization_without_a_certificate_is_over(void **state)
{
    struct sdk_lent *x = *state;
    sdk_lend(x);
    x->user.service->keys[1].certificate_len = 0;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_NOT_READY);
    refuse_lent(x, ",\"state\":\"removed\"");
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

static enum hufu_result check_new_pin(struct sdk_lent *x, const struct hufu_id *key)
{
    return hufu_pin_check(x->user.device->hufu, key, NEW_PIN, strlen(NEW_PIN));
}

/* What keeps one key from its new PIN must not leave the others with it. */
static void a_key_that_is_refused_keeps_the_pin_of_all(void **state)
{
    struct sdk_lent *x = *state;
    take_the_half(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"frozen\""), HUFU_RESULT_NOT_ACTIVE);
    assert_string_equal(hufu_last_report(x->user.device->hufu)->state, "frozen");
    assert_int_equal(x->user.service->keys[0].now.generation, 0);
    assert_both_keys_sign(x);
    assert_int_equal(change_pin(x), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

static void a_deleted_authorization_is_erased_when_the_pin_is_changed(void **state)
{
    struct sdk_lent *x = *state;
    take_the_half(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_NOT_FOUND);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

static void lose_the_end_of_a_refresh(struct sdk_lent *x)
{
    struct sdk_device *device = x->user.device;
    device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    device->death = SDK_DEATH_AFTER;
    assert_int_equal(hufu_refresh(device->hufu, &x->holder.key, SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_AWAY);
    sdk_device_restart(device);
}

static void a_deleted_authorization_with_an_unfinished_refresh_is_erased_too(void **state)
{
    struct sdk_lent *x = *state;
    take_the_half(x);
    lose_the_end_of_a_refresh(x);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
}

/* Changed already, and deleted before the change was completed. */
static void what_was_deleted_between_the_two_halves_of_a_change_does_not_stop_it(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id third;
    take_the_half(x);
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &third),
        HUFU_RESULT_OK);
    x->user.device->steps_left = 11; /* a check of each, and four steps for each of the first two */
    x->user.device->death = SDK_DEATH_BEFORE;
    assert_int_equal(change_pin(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->user.device);
    assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"removed\""), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
    assert_int_equal(check_new_pin(x, &third), HUFU_RESULT_OK);
}

/* The half is stored, and the check that makes it the device's is the step at which the battery dies. */
static void take_up_to_the_check(struct sdk_lent *x, enum sdk_death death)
{
    struct hufu_key_info info;
    sdk_lend(x);
    x->user.device->steps_left = 5; /* the half, the PIN, the refresh, the list of keys, the half stored */
    x->user.device->death = death;
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_AWAY);
    sdk_device_restart(x->user.device);
    assert_true(hufu_bind_unfinished(x->user.device->hufu));
    assert_int_equal(hufu_key_info(x->user.device->hufu, 1, &info), HUFU_RESULT_OK);
    assert_int_equal(info.stage, HUFU_STAGE_NEW);
    assert_true(info.half_stored);
    assert_int_equal(x->user.service->keys[1].now.generation, death == SDK_DEATH_AFTER);
}

/* Frozen, or its holder suspended, before the check came: it was never the device's, and is erased. */
static void a_half_that_waits_and_is_refused_does_not_keep_the_pin(void **state)
{
    static const char *const refusals[][2] = {{"binding-not-active", ",\"state\":\"waiting\""},
                                              {"account-not-active", ",\"state\":\"suspended\""}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sdk_lent_set_up(state), 0);
        struct sdk_lent *x = *state;
        struct sdk_service *service = x->user.service;
        take_up_to_the_check(x, SDK_DEATH_BEFORE);
        service->refused = &service->keys[1];
        service->refusal = refusals[i][0];
        service->refusal_status = 403;
        service->refusal_extras = refusals[i][1];
        service->binding_state = "waiting";
        assert_int_equal(change_pin(x), HUFU_RESULT_OK);
        assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
        assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
        assert_int_equal(service->pin_failures, 0);
        (void)sdk_lent_tear_down(state);
    }
}

/* One that is not refused becomes the device's, whether the check came before or not, and gets the new PIN. */
static void a_half_that_is_joining_gets_the_new_pin_with_the_others(void **state)
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        assert_int_equal(sdk_lent_set_up(state), 0);
        struct sdk_lent *x = *state;
        take_up_to_the_check(x, (enum sdk_death)death);
        assert_int_equal(change_pin(x), HUFU_RESULT_OK);
        assert_int_equal(check_new_pin(x, &x->holder.key), HUFU_RESULT_OK);
        assert_int_equal(check_new_pin(x, &x->user.key), HUFU_RESULT_OK);
        assert_int_equal(x->user.service->pin_failures, 0);
        (void)sdk_lent_tear_down(state);
    }
}

/* Neither is it erased while it may be the device's. */
static void a_half_that_is_joining_and_refused_for_now_stays(void **state)
{
    struct sdk_lent *x = *state;
    take_up_to_the_check(x, SDK_DEATH_AFTER);
    assert_int_equal(change_pin_refused(x, ",\"state\":\"frozen\""), HUFU_RESULT_NOT_ACTIVE);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
    assert_int_equal(x->user.service->keys[0].now.generation, 0);
}

/* The answer to the last step of a change was lost: the half that is taken next settles it. */
static void a_half_that_is_taken_after_an_interrupted_change_belongs_to_the_new_pin(void **state)
{
    struct sdk_lent *x = *state;
    struct sdk_device *device = x->user.device;
    device->steps_left = 2; /* the refresh, the record of both halves, and the check */
    device->death = SDK_DEATH_AFTER;
    assert_int_equal(change_pin(x), HUFU_RESULT_AWAY);
    device->dead = false; /* what was asked for lives in memory */
    device->steps_left = -1;
    sdk_lend(x);
    assert_int_equal(hufu_bind_finish(device->hufu, x->back, NEW_PIN, strlen(NEW_PIN)), HUFU_RESULT_OK);
    for (size_t i = 0; i < 2; i++) {
        struct hufu_key_info info;
        assert_int_equal(hufu_key_info(device->hufu, i, &info), HUFU_RESULT_OK);
        assert_int_equal(info.pin_changes, 1);
    }
    assert_int_equal(x->user.service->pin_failures, 0);
}

/* A user whose only half is of another key, by an authorization that was deleted since. */
static void keep_a_deleted_half_alone(struct sdk_lent *x)
{
    struct hufu *hufu = x->user.device->hufu;
    struct sdk_service *service = x->user.service;
    KEY_RECORD_WIPED struct key_record record = {.stage = KEY_NEW};
    take_the_half(x);
    assert_int_equal(key_record_load(&record, hufu, &x->holder.key), HUFU_RESULT_OK);
    memset(&record.id, 0x11, sizeof(record.id));
    assert_int_equal(key_list_add(hufu, &record), HUFU_RESULT_OK);
    assert_int_equal(key_list_drop(hufu, &x->holder.key), HUFU_RESULT_OK);
    assert_int_equal(key_list_drop(hufu, &x->user.key), HUFU_RESULT_OK);
    service->keys[2] = service->keys[1];
    memcpy(service->keys[2].id, record.id.bytes, sizeof(service->keys[2].id));
    service->refused = &service->keys[2];
    service->refusal = "binding-not-active";
    service->refusal_status = 403;
    service->refusal_extras = ",\"state\":\"removed\"";
}

static void a_deleted_authorization_keeps_nobody_from_taking_another_half(void **state)
{
    struct sdk_lent *x = *state;
    keep_a_deleted_half_alone(x);
    sdk_lent_ask(x);
    sdk_lend(x);
    assert_int_equal(sdk_lent_finish(x), HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
    assert_int_equal(sign_with(x, &x->holder.key, x->holder.service->keys[0].now.half.P), HUFU_RESULT_OK);
}

static void a_deleted_authorization_keeps_nobody_from_making_a_key(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id made;
    keep_a_deleted_half_alone(x);
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &made),
        HUFU_RESULT_OK);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 1);
}

/* What is not final leaves it: the PIN that it knows cannot be told then. */
static void a_half_that_is_refused_for_now_keeps_a_key_from_being_made(void **state)
{
    struct sdk_lent *x = *state;
    struct hufu_id made;
    keep_a_deleted_half_alone(x);
    x->user.service->refusal_extras = ",\"state\":\"frozen\"";
    assert_int_equal(
        hufu_key_create(x->user.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &made),
        HUFU_RESULT_NOT_ACTIVE);
    assert_int_equal(hufu_key_count(x->user.device->hufu), 2);
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
    take_the_half(x);
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
        TEST(a_key_that_is_refused_keeps_the_pin_of_all),
        TEST(a_deleted_authorization_is_erased_when_the_pin_is_changed),
        TEST(a_deleted_authorization_without_a_certificate_is_over),
        TEST(a_half_that_works_is_not_taken_for_a_deleted_one),
        TEST(a_deleted_authorization_with_an_unfinished_refresh_is_erased_too),
        TEST(what_was_deleted_between_the_two_halves_of_a_change_does_not_stop_it),
        cmocka_unit_test(a_half_that_waits_and_is_refused_does_not_keep_the_pin),
        cmocka_unit_test(a_half_that_is_joining_gets_the_new_pin_with_the_others),
        TEST(a_half_that_is_joining_and_refused_for_now_stays),
        TEST(a_half_that_is_taken_after_an_interrupted_change_belongs_to_the_new_pin),
        TEST(a_deleted_authorization_keeps_nobody_from_taking_another_half),
        TEST(a_deleted_authorization_keeps_nobody_from_making_a_key),
        TEST(a_half_that_is_refused_for_now_keeps_a_key_from_being_made),
        TEST(a_damaged_record_of_anothers_key_is_refused_or_read_without_harm),
    };
    return cmocka_run_group_tests_name("sdk_authorized", tests, NULL, NULL);
}
