/* SPDX-License-Identifier: Apache-2.0 */
#include "mobile-sdk/dpop.h"

#include <string.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "mobile-sdk/json.h"

#define JTI_SIZE 16
#define PART_MAX 768
#define COORDINATE_SIZE 32

/* One part of a compact JWS, with a dot in front of every one but the first. */
static void put_part(struct buf *proof, struct bytes part)
{
    if (proof->len)
        buf_put_u8(proof, '.');
    size_t size = BASE64URL_TEXT_SIZE(part.len);
    uint8_t *room = buf_reserve(proof, size);
    if (!room)
        return;
    base64url_encode((char *)room, size, part);
    proof->len--; /* the final NUL */
}

static enum hufu_err put_header(struct buf *proof, const uint8_t device_key[HUFU_PUBLIC_KEY_SIZE])
{
    uint8_t memory[PART_MAX];
    struct buf header;
    buf_init(&header, memory, sizeof(memory));
    json_begin(&header);
    json_put_text(&header, "typ", "dpop+jwt");
    json_put_text(&header, "alg", "ES256");
    json_put_object(&header, "jwk");
    json_put_text(&header, "kty", "EC");
    json_put_text(&header, "crv", "P-256");
    json_put_bytes(&header, "x", bytes_of(device_key + 1, COORDINATE_SIZE));
    json_put_bytes(&header, "y", bytes_of(device_key + 1 + COORDINATE_SIZE, COORDINATE_SIZE));
    json_end(&header);
    json_end(&header);
    put_part(proof, buf_bytes(&header));
    return buf_finish(&header);
}

static enum hufu_err put_claims(struct buf *proof, const struct hufu *hufu, const char *method,
                                const char *url, const uint8_t jti[JTI_SIZE])
{
    uint8_t memory[PART_MAX], ath[HASH_SIZE];
    char address[PART_MAX];
    size_t len = strcspn(url, "?");
    if (len >= sizeof(address))
        return HUFU_ERR_LIMIT;
    memcpy(address, url, len);
    address[len] = '\0';
    hash_sha256(ath, bytes_of_text(hufu->device.session_token));
    struct buf claims;
    buf_init(&claims, memory, sizeof(memory));
    json_begin(&claims);
    json_put_bytes(&claims, "jti", bytes_of(jti, JTI_SIZE));
    json_put_text(&claims, "htm", method);
    json_put_text(&claims, "htu", address);
    json_put_u64(&claims, "iat", clock_now(hufu) / 1000);
    json_put_bytes(&claims, "ath", bytes_of(ath, sizeof(ath)));
    json_end(&claims);
    put_part(proof, buf_bytes(&claims));
    return buf_finish(&claims);
}

enum hufu_result dpop_make(struct hufu *hufu, const char *method, const char *url, char proof[DPOP_TEXT_MAX])
{
    uint8_t jti[JTI_SIZE], signature[HUFU_SIGNATURE_SIZE];
    struct buf text;
    buf_init(&text, proof, DPOP_TEXT_MAX);
    enum hufu_result result = random_fill(hufu, jti, sizeof(jti));
    if (result)
        return result;
    if (put_header(&text, hufu->device.device_key) || put_claims(&text, hufu, method, url, jti) ||
        buf_finish(&text))
        return HUFU_RESULT_INTERNAL;
    result = device_sign(hufu, buf_bytes(&text), signature);
    if (result)
        return result;
    put_part(&text, bytes_of(signature, sizeof(signature)));
    buf_put_u8(&text, '\0');
    return buf_finish(&text) ? HUFU_RESULT_INTERNAL : HUFU_RESULT_OK;
}
