/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists: what is signed, and what is refused. OpenSSL judges. */
#include "tests/unit/unit.h"

#include <openssl/x509v3.h>

#include "common/clock.h"
#include "hsm/certificate.h"
#include "hsm/owned.h"
#include "tests/unit/hsm_chain.h"

#define DAY_MS 86400000ull

static struct hsm_room room;

static int start(void **state)
{
    (void)state;
    hsm_room_start(&room, "sm2,p256,rsa", NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    hsm_room_stop(&room);
    return 0;
}

static enum hufu_err call_crl_of(struct hsm_reply *reply, const char *ca, struct bytes revoked,
                                 uint64_t this_ms, uint64_t next_ms)
{
    uint8_t number[8], from[8], until[8];
    const struct bytes fields[] = {bytes_of_text(ca), hsm_u64(number, 42), hsm_u64(from, this_ms),
                                   hsm_u64(until, next_ms), revoked};
    assert_true(hsm_room_call(&room, reply, "crl/issue", fields, 5));
    return reply->error;
}

static enum hufu_err call_crl(struct hsm_reply *reply, const char *ca, struct bytes revoked, uint64_t next_ms)
{
    return call_crl_of(reply, ca, revoked, clock_wall_ms(), next_ms);
}

static void put_revoked(struct buf *out, uint8_t fill, uint32_t reason)
{
    uint8_t serial[CERTIFICATE_SERIAL_SIZE];
    memset(serial, fill, sizeof(serial));
    buf_put_field(out, serial, sizeof(serial));
    buf_put_field_u64(out, clock_wall_ms());
    buf_put_field_u32(out, reason);
}

/* facts: OpenSSL's own CRL verification knows only the empty identity. */
static bool crl_verifies(X509_CRL *crl, X509 *issuing, bool is_sm2)
{
    const ASN1_BIT_STRING *signature = NULL;
    const X509_ALGOR *algorithm = NULL;
    EVP_PKEY *public_key = X509_get0_pubkey(issuing);
    if (!is_sm2)
        return X509_CRL_verify(crl, public_key) == 1;
    X509_CRL_get0_signature(crl, &signature, &algorithm);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = EVP_PKEY_CTX_new(public_key, NULL);
    assert_true(EVP_PKEY_CTX_set1_id(key_ctx, COSIGN_GM_IDENTITY, 16) > 0);
    EVP_MD_CTX_set_pkey_ctx(ctx, key_ctx);
    unsigned char *tbs = NULL;
    int tbs_len = i2d_re_X509_CRL_tbs(crl, &tbs);
    bool verified =
        EVP_DigestVerifyInit(ctx, NULL, EVP_sm3(), NULL, public_key) > 0 &&
        EVP_DigestVerify(ctx, signature->data, (size_t)signature->length, tbs, (size_t)tbs_len) == 1;
    OPENSSL_free(tbs);
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_CTX_free(key_ctx);
    return verified;
}

static void list_of(const char *ca)
{
    uint8_t memory[256];
    struct buf revoked;
    struct hsm_reply reply;
    buf_init(&revoked, memory, sizeof(memory));
    put_revoked(&revoked, 0x22, 1);
    put_revoked(&revoked, 0x11, 0);
    assert_ok(call_crl(&reply, ca, buf_bytes(&revoked), clock_wall_ms() + DAY_MS));
    const unsigned char *at = reply.fields[0].data;
    OWNED(X509_CRL) *crl = d2i_X509_CRL(NULL, &at, (long)reply.fields[0].len);
    assert_non_null(crl);
    assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl)), 2);
    OWNED(X509) *issuing = NULL;
    OWNED(X509) *root = NULL;
    hsm_chain_get(&room, ca, &issuing, &root);
    assert_true(crl_verifies(crl, issuing, strcmp(ca, "sm2") == 0));
    assert_false(crl_verifies(crl, root, strcmp(ca, "sm2") == 0));
}

static void every_authority_signs_revocation_lists(void **state)
{
    (void)state;
    list_of("sm2");
    list_of("p256");
    list_of("rsa");
}

static void malformed_revocation_is_refused(void **state)
{
    (void)state;
    uint8_t memory[256];
    struct buf revoked;
    struct hsm_reply reply;
    uint64_t next = clock_wall_ms() + DAY_MS;
    for (uint32_t reason = 7; reason < 12; reason++) {
        buf_init(&revoked, memory, sizeof(memory));
        put_revoked(&revoked, 0x22, reason);
        enum hufu_err expected = reason == 9 || reason == 10 ? HUFU_OK : HUFU_ERR_FORM;
        assert_int_equal(call_crl(&reply, "sm2", buf_bytes(&revoked), next), expected);
    }
    for (size_t cut = 1; cut < revoked.len; cut++)
        assert_int_equal(call_crl(&reply, "sm2", bytes_of(memory, cut), next), HUFU_ERR_FORM);
    assert_int_equal(call_crl(&reply, "sm2", bytes_of(NULL, 0), 0), HUFU_ERR_POLICY);
    assert_int_equal(call_crl(&reply, "md5", bytes_of(NULL, 0), next), HUFU_ERR_NOT_FOUND);
}

/* A list for later would hide what is revoked until then. */
static void revocation_list_of_another_time_is_refused(void **state)
{
    (void)state;
    struct hsm_reply reply;
    uint64_t now = clock_wall_ms();
    const uint64_t refused[][2] = {
        {now + 2 * DAY_MS, now + 9 * DAY_MS}, {now, now + 36 * DAY_MS}, {now, now}, {now, now - DAY_MS}};
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(call_crl_of(&reply, "sm2", bytes_of(NULL, 0), refused[i][0], refused[i][1]),
                         HUFU_ERR_POLICY);
    assert_ok(call_crl_of(&reply, "sm2", bytes_of(NULL, 0), now + DAY_MS / 2, now + 35 * DAY_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_authority_signs_revocation_lists),
        cmocka_unit_test(malformed_revocation_is_refused),
        cmocka_unit_test(revocation_list_of_another_time_is_refused),
    };
    return cmocka_run_group_tests_name("hsm_crl", tests, start, stop);
}
