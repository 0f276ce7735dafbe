/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/sdk_service.h"

#include <stdio.h>

#include "common/encoding.h"
#include "common/frame.h"
#include "common/hash.h"
#include "common/sign_in.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/unit.h"

#define NOW UINT64_C(1790000000000)
#define DAY UINT64_C(86400000)
#define PATH_START "/v1"

static enum hufu_err fill(void *context, uint8_t *out, size_t len)
{
    (void)context;
    struct hufu_random random = hufu_openssl_random();
    return random.fill(random.context, out, len) ? HUFU_ERR_INTERNAL : HUFU_OK;
}

uint64_t sdk_service_now(const struct sdk_service *service)
{
    return service->clock_ms;
}

static struct service_address address_of(const struct sdk_service *service)
{
    struct service_address address = {.url = "https://hufu.test:8443", .has_tls_pin = true};
    memset(address.tls_pin, 0x5a, sizeof(address.tls_pin));
    hash_sha256(address.identity_hash, bytes_of(service->identity_key, 65));
    return address;
}

void sdk_service_project_text(struct sdk_service *service, char text[SERVICE_TEXT_MAX])
{
    const struct service_project project = {.service = address_of(service), .project_id = SDK_PROJECT_ID};
    assert_ok(service_project_encode(text, &project));
}

const char *sdk_service_new_code(struct sdk_service *service)
{
    struct activation activation = {.service = address_of(service)};
    assert_ok(fill(NULL, service->code, sizeof(service->code)));
    service->code_used = false;
    memcpy(activation.code, service->code, sizeof(activation.code));
    assert_ok(activation_encode(service->code_text, &activation));
    return service->code_text;
}

struct sdk_service *sdk_service_new(void)
{
    struct sdk_service *service = calloc(1, sizeof(*service));
    assert_non_null(service);
    service->answers = calloc(SDK_SERVICE_ANSWERS_MAX, sizeof(*service->answers));
    assert_non_null(service->answers);
    service->clock_ms = service->born_ms = NOW;
    service->random = (struct cosign_random){.fill = fill};
    service->captcha_bits = 4;
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    assert_int_equal(p256.create(NULL, service->identity, sizeof(service->identity), &service->identity_len,
                                 service->identity_key),
                     HUFU_RESULT_OK);
    assert_int_equal(p256.create(NULL, service->other_identity, sizeof(service->other_identity),
                                 &service->other_identity_len, service->other_identity_key),
                     HUFU_RESULT_OK);
    uint8_t random[32];
    assert_ok(fill(NULL, random, sizeof(random)));
    box_keypair(service->box_public, service->box_private, random);
    service->ca = sdk_ca_new();
    (void)sdk_service_new_code(service);
    return service;
}

void sdk_service_free(struct sdk_service *service)
{
    sdk_ca_free(service->ca);
    free(service->answers);
    free(service);
}

struct sdk_service_key *sdk_service_key(struct sdk_service *service, bool decrypt)
{
    for (size_t i = 0; i < SDK_SERVICE_KEYS_MAX; i++) {
        if (service->keys[i].used && service->keys[i].decrypt == decrypt)
            return &service->keys[i];
    }
    return NULL;
}

int sdk_reply(struct hufu_http_answer *answer, int status, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int len = vsnprintf((char *)answer->body, answer->body_cap, format, list);
    va_end(list);
    assert_in_range(len, 0, answer->body_cap - 1);
    answer->body_len = (size_t)len;
    answer->status = status;
    return status;
}

int sdk_problem(struct hufu_http_answer *answer, int status, const char *slug, const char *extras)
{
    return sdk_reply(
        answer, status,
        "{\"type\":\"urn:hufu:problem:%s\",\"status\":%d,\"message_key\":\"%s\",\"request_id\":\"r-1\"%s}",
        slug, status, slug, extras);
}

/* ---- /v1/service ---- */

static void make_statement(const struct sdk_service *service, uint8_t encoded[FRAME_STATEMENT_SIZE])
{
    struct frame_statement statement = {.from_ms = service->born_ms - DAY,
                                        .until_ms = service->born_ms + 30 * DAY};
    memcpy(statement.H_k, service->box_public, sizeof(statement.H_k));
    if (service->lie == SDK_LIE_EXPIRED_STATEMENT)
        statement.until_ms = service->clock_ms - 10 * 60000;
    if (service->lie == SDK_LIE_EARLY_STATEMENT)
        statement.from_ms = service->clock_ms + 2 * DAY;
    struct buf out;
    buf_init(&out, encoded, FRAME_STATEMENT_SIZE);
    assert_ok(frame_statement_encode(&out, &statement));
}

static void get_service(struct sdk_service *service, struct hufu_http_answer *answer)
{
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    bool other_key = service->lie == SDK_LIE_OTHER_IDENTITY;
    bool other_signer = other_key || service->lie == SDK_LIE_OTHER_SIGNER;
    uint8_t statement[FRAME_STATEMENT_SIZE], signature[64];
    make_statement(service, statement);
    assert_int_equal(p256.sign(NULL, other_signer ? service->other_identity : service->identity,
                               other_signer ? service->other_identity_len : service->identity_len, statement,
                               sizeof(statement), signature),
                     HUFU_RESULT_OK);
    if (service->lie == SDK_LIE_DAMAGED_STATEMENT)
        statement[40] ^= 1;
    SDK_TEXT(key, other_key ? service->other_identity_key : service->identity_key, 65);
    SDK_TEXT(statement_text, statement, sizeof(statement));
    SDK_TEXT(signature_text, signature, sizeof(signature));
    char time[RFC3339_TEXT_SIZE];
    rfc3339_format(time, service->told_ms ? service->told_ms : service->clock_ms);
    (void)sdk_reply(answer, 200,
                    "{\"version\":\"0.1.0\",\"time\":\"%s\",\"identity_key\":\"%s\",\"statement\":\"%s\","
                    "\"statement_signature\":\"%s\",\"ca\":[\"sm2\"]}",
                    time, key, statement_text, signature_text);
}

/* ---- /v1/activations ---- */

static bool proves(const uint8_t *code, const uint8_t *device_key, uint64_t time_ms, const uint8_t *proof)
{
    uint8_t memory[128];
    struct buf message;
    buf_init(&message, memory, sizeof(memory));
    assert_ok(activation_signed_message(&message, code, device_key, time_ms));
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    return p256.verify(NULL, device_key, message.data, message.len, proof) == HUFU_RESULT_OK;
}

static void post_activation(struct sdk_service *service, const struct json_t *json,
                            struct hufu_http_answer *answer)
{
    uint8_t code[16], device_key[65], proof[64];
    uint64_t time_ms;
    char name[128];
    struct json_reader reader = json_reader_of(json);
    json_read_exact(&reader, "code", code, sizeof(code));
    json_read_exact(&reader, "device_key", device_key, sizeof(device_key));
    json_read_exact(&reader, "proof", proof, sizeof(proof));
    json_read_u64(&reader, "time", &time_ms, INT64_MAX);
    json_read_text(&reader, "device_name", name, sizeof(name));
    assert_ok(json_finish(&reader));
    assert_string_equal(name, "A \"phone\"\\");
    assert_in_range(time_ms, service->clock_ms - 120000, service->clock_ms + 120000);
    /* The same code again from the device that redeemed it: its answer was lost. */
    bool again = service->code_used && memcmp(device_key, service->device_key, 65) == 0;
    if (memcmp(code, service->code, 16) != 0 || (service->code_used && !again) ||
        !proves(code, device_key, time_ms, proof)) {
        (void)sdk_problem(answer, 401, "activation-invalid", "");
        return;
    }
    service->code_used = true;
    memcpy(service->device_key, device_key, 65);
    sdk_reply_session(service, answer);
}

void sdk_reply_session(struct sdk_service *service, struct hufu_http_answer *answer)
{
    uint8_t token[32];
    assert_ok(fill(NULL, token, sizeof(token)));
    base64url_encode(service->token, sizeof(service->token), bytes_of(token, sizeof(token)));
    (void)sdk_reply(answer, 201,
                    "{\"session_token\":\"%s\",\"session_expires_at\":\"2027-01-01T00:00:00.000Z\","
                    "\"project\":{\"id\":\"00000000-0000-7000-8000-00000000000%d\",\"name\":\"第一医院\"},"
                    "\"account\":{\"id\":\"00000000-0000-7000-8000-000000000002\",\"name\":\"王丽\","
                    "\"work_number\":\"%s\"},\"device\":{\"id\":\"00000000-0000-7000-8000-000000000003\"}}",
                    service->token, service->lie == SDK_LIE_OTHER_PROJECT ? 9 : 1,
                    service->lie == SDK_LIE_OTHER_HOLDER ? "B-1" : "A-17");
}

/* ---- /v1/keys ---- */

static void post_key(struct sdk_service *service, const struct json_t *json, struct hufu_http_answer *answer)
{
    char usage[16];
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "usage", usage, sizeof(usage));
    assert_ok(json_finish(&reader));
    for (size_t i = 0; i < SDK_SERVICE_KEYS_MAX; i++) {
        struct sdk_service_key *key = &service->keys[i];
        if (key->used)
            continue;
        key->used = true;
        key->state = "new";
        key->decrypt = strcmp(usage, "decrypt") == 0;
        assert_ok(fill(NULL, key->id, 16));
        assert_ok(fill(NULL, key->binding, 16));
        char id[UUID_TEXT_SIZE], binding[UUID_TEXT_SIZE];
        uuid_format(id, key->id);
        uuid_format(binding, key->binding);
        (void)sdk_reply(answer, 201, "{\"key_id\":\"%s\",\"binding_id\":\"%s\"}", id, binding);
        return;
    }
    fail_msg("the device makes one key after the other");
}

static void put_key(const struct sdk_service *service, const struct sdk_service_key *key, char *text,
                    size_t size)
{
    char id[UUID_TEXT_SIZE], binding[UUID_TEXT_SIZE], certificate[256] = "", public_key[128] = "";
    bool to_primary = key->now.secondary && !service->secondary;
    uuid_format(id, key->id);
    uuid_format(binding, key->binding);
    uint8_t subject_memory[256];
    struct buf subject;
    buf_init(&subject, subject_memory, sizeof(subject_memory));
    sdk_ca_subject(&subject, "第一医院", service->lie == SDK_LIE_OTHER_SUBJECT ? "王美丽" : "王丽");
    SDK_TEXT(subject_text, subject.data, subject.len);
    if (key->now.exists) {
        SDK_TEXT(P, key->now.half.P, 65);
        (void)snprintf(public_key, sizeof(public_key), ",\"public_key\":\"%.88s\"", P);
    }
    if (key->certificate_len)
        (void)snprintf(certificate, sizeof(certificate),
                       ",\"certificate\":{\"serial\":\"1267\",\"not_before\":\"2026-01-01T00:00:00Z\","
                       "\"not_after\":\"2027-01-01T00:00:00Z\",\"subject\":\"CN=王丽\"}");
    int len = snprintf(text, size,
                       "{\"key_id\":\"%s\",\"binding_id\":\"%s\",\"algorithm\":\"sm2\",\"usage\":\"%s\","
                       "\"kind\":\"split\",\"state\":\"%s\",\"binding_state\":\"%s\",\"generation\":%u,"
                       "\"role\":\"%s\",\"pin\":{\"failures\":%u,\"limit\":%d,\"locked\":%s},"
                       "\"refresh\":{\"refreshed_at\":\"2026-01-02T03:04:05.678Z\",\"due\":%s%s},"
                       "\"subject\":\"C=CN, O=第一医院, CN=王丽\",\"subject_der\":\"%s\"%s%s}",
                       id, binding, key->decrypt ? "decrypt" : "sign", key->state,
                       service->binding_state ? service->binding_state : "active", key->now.generation,
                       sdk_role_name(key->now.secondary), service->pin_failures, SDK_PIN_LIMIT,
                       service->pin_failures >= SDK_PIN_LIMIT ? "true" : "false",
                       service->refresh_due || to_primary ? "true" : "false",
                       to_primary ? ",\"role\":\"primary\"" : "", subject_text, public_key, certificate);
    assert_in_range(len, 0, size - 1);
}

static void get_keys(const struct sdk_service *service, struct hufu_http_answer *answer)
{
    char list[SDK_SERVICE_KEYS_MAX * 2048] = "";
    for (size_t i = 0; i < SDK_SERVICE_KEYS_MAX; i++) {
        char one[2048];
        if (!service->keys[i].used)
            continue;
        put_key(service, &service->keys[i], one, sizeof(one));
        size_t len = strlen(list);
        (void)snprintf(list + len, sizeof(list) - len, "%s%s", len ? "," : "", one);
    }
    (void)sdk_reply(answer, 200, "{\"keys\":[%s]}", list);
}

static void reply_certificate(const struct sdk_service *service, const struct sdk_service_key *key,
                              int status, struct hufu_http_answer *answer)
{
    uint8_t chain_memory[2][2048];
    struct buf chain[2];
    for (int i = 0; i < 2; i++) {
        buf_init(&chain[i], chain_memory[i], sizeof(chain_memory[i]));
        sdk_ca_certificate(service->ca, service->lie == SDK_LIE_CERTIFICATE_BROKEN_CHAIN ? 1 : i, &chain[i]);
    }
    struct bytes own = bytes_of(key->certificate, key->certificate_len);
    if (service->lie == SDK_LIE_CERTIFICATE_OTHER_KEY)
        own = buf_bytes(&chain[0]);
    SDK_TEXT(certificate, own.data, own.len);
    SDK_TEXT(issuer, chain[0].data, chain[0].len);
    SDK_TEXT(root, chain[1].data, chain[1].len);
    (void)sdk_reply(answer, status, "{\"certificate\":\"%s\",\"chain\":[\"%s\",\"%s\"]}", certificate, issuer,
                    root);
}

static void post_certificate_request(struct sdk_service *service, struct sdk_service_key *key,
                                     const struct json_t *json, struct hufu_http_answer *answer)
{
    uint8_t memory[2048], subject_memory[256];
    struct buf csr, subject, certificate;
    buf_init(&csr, memory, sizeof(memory));
    buf_init(&subject, subject_memory, sizeof(subject_memory));
    buf_init(&certificate, key->certificate, sizeof(key->certificate));
    sdk_ca_subject(&subject, "第一医院", "王丽");
    struct json_reader reader = json_reader_of(json);
    json_read_bytes(&reader, "csr", &csr);
    assert_ok(json_finish(&reader));
    if (!sdk_ca_issue(service->ca, &certificate, buf_bytes(&csr), buf_bytes(&subject), key->now.half.P)) {
        (void)sdk_problem(answer, 400, "csr-invalid", "");
        return;
    }
    key->certificate_len = certificate.len;
    key->state = "usable";
    reply_certificate(service, key, 201, answer);
}

static bool id_of_path(uint8_t id[16], const char *path)
{
    char text[UUID_TEXT_SIZE];
    if (strlen(path) < UUID_TEXT_SIZE - 1)
        return false;
    memcpy(text, path, UUID_TEXT_SIZE - 1);
    text[UUID_TEXT_SIZE - 1] = '\0';
    return uuid_parse(id, text) == HUFU_OK;
}

/* A binding that was removed is not shown any more. */
static bool is_hidden(const struct sdk_service *service, const struct sdk_service_key *key)
{
    bool removed = service->refusal && service->refused == key && strstr(service->refusal_extras, "removed");
    return service->hidden || removed;
}

static void request_on_key(struct sdk_service *service, const char *path, const struct json_t *json,
                           struct hufu_http_answer *answer)
{
    uint8_t id[16];
    struct sdk_service_key *key = NULL;
    for (size_t i = 0; i < SDK_SERVICE_KEYS_MAX && id_of_path(id, path); i++) {
        if (service->keys[i].used && memcmp(service->keys[i].id, id, 16) == 0)
            key = &service->keys[i];
    }
    const char *rest = key ? path + UUID_TEXT_SIZE - 1 : "";
    if (!key || (!json && is_hidden(service, key)))
        (void)sdk_problem(answer, 404, "not-found", "");
    else if (!json && strcmp(rest, "") == 0)
        put_key(service, key, (char *)answer->body, answer->body_cap),
            answer->status = 200, answer->body_len = strlen((char *)answer->body);
    else if (!json && strcmp(rest, "/certificate") == 0 && key->certificate_len)
        reply_certificate(service, key, 200, answer);
    else if (json && strcmp(rest, "/certificate-requests") == 0 && key->certificate_len)
        (void)sdk_problem(answer, 409, "conflict", "");
    else if (json && strcmp(rest, "/certificate-requests") == 0)
        post_certificate_request(service, key, json, answer);
    else if (json)
        sdk_operate(service, key, json, answer);
    else
        (void)sdk_problem(answer, 404, "not-found", "");
}

static bool is_authorized(const struct sdk_service *service, const struct hufu_http_request *request)
{
    char expected[HUFU_AUTHORIZATION_MAX + 1];
    (void)snprintf(expected, sizeof(expected), "DPoP %s", service->token);
    return service->token[0] && request->authorization && strcmp(request->authorization, expected) == 0;
}

/* Its signature is the proof. */
static bool carries_frame(const struct json_t *json)
{
    struct json_reader reader = json_reader_of(json);
    return json && json_has(&reader, "frame");
}

static void refuse_proof_time(struct sdk_service *service, struct hufu_http_answer *answer)
{
    char time[RFC3339_TEXT_SIZE], extras[64];
    rfc3339_format(time, sdk_service_now(service));
    (void)snprintf(extras, sizeof(extras), ",\"service_time\":\"%s\"", time);
    service->late_proofs++;
    (void)sdk_problem(answer, 401, "dpop-proof-time", extras);
}

static void route(struct sdk_service *service, const struct hufu_http_request *request,
                  const struct json_t *json, struct hufu_http_answer *answer)
{
    const char *path = strstr(request->url, PATH_START);
    assert_non_null(path);
    if (strcmp(path, "/v1/service") == 0)
        get_service(service, answer);
    else if (strcmp(path, "/v1/activations") == 0)
        post_activation(service, json, answer);
    else if (strcmp(path, "/v1/sessions") == 0 && json)
        sdk_post_session(service, json, answer);
    else if (sdk_signup(service, path, json, answer))
        return;
    else if (!is_authorized(service, request))
        (void)sdk_problem(answer, 401, "unauthenticated", "");
    else if (!carries_frame(json) && !sdk_proof_is_near(service, request))
        refuse_proof_time(service, answer);
    else if (sdk_lists_request(path, answer) || sdk_devices_request(service, path, json, answer) ||
             sdk_lending_request(service, path, json, answer))
        return;
    else if (strcmp(path, "/v1/keys") == 0 && json)
        post_key(service, json, answer);
    else if (strcmp(path, "/v1/keys") == 0)
        get_keys(service, answer);
    else
        request_on_key(service, path + strlen("/v1/keys/"), json, answer);
}

enum hufu_result sdk_service_request(struct sdk_service *service, const struct hufu_http_request *request,
                                     struct hufu_http_answer *answer)
{
    service->requests++;
    char address[512];
    (void)snprintf(address, sizeof(address), "%.*s", (int)strcspn(request->url, "?"), request->url);
    assert_true(hufu_address_allowed(address));
    assert_non_null(request->tls_pin);
    assert_int_equal(request->tls_pin[0], 0x5a);
    (void)snprintf(service->last_url, sizeof(service->last_url), "%s", request->url);
    struct json_t *json = NULL;
    if (request->body) {
        assert_string_equal(request->method, service->lending.method ? service->lending.method : "POST");
        memcpy(service->previous_body, service->last_body, sizeof(service->last_body));
        assert_true(request->body_len < sizeof(service->last_body));
        memcpy(service->last_body, request->body, request->body_len);
        service->last_body[request->body_len] = '\0';
        json = json_open(bytes_of(request->body, request->body_len));
        assert_non_null(json);
    } else {
        assert_string_equal(request->method, service->lending.method                 ? service->lending.method
                                             : strstr(request->url, "/v1/sessions/") ? "DELETE"
                                                                                     : "GET");
    }
    answer->body_len = 0;
    answer->status = 0;
    route(service, request, json, answer);
    json_close(&json);
    return answer->status ? HUFU_RESULT_OK : HUFU_RESULT_AWAY;
}
