/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/unlock.h"

#include <string.h>

#include "mobile-sdk/exchange.h"
#include "mobile-sdk/result.h"

#define SALT_DRAWS 4 /* a factor of 0 asks for another salt; it has no practical probability */

void unlocked_wipe(struct unlocked *unlocked)
{
    secret_wipe(unlocked, sizeof(*unlocked));
}

enum hufu_result half_open(struct cosign_device_half *half, struct secret32 *key,
                           const struct key_record *record, const struct key_half *stored,
                           const struct pin *pin)
{
    enum hufu_result result = pin_key(key, pin, &stored->pin);
    if (result)
        return result;
    memcpy(half->P, record->P, sizeof(half->P));
    enum hufu_err err = cosign_pin_open(half->a, stored->sigma, key->bytes);
    return err ? (err == HUFU_ERR_FORM ? HUFU_RESULT_DAMAGED : HUFU_RESULT_INTERNAL) : HUFU_RESULT_OK;
}

enum hufu_result half_hide(struct hufu *hufu, struct key_half *stored, const struct cosign_device_half *half,
                           const struct pin *pin)
{
    enum hufu_err err = HUFU_ERR_RETRY;
    for (int draw = 0; draw < SALT_DRAWS && err == HUFU_ERR_RETRY; draw++) {
        SECRET_WIPED struct secret32 key = {{0}};
        uint8_t salt[PIN_SALT_SIZE];
        enum hufu_result result = random_fill(hufu, salt, sizeof(salt));
        stored->pin = pin_parameters_today(salt);
        if (!result)
            result = pin_key(&key, pin, &stored->pin);
        if (result)
            return result;
        err = cosign_pin_hide(stored->sigma, half->a, key.bytes);
    }
    return err ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}

struct check_context {
    const struct cosign_device_half *half;
    struct cosign_random random;
};

static enum hufu_err make_check(void *context, struct buf *body, struct bytes head)
{
    const struct check_context *check = context;
    return cosign_device_pin_check(body, check->half, head, &check->random);
}

static enum hufu_err take_check(void *context, struct bytes head, struct bytes answer)
{
    (void)context;
    (void)head;
    return exchange_empty_answer(FRAME_OP_PIN_CHECK, answer);
}

enum hufu_result half_check(struct hufu *hufu, const struct key_record *key,
                            const struct cosign_device_half *half, uint32_t generation)
{
    struct check_context check = {.half = half, .random = random_source(hufu)};
    const struct exchange exchange = {.op = FRAME_OP_PIN_CHECK,
                                      .key = key,
                                      .generation = generation,
                                      .path = "/pin-checks",
                                      .make = make_check,
                                      .take = take_check,
                                      .context = &check};
    return exchange_run(hufu, &exchange);
}

static enum hufu_result keep_next(struct hufu *hufu, struct key_record *key)
{
    key->half = key->next;
    key->has_next = key->next_doubted = false;
    secret_wipe(&key->next, sizeof(key->next));
    return key_record_store(key, hufu);
}

static enum hufu_result drop_next(struct hufu *hufu, struct key_record *key)
{
    key->has_next = key->next_doubted = false;
    secret_wipe(&key->next, sizeof(key->next));
    return key_record_store(key, hufu);
}

static enum hufu_result doubt_next(struct hufu *hufu, struct key_record *key, bool doubted)
{
    key->next_doubted = doubted;
    return key_record_store(key, hufu);
}

enum hufu_result unlock_next(struct hufu *hufu, struct key_record *key, const struct pin *next_pin,
                             struct unlocked *unlocked)
{
    enum hufu_result result = half_open(&unlocked->half, &unlocked->pin_key, key, &key->next, next_pin);
    if (!result)
        result = half_check(hufu, key, &unlocked->half, key->next.generation);
    unlocked->generation = key->next.generation;
    if (!result)
        return keep_next(hufu, key);
    if (result != HUFU_RESULT_GENERATION)
        return result;
    enum hufu_result stored = doubt_next(hufu, key, true);
    return stored ? stored : result;
}

enum hufu_result unlock(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                        const struct pin *next_pin, struct unlocked *unlocked)
{
    *unlocked = (struct unlocked){.generation = 0};
    enum hufu_result result = pin_check_form(pin);
    if (!result && !key_has_half(key))
        result = HUFU_RESULT_NOT_READY;
    if (result)
        return result;
    if (key->has_next && !key->next_doubted) {
        bool other_pin = key->next.pin_epoch != key->half.pin_epoch;
        result = unlock_next(hufu, key, other_pin ? next_pin : pin, unlocked);
        if (result != HUFU_RESULT_GENERATION)
            return result;
        /* One PIN was given, and for the half that does not hold: trying it on the other would count as wrong. */
        if (other_pin && pin == next_pin)
            return HUFU_RESULT_PIN_UNCHANGED;
    }
    unlocked->generation = key->half.generation;
    return half_open(&unlocked->half, &unlocked->pin_key, key, &key->half, pin);
}

enum hufu_result unlock_settled(struct hufu *hufu, struct key_record *key, enum hufu_result result)
{
    enum hufu_result stored = HUFU_RESULT_OK;
    if (key->has_next && key->next_doubted && result == HUFU_RESULT_OK)
        stored = drop_next(hufu, key);
    else if (key->has_next && key->next_doubted && result == HUFU_RESULT_GENERATION)
        stored = doubt_next(hufu, key, false);
    return result ? result : stored;
}

enum hufu_result unlock_check(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                              const struct pin *next_pin)
{
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = unlock(hufu, key, pin, next_pin, &unlocked);
    if (result)
        return result;
    result = half_check(hufu, key, &unlocked.half, unlocked.generation);
    return unlock_settled(hufu, key, result);
}

enum hufu_result unlock_check_id(struct hufu *hufu, const struct hufu_id *id, const struct pin *pin)
{
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    enum hufu_result result = key_record_load(&key, hufu, id);
    return result ? result : unlock_check(hufu, &key, pin, pin);
}

enum hufu_result hufu_pin_check(struct hufu *hufu, const struct hufu_id *key, const char *pin_text,
                                size_t pin_len)
{
    report_begin(hufu);
    const struct pin pin = {.text = pin_text, .len = pin_len};
    return report_end(hufu, unlock_check_id(hufu, key, &pin));
}
