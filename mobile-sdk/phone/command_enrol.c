/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/phone.h"

static void tell_step(void *context, enum hufu_step step)
{
    static const enum text texts[] = {
        [HUFU_STEP_SERVICE] = TEXT_STEP_SERVICE,
        [HUFU_STEP_DEVICE_KEY] = TEXT_STEP_DEVICE_KEY,
        [HUFU_STEP_ACTIVATION] = TEXT_STEP_ACTIVATION,
        [HUFU_STEP_KEY] = TEXT_STEP_KEY,
        [HUFU_STEP_GENERATION] = TEXT_STEP_GENERATION,
        [HUFU_STEP_CERTIFICATE] = TEXT_STEP_CERTIFICATE,
        [HUFU_STEP_DONE] = TEXT_STEP_DONE,
    };
    const struct phone *phone = context;
    say(stdout, phone->options.language, texts[step], NULL);
    (void)fflush(stdout);
}

/* The PIN is chosen while no half is stored, and only entered afterwards. */
static bool has_half(const struct phone *phone)
{
    for (size_t i = 0; i < hufu_key_count(phone->hufu); i++) {
        struct hufu_key_info info;
        if (hufu_key_info(phone->hufu, i, &info) == HUFU_RESULT_OK && info.half_stored)
            return true;
    }
    return false;
}

bool phone_ask_pin(const struct phone *phone, struct entry *pin)
{
    return has_half(phone) ? entry_pin(pin, &phone->options, TEXT_ASK_PIN)
                           : entry_new_pin(pin, &phone->options, TEXT_ASK_NEW_PIN);
}

/* A code on the command line can be seen by other users of the machine; "-" reads it from standard input. */
bool phone_take_code(const struct phone *phone, struct entry *line, const char **code)
{
    *code = phone->options.argument;
    if (!*code || strcmp(*code, "-") != 0)
        return true;
    *code = line->text;
    return entry_line(line, STDIN_FILENO);
}

struct hufu_enrolment phone_enrolment(const struct phone *phone, const char *code, const struct entry *pin)
{
    static struct utsname machine;
    (void)uname(&machine);
    return (struct hufu_enrolment){
        .code = code,
        .pin = pin->text,
        .pin_len = pin->len,
        .device_name = phone->options.device_name ? phone->options.device_name : machine.nodename,
        .application = "hufu-phone",
        .device_model = "hufu-phone",
        .progress = tell_step,
        .progress_context = (void *)(uintptr_t)phone,
    };
}

static enum exit_status add_decrypt_key(struct phone *phone, const struct entry *pin)
{
    struct hufu_id key;
    enum hufu_result result = hufu_key_create(phone->hufu, HUFU_USAGE_DECRYPT, pin->text, pin->len, &key);
    if (result)
        return phone_end(phone, result);
    char text[HUFU_ID_TEXT_SIZE];
    hufu_id_format(text, &key);
    say(stdout, phone->options.language, TEXT_KEY_CREATED, text, NULL);
    return EXIT_DONE;
}

enum exit_status command_enrol(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    ENTRY_WIPED struct entry pin = {.len = 0};
    const char *code = NULL;
    if (!phone_take_code(phone, &line, &code))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    if (!phone_ask_pin(phone, &pin))
        return EXIT_USAGE;
    if (phone->options.decrypt_key)
        return add_decrypt_key(phone, &pin);
    const struct hufu_enrolment enrolment = phone_enrolment(phone, code, &pin);
    enum hufu_result result = hufu_enrol(phone->hufu, &enrolment);
    struct hufu_account account;
    if (!result)
        result = hufu_account(phone->hufu, &account);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_ENROLLED, account.name, account.work_number,
        account.project_name, NULL);
    return EXIT_DONE;
}
