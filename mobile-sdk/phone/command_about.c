/* SPDX-License-Identifier: Apache-2.0 */
/* about: addresses, versions, licences. forget: removes the user from this phone. */
#include <stdio.h>

#include "mobile-sdk/phone/phone.h"

/* What this program and the library under it are built of. */
static const char *const components[][2] = {
    {"libsodium", "ISC"}, {"jansson", "MIT"},        {"utf8proc", "MIT"},
    {"libcurl", "curl"},  {"OpenSSL", "Apache-2.0"}, {"libqrencode", "LGPL-2.1-or-later"},
};

enum exit_status command_about(struct phone *phone)
{
    static struct hufu_about about;
    enum language language = phone->options.language;
    say(stdout, language, TEXT_ABOUT_PHONE, hufu_version(), "Apache-2.0", NULL);
    for (size_t i = 0; i < sizeof(components) / sizeof(components[0]); i++)
        say(stdout, language, TEXT_ABOUT_COMPONENT, components[i][0], components[i][1], NULL);
    enum hufu_result result = hufu_about(phone->hufu, &about);
    if (result == HUFU_RESULT_NOT_ENROLLED)
        return EXIT_DONE;
    if (result)
        return phone_end(phone, result);
    say(stdout, language, TEXT_ABOUT_SERVICE, about.address, about.version, about.licence, NULL);
    for (size_t i = 0; i < about.component_count; i++)
        say(stdout, language, TEXT_ABOUT_COMPONENT, about.components[i].name, about.components[i].licence,
            NULL);
    return EXIT_DONE;
}

enum exit_status command_forget(struct phone *phone)
{
    if (!phone->options.yes) {
        say(stderr, phone->options.language, TEXT_FORGET_SURE, NULL);
        return EXIT_USAGE;
    }
    enum hufu_result result = hufu_forget(phone->hufu);
    if (!result)
        say(stdout, phone->options.language, TEXT_FORGOTTEN, NULL);
    return phone_end(phone, result);
}
