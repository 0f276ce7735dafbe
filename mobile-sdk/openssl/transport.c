/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP by libcurl. A handle for each request: a phone sends few, and a connection that was kept is one that was cut. */
#include <curl/curl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "mobile-sdk/openssl/hufu_openssl.h"

#define CONNECT_TIMEOUT_MS 10000L
#define TOTAL_TIMEOUT_MS 30000L
#define HEADER_LINE_SIZE (sizeof("Authorization: ") + HUFU_DPOP_MAX)
#define RETRY_AFTER_MAX 3600
#define URL_MAX 1024
#define PIN_TEXT_SIZE 64 /* "sha256//" and 44 characters of base64 */

static void handle_free(CURL **handle)
{
    curl_easy_cleanup(*handle);
}

static void headers_free(struct curl_slist **headers)
{
    for (struct curl_slist *line = *headers; line; line = line->next)
        OPENSSL_cleanse(line->data, strlen(line->data)); /* one of them is the session */
    curl_slist_free_all(*headers);
}

/* Returning less than was given ends the transfer with CURLE_WRITE_ERROR. */
static size_t receive(char *data, size_t size, size_t count, void *context)
{
    struct hufu_http_answer *answer = context;
    size_t len = size * count;
    if (len > answer->body_cap - answer->body_len) {
        answer->body_len = answer->body_cap + 1;
        return 0;
    }
    memcpy(answer->body + answer->body_len, data, len);
    answer->body_len += len;
    return len;
}

static bool append(struct curl_slist **headers, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*headers, line);
    if (longer)
        *headers = longer;
    return longer;
}

static bool append_header(struct curl_slist **headers, const char *name, const char *value)
{
    char line[HEADER_LINE_SIZE];
    int len = snprintf(line, sizeof(line), "%s: %s", name, value);
    bool ok = len > 0 && (size_t)len < sizeof(line) && append(headers, line);
    OPENSSL_cleanse(line, sizeof(line));
    return ok;
}

/* libcurl copies the lines; the copy of the token is its own to free. */
static bool set_headers(CURL *handle, struct curl_slist **headers, const struct hufu_http_request *request)
{
    bool ok =
        append(headers, "Accept: application/json, application/problem+json") && append(headers, "Expect:");
    if (request->body)
        ok = ok && append(headers, "Content-Type: application/json");
    if (request->authorization)
        ok = ok && append_header(headers, "Authorization", request->authorization);
    if (request->dpop)
        ok = ok && append_header(headers, "DPoP", request->dpop);
    return ok && curl_easy_setopt(handle, CURLOPT_HTTPHEADER, *headers) == CURLE_OK;
}

/* The pin replaces the authorities: the certificate may then be anybody's, the key may not. */
static bool set_trust(CURL *handle, const struct hufu_http_request *request)
{
    bool tls = strncmp(request->url, "https://", 8) == 0;
    bool ok = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http") == CURLE_OK &&
              curl_easy_setopt(handle, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
    if (!tls)
        return ok && curl_easy_setopt(handle, CURLOPT_NOPROXY, "*") == CURLE_OK;
    if (!request->tls_pin)
        return ok;
    char pin[PIN_TEXT_SIZE] = "sha256//";
    (void)EVP_EncodeBlock((unsigned char *)pin + strlen(pin), request->tls_pin, HUFU_HASH_SIZE);
    return ok && curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, pin) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L) == CURLE_OK;
}

/* The method is named last: what the options before it would choose is only how a body travels. */
static bool set_body(CURL *handle, const struct hufu_http_request *request)
{
    if (!request->body)
        return curl_easy_setopt(handle, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
               curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
    return curl_easy_setopt(handle, CURLOPT_POST, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK;
}

static bool set_transfer(CURL *handle, const struct hufu_http_request *request,
                         struct hufu_http_answer *answer)
{
    return curl_easy_setopt(handle, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, TOTAL_TIMEOUT_MS) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_USERAGENT, "libhufu/" HUFU_VERSION) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static enum hufu_result result_of_curl(CURLcode code, const struct hufu_http_answer *answer)
{
    if (code == CURLE_OK)
        return HUFU_RESULT_OK;
    if (code == CURLE_WRITE_ERROR && answer->body_len > answer->body_cap)
        return HUFU_RESULT_LIMIT;
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH || code == CURLE_PEER_FAILED_VERIFICATION)
        return HUFU_RESULT_IDENTITY;
    return code == CURLE_OUT_OF_MEMORY ? HUFU_RESULT_PLATFORM : HUFU_RESULT_AWAY;
}

/* The address of a request may have a query, that of a service may not. */
static bool is_allowed(const char *url)
{
    char address[URL_MAX];
    int len = snprintf(address, sizeof(address), "%.*s", (int)strcspn(url, "?"), url);
    return len > 0 && (size_t)len < sizeof(address) && hufu_address_allowed(address);
}

static enum hufu_result request_by_curl(void *context, const struct hufu_http_request *request,
                                        struct hufu_http_answer *answer)
{
    (void)context;
    answer->body_len = 0;
    if (!is_allowed(request->url))
        return HUFU_RESULT_ADDRESS;
    __attribute__((cleanup(headers_free))) struct curl_slist *headers = NULL;
    __attribute__((cleanup(handle_free))) CURL *handle = curl_easy_init();
    if (!handle || !set_transfer(handle, request, answer) || !set_trust(handle, request) ||
        !set_body(handle, request) || !set_headers(handle, &headers, request))
        return HUFU_RESULT_PLATFORM;
    enum hufu_result result = result_of_curl(curl_easy_perform(handle), answer);
    long status = 0;
    curl_off_t retry_after = 0;
    if (!result && curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK)
        answer->status = (int)status;
    if (!result && curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
        retry_after > 0)
        answer->retry_after_s = retry_after < RETRY_AFTER_MAX ? (uint32_t)retry_after : RETRY_AFTER_MAX;
    if (result)
        answer->body_len = 0;
    return result;
}

struct hufu_transport hufu_curl_transport(void)
{
    return (struct hufu_transport){.request = request_by_curl};
}
