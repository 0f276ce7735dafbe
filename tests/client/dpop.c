/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/dpop.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "common/encoding.h"
#include "common/hash.h"
#include "tests/client/device_request.h"

#define PART_MAX 1024

struct text32 {
    char text[BASE64URL_TEXT_SIZE(32)];
};

static struct text32 text_of(const uint8_t data[32])
{
    struct text32 text;
    base64url_encode(text.text, sizeof(text.text), bytes_of(data, 32));
    return text;
}

static bool put_part(char proof[DPOP_PROOF_MAX], struct bytes part)
{
    size_t len = strlen(proof);
    if (len + 1 + BASE64URL_TEXT_SIZE(part.len) > DPOP_PROOF_MAX)
        return false;
    if (len > 0)
        proof[len++] = '.';
    base64url_encode(proof + len, DPOP_PROOF_MAX - len, part);
    return true;
}

enum hufu_err dpop_proof(char proof[DPOP_PROOF_MAX], const struct device_key *key, const char *method,
                         const char *url, const char *token)
{
    char part[PART_MAX];
    uint8_t jti[32], ath[HASH_SIZE], signature[FRAME_SIGNATURE_SIZE];
    const uint8_t *point = device_key_public(key);
    proof[0] = '\0';
    hash_sha256(ath, bytes_of_text(token));
    if (getrandom(jti, sizeof(jti), 0) != sizeof(jti))
        return HUFU_ERR_INTERNAL;
    int len = snprintf(part, sizeof(part),
                       "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\","
                       "\"x\":\"%s\",\"y\":\"%s\"}}",
                       text_of(point + 1).text, text_of(point + 33).text);
    if (len < 0 || (size_t)len >= sizeof(part) || !put_part(proof, bytes_of(part, (size_t)len)))
        return HUFU_ERR_LIMIT;
    len = snprintf(part, sizeof(part),
                   "{\"jti\":\"%s\",\"htm\":\"%s\",\"htu\":\"%.*s\",\"iat\":%llu,\"ath\":\"%s\"}",
                   text_of(jti).text, method, (int)strcspn(url, "?"), url,
                   (unsigned long long)(device_now_ms() / 1000), text_of(ath).text);
    if (len < 0 || (size_t)len >= sizeof(part) || !put_part(proof, bytes_of(part, (size_t)len)))
        return HUFU_ERR_LIMIT;
    enum hufu_err err = device_key_sign(key, signature, bytes_of_text(proof));
    return err || put_part(proof, bytes_of(signature, sizeof(signature))) ? err : HUFU_ERR_LIMIT;
}
