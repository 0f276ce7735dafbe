/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs (server/http/dpop.h). What is taken lies within its text and says what was expected of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "server/http/dpop.h"
#include "tests/fuzz/fuzz.h"

#define TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"

static void check(const char *text)
{
    static const struct dpop_request request = {.method = "GET",
                                                .service_url = "https://resource.example.org",
                                                .path = "/protectedresource",
                                                .token = TOKEN};
    struct dpop_proof proof;
    enum hufu_err err = dpop_read(&proof, text, &request);
    FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_FORM || err == HUFU_ERR_POLICY);
    if (err == HUFU_OK) {
        FUZZ_CHECK(strlen(text) <= DPOP_TEXT_MAX && proof.issued_s >= 0 && proof.key[0] == 4);
        FUZZ_CHECK((const char *)proof.signed_part.data == text &&
                   proof.signed_part.len + 87 == strlen(text));
    } else {
        FUZZ_CHECK(proof.signed_part.data == NULL && proof.key[0] == 0);
    }
}

/* The input as a proof's text; and as the JSON of its two parts with a line's end between them, so that mutations get beyond
 * the base64. */
static void check_parts(const uint8_t *data, size_t size)
{
    char first[2048], second[2048], third[128], text[4352];
    uint8_t signature[64] = {1};
    const uint8_t *end = memchr(data, '\n', size);
    size_t len = end ? (size_t)(end - data) : 0;
    if (!end || size > 1024)
        return;
    base64url_encode(first, sizeof(first), bytes_of(data, len));
    base64url_encode(second, sizeof(second), bytes_of(end + 1, size - len - 1));
    base64url_encode(third, sizeof(third), bytes_of(signature, sizeof(signature)));
    (void)snprintf(text, sizeof(text), "%s.%s.%s", first, second, third);
    check(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* of exactly its size */
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    check(text);
    free(text);
    check_parts(data, size);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    /* RFC 9449 §7.1, figure 12: as it is sent, and its parts. */
    static const char *const seeds[] = {
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklD"
        "UkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2"
        "R1JEQSIsImNydiI6IlAtMjU2In19"
        ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9y"
        "Zy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9h"
        "Tnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-j"
        "fxSYoMxhAJpLjA",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"x\":\"l8tFrhx-"
        "34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
        "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\",\"crv\":\"P-256\"}}\n"
        "{\"jti\":\"e1j3V_bKic8-LAEB\",\"htm\":\"GET\",\"htu\":\"https://resource.example.org/"
        "protectedresource\","
        "\"iat\":1562262618,\"ath\":\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\"}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"none\"}\n{\"jti\":[[[[{}]]]],\"iat\":-1e400}",
    };
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        emit(context, bytes_of_text(seeds[i]));
}
