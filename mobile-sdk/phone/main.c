/* SPDX-License-Identifier: Apache-2.0 */
/* hufu-phone: a phone in a terminal, on the public header of libhufu alone. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "mobile-sdk/phone/phone.h"
#include "mobile-sdk/phone/usage.h"

static const struct {
    const char *name;
    enum exit_status (*run)(struct phone *phone);
} commands[] = {
    {"enrol", command_enrol},
    {"keys", command_keys},
    {"status", command_status},
    {"sign", command_sign},
    {"verify", command_verify},
    {"decrypt", command_decrypt},
    {"pin", command_pin},
    {"certificate", command_certificate},
    {"refresh", command_refresh},
    {"public-key", command_public_key},
    {"sign-in", command_sign_in},
    {"about", command_about},
    {"forget", command_forget},
    {"sessions", command_sessions},
    {"sign-out", command_sign_out},
    {"service", command_service},
    {"organizations", command_organizations},
    {"request", command_request},
    {"bind", command_bind},
    {"handover", command_handover},
    {"devices", command_devices},
    {"authorizations", command_authorizations},
    {"records", command_records},
    {"password", command_password},
    {"handwriting", command_handwriting},
    {"authenticate", command_authenticate},
    {"approve", command_approve},
    {"face", command_face},
};

static void phone_close(struct phone *phone)
{
    hufu_close(phone->hufu);
    hufu_home_close(phone->home);
}

/* PINs and halves pass through this memory: no core dumps, no debugger of the same user. */
static void protect_memory(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static const char *home_of(const struct options *options, char path[PATH_MAX])
{
    if (options->home)
        return options->home;
    const char *variable = getenv("HUFU_PHONE_HOME");
    if (variable && *variable)
        return variable;
    variable = getenv("HOME");
    if (!variable || !*variable)
        return NULL;
    (void)snprintf(path, PATH_MAX, "%s/.hufu", variable);
    return path;
}

static enum exit_status run(struct phone *phone, enum exit_status (*command)(struct phone *phone))
{
    char path[PATH_MAX];
    const char *home = home_of(&phone->options, path);
    if (!home) {
        say(stderr, phone->options.language, TEXT_NO_HOME, NULL);
        return EXIT_USAGE;
    }
    struct hufu_platform platform;
    enum hufu_result result = hufu_home_open(&phone->home, home);
    if (result == HUFU_RESULT_BUSY) {
        say(stderr, phone->options.language, TEXT_HOME_BUSY, home, NULL);
        return EXIT_DEVICE_FAULT;
    }
    if (result)
        return phone_end(phone, result);
    hufu_home_platform(phone->home, &platform);
    result = hufu_open(&phone->hufu, &platform);
    return result ? phone_end(phone, result) : command(phone);
}

int main(int argc, char **argv)
{
    if (!HUFU_SANITIZED) /* the leak sanitizer is a debugger of its own process */
        protect_memory();
    __attribute__((cleanup(phone_close))) struct phone phone = {.home = NULL};
    if (!options_parse(&phone.options, argc, argv))
        return EXIT_USAGE;
    const struct options *options = &phone.options;
    if (options->help || (options->command && strcmp(options->command, "help") == 0)) {
        usage_print(stdout, options->language);
        return EXIT_DONE;
    }
    for (size_t i = 0; options->command && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, options->command) == 0)
            return (int)run(&phone, commands[i].run);
    }
    if (options->command)
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
    else
        usage_print(stderr, options->language);
    return EXIT_USAGE;
}
