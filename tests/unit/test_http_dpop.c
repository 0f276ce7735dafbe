/* SPDX-License-Identifier: Apache-2.0 */
/* DPoP proofs: RFC 9449's own example, everything that is none, and everything that is for another request. */
#include <stdio.h>

#include "common/encoding.h"
#include "server/core/device_key.h"
#include "server/http/dpop.h"
#include "tests/unit/unit.h"

/* RFC 9449 §7.1, figure 12. */
#define RFC_TOKEN "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
#define RFC_PROOF                                                                                     \
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUkl" \
    "DUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2" \
    "R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0" \
    "cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlV" \
    "IeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPTo" \
    "A1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"

static const struct dpop_request rfc_request = {
    .method = "GET",
    .service_url = "https://resource.example.org",
    .path = "/protectedresource",
    .token = RFC_TOKEN,
};

#define X "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"
#define Y "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
#define JWK "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\",\"y\":\"" Y "\"}"
#define HEADER "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"," JWK "}"
#define CLAIMS_BUT(jti, htm, htu, iat, ath) "{" jti htm htu iat ath "}"
#define JTI "\"jti\":\"e1j3V_bKic8-LAEB\""
#define HTM ",\"htm\":\"GET\""
#define HTU ",\"htu\":\"https://resource.example.org/protectedresource\""
#define IAT ",\"iat\":1562262618"
#define ATH ",\"ath\":\"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo\""
#define CLAIMS CLAIMS_BUT(JTI, HTM, HTU, IAT, ATH)

/* A proof of these parts, whose signature is none: the form is all that is looked at here. */
static const char *proof_of(const char *header, const char *claims)
{
    static char text[8192], first[2048], second[4096], third[128];
    uint8_t signature[64] = {1};
    base64url_encode(first, sizeof first, bytes_of_text(header));
    base64url_encode(second, sizeof second, bytes_of_text(claims));
    base64url_encode(third, sizeof third, bytes_of(signature, sizeof signature));
    snprintf(text, sizeof text, "%s.%s.%s", first, second, third);
    return text;
}

static enum hufu_err read_parts(struct dpop_proof *proof, const char *header, const char *claims)
{
    return dpop_read(proof, proof_of(header, claims), &rfc_request);
}

static void the_example_of_the_rfc_is_read_and_verifies(void **state)
{
    (void)state;
    struct dpop_proof proof;
    assert_ok(dpop_read(&proof, RFC_PROOF, &rfc_request));
    assert_int_equal(proof.issued_s, 1562262618);
    assert_int_equal(proof.key[0], 4);
    assert_int_equal(proof.signed_part.len, strlen(RFC_PROOF) - 87);
    uint8_t jti[HASH_SIZE];
    hash_sha256(jti, bytes_of_text("e1j3V_bKic8-LAEB"));
    assert_memory_equal(proof.jti_hash, jti, sizeof jti);
    assert_ok(device_key_verify_var(proof.key, proof.signed_part, proof.signature));
}

static void a_proof_for_another_request_is_refused(void **state)
{
    (void)state;
    struct dpop_request others[] = {rfc_request, rfc_request, rfc_request, rfc_request,
                                    rfc_request, rfc_request, rfc_request};
    others[0].method = "POST";
    others[1].method = "get";
    others[2].service_url = "https://resource.example.com";
    others[3].path = "/protectedresource/";
    others[4].path = "/protectedresourc";
    others[5].token = RFC_TOKEN "x";
    others[6].token = "";
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct dpop_proof proof;
        assert_int_equal(dpop_read(&proof, RFC_PROOF, &others[i]), HUFU_ERR_POLICY);
        assert_null(proof.signed_part.data);
    }
}

static void parts_of_the_right_form_are_taken(void **state)
{
    (void)state;
    struct dpop_proof proof;
    assert_ok(read_parts(&proof, HEADER, CLAIMS));
    /* What others may add without harm. */
    assert_ok(read_parts(&proof, "{\"kid\":\"1\",\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"," JWK "}", CLAIMS));
    assert_ok(read_parts(&proof, HEADER, "{\"nonce\":\"1\"," JTI HTM HTU IAT ATH "}"));
}

static void a_header_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "{\"typ\":\"dpop+jwt\",\"alg\":\"none\"," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\"," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES384\"," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"es256\"," JWK "}",
        "{\"typ\":\"dpop+jwt\"," JWK "}",
        "{\"typ\":\"JWT\",\"alg\":\"ES256\"," JWK "}",
        "{\"alg\":\"ES256\"," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":null}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":\"" X "\"}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"crit\":[]," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"alg\":\"ES256\"," JWK "}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" X
        "\",\"y\":\"" Y "\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"" X
        "\",\"y\":\"" Y "\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"" X
        "\",\"y\":\"" Y "\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X "\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X
        "AA\",\"y\":\"" Y "\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" X
        "\",\"y\":\"" Y "\",\"d\":\"" X "\"}}",
        "[]",
        "",
        "{}x",
        "null",
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        struct dpop_proof proof;
        if (read_parts(&proof, headers[i], CLAIMS) != HUFU_ERR_FORM)
            fail_msg("taken: %s", headers[i]);
    }
}

static void claims_that_lack_or_garble_something_are_refused(void **state)
{
    (void)state;
    static const char *const claims[] = {
        "{" HTM HTU IAT ATH "}",
        CLAIMS_BUT(JTI, "", HTU, IAT, ATH),
        CLAIMS_BUT(JTI, HTM, "", IAT, ATH),
        CLAIMS_BUT(JTI, HTM, HTU, "", ATH),
        CLAIMS_BUT(JTI, HTM, HTU, IAT, ""),
        CLAIMS_BUT("\"jti\":\"\"", HTM, HTU, IAT, ATH),
        CLAIMS_BUT("\"jti\":17", HTM, HTU, IAT, ATH),
        CLAIMS_BUT(JTI, HTM, HTU, ",\"iat\":\"1562262618\"", ATH),
        CLAIMS_BUT(JTI, HTM, HTU, ",\"iat\":1562262618.5", ATH),
        CLAIMS_BUT(JTI, HTM, HTU, ",\"iat\":-1", ATH),
        CLAIMS_BUT(JTI, HTM, HTU, ",\"iat\":99999999999999999999", ATH),
        CLAIMS_BUT(JTI, HTM, HTU, IAT, ",\"ath\":null"),
        CLAIMS_BUT(JTI, HTM, HTU, IAT, ATH IAT),
        "[" JTI "]",
        "",
    };
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct dpop_proof proof;
        if (read_parts(&proof, HEADER, claims[i]) != HUFU_ERR_FORM)
            fail_msg("taken: %s", claims[i]);
    }
}

static void an_identifier_has_a_limit(void **state)
{
    (void)state;
    struct dpop_proof proof;
    char claims[1024];
    for (int len = DPOP_JTI_MAX - 1; len <= DPOP_JTI_MAX + 1; len++) {
        snprintf(claims, sizeof claims, "{\"jti\":\"%0*d\"" HTM HTU IAT ATH "}", len, 7);
        assert_int_equal(read_parts(&proof, HEADER, claims), len <= DPOP_JTI_MAX ? HUFU_OK : HUFU_ERR_FORM);
    }
}

/* A claim that nobody looks at fills the proof up. */
static void a_proof_has_a_limit(void **state)
{
    (void)state;
    static char claims[4096];
    size_t taken = 0, refused = 0;
    for (int more = 1; more < 1800; more++) {
        struct dpop_proof proof;
        snprintf(claims, sizeof claims, "{" JTI HTM HTU IAT ATH ",\"x\":\"%0*d\"}", more, 7);
        const char *text = proof_of(HEADER, claims);
        bool fits = strlen(text) <= DPOP_TEXT_MAX;
        assert_int_equal(dpop_read(&proof, text, &rfc_request), fits ? HUFU_OK : HUFU_ERR_FORM);
        *(fits ? &taken : &refused) += 1;
    }
    assert_true(taken > 500 && refused > 500);
}

static void what_is_not_three_parts_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        RFC_PROOF ".",
        "." RFC_PROOF,
        RFC_PROOF "=",
        " " RFC_PROOF,
        RFC_PROOF RFC_PROOF,
        RFC_PROOF ", " RFC_PROOF,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct dpop_proof proof;
        if (dpop_read(&proof, texts[i], &rfc_request) != HUFU_ERR_FORM)
            fail_msg("taken: %s", texts[i]);
    }
}

static void refuse_damaged(void *context, struct bytes damaged)
{
    (void)context;
    char *text = malloc(damaged.len + 1);
    assert_non_null(text);
    memcpy(text, damaged.data, damaged.len);
    text[damaged.len] = '\0';
    struct dpop_proof proof;
    enum hufu_err err = dpop_read(&proof, text, &rfc_request);
    if (err == HUFU_OK)
        err = device_key_verify_var(proof.key, proof.signed_part, proof.signature);
    assert_int_not_equal(err, HUFU_OK);
    free(text);
}

static void every_truncation_and_every_flipped_bit_is_refused(void **state)
{
    (void)state;
    for_each_damage(bytes_of_text(RFC_PROOF), refuse_damaged, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_rfc_is_read_and_verifies),
        cmocka_unit_test(a_proof_for_another_request_is_refused),
        cmocka_unit_test(parts_of_the_right_form_are_taken),
        cmocka_unit_test(a_header_that_is_none_is_refused),
        cmocka_unit_test(claims_that_lack_or_garble_something_are_refused),
        cmocka_unit_test(an_identifier_has_a_limit),
        cmocka_unit_test(a_proof_has_a_limit),
        cmocka_unit_test(what_is_not_three_parts_is_refused),
        cmocka_unit_test(every_truncation_and_every_flipped_bit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
