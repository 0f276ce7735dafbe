/* SPDX-License-Identifier: Apache-2.0 */
/* Taking the place of a lost primary: ordered once, after a right PIN, and no crash leaves a key without its new role. */
#include "tests/unit/unit.h"

#include "common/encoding.h"
#include "mobile-sdk/key_list.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

#define STEPS_MAX 60
#define KEYS 2
#define LATER_MS UINT64_C(3600001) /* a phone asks once an hour whether a refresh is due */

struct promotion {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id keys[KEYS];
    size_t dead;
};

/* A secondary with a key for signing and one for decrypting. */
static struct promotion secondary(void)
{
    struct promotion x = {.service = sdk_service_new()};
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.keys[0] = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    assert_int_equal(
        hufu_key_create(x.device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &x.keys[1]),
        HUFU_RESULT_OK);
    x.service->secondary = true;
    for (int i = 0; i < KEYS; i++)
        x.service->keys[i].now.secondary = true;
    return x;
}

static void release(struct promotion *x)
{
    sdk_device_free(x->device);
    sdk_service_free(x->service);
}

static int set_up(void **state)
{
    static struct promotion x;
    x = secondary();
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    release(*state);
    return 0;
}

static void authenticate(struct promotion *x)
{
    struct hufu_authentication progress;
    assert_int_equal(hufu_authenticate(x->device->hufu, HUFU_AUTHENTICATE_CONFIRM, &progress),
                     HUFU_RESULT_OK);
}

static enum hufu_result promote_for(struct promotion *x, const char *lost_text, const char *pin)
{
    struct hufu_id lost;
    assert_int_equal(hufu_id_parse(&lost, lost_text), HUFU_RESULT_OK);
    return hufu_promote(x->device->hufu, &lost, pin, strlen(pin), &x->dead);
}

static enum hufu_result promote(struct promotion *x)
{
    return promote_for(x, SDK_PRIMARY_DEVICE, SDK_PIN);
}

static bool is_primary(const struct promotion *x)
{
    for (int i = 0; i < KEYS; i++) {
        if (x->service->keys[i].now.secondary)
            return false;
    }
    return !x->service->secondary;
}

static void assert_unchanged(struct promotion *x)
{
    assert_true(x->service->secondary);
    assert_int_equal(x->service->orders, 0);
    assert_int_equal(x->service->keys[0].now.generation, 0);
}

static void assert_works(struct promotion *x)
{
    uint8_t digest[HUFU_DIGEST_SIZE] = {7}, signature[HUFU_SIGNATURE_SIZE];
    assert_int_equal(sdk_device_sign(x->device, SDK_PIN, digest, signature), HUFU_RESULT_OK);
    assert_ok(cosign_verify_var(x->service->keys[0].now.half.P, digest, signature));
    assert_int_equal(hufu_pin_check(x->device->hufu, &x->keys[1], SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
    for (int i = 0; i < KEYS; i++) {
        KEY_RECORD_WIPED struct key_record record;
        assert_int_equal(key_record_load(&record, x->device->hufu, &x->keys[i]), HUFU_RESULT_OK);
        assert_false(record.has_next);
        assert_int_equal(record.half.generation, x->service->keys[i].now.generation);
    }
    assert_int_equal(x->service->pin_failures, 0);
}

static void each_key_is_sealed_anew_after_one_order(void **state)
{
    struct promotion *x = *state;
    authenticate(x);
    assert_int_equal(promote(x), HUFU_RESULT_OK);
    assert_int_equal(x->dead, 1);
    assert_int_equal(x->service->orders, 1);
    assert_true(is_primary(x));
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(x->service->keys[i].now.generation, 1);
    assert_works(x);
    /* Once more: nothing is left to be done. */
    assert_int_equal(promote(x), HUFU_RESULT_OK);
    assert_int_equal(x->dead, 0);
    assert_int_equal(x->service->orders, 1);
    assert_int_equal(x->service->keys[0].now.generation, 1);
}

static void a_wrong_pin_orders_nothing(void **state)
{
    struct promotion *x = *state;
    authenticate(x);
    assert_int_equal(promote_for(x, SDK_PRIMARY_DEVICE, "wrong pin"), HUFU_RESULT_PIN_WRONG);
    assert_int_equal(x->service->pin_failures, 1);
    assert_unchanged(x);
    assert_int_equal(promote_for(x, SDK_PRIMARY_DEVICE, "short"), HUFU_RESULT_PIN_FORM);
    /* The authentication is not spent. */
    assert_int_equal(promote(x), HUFU_RESULT_OK);
}

static void without_an_authentication_nothing_is_ordered(void **state)
{
    struct promotion *x = *state;
    assert_int_equal(promote(x), HUFU_RESULT_AUTHENTICATION_NEEDED);
    assert_unchanged(x);
}

static void a_refused_order_changes_no_key(void **state)
{
    struct promotion *x = *state;
    authenticate(x);
    assert_int_equal(promote_for(x, "00000000-0000-7000-8000-000000000008", SDK_PIN), HUFU_RESULT_CONFLICT);
    assert_int_equal(hufu_promote(x->device->hufu, NULL, SDK_PIN, strlen(SDK_PIN), &x->dead),
                     HUFU_RESULT_CONFLICT);
    assert_unchanged(x);
}

static void a_device_without_a_half_orders_nothing(void **state)
{
    struct promotion *x = *state;
    struct sdk_device *empty = sdk_device_new(x->service);
    struct hufu_id lost;
    unsigned before = x->service->requests;
    assert_int_equal(hufu_id_parse(&lost, SDK_PRIMARY_DEVICE), HUFU_RESULT_OK);
    assert_int_equal(hufu_promote(empty->hufu, &lost, SDK_PIN, strlen(SDK_PIN), &x->dead),
                     HUFU_RESULT_NOT_READY);
    assert_int_equal(x->service->requests, before);
    sdk_device_free(empty);
}

/* A refresh for another reason leaves the role as it is. */
static void an_ordinary_refresh_asks_for_no_role(void **state)
{
    struct promotion *x = *state;
    assert_int_equal(hufu_refresh(x->device->hufu, &x->keys[0], SDK_PIN, strlen(SDK_PIN)), HUFU_RESULT_OK);
    assert_true(x->service->keys[0].now.secondary);
    assert_int_equal(x->service->keys[0].now.generation, 1);
}

static void complete(struct promotion *x)
{
    if (x->service->secondary)
        authenticate(x);
    assert_int_equal(promote(x), HUFU_RESULT_OK);
}

/* Behind signatures, when an hour is over. */
static void complete_by_itself(struct promotion *x)
{
    if (x->service->secondary) {
        complete(x);
        return;
    }
    x->device->now_ms += LATER_MS;
    x->service->clock_ms += LATER_MS;
    for (int i = 0; i < KEYS; i++)
        assert_int_equal(hufu_refresh_due(x->device->hufu, &x->keys[i], SDK_PIN, strlen(SDK_PIN)),
                         HUFU_RESULT_OK);
}

static void a_frozen_key_follows_when_it_is_active_again(void **state)
{
    struct promotion *x = *state;
    struct sdk_service *service = x->service;
    authenticate(x);
    service->refusal = "binding-not-active";
    service->refusal_status = 403;
    service->refusal_extras = "";
    service->refused = &service->keys[1];
    assert_int_equal(promote(x), HUFU_RESULT_OK);
    assert_int_equal(service->keys[0].now.generation, 1);
    assert_int_equal(service->keys[1].now.generation, 0);
    service->refusal = NULL;
    complete_by_itself(x);
    assert_true(is_primary(x));
    assert_works(x);
}

/* Somebody else's key, by an authorization that was deleted since, stands between the two. */
static void what_somebody_else_lent_is_passed_over(void **state)
{
    struct promotion *x = *state;
    struct hufu *hufu = x->device->hufu;
    KEY_RECORD_WIPED struct key_record lent;
    assert_int_equal(key_record_load(&lent, hufu, &x->keys[0]), HUFU_RESULT_OK);
    memset(&lent.id, 0x11, sizeof(lent.id));
    lent.authorized = true;
    assert_int_equal(key_list_add(hufu, &lent), HUFU_RESULT_OK);
    hufu->device.keys[2] = x->keys[1];
    hufu->device.keys[1] = lent.id;
    authenticate(x);
    assert_int_equal(promote(x), HUFU_RESULT_OK);
    assert_true(is_primary(x));
    assert_works(x);
}

/* The battery dies before or after each step, once it has authenticated. */
static void crash_at_every_step(void (*go_on)(struct promotion *x))
{
    for (int death = SDK_DEATH_BEFORE; death <= SDK_DEATH_AFTER; death++) {
        int step = 0;
        for (bool through = false; !through; step++) {
            struct promotion x = secondary();
            authenticate(&x);
            x.device->steps_left = step;
            x.device->death = (enum sdk_death)death;
            through = promote(&x) == HUFU_RESULT_OK;
            if (death == SDK_DEATH_BEFORE) /* the answer to the order came, if there was an order */
                assert_int_equal(x.dead, x.service->orders);
            sdk_device_restart(x.device);
            go_on(&x);
            assert_true(is_primary(&x));
            assert_int_equal(x.service->orders, 1);
            assert_works(&x);
            release(&x);
            assert_true(step < STEPS_MAX);
        }
        /* PIN, role, order; for each key: what to do, refresh, store both halves, check, store one; then none */
        assert_true(step > 12);
    }
}

static void it_is_completed_by_the_same_call_after_a_crash_at_any_step(void **state)
{
    (void)state;
    crash_at_every_step(complete);
}

static void it_is_completed_behind_signatures_after_a_crash_at_any_step(void **state)
{
    (void)state;
    crash_at_every_step(complete_by_itself);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_key_is_sealed_anew_after_one_order),
        TEST(a_wrong_pin_orders_nothing),
        TEST(without_an_authentication_nothing_is_ordered),
        TEST(a_refused_order_changes_no_key),
        TEST(a_device_without_a_half_orders_nothing),
        TEST(an_ordinary_refresh_asks_for_no_role),
        TEST(what_somebody_else_lent_is_passed_over),
        TEST(a_frozen_key_follows_when_it_is_active_again),
        cmocka_unit_test(it_is_completed_by_the_same_call_after_a_crash_at_any_step),
        cmocka_unit_test(it_is_completed_behind_signatures_after_a_crash_at_any_step),
    };
    return cmocka_run_group_tests_name("sdk_promotion", tests, NULL, NULL);
}
