/* SPDX-License-Identifier: Apache-2.0 */
#include "server/cli/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli/table.h"

#define CONNECT_TIMEOUT_SECONDS 5L
#define TIMEOUT_SECONDS 60L

struct received {
    char *data;
    size_t len;
};

static void release_received(struct received *received)
{
    free(received->data);
}

static void release_headers(struct curl_slist **headers)
{
    curl_slist_free_all(*headers);
}

static void release_curl(CURL **curl)
{
    if (*curl)
        curl_easy_cleanup(*curl);
}

static void release_text(char **text)
{
    free(*text);
}

static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct received *received = context;
    size_t len = size * count;
    if (len > CLIENT_ANSWER_MAX - received->len)
        return 0;
    char *grown = realloc(received->data, received->len + len + 1);
    if (!grown)
        return 0;
    memcpy(grown + received->len, data, len);
    received->data = grown;
    received->len += len;
    return len;
}

static void set_options(CURL *curl, const struct cli *cli, const char *method, const char *url,
                        const struct curl_slist *headers, const char *body)
{
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, cli->socket);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    (void)curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (!body)
        return;
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
}

/* The status, or 0 when nobody answered. */
static long perform(const struct cli *cli, const char *method, const char *path, const char *body,
                    struct received *received)
{
    char url[CLIENT_PATH_MAX + 32];
    long status = 0;
    __attribute__((cleanup(release_headers))) struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/json");
    __attribute__((cleanup(release_curl))) CURL *curl = curl_easy_init();
    if (!curl || !headers)
        return 0;
    (void)snprintf(url, sizeof(url), "http://localhost%s", path);
    set_options(curl, cli, method, url, headers, body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, received);
    if (curl_easy_perform(curl) != CURLE_OK)
        return 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* What is wrong with a file that was sent, line by line. */
static void tell_lines(const struct cli *cli, const json_t *errors)
{
    size_t index;
    const json_t *error;
    json_array_foreach(errors, index, error)
    {
        const char *field = json_string_value(json_object_get(error, "field"));
        const char *reason = json_string_value(json_object_get(error, "reason"));
        char clean[128];
        text_clean(clean, sizeof(clean), field ? field : "");
        complain(cli->language, MESSAGE_LINE, (long long)json_integer_value(json_object_get(error, "line")),
                 clean, reason ? reason : "");
    }
}

static enum cli_exit tell_problem(const struct cli *cli, long status, const json_t *problem)
{
    const char *slug = json_string_value(json_object_get(problem, "message_key"));
    const char *text = slug ? catalogue_problem(cli->language, slug) : NULL;
    const char *field = json_string_value(json_object_get(problem, "field"));
    const char *request_id = json_string_value(json_object_get(problem, "request_id"));
    const char *state = json_string_value(json_object_get(problem, "state"));
    const json_t *limit = json_object_get(problem, "limit");
    if (cli->json && problem && json_dumpf(problem, stderr, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0)
        (void)fputc('\n', stderr);
    if (!slug) {
        complain(cli->language, MESSAGE_NOT_UNDERSTOOD);
        return CLI_REFUSED;
    }
    complain(cli->language, MESSAGE_REFUSED, text ? text : slug);
    if (field)
        complain(cli->language, MESSAGE_FIELD, field);
    if (json_is_integer(limit))
        complain(cli->language, MESSAGE_LIMIT, (long long)json_integer_value(limit));
    if (state)
        complain(cli->language, MESSAGE_STATE, catalogue_word(cli->language, NULL, state));
    tell_lines(cli, json_object_get(problem, "errors"));
    if (request_id && status >= 500)
        complain(cli->language, MESSAGE_REQUEST_ID, request_id);
    return status == 503 ? CLI_AWAY : CLI_REFUSED;
}

static enum cli_exit take_answer(const struct cli *cli, long status, const struct received *received,
                                 json_t **answer)
{
    json_t *value =
        received->len > 0 ? json_loadb(received->data, received->len, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (status >= 200 && status < 300 && (value || received->len == 0)) {
        *answer = value;
        return CLI_DONE;
    }
    enum cli_exit told = tell_problem(cli, status, value);
    json_decref(value);
    return told;
}

enum cli_exit client_call(const struct cli *cli, const char *method, const char *path, json_t *body,
                          json_t **answer)
{
    __attribute__((cleanup(release_received))) struct received received = {0};
    __attribute__((cleanup(release_text))) char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    bool lost = body && !text; /* not UTF-8, or no memory */
    json_decref(body);
    *answer = NULL;
    if (lost) {
        complain(cli->language, MESSAGE_REFUSED, catalogue_problem(cli->language, "bad-field"));
        return CLI_USAGE;
    }
    long status = perform(cli, method, path, text, &received);
    if (status != 0)
        return take_answer(cli, status, &received, answer);
    complain(cli->language, MESSAGE_AWAY, cli->socket);
    return CLI_AWAY;
}

static bool append_escaped(char path[CLIENT_PATH_MAX], const char *before, const char *value,
                           const char *after)
{
    size_t len = strlen(path);
    char *escaped = curl_easy_escape(NULL, value, 0);
    if (!escaped)
        return false;
    int written = snprintf(path + len, CLIENT_PATH_MAX - len, "%s%s%s", before, escaped, after);
    curl_free(escaped);
    return written >= 0 && (size_t)written < CLIENT_PATH_MAX - len;
}

bool client_add_query(char path[CLIENT_PATH_MAX], const char *name, const char *value)
{
    char before[64];
    if (!value)
        return true;
    (void)snprintf(before, sizeof(before), "%c%s=", strchr(path, '?') ? '&' : '?', name);
    return append_escaped(path, before, value, "");
}

bool client_make_path(char path[CLIENT_PATH_MAX], const char *prefix, const char *id, const char *suffix)
{
    path[0] = '\0';
    return append_escaped(path, prefix, id, suffix);
}
