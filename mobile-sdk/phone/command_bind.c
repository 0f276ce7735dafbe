/* SPDX-License-Identifier: Apache-2.0 */
/* bind, on the new device, and handover, on the primary: two terminals play them. */
#include <string.h>
#include <unistd.h>

#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/qr.h"

static void show_code(const struct phone *phone, enum text text, const char *code)
{
    say(stdout, phone->options.language, text, NULL);
    qr_show(code);
}

static enum exit_status tell_bound(const struct phone *phone)
{
    struct hufu_account account;
    enum hufu_result result = hufu_account(phone->hufu, &account);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_ENROLLED, account.name, account.work_number,
        account.project_name, NULL);
    return EXIT_DONE;
}

static enum exit_status finish(const struct phone *phone, const char *back)
{
    ENTRY_WIPED struct entry pin = {.len = 0};
    if (!phone_ask_pin(phone, &pin))
        return EXIT_USAGE;
    enum hufu_result result = hufu_bind_finish(phone->hufu, back, pin.text, pin.len);
    return result ? phone_end(phone, result) : tell_bound(phone);
}

static enum hufu_result join(const struct phone *phone, const char *code)
{
    const struct entry no_pin = {.len = 0};
    struct hufu_account account;
    if (!code)
        return hufu_account(phone->hufu, &account);
    const struct hufu_enrolment enrolment = phone_enrolment(phone, code, &no_pin);
    return hufu_join(phone->hufu, &enrolment);
}

enum exit_status command_bind(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    ENTRY_WIPED struct entry back = {.len = 0};
    const char *code = NULL;
    char shown[HUFU_BIND_CODE_MAX];
    if (!phone_take_code(phone, &line, &code))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    if (!code && hufu_bind_unfinished(phone->hufu))
        return finish(phone, NULL);
    enum hufu_result result = join(phone, code);
    if (!result)
        result = hufu_bind_begin(phone->hufu,
                                 phone->options.decrypt_key ? HUFU_USAGE_DECRYPT : HUFU_USAGE_SIGN, shown);
    if (result)
        return phone_end(phone, result);
    show_code(phone, TEXT_BIND_SHOW, shown);
    say(stdout, phone->options.language, TEXT_BIND_ASK, NULL);
    (void)fflush(stdout);
    if (!entry_line(&back, STDIN_FILENO))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    return finish(phone, back.text);
}

enum exit_status command_handover(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    ENTRY_WIPED struct entry pin = {.len = 0};
    const char *code = NULL;
    char back[HUFU_BIND_CODE_MAX];
    if (!phone_take_code(phone, &line, &code) || !code)
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    if (!entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    enum hufu_result result = hufu_handover(phone->hufu, code, pin.text, pin.len, back);
    if (result)
        return phone_end(phone, result);
    phone_tell_failures(phone);
    show_code(phone, TEXT_HANDED_OVER, back);
    return EXIT_DONE;
}
