/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_biometric.h"

#include <string.h>

#include "tests/unit/unit.h"

static enum hufu_result store(void *context, const char *pin, size_t len)
{
    struct sdk_biometric *biometric = context;
    assert_in_range(len, HUFU_PIN_MIN, HUFU_PIN_MAX);
    biometric->stored++;
    if (biometric->to_store)
        return biometric->to_store;
    memcpy(biometric->pin, pin, len);
    biometric->len = len;
    return HUFU_RESULT_OK;
}

/* What is in the buffer already when it fails is the library's to wipe. */
static enum hufu_result retrieve(void *context, char *pin, size_t cap, size_t *len)
{
    struct sdk_biometric *biometric = context;
    assert_true(biometric->len <= cap);
    biometric->prompts++;
    memcpy(pin, biometric->pin, biometric->len);
    *len = biometric->len;
    return biometric->len ? biometric->to_prompt : HUFU_RESULT_NOT_FOUND;
}

static enum hufu_result forget(void *context)
{
    struct sdk_biometric *biometric = context;
    biometric->forgotten++;
    if (biometric->to_forget)
        return biometric->to_forget;
    memset(biometric->pin, 0, sizeof(biometric->pin));
    biometric->len = 0;
    return HUFU_RESULT_OK;
}

struct hufu_biometric sdk_biometric_platform(struct sdk_biometric *biometric)
{
    return (struct hufu_biometric){
        .context = biometric, .store = store, .retrieve = retrieve, .forget = forget};
}
