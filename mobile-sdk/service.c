/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/service.h"

#include <string.h>

#include "common/hash.h"
#include "common/secret.h"
#include "mobile-sdk/rest.h"

/* A replaced box key serves one more day (§7), so a statement may be used for a while without asking again. */
#define STATEMENT_REUSE_MS (10 * 60 * UINT64_C(1000))
/* How wrong this device's clock may be when it judges a statement. The end is judged strictly, the beginning is not:
 * using a new key too early harms nobody. The offset that the service taught is left out on purpose: else the web
 * process could make an old statement valid by telling a wrong time. */
#define UNTIL_LEEWAY_MS FRAME_AGE_MAX_MS
#define FROM_LEEWAY_MS (24 * 3600 * UINT64_C(1000))
/* Beyond this difference the service's time is taken over at once, rather than after a refusal. */
#define OFFSET_WORTH_MS 60000

/* Paths begin with "/", so the address must not end with it. */
static size_t address_len(const struct service_address *service)
{
    size_t len = strlen(service->url);
    while (len && service->url[len - 1] == '/')
        len--;
    return len;
}

void service_take_address(struct hufu *hufu, const struct service_address *service)
{
    struct device_record *device = &hufu->device;
    memset(device->url, 0, sizeof(device->url));
    memcpy(device->url, service->url, address_len(service));
    device->has_tls_pin = service->has_tls_pin;
    memcpy(device->tls_pin, service->tls_pin, sizeof(device->tls_pin));
    memcpy(device->identity_hash, service->identity_hash, sizeof(device->identity_hash));
    hufu->statement.known = false;
}

bool service_is_same(const struct device_record *device, const struct service_address *service)
{
    size_t len = address_len(service);
    bool same_pin =
        service->has_tls_pin == device->has_tls_pin &&
        (!service->has_tls_pin || secret_equal(service->tls_pin, device->tls_pin, sizeof(device->tls_pin)));
    return same_pin && bytes_equal(bytes_of_text(device->url), bytes_of(service->url, len)) &&
           secret_equal(device->identity_hash, service->identity_hash, HUFU_HASH_SIZE);
}

struct service_answer {
    uint8_t identity_key[HUFU_PUBLIC_KEY_SIZE];
    uint8_t statement[FRAME_STATEMENT_SIZE];
    uint8_t signature[HUFU_SIGNATURE_SIZE];
    char version[32];
    uint64_t time_ms;
};

/* What an older service does not say stays empty. */
static void read_about(struct json_reader *reader, struct hufu_about *about)
{
    json_read_text(reader, "version", about->version, sizeof(about->version));
    if (json_has(reader, "address"))
        json_read_text(reader, "address", about->address, sizeof(about->address));
    if (json_has(reader, "licence"))
        json_read_text(reader, "licence", about->licence, sizeof(about->licence));
    for (size_t i = 0; i < json_count(reader, "components") && i < HUFU_COMPONENTS_MAX; i++) {
        struct json_reader element = json_element(reader, "components", i);
        struct hufu_component *component = &about->components[about->component_count++];
        json_read_text(&element, "name", component->name, sizeof(component->name));
        json_read_text(&element, "licence", component->licence, sizeof(component->licence));
        if (json_finish(&element))
            reader->failed = true;
    }
}

static enum hufu_result read_service(struct service_answer *service, const struct json_t *json)
{
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "identity_key", service->identity_key, sizeof(service->identity_key));
    json_read_exact(&reader, "statement", service->statement, sizeof(service->statement));
    json_read_exact(&reader, "statement_signature", service->signature, sizeof(service->signature));
    json_read_text(&reader, "version", service->version, sizeof(service->version));
    json_read_time(&reader, "time", &service->time_ms);
    return json_finish(&reader) ? HUFU_RESULT_FAULT : HUFU_RESULT_OK;
}

static bool is_valid_at(const struct frame_statement *statement, uint64_t now_ms)
{
    return statement->from_ms <= now_ms + FROM_LEEWAY_MS && now_ms < statement->until_ms + UNTIL_LEEWAY_MS &&
           statement->from_ms < statement->until_ms && statement->until_ms <= INT64_MAX;
}

static enum hufu_result check_statement(struct hufu *hufu, const struct service_answer *service)
{
    uint8_t hash[HUFU_HASH_SIZE];
    hash_sha256(hash, bytes_of(service->identity_key, sizeof(service->identity_key)));
    if (!secret_equal(hash, hufu->device.identity_hash, sizeof(hash)))
        return HUFU_RESULT_IDENTITY;
    const struct hufu_device_key *key = &hufu->platform.device_key;
    enum hufu_result result = key->verify(key->context, service->identity_key, service->statement,
                                          sizeof(service->statement), service->signature);
    if (result)
        return result == HUFU_RESULT_SIGNATURE ? HUFU_RESULT_IDENTITY : result;
    struct statement statement = {.known = true};
    statement.fetched_ms = hufu->platform.clock.now_ms(hufu->platform.clock.context);
    struct bytes encoded = bytes_of(service->statement, sizeof(service->statement));
    if (frame_statement_parse(&statement.signed_part, encoded) ||
        !is_valid_at(&statement.signed_part, statement.fetched_ms))
        return HUFU_RESULT_IDENTITY;
    hufu->statement = statement;
    return HUFU_RESULT_OK;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

enum hufu_result service_fetch(struct hufu *hufu, struct hufu_service_status *status)
{
    hufu->statement = (struct statement){0};
    REST_ANSWER_DONE struct rest_answer answer = {0};
    struct service_answer service = {0};
    const struct rest_request request = {.path = "/v1/service", .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    if (!result)
        result = read_service(&service, answer.json);
    if (!result)
        result = check_statement(hufu, &service);
    if (!result && distance(service.time_ms, clock_now(hufu)) > OFFSET_WORTH_MS)
        result = clock_adjust(hufu, service.time_ms);
    if (result || !status)
        return result;
    memcpy(status->version, service.version, sizeof(status->version));
    status->time_ms = service.time_ms;
    status->clock_difference_ms = (int64_t)(service.time_ms - hufu->statement.fetched_ms);
    status->statement_until_ms = hufu->statement.signed_part.until_ms;
    return HUFU_RESULT_OK;
}

enum hufu_result service_box_key(struct hufu *hufu, uint8_t H_k[FRAME_X25519_SIZE])
{
    uint64_t now = hufu->platform.clock.now_ms(hufu->platform.clock.context);
    const struct statement *statement = &hufu->statement;
    bool fresh = statement->known && distance(now, statement->fetched_ms) < STATEMENT_REUSE_MS &&
                 is_valid_at(&statement->signed_part, now);
    enum hufu_result result = fresh ? HUFU_RESULT_OK : service_fetch(hufu, NULL);
    if (!result)
        memcpy(H_k, hufu->statement.signed_part.H_k, FRAME_X25519_SIZE);
    return result;
}

enum hufu_result hufu_service_status(struct hufu *hufu, struct hufu_service_status *status)
{
    *status = (struct hufu_service_status){0};
    report_begin(hufu);
    if (!hufu->device.url[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    return report_end(hufu, service_fetch(hufu, status));
}

enum hufu_result hufu_about(struct hufu *hufu, struct hufu_about *about)
{
    *about = (struct hufu_about){.component_count = 0};
    report_begin(hufu);
    if (!hufu->device.url[0])
        return report_end(hufu, HUFU_RESULT_NOT_ENROLLED);
    REST_ANSWER_DONE struct rest_answer answer = {0};
    const struct rest_request request = {.path = "/v1/service", .anonymous = true};
    enum hufu_result result = rest_call_repeatedly(hufu, &request, &answer);
    struct json_reader reader = json_reader_of(answer.json);
    if (!result)
        read_about(&reader, about);
    if (!result && json_finish(&reader))
        result = HUFU_RESULT_FAULT;
    if (result)
        *about = (struct hufu_about){.component_count = 0};
    return report_end(hufu, result);
}

const char *hufu_version(void)
{
    return HUFU_VERSION;
}
