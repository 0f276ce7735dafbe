/* SPDX-License-Identifier: Apache-2.0 */
/* A new PIN for all keys of the device, one refresh after the other (§6). Keys count the changes of PIN that they have
 * seen; where the counts differ, a change was interrupted, and is completed by the same two PINs. */
#include "mobile-sdk/pin_change.h"

#include "mobile-sdk/kept_pin.h"
#include "mobile-sdk/key_list.h"
#include "mobile-sdk/refresh.h"

struct pin_change {
    struct pin old_pin;
    struct pin new_pin;
};

static void note_epoch(struct pin_epochs *epochs, uint32_t epoch)
{
    if (epochs->keys == 0 || epoch < epochs->lowest)
        epochs->lowest = epoch;
    if (epochs->keys == 0 || epoch > epochs->highest)
        epochs->highest = epoch;
}

enum hufu_result pin_epochs_survey(struct hufu *hufu, struct pin_epochs *epochs)
{
    *epochs = (struct pin_epochs){.keys = 0};
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (result)
            return result;
        /* Its half is hidden by the old PIN, and whether it is the device's is not settled yet. */
        if (key.stage == KEY_JOINING)
            return HUFU_RESULT_BINDING_UNFINISHED;
        if (!key_has_half(&key))
            continue;
        note_epoch(epochs, key.half.pin_epoch);
        epochs->keys++;
        if (key.has_next)
            note_epoch(epochs, key.next.pin_epoch);
    }
    return epochs->keys ? HUFU_RESULT_OK : HUFU_RESULT_NOT_ENROLLED;
}

/* One of several can be frozen, and one of somebody else's gone: that must be known before anything has changed. */
static enum hufu_result check_unchanged(struct hufu *hufu, const struct pin *old_pin, uint32_t epoch,
                                        bool several)
{
    size_t i = 0;
    while (i < hufu->device.key_count) {
        size_t count = hufu->device.key_count;
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        bool asked = !result && key_has_half(&key) && key.half.pin_epoch != epoch && !key.has_next;
        if (asked && (several || key.authorized))
            result = key_list_drop_deleted(hufu, &key, unlock_check(hufu, &key, old_pin, old_pin));
        if (result)
            return result;
        i += hufu->device.key_count == count;
    }
    return HUFU_RESULT_OK;
}

/* Two rounds: first the keys that were changed, which must agree on the new PIN before the others get it, then those that were
 * not. */
static enum hufu_result change_keys(struct hufu *hufu, const struct pin_change *change, uint32_t epoch,
                                    bool changed)
{
    for (size_t i = 0; i < hufu->device.key_count; i++) {
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (!result && key_has_half(&key) && (key.half.pin_epoch == epoch) == changed)
            result = changed ? unlock_check(hufu, &key, &change->new_pin, &change->new_pin)
                             : refresh_to_pin(hufu, &key, &change->old_pin, &change->new_pin, epoch);
        if (result)
            return result;
    }
    return HUFU_RESULT_OK;
}

enum hufu_result hufu_pin_change(struct hufu *hufu, const char *old_pin, size_t old_len, const char *new_pin,
                                 size_t new_len)
{
    report_begin(hufu);
    struct pin_change change = {.old_pin = {.text = old_pin, .len = old_len},
                                .new_pin = {.text = new_pin, .len = new_len}};
    struct pin_epochs epochs = {.keys = 0};
    enum hufu_result result = pin_check_form(&change.old_pin);
    if (!result)
        result = pin_check_form(&change.new_pin);
    if (!result)
        result = pin_epochs_survey(hufu, &epochs);
    bool resumed = epochs.lowest != epochs.highest;
    uint32_t epoch = resumed ? epochs.highest : epochs.highest + 1;
    if (!result)
        result = check_unchanged(hufu, &change.old_pin, epoch, epochs.keys > 1);
    /* Before anything can make it a wrong one. */
    if (!result)
        result = kept_pin_forget(hufu);
    if (!result && resumed)
        result = change_keys(hufu, &change, epoch, true);
    if (!result)
        result = change_keys(hufu, &change, epoch, false);
    return report_end(hufu, result);
}
