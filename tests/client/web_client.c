/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/web_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "tests/client/dpop.h"

#define TIMEOUT_SECONDS 60L
#define URL_MAX 512
#define PROBLEM_PREFIX "urn:hufu:problem:"

struct web_client {
    CURL *curl;
    char url[URL_MAX];
    char certificate[URL_MAX];
    char unix_socket[URL_MAX];
    char token[128];
    const struct device_key *key;
    char pin[80];
};

static void global_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void copy_text(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%s", text ? text : "");
}

struct web_client *web_client_new(const char *url, const char *certificate, const char *unix_socket)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, global_init);
    struct web_client *client = calloc(1, sizeof(*client));
    if (!client)
        return NULL;
    client->curl = curl_easy_init();
    copy_text(client->url, sizeof(client->url), url);
    copy_text(client->certificate, sizeof(client->certificate), certificate);
    copy_text(client->unix_socket, sizeof(client->unix_socket), unix_socket);
    if (!client->curl) {
        free(client);
        return NULL;
    }
    return client;
}

void web_client_free(struct web_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->curl);
    free(client);
}

void web_client_authorize(struct web_client *client, const char *token)
{
    copy_text(client->token, sizeof(client->token), token);
}

void web_client_prove(struct web_client *client, const struct device_key *key)
{
    client->key = key;
}

const char *web_client_url(const struct web_client *client)
{
    return client->url;
}

void web_client_pin(struct web_client *client, const uint8_t pin[32])
{
    client->pin[0] = 0;
    if (!pin)
        return;
    /* libcurl wants the padded alphabet with + and /. */
    char text[BASE64URL_TEXT_SIZE(32)];
    base64url_encode(text, sizeof(text), bytes_of(pin, 32));
    for (char *c = text; *c; c++)
        *c = (char)(*c == '-' ? '+' : *c == '_' ? '/' : *c);
    (void)snprintf(client->pin, sizeof(client->pin), "sha256//%s=", text);
}

void web_answer_done(struct web_answer *answer)
{
    free(answer->body);
    json_decref(answer->json);
    *answer = (struct web_answer){0};
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct web_answer *answer = context;
    size_t len = size * count;
    char *body = realloc(answer->body, answer->len + len + 1);
    if (!body)
        return 0;
    memcpy(body + answer->len, data, len);
    body[answer->len + len] = 0;
    answer->body = body;
    answer->len += len;
    return len;
}

/* The value of a header line when it is the one named, without the space around it. */
static bool header_is(char *value, size_t size, const char *line, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    if (len <= name_len || strncasecmp(line, name, name_len) != 0 || line[name_len] != ':')
        return false;
    size_t from = name_len + 1;
    while (from < len && line[from] == ' ')
        from++;
    while (len > from && (line[len - 1] == '\r' || line[len - 1] == '\n' || line[len - 1] == ' '))
        len--;
    (void)snprintf(value, size, "%.*s", (int)(len - from), line + from);
    return true;
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    struct web_answer *answer = context;
    char number[32];
    size_t len = size * count;
    (void)header_is(answer->content_type, sizeof(answer->content_type), data, len, "Content-Type");
    (void)header_is(answer->request_id, sizeof(answer->request_id), data, len, "X-Request-Id");
    if (header_is(number, sizeof(number), data, len, "Retry-After"))
        answer->retry_after = strtol(number, NULL, 10);
    return len;
}

static void set_where(struct web_client *client, const char *path)
{
    char url[2 * URL_MAX];
    (void)snprintf(url, sizeof(url), "%s%s", client->url, path);
    (void)curl_easy_setopt(client->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(client->curl, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(client->curl, CURLOPT_NOPROXY, "*");
    (void)curl_easy_setopt(client->curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(client->curl, CURLOPT_TIMEOUT, TIMEOUT_SECONDS);
    (void)curl_easy_setopt(client->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (client->certificate[0])
        (void)curl_easy_setopt(client->curl, CURLOPT_CAINFO, client->certificate);
    if (client->unix_socket[0])
        (void)curl_easy_setopt(client->curl, CURLOPT_UNIX_SOCKET_PATH, client->unix_socket);
    if (client->pin[0])
        (void)curl_easy_setopt(client->curl, CURLOPT_PINNEDPUBLICKEY, client->pin);
}

static struct curl_slist *add_credentials(struct curl_slist *list, const struct web_client *client,
                                          const char *method, const char *path)
{
    char line[DPOP_PROOF_MAX + 8], proof[DPOP_PROOF_MAX], url[2 * URL_MAX];
    (void)snprintf(line, sizeof(line), "Authorization: DPoP %s", client->token);
    list = curl_slist_append(list, line);
    (void)snprintf(url, sizeof(url), "%s%s", client->url, path);
    if (!client->key || dpop_proof(proof, client->key, method, url, client->token))
        return list;
    (void)snprintf(line, sizeof(line), "DPoP: %s", proof);
    return curl_slist_append(list, line);
}

static struct curl_slist *headers_of(const struct web_client *client, const char *method, const char *path,
                                     const char *content_type)
{
    char line[160];
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no waiting for 100 Continue */
    (void)snprintf(line, sizeof(line), "Content-Type:%s%s", content_type ? " " : "",
                   content_type ? content_type : "");
    list = curl_slist_append(list, line);
    return client->token[0] ? add_credentials(list, client, method, path) : list;
}

static void set_content(CURL *curl, struct curl_slist *headers, const char *method, struct bytes body)
{
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    if (strcmp(method, "HEAD") == 0)
        (void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    if (!body.data && strcmp(method, "POST") != 0)
        return;
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data ? (const char *)body.data : "");
}

enum hufu_err web_call_raw(struct web_client *client, struct web_answer *answer, const char *method,
                           const char *path, const char *content_type, struct bytes body)
{
    web_answer_done(answer);
    answer->retry_after = -1;
    CURL *curl = client->curl;
    curl_easy_reset(curl); /* keeps the connection */
    set_where(client, path);
    struct curl_slist *headers = headers_of(client, method, path, content_type);
    set_content(curl, headers, method, body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return HUFU_ERR_AWAY;
    if (strstr(answer->content_type, "json"))
        answer->json = json_loadb(answer->body ? answer->body : "", answer->len, 0, NULL);
    return HUFU_OK;
}

enum hufu_err web_call(struct web_client *client, struct web_answer *answer, const char *method,
                       const char *path, json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    struct bytes content = text ? bytes_of_text(text) : (struct bytes){NULL, 0};
    enum hufu_err err = web_call_raw(client, answer, method, path, text ? "application/json" : NULL, content);
    free(text);
    return err;
}

const char *web_answer_text(const struct web_answer *answer, const char *name)
{
    const char *text = json_string_value(json_object_get(answer->json, name));
    return text ? text : "";
}

json_int_t web_answer_integer(const struct web_answer *answer, const char *name)
{
    const json_t *value = json_object_get(answer->json, name);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

const char *web_answer_problem(const struct web_answer *answer)
{
    const char *type = web_answer_text(answer, "type");
    size_t prefix = strlen(PROBLEM_PREFIX);
    bool problem = strncmp(answer->content_type, "application/problem+json", 24) == 0;
    return problem && strncmp(type, PROBLEM_PREFIX, prefix) == 0 ? type + prefix : "";
}

enum hufu_err web_answer_bytes(const struct web_answer *answer, const char *name, struct buf *out)
{
    const char *text = json_string_value(json_object_get(answer->json, name));
    return text ? base64url_decode(out, text) : HUFU_ERR_FORM;
}

json_t *web_json_bytes(struct bytes value)
{
    char *text = malloc(BASE64URL_TEXT_SIZE(value.len));
    if (!text)
        return NULL;
    base64url_encode(text, BASE64URL_TEXT_SIZE(value.len), value);
    json_t *json = json_string(text);
    free(text);
    return json;
}
