/* SPDX-License-Identifier: Apache-2.0 */
/* bind, on the new device, and handover, on the primary: two terminals play them. */
#include <string.h>
#include <unistd.h>

#include "common/qr.h"
#include "mobile-sdk/phone/authorization.h"
#include "mobile-sdk/phone/handover.h"
#include "mobile-sdk/phone/prove.h"

static void show_code(const struct phone *phone, enum text text, const char *code)
{
    say(stdout, phone->options.language, text, NULL);
    qr_show(code, NULL);
}

static enum exit_status tell_own(const struct phone *phone)
{
    struct hufu_account account;
    enum hufu_result result = hufu_account(phone->hufu, &account);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_ENROLLED, account.name, account.work_number,
        account.project_name, NULL);
    return EXIT_DONE;
}

/* Which key it may use by the authorization; what was finished may have been begun for something else. */
static enum exit_status tell_bound(const struct phone *phone, const struct hufu_id *authorization)
{
    for (size_t i = 0; authorization && i < hufu_key_count(phone->hufu); i++) {
        char key[HUFU_ID_TEXT_SIZE];
        struct hufu_key_info info;
        enum hufu_result result = hufu_key_info(phone->hufu, i, &info);
        if (result)
            return phone_end(phone, result);
        if (!info.is_authorized || !phone_same_key(&info.authorization, authorization))
            continue;
        hufu_id_format(key, &info.id);
        say(stdout, phone->options.language, TEXT_AUTHORIZATION_BOUND, info.holder, info.holder_work_number,
            key, NULL);
        return EXIT_DONE;
    }
    return tell_own(phone);
}

/* authorization: by which somebody else's key is bound; NULL: it is the account's own. */
static enum exit_status finish(const struct phone *phone, const char *back,
                               const struct hufu_id *authorization)
{
    ENTRY_WIPED struct entry pin = {.len = 0};
    if (!phone_ask_pin(phone, &pin))
        return EXIT_USAGE;
    enum hufu_result result = hufu_bind_finish(phone->hufu, back, pin.text, pin.len);
    return result ? phone_end(phone, result) : tell_bound(phone, authorization);
}

/* Becomes a device of the account, if it is none: by the code, or by proving who holds it. */
static enum exit_status join(struct phone *phone, const char *code)
{
    const struct entry no_pin = {.len = 0};
    const struct hufu_enrolment enrolment = phone_enrolment(phone, code, &no_pin);
    struct hufu_account account;
    if (code)
        return phone_end(phone, hufu_join(phone->hufu, &enrolment));
    enum exit_status status = phone_ask_user(phone);
    if (status || hufu_account(phone->hufu, &account) == HUFU_RESULT_OK)
        return status;
    status = prove(phone, HUFU_AUTHENTICATE_BIND_DEVICE, 0);
    return status ? status : phone_end(phone, hufu_bind_by_authentication(phone->hufu, &enrolment));
}

/* Whether this device gets its halves from another one. */
static enum hufu_result is_secondary(const struct phone *phone, bool *secondary)
{
    static struct hufu_device devices[DEVICES_MAX];
    size_t count;
    *secondary = false;
    enum hufu_result result = hufu_devices(phone->hufu, devices, DEVICES_MAX, &count);
    for (size_t i = 0; !result && i < count && i < DEVICES_MAX; i++)
        *secondary |= devices[i].is_this && strcmp(devices[i].role, "secondary") == 0;
    return result;
}

/* Shows the code of a binding that was asked for, and takes what the primary shows in turn. */
static enum exit_status exchange_codes(const struct phone *phone, enum text show, const char *shown,
                                       const struct hufu_id *authorization)
{
    ENTRY_WIPED struct entry back = {.len = 0};
    show_code(phone, show, shown);
    say(stdout, phone->options.language, TEXT_BIND_ASK, NULL);
    (void)fflush(stdout);
    if (!entry_line(&back, STDIN_FILENO))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    return finish(phone, back.text, authorization);
}

static enum exit_status take_over(const struct phone *phone)
{
    char shown[HUFU_BIND_CODE_MAX];
    enum hufu_usage usage = phone->options.decrypt_key ? HUFU_USAGE_DECRYPT : HUFU_USAGE_SIGN;
    enum hufu_result result = hufu_bind_begin(phone->hufu, usage, shown);
    return result ? phone_end(phone, result) : exchange_codes(phone, TEXT_BIND_SHOW, shown, NULL);
}

enum exit_status bind_authorized(struct phone *phone, const struct hufu_id *authorization)
{
    char shown[HUFU_BIND_CODE_MAX];
    if (hufu_bind_unfinished(phone->hufu))
        return finish(phone, NULL, authorization);
    enum hufu_result result = hufu_authorization_bind(phone->hufu, authorization, shown);
    return result ? phone_end(phone, result)
                  : exchange_codes(phone, TEXT_AUTHORIZATION_BIND_SHOW, shown, authorization);
}

enum exit_status command_bind(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    const char *code = NULL;
    bool secondary = true;
    if (!phone_take_code(phone, &line, &code))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    if (!code && hufu_bind_unfinished(phone->hufu))
        return finish(phone, NULL, NULL);
    enum exit_status status = join(phone, code);
    if (status)
        return status;
    enum hufu_result result = code ? HUFU_RESULT_OK : is_secondary(phone, &secondary);
    if (result)
        return phone_end(phone, result);
    return secondary ? take_over(phone) : command_enrol(phone);
}

/* What the person is to know before giving the PIN. False: it is not wanted. */
static bool is_agreed(const struct phone *phone, const struct hufu_handover_request *request)
{
    if (!request->is_authorized) {
        say(stdout, phone->options.language, TEXT_HANDOVER_OWN, NULL);
        (void)fflush(stdout);
        return true;
    }
    authorization_show_terms(phone, &request->authorization);
    return phone_is_wanted(phone, TEXT_AGREE_ASK);
}

enum exit_status handover(struct phone *phone, const char *code)
{
    static struct hufu_handover_request request;
    ENTRY_WIPED struct entry pin = {.len = 0};
    char back[HUFU_BIND_CODE_MAX];
    enum hufu_result result = hufu_handover_scan(phone->hufu, code, &request);
    if (result)
        return phone_end(phone, result);
    if (!is_agreed(phone, &request) || !entry_pin(&pin, &phone->options, TEXT_ASK_PIN))
        return EXIT_USAGE;
    result = request.is_authorized ? hufu_authorization_handover(phone->hufu, code, &request.authorization,
                                                                 pin.text, pin.len, back)
                                   : hufu_handover(phone->hufu, code, pin.text, pin.len, back);
    if (result)
        return phone_end(phone, result);
    phone_tell_failures(phone);
    show_code(phone, TEXT_HANDED_OVER, back);
    return EXIT_DONE;
}

enum exit_status command_handover(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    const char *code = NULL;
    if (!phone_take_code(phone, &line, &code) || !code)
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    return handover(phone, code);
}
