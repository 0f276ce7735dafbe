/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/known_pin.h"

#include "mobile-sdk/binding.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/keygen.h"
#include "mobile-sdk/unlock.h"

bool known_pin_hides(const struct key_record *key)
{
    return key_has_half(key) || key->stage == KEY_JOINING;
}

enum hufu_result known_pin_settle(struct hufu *hufu)
{
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (!result && key.stage == KEY_FINISHING)
            result = keygen_settle(hufu, &key);
        if (result)
            return result;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result known_pin_ask(struct hufu *hufu, struct key_record *key, const struct pin *pin,
                               const struct pin *next_pin)
{
    if (key->stage == KEY_JOINING)
        return binding_settle(hufu, key, pin);
    return key_list_drop_deleted(hufu, key, unlock_check(hufu, key, pin, next_pin));
}

/* One that is the device's before one that is joining; an own key before one of somebody else's, which may be over; then the one
 * that has seen most changes of PIN. */
static bool knows_better(const struct key_record *key, const struct key_record *other)
{
    if (key_has_half(key) != key_has_half(other))
        return key_has_half(key);
    return key->authorized == other->authorized ? key->half.pin_epoch > other->half.pin_epoch
                                                : other->authorized;
}

/* *found: there is one. */
static enum hufu_result find_half(const struct hufu *hufu, struct key_record *best, bool *found)
{
    *found = false;
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (result)
            return result;
        if (!known_pin_hides(&key) || (*found && !knows_better(&key, best)))
            continue;
        *best = key;
        *found = true;
    }
    return HUFU_RESULT_OK;
}

/* What the check settles may be a change of PIN: how many the half has seen is known afterwards. */
enum hufu_result known_pin_check(struct hufu *hufu, const struct pin *pin, struct known_pin *known_pin)
{
    for (;;) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        size_t count = hufu->device.key_count;
        *known_pin = (struct known_pin){.known = false};
        enum hufu_result result = find_half(hufu, &key, &known_pin->known);
        if (result || !known_pin->known)
            return result;
        result = known_pin_ask(hufu, &key, pin, pin);
        known_pin->epoch = key.half.pin_epoch;
        if (result || hufu->device.key_count == count)
            return result;
    }
}
