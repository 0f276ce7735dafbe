/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/dpop.h"

#include <jansson.h>
#include <string.h>

#include "common/encoding.h"
#include "common/secret.h"

#define COORDINATE_SIZE 32

static void release(json_t **json)
{
    json_decref(*json);
}
#define JSON_OWNED __attribute__((cleanup(release)))

/* The three parts, between two dots. */
struct parts {
    char text[3][DPOP_TEXT_MAX + 1];
};

static bool split(struct parts *parts, const char *text)
{
    for (size_t i = 0; i < 3; i++) {
        size_t len = strcspn(text, ".");
        if (len == 0 || text[len] != (i < 2 ? '.' : '\0'))
            return false;
        memcpy(parts->text[i], text, len);
        parts->text[i][len] = '\0';
        text += len + 1;
    }
    return true;
}

/* A part that is one JSON object; NULL for anything else. The length bounds the depth, too. */
static json_t *object_of(const char *part)
{
    uint8_t memory[DPOP_TEXT_MAX];
    struct buf decoded;
    json_error_t error;
    buf_init(&decoded, memory, sizeof(memory));
    if (base64url_decode(&decoded, part))
        return NULL;
    json_t *json = json_loadb((const char *)decoded.data, decoded.len, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(json))
        return json;
    json_decref(json);
    return NULL;
}

/* The text of a member; "" when it is none, or longer than max. */
static const char *text_of(const json_t *object, const char *name, size_t max)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) && json_string_length(value) <= max ? json_string_value(value) : "";
}

static bool text_is(const json_t *object, const char *name, const char *expected)
{
    return strcmp(text_of(object, name, DPOP_TEXT_MAX), expected) == 0;
}

/* Base64url of exactly len bytes. */
static bool read_exact(uint8_t *out, size_t len, const char *text)
{
    struct buf decoded;
    buf_init(&decoded, out, len);
    return base64url_decode(&decoded, text) == HUFU_OK && decoded.len == len;
}

/* A private key in a proof would be a secret given away: whoever sends one does not know what he does. */
static bool read_key(uint8_t key[FRAME_DEVICE_KEY_SIZE], const json_t *jwk)
{
    key[0] = 0x04;
    return json_is_object(jwk) && text_is(jwk, "kty", "EC") && text_is(jwk, "crv", "P-256") &&
           !json_object_get(jwk, "d") &&
           read_exact(key + 1, COORDINATE_SIZE, text_of(jwk, "x", DPOP_TEXT_MAX)) &&
           read_exact(key + 1 + COORDINATE_SIZE, COORDINATE_SIZE, text_of(jwk, "y", DPOP_TEXT_MAX));
}

static bool read_header(struct dpop_proof *proof, const char *part)
{
    JSON_OWNED json_t *header = object_of(part);
    return header && text_is(header, "typ", "dpop+jwt") && text_is(header, "alg", "ES256") &&
           !json_object_get(header, "crit") && read_key(proof->key, json_object_get(header, "jwk"));
}

/* What the proof says of its request. */
struct claims {
    json_t *json; /* owns the texts */
    const char *htm, *htu, *ath;
};

static void claims_done(struct claims *claims)
{
    json_decref(claims->json);
}

static bool read_claims(struct dpop_proof *proof, struct claims *claims, const char *part)
{
    claims->json = object_of(part);
    const json_t *iat = json_object_get(claims->json, "iat");
    const char *jti = text_of(claims->json, "jti", DPOP_JTI_MAX);
    claims->htm = text_of(claims->json, "htm", DPOP_TEXT_MAX);
    claims->htu = text_of(claims->json, "htu", DPOP_HTU_MAX);
    claims->ath = text_of(claims->json, "ath", DPOP_TEXT_MAX);
    hash_sha256(proof->jti_hash, bytes_of_text(jti));
    proof->issued_s = json_integer_value(iat);
    return jti[0] && claims->htm[0] && claims->htu[0] && claims->ath[0] && json_is_integer(iat) &&
           proof->issued_s >= 0;
}

/* Exactly what we are called: devices take the address from their code, and the path is ours. */
static bool address_is(const char *htu, const struct dpop_request *request)
{
    size_t len = strlen(request->service_url);
    return strncmp(htu, request->service_url, len) == 0 && strcmp(htu + len, request->path) == 0;
}

static bool token_is(const char *ath, const char *token)
{
    uint8_t expected[HASH_SIZE], given[HASH_SIZE];
    hash_sha256(expected, bytes_of_text(token));
    return read_exact(given, sizeof(given), ath) && secret_equal(given, expected, sizeof(given));
}

static enum hufu_err judge(const struct claims *claims, const struct dpop_request *request)
{
    return strcmp(claims->htm, request->method) == 0 && address_is(claims->htu, request) &&
                   token_is(claims->ath, request->token)
               ? HUFU_OK
               : HUFU_ERR_POLICY;
}

enum hufu_err dpop_read(struct dpop_proof *proof, const char *text, const struct dpop_request *request)
{
    struct parts parts;
    __attribute__((cleanup(claims_done))) struct claims claims = {.json = NULL};
    *proof = (struct dpop_proof){.issued_s = 0};
    if (strlen(text) > DPOP_TEXT_MAX || !split(&parts, text))
        return HUFU_ERR_FORM;
    bool whole = read_header(proof, parts.text[0]) && read_claims(proof, &claims, parts.text[1]) &&
                 read_exact(proof->signature, sizeof(proof->signature), parts.text[2]);
    enum hufu_err err = whole ? judge(&claims, request) : HUFU_ERR_FORM;
    if (err)
        *proof = (struct dpop_proof){.issued_s = 0};
    else
        proof->signed_part = bytes_of(text, (size_t)(strrchr(text, '.') - text));
    return err;
}
