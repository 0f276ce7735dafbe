/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/phone/options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum option_id {
    OPTION_HOME = 256,
    OPTION_OUT,
    OPTION_CMS,
    OPTION_SIGNATURE,
    OPTION_CHAIN,
    OPTION_KEY,
    OPTION_NAME,
    OPTION_WORK_NUMBER,
    OPTION_LANG,
    OPTION_PIN_FD,
    OPTION_PASSWORD_FD,
    OPTION_PICTURE,
    OPTION_QR,
    OPTION_YES,
    OPTION_DECRYPT_KEY,
    OPTION_ALL,
    OPTION_REMOVE,
    OPTION_FROM,
    OPTION_TO,
    OPTION_UNTIL,
    OPTION_USES,
    OPTION_FOR,
    OPTION_REASON,
    OPTION_REMARK,
    OPTION_HELP
};

static const struct option known[] = {
    {"home", required_argument, NULL, OPTION_HOME},
    {"out", required_argument, NULL, OPTION_OUT},
    {"cms", required_argument, NULL, OPTION_CMS},
    {"signature", required_argument, NULL, OPTION_SIGNATURE},
    {"chain", required_argument, NULL, OPTION_CHAIN},
    {"key", required_argument, NULL, OPTION_KEY},
    {"name", required_argument, NULL, OPTION_NAME},
    {"work-number", required_argument, NULL, OPTION_WORK_NUMBER},
    {"lang", required_argument, NULL, OPTION_LANG},
    {"pin-fd", required_argument, NULL, OPTION_PIN_FD},
    {"password-fd", required_argument, NULL, OPTION_PASSWORD_FD},
    {"picture", required_argument, NULL, OPTION_PICTURE},
    {"qr", no_argument, NULL, OPTION_QR},
    {"yes", no_argument, NULL, OPTION_YES},
    {"decrypt-key", no_argument, NULL, OPTION_DECRYPT_KEY},
    {"from", required_argument, NULL, OPTION_FROM},
    {"to", required_argument, NULL, OPTION_TO},
    {"until", required_argument, NULL, OPTION_UNTIL},
    {"uses", required_argument, NULL, OPTION_USES},
    {"for", required_argument, NULL, OPTION_FOR},
    {"reason", required_argument, NULL, OPTION_REASON},
    {"remark", required_argument, NULL, OPTION_REMARK},
    {"all", no_argument, NULL, OPTION_ALL},
    {"remove", no_argument, NULL, OPTION_REMOVE},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

struct raw_options {
    const char *lang;
    const char *pin_fd;
    const char *password_fd;
};

static bool take_option(struct options *options, struct raw_options *raw, int id)
{
    struct {
        int id;
        const char **value;
    } const values[] = {
        {OPTION_HOME, &options->home},
        {OPTION_OUT, &options->out},
        {OPTION_CMS, &options->cms},
        {OPTION_SIGNATURE, &options->signature},
        {OPTION_CHAIN, &options->chain},
        {OPTION_KEY, &options->key},
        {OPTION_NAME, &options->device_name},
        {OPTION_WORK_NUMBER, &options->work_number},
        {OPTION_LANG, &raw->lang},
        {OPTION_PIN_FD, &raw->pin_fd},
        {OPTION_FROM, &options->from},
        {OPTION_TO, &options->to},
        {OPTION_UNTIL, &options->until},
        {OPTION_USES, &options->uses},
        {OPTION_FOR, &options->operations},
        {OPTION_REASON, &options->reason},
        {OPTION_REMARK, &options->remark},
        {OPTION_PASSWORD_FD, &raw->password_fd},
        {OPTION_PICTURE, &options->picture},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (values[i].id == id) {
            *values[i].value = optarg;
            return true;
        }
    }
    options->decrypt_key |= id == OPTION_DECRYPT_KEY;
    options->all |= id == OPTION_ALL;
    options->qr |= id == OPTION_QR;
    options->yes |= id == OPTION_YES;
    options->remove |= id == OPTION_REMOVE;
    options->help |= id == OPTION_HELP;
    return id == OPTION_DECRYPT_KEY || id == OPTION_ALL || id == OPTION_REMOVE || id == OPTION_QR ||
           id == OPTION_YES || id == OPTION_HELP;
}

static bool read_fd(int *fd, const char *text)
{
    *fd = -1;
    if (!text)
        return true;
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < 0 || number > 65535 || fcntl((int)number, F_GETFD) < 0)
        return false;
    *fd = (int)number;
    return true;
}

static bool take_fd(const struct options *options, int *fd, const char *name, const char *text)
{
    bool ok = read_fd(fd, text);
    if (!ok)
        say(stderr, options->language, TEXT_BAD_FD, name, NULL);
    return ok;
}

/* How many arguments a command takes besides the first. */
static int more_arguments(const char *command)
{
    if (command && strcmp(command, "request") == 0)
        return OPTIONS_MORE_MAX;
    if (command && strcmp(command, "authorizations") == 0)
        return 1;
    return command && strcmp(command, "devices") == 0 ? 2 : 0;
}

bool options_parse(struct options *options, int argc, char **argv)
{
    *options = (struct options){.pin_fd = -1, .password_fd = -1};
    struct raw_options raw = {NULL, NULL, NULL};
    bool ok = true;
    int id;
    opterr = 0;
    while ((id = getopt_long(argc, argv, "", known, NULL)) != -1)
        ok = take_option(options, &raw, id) && ok;
    int language = language_choose(raw.lang);
    options->language = language < 0 ? LANGUAGE_EN : (enum language)language;
    options->command = optind < argc ? argv[optind] : NULL;
    options->argument = optind + 1 < argc ? argv[optind + 1] : NULL;
    int more = more_arguments(options->command);
    for (int i = 0; i < more && optind + 2 + i < argc; i++)
        options->more[i] = argv[optind + 2 + i];
    if (!ok || optind + 2 + more < argc) {
        say(stderr, options->language, TEXT_UNKNOWN_COMMAND, NULL);
        return false;
    }
    if (language < 0) {
        say(stderr, options->language, TEXT_BAD_LANGUAGE, NULL);
        return false;
    }
    return take_fd(options, &options->pin_fd, "--pin-fd", raw.pin_fd) &&
           take_fd(options, &options->password_fd, "--password-fd", raw.password_fd);
}
