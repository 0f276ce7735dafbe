/* SPDX-License-Identifier: Apache-2.0 */
/* authenticate, approve, face. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/prove.h"

enum exit_status command_authenticate(struct phone *phone)
{
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, 0);
    if (!status)
        say(stdout, phone->options.language, TEXT_AUTHENTICATED, NULL);
    return status;
}

static void format_time(char text[24], uint64_t time_ms)
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm parts;
    if (!localtime_r(&seconds, &parts) || strftime(text, 24, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        text[0] = '\0';
}

static void show_request(const struct phone *phone, const struct hufu_authentication_request *request)
{
    static const enum text purposes[] = {
        [HUFU_AUTHENTICATE_BIND_DEVICE] = TEXT_PURPOSE_BIND_DEVICE,
        [HUFU_AUTHENTICATE_SIGN_IN] = TEXT_PURPOSE_SIGN_IN,
        [HUFU_AUTHENTICATE_CONFIRM] = TEXT_PURPOSE_CONFIRM,
        [HUFU_AUTHENTICATE_RECOVER] = TEXT_PURPOSE_RECOVER,
    };
    char begun[24];
    format_time(begun, request->begun_ms);
    say(stdout, phone->options.language, TEXT_APPROVE_WHAT,
        text_of(phone->options.language, purposes[request->purpose]), begun, NULL);
    (void)fflush(stdout);
}

enum exit_status command_approve(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    struct hufu_authentication_request request;
    const char *text = NULL;
    if (!phone_take_code(phone, &line, &text) || !text)
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    enum hufu_result result = hufu_authentication_scan(phone->hufu, text, &request);
    if (result)
        return phone_end(phone, result);
    show_request(phone, &request);
    if (!phone_is_wanted(phone, TEXT_APPROVE_ASK))
        return EXIT_USAGE;
    result = hufu_authentication_approve(phone->hufu, text);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_APPROVED, NULL);
    return EXIT_DONE;
}

enum exit_status command_face(struct phone *phone)
{
    FILE_BYTES_FREED struct file_bytes picture = {.len = 0};
    if (!phone->options.argument) {
        say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
        return EXIT_USAGE;
    }
    if (!file_read(&picture, &phone->options, phone->options.argument))
        return EXIT_USAGE;
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_PASSWORD | HUFU_METHOD_SMS);
    if (status)
        return status;
    enum hufu_result result = hufu_face_enrol(phone->hufu, picture.data, picture.len);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_FACE_KEPT, NULL);
    return EXIT_DONE;
}
