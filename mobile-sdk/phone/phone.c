/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/phone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mobile-sdk/phone/authorization.h"

static enum exit_status status_of(enum hufu_result result)
{
    static const uint8_t statuses[HUFU_RESULT_COUNT] = {
        [HUFU_RESULT_OK] = EXIT_DONE,
        [HUFU_RESULT_ARGUMENT] = EXIT_USAGE,
        [HUFU_RESULT_LIMIT] = EXIT_USAGE,
        [HUFU_RESULT_PIN_FORM] = EXIT_USAGE,
        [HUFU_RESULT_CODE_FORM] = EXIT_USAGE,
        [HUFU_RESULT_ADDRESS] = EXIT_USAGE,
        [HUFU_RESULT_NOT_ENROLLED] = EXIT_NOT_READY,
        [HUFU_RESULT_ALREADY] = EXIT_USAGE,
        [HUFU_RESULT_NOT_FOUND] = EXIT_USAGE,
        [HUFU_RESULT_NOT_READY] = EXIT_NOT_READY,
        [HUFU_RESULT_FORM] = EXIT_USAGE,
        [HUFU_RESULT_SIGNATURE] = EXIT_SIGNATURE_INVALID,
        [HUFU_RESULT_PIN_WRONG] = EXIT_PIN_WRONG,
        [HUFU_RESULT_PIN_LOCKED] = EXIT_PIN_LOCKED,
        [HUFU_RESULT_PIN_UNCHANGED] = EXIT_PIN_WRONG,
        [HUFU_RESULT_ACTIVATION] = EXIT_REFUSED,
        [HUFU_RESULT_SESSION] = EXIT_REFUSED,
        [HUFU_RESULT_DEVICE] = EXIT_REFUSED,
        [HUFU_RESULT_CLOCK] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_GENERATION] = EXIT_REFUSED,
        [HUFU_RESULT_NOT_ALLOWED] = EXIT_REFUSED,
        [HUFU_RESULT_NOT_ACTIVE] = EXIT_REFUSED,
        [HUFU_RESULT_CONFLICT] = EXIT_REFUSED,
        [HUFU_RESULT_CERTIFICATE] = EXIT_REFUSED,
        [HUFU_RESULT_REFUSED] = EXIT_REFUSED,
        [HUFU_RESULT_AWAY] = EXIT_AWAY,
        [HUFU_RESULT_BUSY] = EXIT_AWAY,
        [HUFU_RESULT_FAULT] = EXIT_SERVICE_FAULT,
        [HUFU_RESULT_IDENTITY] = EXIT_SERVICE_FAULT,
        [HUFU_RESULT_STORAGE] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_DAMAGED] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_PLATFORM] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_INTERNAL] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_PASSWORD_FORM] = EXIT_USAGE,
        [HUFU_RESULT_AUTHENTICATION] = EXIT_REFUSED,
        [HUFU_RESULT_AUTHENTICATION_NEEDED] = EXIT_REFUSED,
        [HUFU_RESULT_TOO_MANY] = EXIT_REFUSED,
        [HUFU_RESULT_PASSWORD_CHANGE] = EXIT_REFUSED,
        [HUFU_RESULT_BINDING_UNFINISHED] = EXIT_NOT_READY,
        [HUFU_RESULT_BIOMETRIC_NONE] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_BIOMETRIC_CANCELLED] = EXIT_DEVICE_FAULT,
        [HUFU_RESULT_BIOMETRIC_CHANGED] = EXIT_DEVICE_FAULT,
    };
    return result < HUFU_RESULT_COUNT ? (enum exit_status)statuses[result] : EXIT_DEVICE_FAULT;
}

/* What the service told of a refusal, besides the sentence for it. */
static void tell_refusal(const struct phone *phone, const struct hufu_report *report)
{
    enum language language = phone->options.language;
    if (report->pin_tries_left >= 0)
        say(stderr, language, TEXT_TRIES_LEFT, phone_number(report->pin_tries_left).text, NULL);
    if (report->field[0])
        say(stderr, language, TEXT_REFUSED_FIELD, text_of_field(language, report->field), NULL);
    authorization_tell_possible(phone, report);
    if (report->request_id[0] && report->detail[0])
        say(stderr, language, TEXT_REFUSAL_DETAIL_MORE, report->message_key, report->request_id,
            report->detail, NULL);
    else if (report->request_id[0])
        say(stderr, language, TEXT_REFUSAL_DETAIL, report->message_key, report->request_id, NULL);
}

enum exit_status phone_end(const struct phone *phone, enum hufu_result result)
{
    if (result == HUFU_RESULT_OK)
        return EXIT_DONE;
    enum language language = phone->options.language;
    const struct hufu_report *report = phone->hufu ? hufu_last_report(phone->hufu) : NULL;
    bool told = report && report->result == result;
    const char *text = told ? text_of_key(language, report->message_key) : NULL;
    if (!told || !authorization_tell_refusal(phone, report))
        (void)fprintf(stderr, "%s\n", text ? text : text_of_result(language, result));
    if (told)
        tell_refusal(phone, report);
    return status_of(result);
}

void phone_tell_failures(const struct phone *phone)
{
    const struct hufu_report *report = hufu_last_report(phone->hufu);
    if (report->pin_failures_before > 0)
        say(stderr, phone->options.language, TEXT_FAILURES_BEFORE,
            phone_number(report->pin_failures_before).text, NULL);
}

/* Whose key it is, if it is somebody else's. */
static void tell_holder(const struct phone *phone, const struct hufu_id *key)
{
    for (size_t i = 0; i < hufu_key_count(phone->hufu); i++) {
        struct hufu_key_info info;
        if (hufu_key_info(phone->hufu, i, &info) || !info.is_authorized || !phone_same_key(&info.id, key))
            continue;
        say(stdout, phone->options.language, TEXT_USED_OF, info.holder, info.holder_work_number, NULL);
    }
}

void phone_tell_limits(const struct phone *phone, const struct hufu_id *key)
{
    enum language language = phone->options.language;
    const struct hufu_report report = *hufu_last_report(phone->hufu);
    tell_holder(phone, key);
    if (report.has_uses_left)
        say(stdout, language, TEXT_USES_LEFT, phone_number((int64_t)report.uses_left).text, NULL);
    if (report.valid_until_ms)
        say(stdout, language, TEXT_WINDOW_UNTIL, phone_date(report.valid_until_ms).text, NULL);
}

bool phone_is_wanted(const struct phone *phone, enum text question)
{
    ENTRY_WIPED struct entry answer = {.len = 0};
    if (phone->options.yes)
        return true;
    say(stdout, phone->options.language, question, NULL);
    (void)fflush(stdout);
    return entry_line(&answer, STDIN_FILENO) && (answer.text[0] == 'y' || answer.text[0] == 'Y');
}

struct phone_number phone_number(int64_t value)
{
    struct phone_number number;
    (void)snprintf(number.text, sizeof(number.text), "%" PRId64, value);
    return number;
}

static bool is_ready(const struct hufu_key_info *info, enum hufu_usage usage)
{
    enum hufu_stage least = usage == HUFU_USAGE_SIGN ? HUFU_STAGE_CERTIFIED : HUFU_STAGE_GENERATED;
    return info->usage == usage && info->stage >= least;
}

/* A key that is named, by itself or by the authorization that it is used by. */
static enum hufu_result named_key(const struct phone *phone, struct hufu_id *key)
{
    enum hufu_result result = hufu_id_parse(key, phone->options.key);
    for (size_t i = 0; !result && i < hufu_key_count(phone->hufu); i++) {
        struct hufu_key_info info;
        result = hufu_key_info(phone->hufu, i, &info);
        if (!result && info.is_authorized && phone_same_key(&info.authorization, key)) {
            *key = info.id;
            break;
        }
    }
    return result;
}

enum hufu_result phone_key(const struct phone *phone, enum hufu_usage usage, struct hufu_id *key)
{
    if (phone->options.key)
        return named_key(phone, key);
    size_t count = hufu_key_count(phone->hufu), authorized = 0;
    for (size_t i = 0; i < count; i++) {
        struct hufu_key_info info;
        enum hufu_result result = hufu_key_info(phone->hufu, i, &info);
        if (result)
            return result;
        if (!is_ready(&info, usage))
            continue;
        *key = info.id;
        if (!info.is_authorized)
            return HUFU_RESULT_OK;
        authorized++;
    }
    if (authorized > 1)
        say(stderr, phone->options.language, TEXT_KEYS_AUTHORIZED, NULL);
    if (authorized == 1)
        return HUFU_RESULT_OK;
    return count ? HUFU_RESULT_NOT_READY : HUFU_RESULT_NOT_ENROLLED;
}

struct phone_date phone_date(uint64_t time_ms)
{
    struct phone_date date = {""};
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local))
        (void)strftime(date.text, sizeof(date.text), "%Y-%m-%d %H:%M", &local);
    return date;
}

bool phone_same_key(const struct hufu_id *a, const struct hufu_id *b)
{
    char text_a[HUFU_ID_TEXT_SIZE], text_b[HUFU_ID_TEXT_SIZE];
    hufu_id_format(text_a, a);
    hufu_id_format(text_b, b);
    return strcmp(text_a, text_b) == 0;
}
