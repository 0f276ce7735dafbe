/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/cli/answer.h"
#include "server/cli/arguments.h"

#define FOLLOW_SECONDS 1
#define LINES_DEFAULT "20"

struct tail {
    const char *project, *lines;
    bool follow;
    char after[CLIENT_PATH_MAX / 2]; /* behind the last event shown; "" before the first page */
};

static bool is_line_count(const char *text)
{
    char *end = NULL;
    long lines = strtol(text, &end, 10);
    return end != text && *end == '\0' && lines >= 1 && lines <= 500;
}

static void print_events(const struct cli *cli, const json_t *events, bool heading)
{
    static const struct table_column columns[] = {
        {MESSAGE_COLUMN_TIME, "time"},     {MESSAGE_COLUMN_ACTOR, "actor"},
        {MESSAGE_COLUMN_ACTION, "action"}, {MESSAGE_COLUMN_OUTCOME, "outcome"},
        {MESSAGE_COLUMN_ID, "key_id"},     {MESSAGE_COLUMN_DETAIL, "detail"},
    };
    size_t index;
    json_t *event;
    if (!cli->json) {
        table_print(stdout, cli->language, columns, sizeof(columns) / sizeof(columns[0]), "events", events,
                    heading);
        return;
    }
    json_array_foreach(events, index, event)
    {
        (void)json_dumpf(event, stdout, JSON_COMPACT);
        (void)fputc('\n', stdout);
    }
}

static enum cli_exit show_page(const struct cli *cli, struct tail *tail)
{
    char path[CLIENT_PATH_MAX] = "/admin/v1/audit-events";
    bool first = tail->after[0] == '\0';
    ANSWER_OWNED json_t *answer = NULL;
    if (!client_add_query(path, "project", tail->project) || !client_add_query(path, "limit", tail->lines) ||
        !client_add_query(path, "after", first ? NULL : tail->after)) {
        complain(cli->language, MESSAGE_ARGUMENT_COUNT);
        return CLI_USAGE;
    }
    enum cli_exit done = client_call(cli, "GET", path, NULL, &answer);
    if (done != CLI_DONE)
        return done;
    const json_t *events = json_object_get(answer, "events");
    if (!json_is_array(events)) {
        complain(cli->language, MESSAGE_NOT_UNDERSTOOD);
        return CLI_REFUSED;
    }
    if (json_array_size(events) > 0)
        print_events(cli, events, first);
    (void)fflush(stdout);
    (void)snprintf(tail->after, sizeof(tail->after), "%s", answer_text(answer, NULL, "next_after"));
    return CLI_DONE;
}

enum cli_exit audit_tail(const struct cli *cli, int argc, char **argv)
{
    struct tail tail = {.lines = LINES_DEFAULT};
    const struct option_spec options[] = {
        {.name = "--project", .value = &tail.project},
        {.name = "-n", .value = &tail.lines},
        {.name = "--follow", .flag = &tail.follow},
        {.name = NULL},
    };
    if (!arguments_parse(cli, options, argc, argv, NULL, 0))
        return CLI_USAGE;
    if (!is_line_count(tail.lines)) {
        complain(cli->language, MESSAGE_NOT_A_NUMBER, "-n");
        return CLI_USAGE;
    }
    enum cli_exit done = show_page(cli, &tail);
    while (done == CLI_DONE && tail.follow) {
        (void)sleep(FOLLOW_SECONDS);
        done = show_page(cli, &tail);
    }
    return done;
}
