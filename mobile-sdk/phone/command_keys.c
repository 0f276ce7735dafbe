/* SPDX-License-Identifier: Apache-2.0 */
/* keys: what is stored here. status: what the service says. */
#include <stdio.h>

#include "mobile-sdk/phone/phone.h"

static const char *usage_text(const struct phone *phone, enum hufu_usage usage)
{
    return text_of(phone->options.language, usage == HUFU_USAGE_SIGN ? TEXT_USAGE_SIGN : TEXT_USAGE_DECRYPT);
}

static const char *stage_text(const struct phone *phone, enum hufu_stage stage)
{
    static const enum text texts[] = {[HUFU_STAGE_NEW] = TEXT_STAGE_NEW,
                                      [HUFU_STAGE_GENERATED] = TEXT_STAGE_GENERATED,
                                      [HUFU_STAGE_CERTIFIED] = TEXT_STAGE_CERTIFIED};
    return text_of(phone->options.language, texts[stage]);
}

static void print_unfinished(const struct phone *phone, const struct hufu_key_info *info)
{
    if (info->pin_unfinished)
        say(stdout, phone->options.language, TEXT_PIN_UNFINISHED, NULL);
    else if (info->refresh_unfinished)
        say(stdout, phone->options.language, TEXT_REFRESH_UNFINISHED, NULL);
}

/* Whose it is, and by which authorization. */
static void print_holder(const struct phone *phone, const struct hufu_key_info *info)
{
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &info->authorization);
    if (info->is_authorized)
        say(stdout, phone->options.language, TEXT_KEY_AUTHORIZED, info->holder, info->holder_work_number, id,
            NULL);
}

static void print_key_line(const struct phone *phone, const struct hufu_key_info *info)
{
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &info->id);
    say(stdout, phone->options.language, TEXT_KEY_LINE, id, usage_text(phone, info->usage),
        stage_text(phone, info->stage), phone_number(info->generation).text, NULL);
    print_holder(phone, info);
    print_unfinished(phone, info);
}

enum exit_status command_keys(struct phone *phone)
{
    size_t count = hufu_key_count(phone->hufu);
    bool pins_differ = false, any_pin = false;
    uint32_t pin_changes = 0;
    if (count == 0)
        say(stdout, phone->options.language, TEXT_KEY_NONE, NULL);
    for (size_t i = 0; i < count; i++) {
        struct hufu_key_info info;
        enum hufu_result result = hufu_key_info(phone->hufu, i, &info);
        if (result)
            return phone_end(phone, result);
        print_key_line(phone, &info);
        if (info.stage == HUFU_STAGE_NEW)
            continue;
        pins_differ |= any_pin && info.pin_changes != pin_changes;
        pin_changes = info.pin_changes;
        any_pin = true;
    }
    if (pins_differ)
        say(stdout, phone->options.language, TEXT_PINS_OF_KEYS_DIFFER, NULL);
    return EXIT_DONE;
}

static enum hufu_result print_account(const struct phone *phone)
{
    struct hufu_account account;
    struct hufu_service_status service;
    enum hufu_result result = hufu_account(phone->hufu, &account);
    if (result)
        return result;
    enum language language = phone->options.language;
    char device[HUFU_ID_TEXT_SIZE];
    hufu_id_format(device, &account.device);
    say(stdout, language, TEXT_STATUS_ACCOUNT, account.name, account.work_number, account.project_name, NULL);
    say(stdout, language, TEXT_STATUS_DEVICE, device, phone_date(account.session_expires_ms).text, NULL);
    result = hufu_service_status(phone->hufu, &service);
    if (result)
        return result;
    say(stdout, language, TEXT_STATUS_SERVICE, account.service_url, service.version, NULL);
    say(stdout, language, TEXT_STATUS_CLOCK, phone_number(service.clock_difference_ms).text, NULL);
    return HUFU_RESULT_OK;
}

static void print_limits(const struct phone *phone, const struct hufu_key_status *status)
{
    enum language language = phone->options.language;
    if (status->valid_until_ms)
        say(stdout, language, TEXT_STATUS_WINDOW, phone_date(status->valid_from_ms).text,
            phone_date(status->valid_until_ms).text, NULL);
    if (status->has_uses_left)
        say(stdout, language, TEXT_USES_LEFT, phone_number((int64_t)status->uses_left).text, NULL);
}

static void print_key(const struct phone *phone, const struct hufu_key_info *info,
                      const struct hufu_key_status *status)
{
    enum language language = phone->options.language;
    char id[HUFU_ID_TEXT_SIZE];
    hufu_id_format(id, &info->id);
    say(stdout, language, TEXT_STATUS_KEY, id, usage_text(phone, info->usage),
        text_of_state(language, status->key_state), text_of_state(language, status->binding_state),
        phone_number(status->generation).text, NULL);
    print_holder(phone, info);
    print_limits(phone, status);
    if (status->has_certificate)
        say(stdout, language, TEXT_STATUS_CERTIFICATE, status->certificate_serial, status->subject,
            phone_date(status->certificate_until_ms).text, NULL);
    else
        say(stdout, language, TEXT_STATUS_NO_CERTIFICATE, NULL);
    say(stdout, language, TEXT_STATUS_PIN, phone_number(status->pin_failures).text,
        phone_number(status->pin_limit).text, NULL);
    if (status->pin_locked)
        say(stdout, language, TEXT_STATUS_PIN_LOCKED, NULL);
    print_unfinished(phone, info);
}

/* One that the service does not show was taken back; the others are told all the same. */
static enum hufu_result print_key_at(const struct phone *phone, size_t index)
{
    struct hufu_key_info info;
    struct hufu_key_status status;
    enum hufu_result result = hufu_key_info(phone->hufu, index, &info);
    if (result)
        return result;
    result = hufu_key_status(phone->hufu, &info.id, &status);
    if (!result)
        print_key(phone, &info, &status);
    if (result != HUFU_RESULT_NOT_FOUND)
        return result;
    print_key_line(phone, &info);
    say(stdout, phone->options.language, TEXT_STATUS_KEY_GONE, NULL);
    return HUFU_RESULT_OK;
}

enum exit_status command_status(struct phone *phone)
{
    enum hufu_result result = print_account(phone);
    for (size_t i = 0; !result && i < hufu_key_count(phone->hufu); i++)
        result = print_key_at(phone, i);
    return phone_end(phone, result);
}
