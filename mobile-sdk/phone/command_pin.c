/* SPDX-License-Identifier: Apache-2.0 */
/* pin and refresh. */
#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/phone.h"

enum exit_status command_pin(struct phone *phone)
{
    ENTRY_WIPED struct entry old_pin = {.len = 0};
    ENTRY_WIPED struct entry new_pin = {.len = 0};
    if (hufu_key_count(phone->hufu) == 0)
        return phone_end(phone, HUFU_RESULT_NOT_ENROLLED);
    if (!entry_pin(&old_pin, &phone->options, TEXT_ASK_OLD_PIN) ||
        !entry_new_pin(&new_pin, &phone->options, TEXT_ASK_NEW_PIN))
        return EXIT_USAGE;
    enum hufu_result result =
        hufu_pin_change(phone->hufu, old_pin.text, old_pin.len, new_pin.text, new_pin.len);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PIN_CHANGED, NULL);
    return EXIT_DONE;
}

/* A refusal of one key is told and says nothing of the next. Anything else does: a wrong PIN is not tried again. */
static enum hufu_result refresh_key(const struct phone *phone, size_t index, const struct entry *pin,
                                    enum exit_status *status)
{
    struct hufu_key_info info;
    char id[HUFU_ID_TEXT_SIZE];
    enum hufu_result result = hufu_key_info(phone->hufu, index, &info);
    if (result || info.stage == HUFU_STAGE_NEW)
        return result;
    result = hufu_refresh(phone->hufu, &info.id, pin->text, pin->len);
    if (result != HUFU_RESULT_NOT_ACTIVE)
        return result;
    hufu_id_format(id, &info.id);
    say(stderr, phone->options.language, TEXT_NOT_REFRESHED, id, NULL);
    *status = phone_end(phone, result);
    return HUFU_RESULT_OK;
}

enum exit_status command_refresh(struct phone *phone)
{
    ENTRY_WIPED struct entry pin = {.len = 0};
    size_t count = hufu_key_count(phone->hufu);
    if (count == 0)
        return phone_end(phone, HUFU_RESULT_NOT_ENROLLED);
    if (!entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    enum hufu_result result = HUFU_RESULT_OK;
    enum exit_status status = EXIT_DONE;
    for (size_t i = 0; !result && i < count; i++)
        result = refresh_key(phone, i, &pin, &status);
    if (result || status)
        return result ? phone_end(phone, result) : status;
    phone_tell_failures(phone);
    say(stdout, phone->options.language, TEXT_REFRESHED, NULL);
    return EXIT_DONE;
}
