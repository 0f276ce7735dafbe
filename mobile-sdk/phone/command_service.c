/* SPDX-License-Identifier: Apache-2.0 */
/* service and organizations: choosing, on a phone that is nobody's yet. */
#include <unistd.h>

#include "mobile-sdk/phone/phone.h"

#define PAGE 100

enum exit_status command_service(struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    const char *text = NULL;
    struct hufu_project project;
    struct hufu_about about;
    if (!phone_take_code(phone, &line, &text))
        return phone_end(phone, HUFU_RESULT_CODE_FORM);
    enum hufu_result result = text ? hufu_service_from_text(phone->hufu, text) : HUFU_RESULT_OK;
    if (!result)
        result = hufu_project(phone->hufu, &project);
    if (!result)
        result = hufu_about(phone->hufu, &about);
    if (result)
        return phone_end(phone, result);
    say(stdout, phone->options.language, TEXT_PROJECT, project.name, about.address, NULL);
    if (project.takes_requests)
        say(stdout, phone->options.language, TEXT_PROJECT_REQUESTS, NULL);
    if (project.lists_organizations)
        say(stdout, phone->options.language, TEXT_PROJECT_ORGANIZATIONS, NULL);
    return EXIT_DONE;
}

enum exit_status command_organizations(struct phone *phone)
{
    static struct hufu_organization organizations[PAGE];
    struct hufu_organization_query query = {.cursor = ""};
    enum hufu_result result;
    size_t count, all = 0;
    do {
        result = hufu_organizations(phone->hufu, &query, organizations, PAGE, &count);
        for (size_t i = 0; i < count; i++) {
            char id[HUFU_ID_TEXT_SIZE];
            hufu_id_format(id, &organizations[i].id);
            say(stdout, phone->options.language, TEXT_ORGANIZATION_LINE, id, organizations[i].name, NULL);
        }
        all += count;
    } while (!result && query.cursor[0]);
    if (!result && all == 0)
        say(stdout, phone->options.language, TEXT_ORGANIZATION_NONE, NULL);
    return phone_end(phone, result);
}

/* Only where there is a service to take the answer to. */
static enum hufu_result ask_work_number(const struct phone *phone, struct entry *line)
{
    struct hufu_project project;
    enum hufu_result result = hufu_project(phone->hufu, &project);
    if (result)
        return result;
    say(stdout, phone->options.language, TEXT_ASK_WORK_NUMBER, NULL);
    (void)fflush(stdout);
    return entry_line(line, STDIN_FILENO) ? HUFU_RESULT_OK : HUFU_RESULT_ARGUMENT;
}

enum exit_status phone_ask_user(const struct phone *phone)
{
    ENTRY_WIPED struct entry line = {.len = 0};
    const char *work_number = phone->options.work_number;
    struct hufu_account account;
    if (!work_number && hufu_account(phone->hufu, &account) == HUFU_RESULT_OK)
        return EXIT_DONE;
    enum hufu_result result = work_number ? HUFU_RESULT_OK : ask_work_number(phone, &line);
    if (!result)
        result = hufu_user(phone->hufu, work_number ? work_number : line.text);
    if (result != HUFU_RESULT_ARGUMENT)
        return phone_end(phone, result);
    say(stderr, phone->options.language, TEXT_BAD_WORK_NUMBER, NULL);
    return EXIT_USAGE;
}
