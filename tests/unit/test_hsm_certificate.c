/* SPDX-License-Identifier: Apache-2.0 */
/* cert/issue, crl/issue, ca/chain. Certificates are judged by OpenSSL's library and by its command. */
#include "tests/unit/unit.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "common/clock.h"
#include "hsm/certificate.h"
#include "hsm/csr.h"
#include "hsm/owned.h"
#include "tests/client/certificate_request.h"
#include "tests/client/command.h"
#include "tests/client/place.h"
#include "tests/unit/hsm_chain.h"

#define DAY_MS 86400000ull
#define ISSUE_FIELDS 11

static struct hsm_room room;
static struct hsm_key key;

/* CN=Test, and CN=Tess: DER Names that differ in one byte. */
static const uint8_t subject[] = {0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55,
                                  0x04, 0x03, 0x0c, 0x04, 'T',  'e',  's',  't'};
static const uint8_t other_subject[] = {0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 0x06, 0x03, 0x55,
                                        0x04, 0x03, 0x0c, 0x04, 'T',  'e',  's',  's'};

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "sm2,p256,rsa", NULL);
    hsm_key_make(&room, &key, FRAME_ALLOW_SIGN);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_key_free(&key);
    hsm_room_stop(&room);
    return 0;
}

/* ---- Requests ---- */

/* One cert/issue, field by field, so that a test can spoil any of them. */
struct issue {
    const char *ca;
    struct bytes key_id, subject;
    uint8_t csr_memory[CERTIFICATE_REQUEST_MAX];
    struct bytes csr;
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    uint64_t from_ms, until_ms;
    uint32_t generation;
    struct bytes sealed;
};

static void make_csr(struct issue *issue, const struct hsm_key *signer, const uint8_t *P, struct bytes name)
{
    uint8_t memory[CERTIFICATE_REQUEST_MAX], digest[COSIGN_DIGEST_SIZE], signature[COSIGN_SIGNATURE_SIZE];
    struct buf info, request;
    buf_init(&info, memory, sizeof(memory));
    buf_init(&request, issue->csr_memory, sizeof(issue->csr_memory));
    assert_ok(certificate_request_begin(&info, P, name));
    assert_ok(cosign_message_digest(digest, bytes_of_text(COSIGN_GM_IDENTITY), signer->P, buf_bytes(&info)));
    assert_ok(hsm_key_sign_digest(&room, signer, digest, signature));
    assert_ok(certificate_request_finish(&request, buf_bytes(&info), signature));
    issue->csr = buf_bytes(&request);
}

static void good_issue(struct issue *issue, const char *ca)
{
    *issue = (struct issue){.ca = ca,
                            .key_id = bytes_of(key.binding.key_id, FRAME_ID_SIZE),
                            .subject = bytes_of(subject, sizeof(subject)),
                            .from_ms = clock_wall_ms() - DAY_MS / 2,
                            .until_ms = clock_wall_ms() + 365 * DAY_MS,
                            .sealed = hsm_key_sealed(&key)};
    memset(issue->serial, 0x11, sizeof(issue->serial));
    make_csr(issue, &key, key.P, issue->subject);
}

static enum hufu_err call_issue(struct hsm_reply *reply, const struct issue *issue)
{
    uint8_t generation[4], from[8], until[8];
    const struct bytes fields[ISSUE_FIELDS] = {bytes_of_text(issue->ca),
                                               bytes_of(room.project, FRAME_ID_SIZE),
                                               issue->key_id,
                                               bytes_of(key.binding.binding_id, FRAME_ID_SIZE),
                                               hsm_u32(generation, issue->generation),
                                               issue->sealed,
                                               issue->csr,
                                               issue->subject,
                                               bytes_of(issue->serial, sizeof(issue->serial)),
                                               hsm_u64(from, issue->from_ms),
                                               hsm_u64(until, issue->until_ms)};
    assert_true(hsm_room_call(&room, reply, "cert/issue", fields, ISSUE_FIELDS));
    return reply->error;
}

static void expect_refusal(const struct issue *issue, enum hufu_err err)
{
    struct hsm_reply reply;
    assert_int_equal(call_issue(&reply, issue), err);
}

/* ---- Judges ---- */

static bool library_verifies(X509 *leaf, X509 *issuing, X509 *root)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    assert_true(store && ctx && untrusted && X509_STORE_add_cert(store, root) &&
                sk_X509_push(untrusted, issuing) > 0 && X509_STORE_CTX_init(ctx, store, leaf, untrusted));
    X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(ctx), X509_V_FLAG_X509_STRICT);
    bool verified = X509_verify_cert(ctx) == 1;
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    sk_X509_free(untrusted);
    return verified;
}

static void write_pem(const char *name, X509 *certificate)
{
    char path[HSM_ROOM_PATH_MAX + 32];
    (void)snprintf(path, sizeof(path), "%.100s/%s.pem", room.directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(PEM_write_X509(file, certificate));
    assert_int_equal(fclose(file), 0);
}

#define ARGUMENTS_MAX 12

/* openssl verify …; true when it exits with 0. Words that end in .pem are files of the room's folder. */
static bool command_verifies(const char *const *words)
{
    static char paths[ARGUMENTS_MAX][HSM_ROOM_PATH_MAX];
    const char *argv[ARGUMENTS_MAX + 4] = {"/usr/bin/openssl", "verify", "-x509_strict"};
    char log[HSM_ROOM_PATH_MAX];
    (void)snprintf(log, sizeof(log), "%.100s/openssl.log", room.directory);
    for (size_t i = 0; words[i]; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "%.100s/%.40s", room.directory, words[i]);
        argv[i + 3] = strstr(words[i], ".pem") ? paths[i] : words[i];
    }
    return command_run(argv, NULL, log) == HUFU_OK;
}

static void check_profile(X509 *leaf, uint32_t key_usage)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(leaf);
    uint8_t expected[CERTIFICATE_SERIAL_SIZE], der[64], *at = der;
    memset(expected, 0x11, sizeof(expected));
    assert_int_equal(ASN1_STRING_length(serial), sizeof(expected));
    assert_memory_equal(ASN1_STRING_get0_data(serial), expected, sizeof(expected));
    assert_int_equal(i2d_X509_NAME(X509_get_subject_name(leaf), &at), sizeof(subject));
    assert_memory_equal(der, subject, sizeof(subject));
    assert_int_equal(X509_get_version(leaf), X509_VERSION_3);
    assert_int_equal(X509_check_ca(leaf), 0);
    assert_int_equal(X509_get_key_usage(leaf), key_usage);
    assert_non_null(X509_get0_subject_key_id(leaf));
    assert_non_null(X509_get0_authority_key_id(leaf));
    assert_int_equal(X509_get_ext_count(leaf), 4);
    for (int i = 0; i < 2; i++) {
        int nid = i ? NID_key_usage : NID_basic_constraints;
        assert_true(X509_EXTENSION_get_critical(X509_get_ext(leaf, X509_get_ext_by_NID(leaf, nid, -1))));
    }
}

static void issue_and_verify(const char *ca, const char *const *command)
{
    struct issue issue;
    struct hsm_reply reply;
    good_issue(&issue, ca);
    assert_ok(call_issue(&reply, &issue));
    OWNED(X509) *leaf = hsm_chain_parse(reply.fields[0]);
    OWNED(X509) *issuing = NULL;
    OWNED(X509) *root = NULL;
    hsm_chain_get(&room, ca, &issuing, &root);
    check_profile(leaf, KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
    if (strcmp(ca, "sm2") == 0)
        hsm_chain_name_identity(leaf);
    assert_true(library_verifies(leaf, issuing, root));
    write_pem("leaf", leaf);
    write_pem("issuing", issuing);
    write_pem("root", root);
    assert_true(command_verifies(command));
}

/* ---- Tests ---- */

static void sm2_authority_issues_what_openssl_verifies(void **state)
{
    (void)state;
    /* The command names the identity on the last certificate alone, hence one link at a time. */
    const char *const leaf[] = {
        "-vfyopt", "distid:1234567812345678", "-partial_chain", "-trusted", "issuing.pem", "leaf.pem", NULL};
    const char *const issuing[] = {"-vfyopt", "distid:1234567812345678", "-CAfile", "root.pem", "issuing.pem",
                                   NULL};
    const char *const no_identity[] = {"-partial_chain", "-trusted", "issuing.pem", "leaf.pem", NULL};
    issue_and_verify("sm2", leaf);
    assert_true(command_verifies(issuing));
    assert_false(command_verifies(no_identity));
}

static const char *const whole_chain[] = {"-CAfile",     "root.pem", "-untrusted",
                                          "issuing.pem", "leaf.pem", NULL};

static void p256_authority_in_the_token_issues_what_openssl_verifies(void **state)
{
    (void)state;
    issue_and_verify("p256", whole_chain);
}

static void rsa_authority_in_the_token_issues_what_openssl_verifies(void **state)
{
    (void)state;
    issue_and_verify("rsa", whole_chain);
}

static void key_for_decryption_gets_no_signing_usage(void **state)
{
    (void)state;
    SIGNER_DONE struct signer signer = {0};
    OWNED(EVP_PKEY) *public_key = signer_public_key(key.P);
    OWNED(X509) *issuing = NULL;
    OWNED(X509) *root = NULL;
    uint8_t memory[CERTIFICATE_DER_MAX];
    struct buf der;
    hsm_chain_get(&room, "p256", &issuing, &root);
    const struct certificate_terms terms = {.profile = CERTIFICATE_DECRYPT,
                                            .subject = bytes_of(subject, sizeof(subject)),
                                            .serial = {1},
                                            .not_after_ms = clock_wall_ms(),
                                            .key = public_key,
                                            .issuer = issuing};
    buf_init(&der, memory, sizeof(memory));
    assert_ok(signer_from_token(&signer, room.hsm.token, 0, TOKEN_KEY_P256_ISSUING));
    assert_ok(certificate_make(&der, &terms, &signer));
    OWNED(X509) *leaf = hsm_chain_parse(buf_bytes(&der));
    assert_int_equal(X509_get_key_usage(leaf), KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT | KU_KEY_AGREEMENT);
    assert_int_equal(X509_check_ca(leaf), 0);
}

static void unknown_authority_is_not_found(void **state)
{
    (void)state;
    struct issue issue;
    struct hsm_reply reply;
    const struct bytes name = bytes_of_text("md5");
    good_issue(&issue, "md5");
    expect_refusal(&issue, HUFU_ERR_NOT_FOUND);
    assert_true(hsm_room_call(&room, &reply, "ca/chain", &name, 1));
    assert_int_equal(reply.error, HUFU_ERR_NOT_FOUND);
}

static void request_for_another_key_is_refused(void **state)
{
    (void)state;
    struct hsm_key other;
    struct issue issue;
    hsm_key_make(&room, &other, FRAME_ALLOW_SIGN);
    good_issue(&issue, "sm2");
    make_csr(&issue, &other, other.P, issue.subject);
    expect_refusal(&issue, HUFU_ERR_SIGNATURE);
    make_csr(&issue, &key, other.P, issue.subject); /* signed by the right one, but naming the other */
    expect_refusal(&issue, HUFU_ERR_SIGNATURE);
    hsm_key_free(&other);
}

static void request_that_another_key_signed_is_refused(void **state)
{
    (void)state;
    struct hsm_key other;
    struct issue issue;
    hsm_key_make(&room, &other, FRAME_ALLOW_SIGN);
    good_issue(&issue, "sm2");
    make_csr(&issue, &other, key.P, issue.subject);
    expect_refusal(&issue, HUFU_ERR_SIGNATURE);
    hsm_key_free(&other);
}

static void subject_that_was_not_approved_is_refused(void **state)
{
    (void)state;
    struct issue issue;
    good_issue(&issue, "sm2");
    make_csr(&issue, &key, key.P, bytes_of(other_subject, sizeof(other_subject)));
    expect_refusal(&issue, HUFU_ERR_POLICY);
}

static void damaged_request_gets_no_certificate(void *context, struct bytes damaged)
{
    struct issue *issue = context;
    OWNED(EVP_PKEY) *public_key = signer_public_key(key.P);
    assert_int_not_equal(csr_check(damaged, public_key, bytes_of(NULL, 0), issue->subject), HUFU_OK);
}

static void request_damaged_anywhere_is_refused(void **state)
{
    (void)state;
    struct issue issue;
    OWNED(EVP_PKEY) *public_key = signer_public_key(key.P);
    good_issue(&issue, "sm2");
    assert_ok(csr_check(issue.csr, public_key, bytes_of(NULL, 0), issue.subject));
    for_each_damage(issue.csr, damaged_request_gets_no_certificate, &issue);
}

static void record_of_another_place_is_refused(void **state)
{
    (void)state;
    static const uint8_t elsewhere[FRAME_ID_SIZE] = {1};
    struct issue issue;
    good_issue(&issue, "sm2");
    issue.key_id = bytes_of(elsewhere, sizeof(elsewhere));
    expect_refusal(&issue, HUFU_ERR_RECORD);
    good_issue(&issue, "sm2");
    issue.generation = 1;
    expect_refusal(&issue, HUFU_ERR_RECORD);
}

static void serial_that_is_not_positive_is_refused(void **state)
{
    (void)state;
    struct issue issue;
    good_issue(&issue, "sm2");
    issue.serial[0] = 0x80;
    expect_refusal(&issue, HUFU_ERR_FORM);
    memset(issue.serial, 0, sizeof(issue.serial));
    expect_refusal(&issue, HUFU_ERR_FORM);
}

static void validity_beyond_the_profile_is_refused(void **state)
{
    (void)state;
    uint64_t now = clock_wall_ms();
    const uint64_t windows[][2] = {{now, now + 732 * DAY_MS},
                                   {now - 2 * DAY_MS, now + DAY_MS},
                                   {now + DAY_MS, now},
                                   {now + 2 * DAY_MS, now + 30 * DAY_MS},
                                   {now + 3300 * DAY_MS, now + 3700 * DAY_MS}};
    struct issue issue;
    good_issue(&issue, "sm2");
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        issue.from_ms = windows[i][0];
        issue.until_ms = windows[i][1];
        expect_refusal(&issue, HUFU_ERR_POLICY);
    }
}

static void authorities_are_the_same_after_a_restart(void **state)
{
    (void)state;
    OWNED(X509) *before = NULL;
    OWNED(X509) *after = NULL;
    OWNED(X509) *root = NULL;
    OWNED(X509) *root_again = NULL;
    hsm_chain_get(&room, "p256", &before, &root);
    hsm_room_restart(&room);
    hsm_chain_get(&room, "p256", &after, &root_again);
    assert_int_equal(X509_cmp(before, after), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sm2_authority_issues_what_openssl_verifies),
        cmocka_unit_test(p256_authority_in_the_token_issues_what_openssl_verifies),
        cmocka_unit_test(rsa_authority_in_the_token_issues_what_openssl_verifies),
        cmocka_unit_test(key_for_decryption_gets_no_signing_usage),
        cmocka_unit_test(unknown_authority_is_not_found),
        cmocka_unit_test(request_for_another_key_is_refused),
        cmocka_unit_test(request_that_another_key_signed_is_refused),
        cmocka_unit_test(subject_that_was_not_approved_is_refused),
        cmocka_unit_test(request_damaged_anywhere_is_refused),
        cmocka_unit_test(record_of_another_place_is_refused),
        cmocka_unit_test(serial_that_is_not_positive_is_refused),
        cmocka_unit_test(validity_beyond_the_profile_is_refused),
        cmocka_unit_test(authorities_are_the_same_after_a_restart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
