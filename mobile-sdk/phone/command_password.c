/* SPDX-License-Identifier: Apache-2.0 */
/* password change, password recover. */
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
    bool told;
    enum hufu_result result = prove(phone, HUFU_AUTHENTICATE_RECOVER, 0, &told);
    if (told)
        return EXIT_USAGE;
    if (result)
        return phone_end(phone, result);
    if (!entry_new_password(&wanted, &phone->options, TEXT_ASK_NEW_PASSWORD))
        return EXIT_USAGE;
    result = hufu_password_recover(phone->hufu, wanted.text, wanted.len);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PASSWORD_RECOVERED, NULL);
    return EXIT_DONE;
}

enum exit_status command_password(struct phone *phone)
{
    const char *what = phone->options.argument ? phone->options.argument : "";
    if (strcmp(what, "change") == 0)
        return change(phone);
    if (strcmp(what, "recover") == 0)
        return recover(phone);
    say(stderr, phone->options.language, TEXT_UNKNOWN_COMMAND, NULL);
    return EXIT_USAGE;
}
