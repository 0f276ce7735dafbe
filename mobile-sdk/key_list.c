/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/key_list.h"

#include "mobile-sdk/certificate.h"
#include "mobile-sdk/unlock.h"

bool key_is_complete(const struct key_record *key)
{
    return key->stage == KEY_CERTIFIED || (key->usage == HUFU_USAGE_DECRYPT && key->stage == KEY_GENERATED);
}

static void note_own(struct key_survey *found, const struct key_record *key)
{
    if (key_is_complete(key)) {
        found->has_complete = true;
        found->complete = key->id;
    } else if (key->stage != KEY_JOINING) {
        found->has_incomplete = true;
        found->incomplete = key->id;
    }
}

/* An own key before one of somebody else's, which may be frozen or over; then the one that has seen most changes of PIN. */
static void note_half(struct key_survey *found, const struct key_record *key)
{
    bool better = found->half_authorized == key->authorized ? key->half.pin_epoch > found->pin_epoch
                                                            : found->half_authorized;
    if (found->has_half && !better)
        return;
    found->has_half = true;
    found->half_authorized = key->authorized;
    found->half = key->id;
    found->pin_epoch = key->half.pin_epoch;
}

enum hufu_result key_list_survey(struct hufu *hufu, enum hufu_usage usage, struct key_survey *found)
{
    *found = (struct key_survey){.has_complete = false};
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (result)
            return result;
        if (!key.authorized && key.usage == usage)
            note_own(found, &key);
        if (key_has_half(&key))
            note_half(found, &key);
    }
    return HUFU_RESULT_OK;
}

enum hufu_result key_list_add(struct hufu *hufu, const struct key_record *key)
{
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        if (id_equal(&hufu->device.keys[i], &key->id))
            return key_record_store(key, hufu);
    }
    if (hufu->device.key_count >= HUFU_KEYS_MAX)
        return HUFU_RESULT_LIMIT;
    hufu->device.keys[hufu->device.key_count++] = key->id;
    enum hufu_result result = device_record_store(&hufu->device, &hufu->platform.storage);
    if (!result)
        result = key_record_store(key, hufu);
    if (result)
        hufu->device.key_count--;
    return result;
}

static void unlist(struct device_record *device, const struct hufu_id *id)
{
    size_t kept = 0;
    for (size_t i = 0; i < device->key_count; i++) {
        if (!id_equal(&device->keys[i], id))
            device->keys[kept++] = device->keys[i];
    }
    device->key_count = kept;
}

enum hufu_result key_list_remove_values(const struct hufu *hufu, const struct hufu_id *id)
{
    enum hufu_result result = certificates_remove(hufu, id);
    return result ? result : key_record_remove(hufu, id);
}

enum hufu_result key_list_drop(struct hufu *hufu, const struct hufu_id *id)
{
    const struct hufu_id dropped = *id;
    enum hufu_result result = key_list_remove_values(hufu, &dropped);
    if (result)
        return result;
    unlist(&hufu->device, &dropped);
    return device_record_store(&hufu->device, &hufu->platform.storage);
}

void key_list_tidy(struct hufu *hufu)
{
    size_t i = 0;
    while (i < hufu->device.key_count) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        const struct hufu_id id = hufu->device.keys[i];
        if (key_record_load(&key, hufu, &id) == HUFU_RESULT_NOT_FOUND)
            unlist(&hufu->device, &id);
        else
            i++;
    }
}

enum hufu_result key_list_check_pin(struct hufu *hufu, const struct key_survey *found, const struct pin *pin)
{
    if (!found->has_half)
        return HUFU_RESULT_OK;
    KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
    UNLOCKED_WIPED struct unlocked unlocked = {.generation = 0};
    enum hufu_result result = key_record_load(&key, hufu, &found->half);
    if (!result)
        result = unlock(hufu, &key, pin, pin, &unlocked);
    if (!result)
        result = unlock_settled(hufu, &key, half_check(hufu, &key, &unlocked.half, unlocked.generation));
    return result;
}
