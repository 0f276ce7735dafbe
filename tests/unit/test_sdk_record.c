/* SPDX-License-Identifier: Apache-2.0 */
/* What the device stores of itself and its keys: every form of damage is noticed. */
#include "tests/unit/unit.h"

#include "mobile-sdk/certificate.h"
#include "mobile-sdk/device_record.h"
#include "mobile-sdk/key_record.h"
#include "tests/unit/sdk_device.h"
#include "tests/unit/sdk_service.h"

struct storage {
    struct sdk_service *service;
    struct sdk_device *device;
    struct hufu_id key;
    struct sdk_value *value; /* the one under test */
};

static int set_up(void **state)
{
    static struct storage x;
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    *state = &x;
    return 0;
}

static int tear_down(void **state)
{
    struct storage *x = *state;
    sdk_device_free(x->device);
    sdk_service_free(x->service);
    return 0;
}

static struct sdk_value *value_with(struct storage *x, const char *prefix)
{
    for (size_t i = 0; i < SDK_VALUES_MAX; i++) {
        if (x->device->values[i].len && strncmp(x->device->values[i].name, prefix, strlen(prefix)) == 0)
            return &x->device->values[i];
    }
    return NULL;
}

static void put(struct storage *x, struct bytes data)
{
    memcpy(x->value->data, data.data, data.len);
    x->value->len = data.len ? data.len : 1;
}

/* Every cut is refused. A flipped bit is noticed by the storage, which authenticates; here it must only do no harm. */
static void read_device(void *context, struct bytes damaged)
{
    struct storage *x = context;
    size_t whole = x->value->len;
    struct device_record record;
    put(x, damaged);
    enum hufu_result result = device_record_load(&record, &x->device->platform.storage);
    if (damaged.len < whole)
        assert_int_equal(result, HUFU_RESULT_DAMAGED);
    if (result)
        assert_int_equal(record.url[0], 0);
    x->value->len = whole;
}

static void a_damaged_device_record_is_refused_or_read_without_harm(void **state)
{
    struct storage *x = *state;
    static struct sdk_value kept;
    x->value = value_with(x, "device");
    kept = *x->value;
    for_each_damage(bytes_of(kept.data, kept.len), read_device, x);
}

static void read_key(void *context, struct bytes damaged)
{
    struct storage *x = context;
    size_t whole = x->value->len;
    struct key_record record;
    put(x, damaged);
    enum hufu_result result = key_record_load(&record, x->device->hufu, &x->key);
    if (damaged.len < whole)
        assert_int_equal(result, HUFU_RESULT_DAMAGED);
    if (!result) {
        assert_true(pin_parameters_usable(&record.half.pin));
        assert_ok(cosign_point_check_var(record.P));
        assert_memory_equal(record.id.bytes, x->key.bytes, HUFU_ID_SIZE);
    }
    x->value->len = whole;
}

static void a_damaged_key_record_is_refused_or_read_without_harm(void **state)
{
    struct storage *x = *state;
    static struct sdk_value kept;
    x->value = value_with(x, "key-");
    kept = *x->value;
    for_each_damage(bytes_of(kept.data, kept.len), read_key, x);
}

static void read_certificates(void *context, struct bytes damaged)
{
    struct storage *x = context;
    size_t whole = x->value->len;
    struct key_record key;
    CERTIFICATES_FREED struct certificates certificates = {.memory = NULL};
    assert_int_equal(key_record_load(&key, x->device->hufu, &x->key), HUFU_RESULT_OK);
    put(x, damaged);
    enum hufu_result result = certificates_load(&certificates, x->device->hufu, &key);
    if (result)
        assert_int_equal(result, HUFU_RESULT_DAMAGED);
    else
        assert_true(certificates.count >= 1);
    x->value->len = whole;
}

static void damaged_certificates_are_refused_or_read_without_harm(void **state)
{
    struct storage *x = *state;
    static struct sdk_value kept;
    x->value = value_with(x, "certificates-");
    kept = *x->value;
    for_each_damage(bytes_of(kept.data, kept.len), read_certificates, x);
}

/* What an earlier version stored has no project's id at its end. */
static void a_device_record_of_an_earlier_version_is_read(void **state)
{
    struct storage *x = *state;
    struct device_record before, after;
    struct sdk_value *value = value_with(x, "device");
    assert_non_null(value);
    assert_int_equal(device_record_load(&before, &x->device->platform.storage), HUFU_RESULT_OK);
    assert_memory_equal(value->data + 4, "hufu/sdk/device/2", 17);
    value->data[4 + 16] = '1';
    value->len -= 4 + HUFU_ID_SIZE;
    assert_int_equal(device_record_load(&after, &x->device->platform.storage), HUFU_RESULT_OK);
    memset(&before.project, 0, sizeof(before.project));
    assert_memory_equal(&after, &before, sizeof(after));
}

static void a_handle_is_not_opened_on_a_damaged_record(void **state)
{
    struct storage *x = *state;
    struct hufu *hufu = NULL;
    value_with(x, "device")->len--;
    assert_int_equal(hufu_open(&hufu, &x->device->platform), HUFU_RESULT_DAMAGED);
    assert_null(hufu);
}

static void the_record_of_one_key_does_not_stand_in_for_another(void **state)
{
    struct storage *x = *state;
    struct hufu_id second;
    assert_int_equal(hufu_key_create(x->device->hufu, HUFU_USAGE_DECRYPT, SDK_PIN, strlen(SDK_PIN), &second),
                     HUFU_RESULT_OK);
    char name[64] = "key-", first_name[64] = "key-";
    hufu_id_format(name + 4, &second);
    hufu_id_format(first_name + 4, &x->key);
    struct sdk_value *first = sdk_device_value(x->device, first_name),
                     *other = sdk_device_value(x->device, name);
    memcpy(first->data, other->data, other->len);
    first->len = other->len;
    struct key_record record;
    assert_int_equal(key_record_load(&record, x->device->hufu, &x->key), HUFU_RESULT_DAMAGED);
}

static void weaker_pin_parameters_than_todays_are_refused(void **state)
{
    (void)state;
    const uint8_t salt[PIN_SALT_SIZE] = {0};
    struct pin_parameters parameters = pin_parameters_today(salt);
    assert_true(pin_parameters_usable(&parameters));
    parameters.passes = 2;
    assert_false(pin_parameters_usable(&parameters));
    parameters = pin_parameters_today(salt);
    parameters.memory_kib = 65535;
    assert_false(pin_parameters_usable(&parameters));
    parameters.memory_kib = UINT32_MAX;
    assert_false(pin_parameters_usable(&parameters));
    parameters = pin_parameters_today(salt);
    parameters.lanes = 2;
    assert_false(pin_parameters_usable(&parameters));
}

static void an_account_with_all_it_can_have_fits_its_record(void **state)
{
    struct storage *x = *state;
    struct device_record record;
    assert_int_equal(device_record_load(&record, &x->device->platform.storage), HUFU_RESULT_OK);
    memset(record.url, 'u', HUFU_NAME_MAX);
    memset(record.project_name, 'p', HUFU_NAME_MAX);
    memset(record.account_name, 'n', HUFU_NAME_MAX);
    memset(record.work_number, 'w', HUFU_NAME_MAX);
    memset(record.session_token, 't', HUFU_TOKEN_TEXT_MAX);
    record.device_handle_len = HUFU_DEVICE_HANDLE_MAX;
    record.has_code = true;
    record.key_count = HUFU_KEYS_MAX;
    record.clock_offset_ms = -5;
    assert_int_equal(device_record_store(&record, &x->device->platform.storage), HUFU_RESULT_OK);
    struct device_record back;
    assert_int_equal(device_record_load(&back, &x->device->platform.storage), HUFU_RESULT_OK);
    assert_string_equal(back.work_number, record.work_number);
    assert_int_equal(back.key_count, HUFU_KEYS_MAX);
    assert_int_equal(back.clock_offset_ms, -5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_damaged_device_record_is_refused_or_read_without_harm),
        TEST(a_damaged_key_record_is_refused_or_read_without_harm),
        TEST(damaged_certificates_are_refused_or_read_without_harm),
        TEST(a_device_record_of_an_earlier_version_is_read),
        TEST(a_handle_is_not_opened_on_a_damaged_record),
        TEST(the_record_of_one_key_does_not_stand_in_for_another),
        cmocka_unit_test(weaker_pin_parameters_than_todays_are_refused),
        TEST(an_account_with_all_it_can_have_fits_its_record),
    };
    return cmocka_run_group_tests_name("sdk_record", tests, NULL, NULL);
}
