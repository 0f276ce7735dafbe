/* SPDX-License-Identifier: Apache-2.0 */
/* request: asking for an account, field by field or by what the command line says. */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "mobile-sdk/phone/file.h"
#include "mobile-sdk/phone/phone.h"

/* As the service names them; the last is a file. */
static const struct {
    const char *name;
    size_t offset; /* in struct hufu_account_request */
    bool needed;
} fields[] = {
    {"work_number", offsetof(struct hufu_account_request, work_number), true},
    {"name", offsetof(struct hufu_account_request, name), true},
    {"mobile", offsetof(struct hufu_account_request, mobile), true},
    {"organization", offsetof(struct hufu_account_request, organization), false},
    {"identity_kind", offsetof(struct hufu_account_request, identity_kind), false},
    {"identity_number", offsetof(struct hufu_account_request, identity_number), false},
    {"email", offsetof(struct hufu_account_request, email), false},
    {"department", offsetof(struct hufu_account_request, department), false},
    {"occupation", offsetof(struct hufu_account_request, occupation), false},
    {"country", offsetof(struct hufu_account_request, country), false},
    {"province", offsetof(struct hufu_account_request, province), false},
    {"city", offsetof(struct hufu_account_request, city), false},
    {"sex", offsetof(struct hufu_account_request, sex), false},
    {"remark", offsetof(struct hufu_account_request, remark), false},
};
#define FIELDS (sizeof(fields) / sizeof(fields[0]))
#define PICTURE_FIELD "seal_picture"

/* What was entered: personal. */
struct form {
    struct entry entries[FIELDS];
    struct entry picture_name;
    const char *picture_path; /* NULL or empty: none */
    struct hufu_account_request request;
};

static void form_wipe(struct form *form)
{
    explicit_bzero(form, sizeof(*form));
}

static void put(struct form *form, size_t i, const char *value)
{
    memcpy((char *)&form->request + fields[i].offset, &value, sizeof(value));
}

static void ask(const struct phone *phone, const char *name, bool needed, struct entry *entry)
{
    enum language language = phone->options.language;
    say(stdout, language, needed ? TEXT_REQUEST_NEEDED : TEXT_REQUEST_FIELD, text_of_field(language, name),
        NULL);
    (void)fflush(stdout);
    if (!entry_line(entry, STDIN_FILENO))
        entry_wipe(entry); /* left out */
}

static void ask_all(const struct phone *phone, struct form *form)
{
    say(stdout, phone->options.language, TEXT_REQUEST_ASK, NULL);
    for (size_t i = 0; i < FIELDS; i++) {
        ask(phone, fields[i].name, fields[i].needed, &form->entries[i]);
        put(form, i, form->entries[i].text);
    }
    ask(phone, PICTURE_FIELD, false, &form->picture_name);
    form->picture_path = form->picture_name.text;
}

/* NAME=VALUE; false after having said that it is none. */
static bool take(const struct phone *phone, struct form *form, const char *argument)
{
    size_t len = strcspn(argument, "=");
    for (size_t i = 0; i < FIELDS && argument[len]; i++) {
        if (strlen(fields[i].name) == len && strncmp(fields[i].name, argument, len) == 0) {
            put(form, i, argument + len + 1);
            return true;
        }
    }
    if (len == strlen(PICTURE_FIELD) && argument[len] && strncmp(argument, PICTURE_FIELD, len) == 0) {
        form->picture_path = argument + len + 1;
        return true;
    }
    say(stderr, phone->options.language, TEXT_REQUEST_UNKNOWN, argument, NULL);
    return false;
}

static bool take_all(const struct phone *phone, struct form *form)
{
    const struct options *options = &phone->options;
    bool ok = take(phone, form, options->argument);
    for (size_t i = 0; ok && i < OPTIONS_MORE_MAX && options->more[i]; i++)
        ok = take(phone, form, options->more[i]);
    return ok;
}

/* Before a code is sent, which may be had once a minute. False after having said what is missing. */
static bool is_complete(const struct phone *phone, const struct form *form)
{
    enum language language = phone->options.language;
    for (size_t i = 0; i < FIELDS; i++) {
        const char *value;
        memcpy(&value, (const char *)&form->request + fields[i].offset, sizeof(value));
        if (fields[i].needed && (!value || !value[0])) {
            say(stderr, language, TEXT_REQUEST_MISSING, text_of_field(language, fields[i].name), NULL);
            return false;
        }
    }
    return true;
}

static enum exit_status send_form(const struct phone *phone, const struct form *form)
{
    ENTRY_WIPED struct entry code = {.len = 0};
    enum hufu_result result = hufu_account_request_code(phone->hufu, form->request.mobile);
    if (result)
        return phone_end(phone, result);
    say(stderr, phone->options.language, TEXT_CODE_SENT, NULL);
    if (!entry_password(&code, &phone->options, TEXT_ASK_CODE))
        return EXIT_USAGE;
    result = hufu_account_request(phone->hufu, &form->request, code.text);
    if (!result)
        say(stdout, phone->options.language, TEXT_REQUEST_RECEIVED, NULL);
    return phone_end(phone, result);
}

static enum exit_status tell_state(const struct phone *phone)
{
    enum language language = phone->options.language;
    struct hufu_account_request_state state;
    enum hufu_result result = hufu_account_request_state(phone->hufu, &state);
    if (result)
        return phone_end(phone, result);
    say(stdout, language, TEXT_REQUEST_STATE, text_of_state(language, state.state), NULL);
    if (state.refusal[0])
        say(stdout, language, TEXT_REQUEST_REFUSAL, state.refusal, NULL);
    return EXIT_DONE;
}

enum exit_status command_request(struct phone *phone)
{
    __attribute__((cleanup(form_wipe))) struct form form = {.picture_path = NULL};
    FILE_BYTES_FREED struct file_bytes picture = {.len = 0};
    const char *argument = phone->options.argument;
    if (argument && strcmp(argument, "state") == 0)
        return tell_state(phone);
    if (!argument)
        ask_all(phone, &form);
    else if (!take_all(phone, &form))
        return EXIT_USAGE;
    if (form.picture_path && form.picture_path[0]) {
        if (!file_read(&picture, &phone->options, form.picture_path))
            return EXIT_USAGE;
        form.request.seal_picture = picture.data;
        form.request.seal_picture_len = picture.len;
    }
    return is_complete(phone, &form) ? send_form(phone, &form) : EXIT_USAGE;
}
