/* SPDX-License-Identifier: Apache-2.0 */
/* devices: the account's devices, what its primary may do with them, and which one that is. */
#include <inttypes.h>
#include <string.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/prove.h"

static void print_device(const struct phone *phone, const struct hufu_device *device)
{
    enum language language = phone->options.language;
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &device->id);
    say(stdout, language, TEXT_DEVICE_LINE, id, text_of_state(language, device->role),
        text_of_state(language, device->state), device->name, device->model,
        device->last_use_ms ? phone_date(device->last_use_ms).text : "-",
        device->is_this ? text_of(language, TEXT_DEVICE_THIS) : "", NULL);
    char number[16];
    (void)snprintf(number, sizeof(number), "%" PRIu32, device->pin_tries_left);
    if (device->pin_locked)
        say(stdout, language, TEXT_STATUS_PIN_LOCKED, NULL);
    else if (device->pin_failures)
        say(stdout, language, TEXT_TRIES_LEFT, number, NULL);
}

static enum exit_status list(struct phone *phone)
{
    static struct hufu_device devices[DEVICES_MAX];
    size_t count;
    enum hufu_result result = hufu_devices(phone->hufu, devices, DEVICES_MAX, &count);
    if (result)
        return phone_end(phone, result);
    for (size_t i = 0; i < count && i < DEVICES_MAX; i++)
        print_device(phone, &devices[i]);
    return EXIT_DONE;
}

static enum exit_status change(struct phone *phone,
                               enum hufu_result (*step)(struct hufu *hufu, const struct hufu_id *device),
                               enum text done)
{
    struct hufu_id device;
    const char *id = phone->options.more[0];
    enum hufu_result result = id ? hufu_id_parse(&device, id) : HUFU_RESULT_ARGUMENT;
    if (!result)
        result = step(phone->hufu, &device);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, done, id, NULL);
    return EXIT_DONE;
}

static enum exit_status remove_secondaries(struct phone *phone)
{
    size_t removed;
    char number[24];
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_SMS);
    if (status)
        return status;
    enum hufu_result result = hufu_device_remove_secondaries(phone->hufu, &removed);
    if (result)
        return phone_end(phone, result);
    (void)snprintf(number, sizeof(number), "%zu", removed);
    say(stdout, phone->options.language, TEXT_DEVICES_REMOVED, number, NULL);
    return EXIT_DONE;
}

static enum exit_status remove_device(struct phone *phone)
{
    struct hufu_id device;
    const char *id = phone->options.more[0];
    size_t dead = 0;
    if (id && strcmp(id, "secondaries") == 0)
        return remove_secondaries(phone);
    enum hufu_result result = id ? hufu_id_parse(&device, id) : HUFU_RESULT_ARGUMENT;
    if (result)
        return phone_end(phone, result);
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_SMS);
    if (status)
        return status;
    result = hufu_device_remove(phone->hufu, &device, &dead);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_DEVICE_REMOVED, id, NULL);
    if (dead)
        say(stdout, phone->options.language, TEXT_KEY_DEAD, NULL);
    return EXIT_DONE;
}

/* Of another device the session is enough; of this one password and SMS code, where the project allows it. */
static enum exit_status unlock_device(struct phone *phone)
{
    struct hufu_account account;
    struct hufu_id device;
    const char *id = phone->options.more[0];
    enum hufu_result result = id ? hufu_id_parse(&device, id) : HUFU_RESULT_ARGUMENT;
    if (!result)
        result = hufu_account(phone->hufu, &account);
    if (result)
        return phone_end(phone, result);
    enum exit_status status = EXIT_DONE;
    if (phone_same_key(&account.device, &device))
        status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_PASSWORD | HUFU_METHOD_SMS);
    return status ? status : change(phone, hufu_device_unlock, TEXT_DEVICE_UNLOCKED);
}

/* The account's primary as it stands; false: it has none any more. */
static enum hufu_result find_primary(struct phone *phone, struct hufu_device *primary, bool *found)
{
    static struct hufu_device devices[DEVICES_MAX];
    size_t count;
    enum hufu_result result = hufu_devices(phone->hufu, devices, DEVICES_MAX, &count);
    *found = false;
    for (size_t i = 0; !result && i < count && i < DEVICES_MAX; i++) {
        if (strcmp(devices[i].role, "primary") != 0)
            continue;
        *primary = devices[i];
        *found = true;
    }
    return result;
}

static enum exit_status take_place(struct phone *phone, const struct hufu_device *lost)
{
    ENTRY_WIPED struct entry pin = {.len = 0};
    char id[HUFU_ID_TEXT_SIZE], number[24];
    size_t dead = 0;
    if (!entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    enum hufu_result result = hufu_promote(phone->hufu, lost ? &lost->id : NULL, pin.text, pin.len, &dead);
    (void)snprintf(number, sizeof(number), "%zu", dead);
    if (dead)
        say(stdout, phone->options.language, TEXT_KEYS_DEAD, number, NULL);
    if (result)
        return phone_end(phone, result);
    if (lost && !lost->is_this) {
        hufu_id_format(id, &lost->id);
        say(stdout, phone->options.language, TEXT_DEVICE_REMOVED, id, NULL);
    }
    say(stdout, phone->options.language, TEXT_DEVICE_PRIMARY, NULL);
    return EXIT_DONE;
}

/* This device, in the place of the primary that was lost. It is ordered once; what an interruption left needs the PIN alone. */
static enum exit_status become_primary(struct phone *phone)
{
    struct hufu_device primary;
    bool found;
    enum hufu_result result = find_primary(phone, &primary, &found);
    if (result)
        return phone_end(phone, result);
    if (found && primary.is_this)
        return take_place(phone, &primary);
    if (found) {
        say(stdout, phone->options.language, TEXT_DEVICE_LOST, NULL);
        print_device(phone, &primary);
    }
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_PASSWORD | HUFU_METHOD_SMS);
    return status ? status : take_place(phone, found ? &primary : NULL);
}

static enum hufu_result rename_device(struct phone *phone)
{
    struct hufu_id device;
    const char *const *more = phone->options.more;
    enum hufu_result result = more[0] && more[1] ? hufu_id_parse(&device, more[0]) : HUFU_RESULT_ARGUMENT;
    return result ? result : hufu_device_rename(phone->hufu, &device, more[1]);
}

enum exit_status command_devices(struct phone *phone)
{
    const char *verb = phone->options.argument;
    if (!verb || strcmp(verb, "list") == 0)
        return list(phone);
    if (strcmp(verb, "freeze") == 0)
        return change(phone, hufu_device_freeze, TEXT_DEVICE_FROZEN);
    if (strcmp(verb, "unfreeze") == 0)
        return change(phone, hufu_device_unfreeze, TEXT_DEVICE_UNFROZEN);
    if (strcmp(verb, "unlock") == 0)
        return unlock_device(phone);
    if (strcmp(verb, "remove") == 0)
        return remove_device(phone);
    if (strcmp(verb, "primary") == 0)
        return become_primary(phone);
    if (strcmp(verb, "rename") == 0) {
        enum hufu_result result = rename_device(phone);
        if (!result)
            say(stdout, phone->options.language, TEXT_DEVICE_RENAMED, phone->options.more[1], NULL);
        return phone_end(phone, result);
    }
    say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
    return EXIT_USAGE;
}
