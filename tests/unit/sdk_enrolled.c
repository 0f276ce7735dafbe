/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_enrolled.h"

#include "tests/unit/unit.h"

struct sdk_enrolled sdk_enrolled_new(void)
{
    struct sdk_enrolled x;
    x.service = sdk_service_new();
    x.device = sdk_device_new(x.service);
    assert_int_equal(sdk_device_enrol(x.device, x.service->code_text), HUFU_RESULT_OK);
    x.key = sdk_device_key(x.device, HUFU_USAGE_SIGN);
    return x;
}

void sdk_enrolled_free(struct sdk_enrolled *x)
{
    sdk_device_free(x->device);
    sdk_service_free(x->service);
}

int sdk_enrolled_set_up(void **state)
{
    static struct sdk_enrolled x;
    x = sdk_enrolled_new();
    *state = &x;
    return 0;
}

int sdk_enrolled_tear_down(void **state)
{
    sdk_enrolled_free(*state);
    return 0;
}

enum hufu_result sdk_enrolled_sign(struct sdk_enrolled *x, const char *pin)
{
    uint8_t digest[HUFU_DIGEST_SIZE] = {7}, signature[HUFU_SIGNATURE_SIZE];
    enum hufu_result result = sdk_device_sign(x->device, pin, digest, signature);
    if (!result)
        assert_int_equal(cosign_verify_var(x->service->keys[0].now.half.P, digest, signature), HUFU_OK);
    return result;
}

struct key_record sdk_enrolled_record(const struct sdk_enrolled *x)
{
    struct key_record record;
    assert_int_equal(key_record_load(&record, x->device->hufu, &x->key), HUFU_RESULT_OK);
    return record;
}
