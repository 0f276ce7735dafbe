/* SPDX-License-Identifier: Apache-2.0 */
/* Text forms: activation codes, a project's texts, base64url, hexadecimal, UUIDs, times. What is accepted has one form only, or (case of
 * letters, fraction of a second) means the same when written again. */
#include <stdlib.h>
#include <string.h>

#include "common/activation.h"
#include "common/encoding.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX 4096

static void check_base64url(const char *text)
{
    uint8_t memory[TEXT_MAX];
    char again[BASE64URL_TEXT_SIZE(TEXT_MAX)];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    if (base64url_decode(&out, text) != HUFU_OK)
        return;
    base64url_encode(again, sizeof(again), buf_bytes(&out));
    FUZZ_CHECK(strcmp(text, again) == 0);
}

static void check_hex(const char *text)
{
    uint8_t memory[TEXT_MAX];
    char again[2 * TEXT_MAX + 1];
    struct buf out;
    buf_init(&out, memory, sizeof(memory));
    if (hex_decode(&out, text) != HUFU_OK)
        return;
    hex_encode(again, sizeof(again), buf_bytes(&out));
    FUZZ_CHECK(strcasecmp(text, again) == 0);
}

static void check_uuid(const char *text)
{
    uint8_t uuid[UUID_SIZE];
    char again[UUID_TEXT_SIZE];
    if (uuid_parse(uuid, text) != HUFU_OK)
        return;
    uuid_format(again, uuid);
    FUZZ_CHECK(strcasecmp(text, again) == 0);
}

static void check_time(const char *text)
{
    uint64_t time_ms = 0, same = 0;
    char again[RFC3339_TEXT_SIZE];
    if (rfc3339_parse(&time_ms, text) != HUFU_OK)
        return;
    rfc3339_format(again, time_ms);
    FUZZ_CHECK(rfc3339_parse(&same, again) == HUFU_OK && same == time_ms);
}

static bool same_service(const struct service_address *one, const struct service_address *other)
{
    return strcmp(one->url, other->url) == 0 && one->has_tls_pin == other->has_tls_pin &&
           memcmp(one->tls_pin, other->tls_pin, sizeof(one->tls_pin)) == 0 &&
           memcmp(one->identity_hash, other->identity_hash, sizeof(one->identity_hash)) == 0;
}

static void check_activation(const char *text)
{
    static const struct activation none;
    struct activation activation, same;
    char again[SERVICE_TEXT_MAX];
    if (activation_parse(&activation, text) != HUFU_OK) {
        FUZZ_CHECK(memcmp(&activation, &none, sizeof(none)) == 0);
        return;
    }
    FUZZ_CHECK(activation_encode(again, &activation) == HUFU_OK);
    FUZZ_CHECK(activation_parse(&same, again) == HUFU_OK);
    FUZZ_CHECK(same_service(&activation.service, &same.service));
    FUZZ_CHECK(memcmp(activation.code, same.code, sizeof(same.code)) == 0);
}

static void check_project(const char *text)
{
    static const struct service_project none;
    struct service_project project, same;
    struct activation activation;
    char again[SERVICE_TEXT_MAX];
    if (service_project_parse(&project, text) != HUFU_OK) {
        FUZZ_CHECK(memcmp(&project, &none, sizeof(none)) == 0);
        return;
    }
    FUZZ_CHECK(activation_parse(&activation, text) != HUFU_OK);
    FUZZ_CHECK(service_project_encode(again, &project) == HUFU_OK);
    FUZZ_CHECK(service_project_parse(&same, again) == HUFU_OK);
    FUZZ_CHECK(same_service(&project.service, &same.service));
    FUZZ_CHECK(memcmp(project.project_id, same.project_id, sizeof(same.project_id)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= TEXT_MAX)
        return 0;
    char *text = malloc(size + 1); /* of exactly its size */
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    check_base64url(text);
    check_hex(text);
    check_uuid(text);
    check_time(text);
    check_activation(text);
    check_project(text);
    free(text);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    static const char *const seeds[] = {"AAECAwQFBgc",
                                        "AQ",
                                        "AQI",
                                        "00ff7f80",
                                        "01890a5d-ac96-774b-bcce-b302099a8057",
                                        "2026-01-02T03:04:05.678Z",
                                        "2024-02-29T23:59:59Z",
                                        "9999-12-31T23:59:59.999Z"};
    struct activation activation = {
        .service = {.url = "https://[::1]:8443/a b", .has_tls_pin = true, .tls_pin = {1}}, .code = {2}};
    struct service_project project = {.project_id = {3}};
    char text[SERVICE_TEXT_MAX];
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        emit(context, bytes_of_text(seeds[i]));
    for (int i = 0; i < 2; i++) {
        FUZZ_CHECK(activation_encode(text, &activation) == HUFU_OK);
        emit(context, bytes_of_text(text));
        project.service = activation.service;
        FUZZ_CHECK(service_project_encode(text, &project) == HUFU_OK);
        emit(context, bytes_of_text(text));
        activation.service.has_tls_pin = false;
        memset(activation.service.tls_pin, 0, sizeof(activation.service.tls_pin));
    }
}
