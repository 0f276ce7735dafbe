/* SPDX-License-Identifier: Apache-2.0 */
/* A new PIN for all keys of the device, one refresh after the other (§6). Keys count the changes of PIN that they have
 * seen; where the counts differ, a change was interrupted, and is completed by the same two PINs. */
#include "mobile-sdk/pin_change.h"

#include "mobile-sdk/kept_pin.h"
#include "mobile-sdk/known_pin.h"
#include "mobile-sdk/refresh.h"

struct pin_change {
    struct pin old_pin;
    struct pin new_pin;
    uint32_t epoch; /* of the keys that have the new one */
    bool several;
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
        /* The account's own people can finish it. What a holder does must not keep the PIN from being changed. */
        if (key.stage == KEY_JOINING && !key.authorized)
            return HUFU_RESULT_BINDING_UNFINISHED;
        if (!known_pin_hides(&key))
            continue;
        note_epoch(epochs, key.half.pin_epoch);
        epochs->keys++;
        if (key.has_next)
            note_epoch(epochs, key.next.pin_epoch);
    }
    return epochs->keys ? HUFU_RESULT_OK : HUFU_RESULT_NOT_ENROLLED;
}

/* A step may drop its key, and the others move up. */
static enum hufu_result for_each_key(struct hufu *hufu, const struct pin_change *change,
                                     enum hufu_result (*step)(struct hufu *hufu,
                                                              const struct pin_change *change,
                                                              struct key_record *key))
{
    size_t i = 0;
    while (i < hufu->device.key_count) {
        size_t count = hufu->device.key_count;
        KEY_RECORD_WIPED struct key_record key = {.stage = KEY_NEW};
        enum hufu_result result = key_record_load(&key, hufu, &hufu->device.keys[i]);
        if (!result)
            result = step(hufu, change, &key);
        if (result)
            return result;
        i += hufu->device.key_count == count;
    }
    return HUFU_RESULT_OK;
}

/* One of several can be frozen, and one of somebody else's gone: that must be known before anything has changed. */
static enum hufu_result check_unchanged(struct hufu *hufu, const struct pin_change *change,
                                        struct key_record *key)
{
    bool asked =
        known_pin_hides(key) && key->half.pin_epoch != change->epoch && (change->several || key->authorized);
    return asked ? known_pin_ask(hufu, key, &change->old_pin, &change->new_pin) : HUFU_RESULT_OK;
}

/* Those that were changed must agree on the new PIN before the others get it. */
static enum hufu_result check_changed(struct hufu *hufu, const struct pin_change *change,
                                      struct key_record *key)
{
    bool asked = known_pin_hides(key) && key->half.pin_epoch == change->epoch;
    return asked ? known_pin_ask(hufu, key, &change->new_pin, &change->new_pin) : HUFU_RESULT_OK;
}

static enum hufu_result change_key(struct hufu *hufu, const struct pin_change *change, struct key_record *key)
{
    bool changed = !key_has_half(key) || key->half.pin_epoch == change->epoch;
    return changed ? HUFU_RESULT_OK
                   : refresh_to_pin(hufu, key, &change->old_pin, &change->new_pin, change->epoch);
}

static enum hufu_result run(struct hufu *hufu, struct pin_change *change)
{
    struct pin_epochs epochs = {.keys = 0};
    enum hufu_result result = known_pin_settle(hufu);
    if (!result)
        result = pin_epochs_survey(hufu, &epochs);
    if (result)
        return result;
    bool resumed = epochs.lowest != epochs.highest;
    change->epoch = resumed ? epochs.highest : epochs.highest + 1;
    change->several = epochs.keys > 1;
    result = for_each_key(hufu, change, check_unchanged);
    /* Before anything can make it a wrong one. */
    if (!result)
        result = kept_pin_forget(hufu);
    if (!result && resumed)
        result = for_each_key(hufu, change, check_changed);
    return result ? result : for_each_key(hufu, change, change_key);
}

enum hufu_result hufu_pin_change(struct hufu *hufu, const char *old_pin, size_t old_len, const char *new_pin,
                                 size_t new_len)
{
    report_begin(hufu);
    struct pin_change change = {.old_pin = {.text = old_pin, .len = old_len},
                                .new_pin = {.text = new_pin, .len = new_len}};
    enum hufu_result result = pin_check_form(&change.old_pin);
    if (!result)
        result = pin_check_form(&change.new_pin);
    return report_end(hufu, result ? result : run(hufu, &change));
}
