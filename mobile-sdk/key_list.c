/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/key_list.h"

#include <string.h>

#include "mobile-sdk/certificate.h"

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

enum hufu_result key_list_drop_deleted(struct hufu *hufu, const struct key_record *key,
                                       enum hufu_result result)
{
    const struct hufu_report *report = &hufu->report;
    bool deleted = key->authorized && result == HUFU_RESULT_NOT_ACTIVE &&
                   strcmp(report->message_key, "binding-not-active") == 0 &&
                   strcmp(report->state, "removed") == 0;
    return deleted ? key_list_drop(hufu, &key->id) : result;
}
