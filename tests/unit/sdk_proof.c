/* SPDX-License-Identifier: Apache-2.0 */
/* How the played service judges proofs of possession: by the public header of the library and its JSON reader alone. */
#include <stdio.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "mobile-sdk/json.h"
#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_service.h"
#include "tests/unit/unit.h"

#define PROOF_TIME_MAX_S 120

/* Part number index of the three, decoded. */
static void take_part(struct buf *out, const char *proof, size_t index)
{
    char text[HUFU_DPOP_MAX + 1];
    for (size_t i = 0; i < index; i++)
        proof = strchr(proof, '.') + 1;
    (void)snprintf(text, sizeof(text), "%.*s", (int)strcspn(proof, "."), proof);
    assert_ok(base64url_decode(out, text));
}

static void check_header(const struct sdk_service *service, const char *proof)
{
    uint8_t memory[HUFU_DPOP_MAX], point[65] = {4};
    char text[32];
    struct buf part;
    buf_init(&part, memory, sizeof(memory));
    take_part(&part, proof, 0);
    JSON_CLOSED struct json_t *json = json_open(buf_bytes(&part));
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "typ", text, sizeof(text));
    assert_string_equal(text, "dpop+jwt");
    json_read_text(&reader, "alg", text, sizeof(text));
    assert_string_equal(text, "ES256");
    json_read_text(&reader, "jwk.kty", text, sizeof(text));
    assert_string_equal(text, "EC");
    json_read_text(&reader, "jwk.crv", text, sizeof(text));
    assert_string_equal(text, "P-256");
    json_read_exact(&reader, "jwk.x", point + 1, 32);
    json_read_exact(&reader, "jwk.y", point + 33, 32);
    assert_false(json_has(&reader, "jwk.d"));
    assert_ok(json_finish(&reader));
    assert_memory_equal(point, service->device_key, sizeof(point));
}

/* False: too old or too early. */
static bool check_claims(struct sdk_service *service, const struct hufu_http_request *request)
{
    uint8_t memory[HUFU_DPOP_MAX], ath[HASH_SIZE], expected[HASH_SIZE];
    char text[512], jti[64];
    uint64_t iat;
    struct buf part;
    buf_init(&part, memory, sizeof(memory));
    take_part(&part, request->dpop, 1);
    JSON_CLOSED struct json_t *json = json_open(buf_bytes(&part));
    struct json_reader reader = json_reader_of(json);
    json_read_text(&reader, "htm", text, sizeof(text));
    assert_string_equal(text, request->method);
    json_read_text(&reader, "htu", text, sizeof(text));
    assert_int_equal(strlen(text), strcspn(request->url, "?"));
    assert_memory_equal(text, request->url, strlen(text));
    json_read_exact(&reader, "ath", ath, sizeof(ath));
    hash_sha256(expected, bytes_of_text(service->token));
    assert_memory_equal(ath, expected, sizeof(ath));
    json_read_text(&reader, "jti", jti, sizeof(jti));
    assert_true(strlen(jti) >= 16);
    assert_string_not_equal(jti, service->last_jti);
    (void)snprintf(service->last_jti, sizeof(service->last_jti), "%s", jti);
    json_read_u64(&reader, "iat", &iat, INT64_MAX);
    assert_ok(json_finish(&reader));
    uint64_t now = sdk_service_now(service) / 1000;
    return !service->clock_refuses || (iat <= now + PROOF_TIME_MAX_S && iat + PROOF_TIME_MAX_S >= now);
}

bool sdk_proof_is_near(struct sdk_service *service, const struct hufu_http_request *request)
{
    uint8_t memory[HUFU_SIGNATURE_SIZE];
    struct buf signature;
    const struct hufu_device_key p256 = hufu_openssl_device_key();
    assert_non_null(request->dpop);
    (void)snprintf(service->last_proof, sizeof(service->last_proof), "%s", request->dpop);
    check_header(service, request->dpop);
    buf_init(&signature, memory, sizeof(memory));
    take_part(&signature, request->dpop, 2);
    assert_int_equal(signature.len, HUFU_SIGNATURE_SIZE);
    size_t signed_len = (size_t)(strrchr(request->dpop, '.') - request->dpop);
    assert_int_equal(
        p256.verify(NULL, service->device_key, (const uint8_t *)request->dpop, signed_len, memory),
        HUFU_RESULT_OK);
    return check_claims(service, request);
}
