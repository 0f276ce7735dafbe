/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_device.h"

#include <sodium.h>

#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

/* Argon2id as it is costs a fifth of a second, and these tests ask for it a thousand times: the linker puts this in its
 * place (--wrap). test_sdk_pin has the real one. */
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_len, const char *text,
                         unsigned long long text_len, const unsigned char *salt, unsigned long long passes,
                         size_t memory, int algorithm);
int __wrap_crypto_pwhash(unsigned char *out, unsigned long long out_len, const char *text,
                         unsigned long long text_len, const unsigned char *salt, unsigned long long passes,
                         size_t memory, int algorithm)
{
    assert_int_equal(passes, 3);
    assert_int_equal(memory, 64 << 20);
    assert_int_equal(algorithm, crypto_pwhash_ALG_ARGON2ID13);
    return crypto_generichash(out, out_len, (const unsigned char *)text, text_len, salt,
                              crypto_pwhash_SALTBYTES);
}

bool sdk_contains(struct bytes haystack, struct bytes needle)
{
    return needle.len && memmem(haystack.data, haystack.len, needle.data, needle.len);
}

bool sdk_device_step(struct sdk_device *device, bool *lost)
{
    *lost = false;
    if (device->dead)
        return false;
    device->steps++;
    if (device->steps_left < 0 || device->steps_left-- > 0)
        return true;
    device->dead = true;
    *lost = device->death == SDK_DEATH_AFTER;
    return *lost;
}

struct sdk_value *sdk_device_value(struct sdk_device *device, const char *name)
{
    for (size_t i = 0; i < SDK_VALUES_MAX; i++) {
        if (device->values[i].len && strcmp(device->values[i].name, name) == 0)
            return &device->values[i];
    }
    return NULL;
}

static enum hufu_result get(void *context, const char *name, uint8_t *value, size_t cap, size_t *len)
{
    struct sdk_device *device = context;
    *len = 0;
    if (device->dead)
        return HUFU_RESULT_STORAGE;
    const struct sdk_value *found = sdk_device_value(device, name);
    if (!found)
        return HUFU_RESULT_NOT_FOUND;
    if (found->len > cap)
        return HUFU_RESULT_LIMIT;
    memcpy(value, found->data, found->len);
    *len = found->len;
    return HUFU_RESULT_OK;
}

static struct sdk_value *free_value(struct sdk_device *device)
{
    size_t i = 0;
    while (i < SDK_VALUES_MAX - 1 && device->values[i].len)
        i++;
    assert_int_equal(device->values[i].len, 0); /* else the storage is full */
    return &device->values[i];
}

static enum hufu_result put(void *context, const char *name, const uint8_t *value, size_t len)
{
    struct sdk_device *device = context;
    bool lost;
    assert_true(strlen(name) <= HUFU_STORED_NAME_MAX);
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(name));
    assert_in_range(len, 1, HUFU_STORED_VALUE_MAX);
    if (!sdk_device_step(device, &lost))
        return HUFU_RESULT_STORAGE;
    struct sdk_value *entry = sdk_device_value(device, name);
    if (!entry)
        entry = free_value(device);
    (void)snprintf(entry->name, sizeof(entry->name), "%s", name);
    memset(entry->data, 0, sizeof(entry->data));
    memcpy(entry->data, value, len);
    entry->len = len;
    return lost ? HUFU_RESULT_STORAGE : HUFU_RESULT_OK;
}

static enum hufu_result remove_value(void *context, const char *name)
{
    struct sdk_device *device = context;
    bool lost;
    if (!sdk_device_step(device, &lost))
        return HUFU_RESULT_STORAGE;
    struct sdk_value *entry = sdk_device_value(device, name);
    if (entry)
        entry->len = 0;
    return lost ? HUFU_RESULT_STORAGE : HUFU_RESULT_OK;
}

static uint64_t now_ms(void *context)
{
    struct sdk_device *device = context;
    return device->now_ms++;
}

static void wait_ms(void *context, uint32_t ms)
{
    struct sdk_device *device = context;
    device->now_ms += ms;
    device->waited_ms += ms;
}

static enum hufu_result request(void *context, const struct hufu_http_request *http,
                                struct hufu_http_answer *answer)
{
    struct sdk_device *device = context;
    bool lost;
    if (!sdk_device_step(device, &lost))
        return HUFU_RESULT_AWAY;
    enum hufu_result result = sdk_service_request(device->service, http, answer);
    return lost ? HUFU_RESULT_AWAY : result;
}

struct sdk_device *sdk_device_new(struct sdk_service *service)
{
    struct sdk_device *device = calloc(1, sizeof(*device));
    assert_non_null(device);
    device->service = service;
    device->now_ms = sdk_service_now(service);
    device->steps_left = -1;
    device->platform = (struct hufu_platform){
        .transport = {.context = device, .request = request},
        .storage = {.context = device, .get = get, .put = put, .remove = remove_value},
        .clock = {.context = device, .now_ms = now_ms, .wait_ms = wait_ms},
        .random = hufu_openssl_random(),
        .device_key = hufu_openssl_device_key(),
    };
    assert_int_equal(hufu_open(&device->hufu, &device->platform), HUFU_RESULT_OK);
    return device;
}

void sdk_device_free(struct sdk_device *device)
{
    hufu_close(device->hufu);
    free(device);
}

void sdk_device_restart(struct sdk_device *device)
{
    hufu_close(device->hufu);
    device->dead = false;
    device->steps_left = -1;
    assert_int_equal(hufu_open(&device->hufu, &device->platform), HUFU_RESULT_OK);
}

enum hufu_result sdk_device_enrol(struct sdk_device *device, const char *code)
{
    const struct hufu_enrolment enrolment = {
        .code = code, .pin = SDK_PIN, .pin_len = strlen(SDK_PIN), .device_name = "A \"phone\"\\"};
    return hufu_enrol(device->hufu, &enrolment);
}

struct hufu_id sdk_device_key(struct sdk_device *device, enum hufu_usage usage)
{
    struct hufu_key_info info = {.generation = 0};
    for (size_t i = 0; i < hufu_key_count(device->hufu); i++) {
        assert_int_equal(hufu_key_info(device->hufu, i, &info), HUFU_RESULT_OK);
        if (info.usage == usage)
            return info.id;
    }
    fail_msg("no such key");
    return info.id;
}

enum hufu_result sdk_device_sign(struct sdk_device *device, const char *pin,
                                 const uint8_t digest[HUFU_DIGEST_SIZE],
                                 uint8_t signature[HUFU_SIGNATURE_SIZE])
{
    uint8_t digests[1][HUFU_DIGEST_SIZE], signatures[1][HUFU_SIGNATURE_SIZE];
    memcpy(digests[0], digest, HUFU_DIGEST_SIZE);
    struct hufu_id key = sdk_device_key(device, HUFU_USAGE_SIGN);
    enum hufu_result result =
        hufu_sign_digests(device->hufu, &key, (const uint8_t(*)[HUFU_DIGEST_SIZE])digests, 1, NULL, pin,
                          strlen(pin), signatures);
    memcpy(signature, signatures[0], HUFU_SIGNATURE_SIZE);
    return result;
}

bool sdk_device_stores(const struct sdk_device *device, const char *name, struct bytes needle)
{
    for (size_t i = 0; i < SDK_VALUES_MAX; i++) {
        const struct sdk_value *value = &device->values[i];
        if ((!name || strcmp(name, value->name) == 0) &&
            sdk_contains(bytes_of(value->data, sizeof(value->data)), needle))
            return true;
    }
    return false;
}
