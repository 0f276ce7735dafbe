/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"
#include "server/cli/answer.h"
#include "server/cli/arguments.h"

#define IMPORT_BYTES_MAX ((size_t)65536) /* what the service takes in one file */

/* A file of people's numbers: wiped when it was sent. */
struct import_file {
    size_t len;
    uint8_t data[IMPORT_BYTES_MAX + 1];
    char text[BASE64URL_TEXT_SIZE(IMPORT_BYTES_MAX)];
};

static void release_file(struct import_file **file)
{
    if (*file)
        secret_wipe(*file, sizeof(**file));
    free(*file);
}

static void close_stream(FILE **stream)
{
    if (*stream)
        (void)fclose(*stream);
}

static bool read_file(const struct cli *cli, const char *path, struct import_file *file)
{
    __attribute__((cleanup(close_stream))) FILE *stream = fopen(path, "re");
    file->len = stream ? fread(file->data, 1, sizeof(file->data), stream) : 0;
    if (!stream || ferror(stream)) {
        complain(cli->language, MESSAGE_FILE_UNREADABLE, path);
        return false;
    }
    if (file->len > IMPORT_BYTES_MAX) {
        complain(cli->language, MESSAGE_FILE_TOO_LARGE, path, IMPORT_BYTES_MAX);
        return false;
    }
    base64url_encode(file->text, sizeof(file->text), bytes_of(file->data, file->len));
    return true;
}

/* A line for each, to be handed out: work number, activation code, until when. */
static void print_users(const struct cli *cli, const json_t *answer)
{
    size_t index;
    const json_t *user, *users = json_object_get(answer, "users");
    json_array_foreach(users, index, user)
    {
        char number[128];
        text_clean(number, sizeof(number), answer_text(user, NULL, "work_number"));
        (void)printf("%s\t%s\t%s\n", number, answer_text(user, "activation", "text"),
                     answer_text(user, "activation", "expires_at"));
    }
    say(cli->language, MESSAGE_IMPORTED, json_array_size(users));
}

enum cli_exit user_import(const struct cli *cli, int argc, char **argv)
{
    const char *project = NULL, *path = NULL;
    ANSWER_OWNED json_t *answer = NULL;
    const struct option_spec options[] = {{.name = "--project", .value = &project, .required = true},
                                          {.name = NULL}};
    if (!arguments_parse(cli, options, argc, argv, &path, 1))
        return CLI_USAGE;
    __attribute__((cleanup(release_file))) struct import_file *file = calloc(1, sizeof(*file));
    if (!file || !read_file(cli, path, file))
        return CLI_USAGE;
    json_t *body = json_pack("{ss, ss}", "project", project, "csv", file->text);
    enum cli_exit done = client_call(cli, "POST", "/admin/v1/users/csv", body, &answer);
    if (done == CLI_DONE && !answer_print_json(cli, answer))
        print_users(cli, answer);
    return done;
}
