/* SPDX-License-Identifier: Apache-2.0 */
/* password change, recover, remember, forget. */
#include <string.h>

#include "mobile-sdk/phone/entry.h"
#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/prove.h"

static enum exit_status change(struct phone *phone)
{
    ENTRY_WIPED struct entry old = {.len = 0};
    ENTRY_WIPED struct entry wanted = {.len = 0};
    if (!entry_password(&old, &phone->options, TEXT_ASK_OLD_PASSWORD) ||
        !entry_new_password(&wanted, &phone->options, TEXT_ASK_NEW_PASSWORD))
        return EXIT_USAGE;
    enum hufu_result result = hufu_password_change(phone->hufu, old.text, old.len, wanted.text, wanted.len);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PASSWORD_CHANGED, NULL);
    return EXIT_DONE;
}

static enum exit_status recover(struct phone *phone)
{
    ENTRY_WIPED struct entry wanted = {.len = 0};
    enum exit_status status = phone_ask_user(phone);
    if (!status)
        status = prove(phone, HUFU_AUTHENTICATE_RECOVER, 0);
    if (status)
        return status;
    if (!entry_new_password(&wanted, &phone->options, TEXT_ASK_NEW_PASSWORD))
        return EXIT_USAGE;
    enum hufu_result result = hufu_password_recover(phone->hufu, wanted.text, wanted.len);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PASSWORD_RECOVERED, NULL);
    return EXIT_DONE;
}

static enum exit_status remember(struct phone *phone)
{
    enum exit_status status = prove(phone, HUFU_AUTHENTICATE_CONFIRM, HUFU_METHOD_PASSWORD);
    if (status)
        return status;
    enum hufu_result result = hufu_password_remember(phone->hufu);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PASSWORD_REMEMBERED, NULL);
    return EXIT_DONE;
}

static enum exit_status forget(struct phone *phone)
{
    enum hufu_result result = hufu_password_forget(phone->hufu);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PASSWORD_FORGOTTEN, NULL);
    return EXIT_DONE;
}

enum exit_status command_password(struct phone *phone)
{
    static const struct {
        const char *name;
        enum exit_status (*run)(struct phone *phone);
    } commands[] = {{"change", change}, {"recover", recover}, {"remember", remember}, {"forget", forget}};
    const char *what = phone->options.argument ? phone->options.argument : "";
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, what) == 0)
            return commands[i].run(phone);
    }
    say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
    return EXIT_USAGE;
}
