/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/answer.h"

#include <stdio.h>

void answer_release(json_t **answer)
{
    json_decref(*answer);
}

bool answer_print_json(const struct cli *cli, const json_t *answer)
{
    if (!cli->json)
        return false;
    if (answer)
        (void)json_dumpf(answer, stdout, JSON_INDENT(2));
    (void)fputc('\n', stdout);
    return true;
}

const char *answer_text(const json_t *answer, const char *outer, const char *name)
{
    const char *text =
        json_string_value(json_object_get(outer ? json_object_get(answer, outer) : answer, name));
    return text ? text : "";
}

static bool append_page(json_t *all, const json_t *answer, const char *list)
{
    json_t *page = json_object_get(answer, list);
    return json_is_array(page) && json_array_extend(all, page) == 0;
}

static enum cli_exit fetch_all(const struct cli *cli, const char *path, const char *list, json_t *all)
{
    char page_path[CLIENT_PATH_MAX], cursor[CLIENT_PATH_MAX / 2] = "";
    do {
        ANSWER_OWNED json_t *answer = NULL;
        (void)snprintf(page_path, sizeof(page_path), "%s", path);
        if (!client_add_query(page_path, "cursor", cursor[0] ? cursor : NULL)) {
            complain(cli->language, MESSAGE_ARGUMENT_COUNT);
            return CLI_USAGE;
        }
        enum cli_exit done = client_call(cli, "GET", page_path, NULL, &answer);
        if (done != CLI_DONE)
            return done;
        if (!append_page(all, answer, list)) {
            complain(cli->language, MESSAGE_NOT_UNDERSTOOD);
            return CLI_REFUSED;
        }
        (void)snprintf(cursor, sizeof(cursor), "%s", answer_text(answer, NULL, "next_cursor"));
    } while (cursor[0]);
    return CLI_DONE;
}

enum cli_exit answer_print_list(const struct cli *cli, char path[CLIENT_PATH_MAX], const char *list,
                                const struct table_column *columns, size_t column_count)
{
    ANSWER_OWNED json_t *all = json_array();
    enum cli_exit done = fetch_all(cli, path, list, all);
    if (done != CLI_DONE)
        return done;
    if (answer_print_json(cli, all))
        return CLI_DONE;
    if (json_array_size(all) == 0)
        say(cli->language, MESSAGE_NOTHING);
    else
        table_print(stdout, cli->language, columns, column_count, list, all, true);
    return CLI_DONE;
}

bool answer_take_path(const struct cli *cli, const struct option_spec *options, int argc, char **argv,
                      const char *prefix, const char *suffix, char path[CLIENT_PATH_MAX])
{
    const char *id = NULL;
    if (!arguments_parse(cli, options, argc, argv, &id, 1))
        return false;
    if (client_make_path(path, prefix, id, suffix))
        return true;
    complain(cli->language, MESSAGE_ARGUMENT_COUNT);
    return false;
}

enum cli_exit answer_do(const struct cli *cli, int argc, char **argv, const char *prefix, const char *suffix,
                        enum message message)
{
    static const struct option_spec none[] = {{.name = NULL}};
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    if (!answer_take_path(cli, none, argc, argv, prefix, suffix, path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "POST", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        say(cli->language, message);
    return done;
}

#define VALUE_SIZE 1024

/* A value as a command takes it: an array's texts with commas between them. */
static void value_text(char text[VALUE_SIZE], const json_t *value)
{
    size_t index, len = 0;
    const json_t *each;
    text[0] = '\0';
    if (json_is_string(value))
        text_clean(text, VALUE_SIZE, json_string_value(value));
    else if (json_is_integer(value))
        (void)snprintf(text, VALUE_SIZE, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(text, VALUE_SIZE, "%s", json_is_true(value) ? "true" : "false");
    json_array_foreach(value, index, each)
    {
        const char *name = json_string_value(each);
        len +=
            (size_t)snprintf(text + len, VALUE_SIZE - len, "%s%s", index > 0 ? "," : "", name ? name : "?");
        if (len >= VALUE_SIZE)
            return;
    }
}

static void print_members(const char *prefix, json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        char text[VALUE_SIZE];
        if (json_is_object(value) && prefix[0] == '\0') {
            (void)snprintf(text, sizeof(text), "%s.", name);
            print_members(text, value);
            continue;
        }
        value_text(text, value);
        (void)printf("%s%s=%s\n", prefix, name, text);
    }
}

void answer_print_members(json_t *object)
{
    print_members("", object);
}

enum cli_exit answer_show(const struct cli *cli, int argc, char **argv, const char *prefix, const char *name)
{
    static const struct option_spec none[] = {{.name = NULL}};
    char path[CLIENT_PATH_MAX];
    ANSWER_OWNED json_t *answer = NULL;
    if (!answer_take_path(cli, none, argc, argv, prefix, "", path))
        return CLI_USAGE;
    enum cli_exit done = client_call(cli, "GET", path, NULL, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        answer_print_members(json_object_get(answer, name));
    return done;
}
