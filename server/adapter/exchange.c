/* SPDX-License-Identifier: Apache-2.0 */
#include "server/adapter/exchange.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/secret.h"
#include "server/metrics.h"
#include "server/worker.h"

#define HEADER_MAX (OUTSIDE_TOKEN_MAX + 64)

struct exchange {
    struct outside *outside;
    CURL *handle;
    atomic_bool stopped;
};

struct exchange *exchange_new(struct outside *outside)
{
    struct exchange *exchange = calloc(1, sizeof(*exchange));
    if (!exchange)
        return NULL;
    exchange->outside = outside;
    exchange->handle = curl_easy_init(); /* the first one makes libcurl ready, before there are threads */
    if (!exchange->handle) {
        free(exchange);
        return NULL;
    }
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    curl_easy_cleanup(exchange->handle);
    free(exchange);
}

void exchange_stop(struct exchange *exchange)
{
    atomic_store(&exchange->stopped, true);
}

struct outside *exchange_outside(const struct exchange *exchange)
{
    return exchange->outside;
}

static void headers_free(struct curl_slist **headers)
{
    for (struct curl_slist *line = *headers; line; line = line->next)
        secret_wipe(line->data, strlen(line->data)); /* one of them is the token */
    curl_slist_free_all(*headers);
}

/* libcurl copies the line; ours is wiped. */
static bool append(struct curl_slist **headers, const char *name, const char *value)
{
    char line[HEADER_MAX];
    int len = snprintf(line, sizeof(line), "%s: %s", name, value);
    struct curl_slist *longer =
        len > 0 && (size_t)len < sizeof(line) ? curl_slist_append(*headers, line) : NULL;
    secret_wipe(line, sizeof(line));
    if (longer)
        *headers = longer;
    return longer;
}

static bool set_headers(CURL *handle, struct curl_slist **headers, const char *token, const char *key)
{
    char bearer[OUTSIDE_TOKEN_MAX + sizeof("Bearer ")];
    (void)snprintf(bearer, sizeof(bearer), "Bearer %s", token);
    bool ok =
        append(headers, "Authorization", bearer) && append(headers, "Content-Type", "application/json") &&
        append(headers, "Accept", "application/json") && (!key || append(headers, "Idempotency-Key", key));
    secret_wipe(bearer, sizeof(bearer));
    /* Without a colon's other side libcurl leaves the header out: nobody is asked whether the body may come. */
    struct curl_slist *longer = ok ? curl_slist_append(*headers, "Expect:") : NULL;
    if (!longer)
        return false;
    *headers = longer;
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
}

/* Returning less than was given ends the transfer with CURLE_WRITE_ERROR. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct exchange_answer *answer = context;
    size_t len = size * count;
    if (len > EXCHANGE_ANSWER_MAX - answer->len)
        return 0;
    memcpy(answer->body + answer->len, data, len);
    answer->len += len;
    return len;
}

/* libcurl asks about once a second when nothing else happens. */
static int progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct exchange *exchange = context;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&exchange->stopped);
}

/* With authorities named, these alone: libcurl's own directory of the system's, which is beside the file and not instead of
 * it, is left out, too. */
static bool set_authorities(CURL *handle, struct bytes authorities)
{
    struct curl_blob pem = {
        .data = (void *)authorities.data, .len = authorities.len, .flags = CURL_BLOB_NOCOPY};
    return curl_easy_setopt(handle, CURLOPT_CAPATH, NULL) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CAINFO_BLOB, &pem) == CURLE_OK;
}

static bool set_trust(CURL *handle, const struct outside *outside, const char *url)
{
    struct bytes authorities = outside_authorities(outside);
    bool tls = strncmp(url, "https://", 8) == 0;
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (authorities.len == 0 || set_authorities(handle, authorities));
}

/* No proxy, whatever the environment says: the configuration says where things are. */
static bool set_transfer(struct exchange *exchange, const char *url, struct bytes body,
                         struct exchange_answer *answer)
{
    CURL *handle = exchange->handle;
    return curl_easy_setopt(handle, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)EXCHANGE_CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, outside_timeout_ms(exchange->outside)) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_USERAGENT, "hufu-server/" HUFU_VERSION) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_XFERINFODATA, exchange) == CURLE_OK;
}

static void read_head(CURL *handle, struct exchange_answer *answer)
{
    long status = 0;
    curl_off_t after = 0;
    if (curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        answer->status = (int)status;
    if (curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &after) == CURLE_OK && after > 0)
        answer->retry_after_s =
            after < EXCHANGE_RETRY_AFTER_MAX ? (uint32_t)after : (uint32_t)EXCHANGE_RETRY_AFTER_MAX;
}

static void fail(struct worker *worker, enum outside_service service, const char *event, const char *name,
                 const char *value)
{
    metrics_add(worker->metrics, METRICS_OUTSIDE_ERRORS, 1);
    log_event(LOG_WARNING, event, "request_id", worker->trace, "service", outside_service_names[service],
              name, value, NULL);
}

void exchange_refused(struct worker *worker, enum outside_service service, int status)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%d", status);
    fail(worker, service, "outside.refused", "status", text);
}

enum hufu_err exchange_post(struct worker *worker, const struct exchange_call *call,
                            struct exchange_answer *answer)
{
    struct exchange *exchange = worker->exchange;
    const struct outside *outside = exchange->outside;
    const char *url = outside_url(outside, call->service);
    memset(answer, 0, sizeof(*answer));
    if (!outside_offers(outside, call->service))
        return HUFU_ERR_STATE;
    __attribute__((cleanup(headers_free))) struct curl_slist *headers = NULL;
    bool ready = set_transfer(exchange, url, call->body, answer) &&
                 set_trust(exchange->handle, outside, url) &&
                 set_headers(exchange->handle, &headers, outside_token(outside, call->service), call->key);
    CURLcode code = ready ? curl_easy_perform(exchange->handle) : CURLE_OUT_OF_MEMORY;
    if (code == CURLE_OK)
        read_head(exchange->handle, answer);
    curl_easy_reset(exchange->handle); /* keeps the connection, and nothing that points here */
    if (code == CURLE_OK)
        return HUFU_OK;
    memset(answer, 0, sizeof(*answer));
    fail(worker, call->service, "outside.failed", "detail", curl_easy_strerror(code));
    return HUFU_ERR_AWAY;
}
