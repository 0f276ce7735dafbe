/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs (server/http/dpop.h). What is taken lies within its text and says what was expected of it. */
#include <stdlib.h>
#include <string.h>

#include "server/http/dpop.h"
#include "tests/fuzz/fuzz.h"

#define TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct dpop_request request = {.method = "GET",
                                                .service_url = "https://resource.example.org",
                                                .path = "/protectedresource",
                                                .token = TOKEN};
    struct dpop_proof proof;
    char *text = malloc(size + 1); /* of exactly its size */
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    enum hufu_err err = dpop_read(&proof, text, &request);
    FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_FORM || err == HUFU_ERR_POLICY);
    if (err == HUFU_OK) {
        FUZZ_CHECK(strlen(text) <= DPOP_TEXT_MAX && proof.issued_s >= 0 && proof.key[0] == 4);
        FUZZ_CHECK((const char *)proof.signed_part.data == text &&
                   proof.signed_part.len + 87 == strlen(text));
    } else {
        FUZZ_CHECK(proof.signed_part.data == NULL && proof.key[0] == 0);
    }
    free(text);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    /* RFC 9449 §7.1, figure 12; and the same with a header of algorithm none. */
    static const char claims[] =
        ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9y"
        "Zy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9h"
        "Tnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-j"
        "fxSYoMxhAJpLjA";
    static const char *const headers[] = {
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklD"
        "UkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2"
        "R1JEQSIsImNydiI6IlAtMjU2In19",
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUifQ",
    };
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        char text[1024];
        size_t len = strlen(headers[i]);
        memcpy(text, headers[i], len);
        memcpy(text + len, claims, sizeof(claims) - 1);
        emit(context, bytes_of(text, len + sizeof(claims) - 1));
    }
}
