/* SPDX-License-Identifier: Apache-2.0 */
/* A code for one device: five tries, an end, and a proof by the device's own key. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/clock.h"
#include "server/core/account.h"
#include "server/core/activation.h"
#include "server/core/project.h"
#include "server/store/store.h"
#include "tests/unit/office.h"
#include "tests/unit/unit.h"

static struct project project;
static struct account account;
static struct activation_code code;
static struct activation parsed;
static EVP_PKEY *device;
static struct act act;
static struct activation_out out;

/* What the device posts; filled by prove. */
static struct {
    uint8_t device_key[FRAME_DEVICE_KEY_SIZE], proof[FRAME_SIGNATURE_SIZE];
    uint64_t time_ms;
} post;

static EVP_PKEY *new_device(void)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "prime256v1");
    assert_non_null(key);
    return key;
}

static void sign(EVP_PKEY *key, struct bytes message, uint8_t signature[FRAME_SIGNATURE_SIZE])
{
    uint8_t der[80];
    size_t len = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key), 1);
    assert_int_equal(EVP_DigestSign(context, der, &len, message.data, message.len), 1);
    EVP_MD_CTX_free(context);
    const uint8_t *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)len);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32), 32);
    assert_int_equal(BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32), 32);
    ECDSA_SIG_free(pair);
}

static void prove(EVP_PKEY *key, int64_t late_ms)
{
    uint8_t memory[192];
    struct buf message;
    size_t len = 0;
    post.time_ms = clock_wall_ms() + (uint64_t)late_ms;
    assert_int_equal(
        EVP_PKEY_get_octet_string_param(key, "pub", post.device_key, sizeof post.device_key, &len), 1);
    assert_int_equal(len, sizeof post.device_key);
    buf_init(&message, memory, sizeof memory);
    assert_ok(activation_signed_message(&message, parsed.code, post.device_key, post.time_ms));
    sign(key, buf_bytes(&message), post.proof);
}

static enum hufu_err redeem(void)
{
    act = (struct act){.action = "device.activate"};
    const struct activation_in in = {.code = parsed.code,
                                     .device_key = post.device_key,
                                     .proof = post.proof,
                                     .time_ms = post.time_ms,
                                     .device_name = "phone"};
    return activation_redeem_code(&office.worker, &act, &in, &out);
}

static void assert_refused(enum refusal refusal)
{
    assert_int_equal(redeem(), refusal_error(refusal));
    assert_string_equal(refusal_slug(act.refusal), refusal_slug(refusal));
    static const struct activation_out nothing;
    assert_memory_equal(&out, &nothing, sizeof out);
}

static void new_code(void)
{
    act = office_operator_act("activation.create");
    assert_ok(activation_create(&office.worker, &act, account.account_id, &code));
    assert_ok(activation_parse(&parsed, code.text));
}

static int start(void **state)
{
    if (office_open(state) != 0)
        return 1;
    act = office_operator_act("project.create");
    return project_create(&office.worker, &act, "Activation", &project) != HUFU_OK;
}

static int add_account(void **state)
{
    static int number;
    char work_number[16];
    (void)state;
    key_process_reset();
    EVP_PKEY_free(device);
    device = new_device();
    snprintf(work_number, sizeof work_number, "A-%d", ++number);
    const struct account_in in = {.project = "Activation", .name = "Wang Fang", .work_number = work_number};
    act = office_operator_act("account.create");
    assert_ok(account_create(&office.worker, &act, &in, &account, &code));
    assert_ok(activation_parse(&parsed, code.text));
    prove(device, 0);
    return 0;
}

static int stop(void **state)
{
    EVP_PKEY_free(device);
    return office_close(state);
}

static int64_t events(const char *action, const char *outcome)
{
    char id[UUID_TEXT_SIZE];
    uuid_format(id, account.account_id);
    return database_number(
        &office.database,
        "select count(*) from audit_event where account_id = '%s' and action = '%s' and outcome = '%s'", id,
        action, outcome);
}

static void the_code_names_address_certificate_and_key_of_the_service(void **state)
{
    (void)state;
    uint8_t identity[65], hash[32];
    memset(identity, 0x42, sizeof identity);
    hash_sha256(hash, bytes_of(identity, sizeof identity));
    assert_string_equal(parsed.service.url, "https://service.example");
    assert_true(parsed.service.has_tls_pin);
    assert_memory_equal(parsed.service.identity_hash, hash, sizeof hash);
    assert_true(code.expires_ms > clock_wall_ms() + 86000000);
    assert_true(code.expires_ms < clock_wall_ms() + 86800000);
}

static void a_code_and_a_proof_give_a_session(void **state)
{
    (void)state;
    assert_ok(redeem());
    assert_string_equal(out.project.name, "Activation");
    assert_string_equal(out.account.name, "Wang Fang");
    struct principal principal;
    uint8_t hash[HASH_SIZE];
    hash_sha256(hash, bytes_of(out.session_token, sizeof out.session_token));
    assert_ok(session_identify(&office.worker, &principal, hash));
    assert_memory_equal(principal.device_id, out.device.device_id, UUID_SIZE);
    assert_int_equal(events("device.activate", "ok"), 1);
    hash[0] ^= 1;
    assert_int_equal(session_identify(&office.worker, &principal, hash), HUFU_ERR_UNAUTHENTICATED);
}

static void a_code_serves_one_device(void **state)
{
    (void)state;
    assert_ok(redeem());
    EVP_PKEY *other = new_device();
    prove(other, 0);
    assert_refused(REFUSAL_ACTIVATION_INVALID);
    EVP_PKEY_free(other);
}

static void the_same_device_may_ask_again_and_its_former_session_ends(void **state)
{
    (void)state;
    struct principal principal;
    uint8_t first[HASH_SIZE], device_id[UUID_SIZE];
    assert_ok(redeem());
    hash_sha256(first, bytes_of(out.session_token, sizeof out.session_token));
    memcpy(device_id, out.device.device_id, UUID_SIZE);
    assert_ok(redeem());
    assert_memory_equal(out.device.device_id, device_id, UUID_SIZE);
    assert_int_equal(session_identify(&office.worker, &principal, first), HUFU_ERR_UNAUTHENTICATED);
}

static void a_known_device_gets_a_session_by_a_new_code(void **state)
{
    (void)state;
    uint8_t device_id[UUID_SIZE];
    assert_ok(redeem());
    memcpy(device_id, out.device.device_id, UUID_SIZE);
    new_code();
    prove(device, 0);
    assert_ok(redeem());
    assert_memory_equal(out.device.device_id, device_id, UUID_SIZE);
}

static void a_new_code_replaces_the_old_one(void **state)
{
    (void)state;
    struct activation old = parsed;
    new_code();
    parsed = old;
    assert_refused(REFUSAL_ACTIVATION_INVALID);
}

static void a_device_key_of_another_account_is_a_conflict(void **state)
{
    assert_ok(redeem());
    EVP_PKEY *known = device;
    device = NULL;
    add_account(state);
    prove(known, 0);
    assert_refused(REFUSAL_CONFLICT);
    EVP_PKEY_free(known);
}

static void an_unknown_code_is_refused_in_the_same_way(void **state)
{
    (void)state;
    parsed.code[0] ^= 1;
    assert_refused(REFUSAL_ACTIVATION_INVALID);
    assert_null(act.reason);
    assert_null(act.state);
    assert_false(act.recorded);
    assert_false(act.has_account);
}

static void wrong_proofs_are_counted_and_the_fifth_ends_the_code(void **state)
{
    (void)state;
    for (int tries = 1; tries <= 5; tries++) {
        prove(device, 0);
        post.proof[40] ^= 1;
        assert_refused(REFUSAL_ACTIVATION_INVALID);
        assert_true(act.recorded);
        assert_int_equal(events("device.activate", "activation-invalid"), tries);
    }
    prove(device, 0);
    assert_refused(REFUSAL_ACTIVATION_INVALID);
}

static void after_four_wrong_proofs_a_right_one_still_counts(void **state)
{
    (void)state;
    for (int tries = 0; tries < 4; tries++) {
        prove(device, 0);
        post.device_key[64] ^= 1; /* no point of the curve, either */
        assert_refused(REFUSAL_ACTIVATION_INVALID);
    }
    prove(device, 0);
    assert_ok(redeem());
}

static void a_clock_that_is_off_is_told_the_time_and_costs_no_try(void **state)
{
    (void)state;
    static const int64_t late[] = {-130000, 130000};
    for (int i = 0; i < 6; i++) {
        prove(device, late[i % 2]);
        assert_refused(REFUSAL_FRAME_TIME);
        assert_true(act.service_time_ms > 1700000000000);
    }
    prove(device, 0);
    assert_ok(redeem());
}

static void an_expired_code_is_refused(void **state)
{
    (void)state;
    database_run(&office.database, "update activation set expires_at = clock_timestamp()");
    assert_refused(REFUSAL_ACTIVATION_INVALID);
}

static void a_suspended_account_is_not_activated_and_gets_no_code(void **state)
{
    (void)state;
    act = office_operator_act("account.suspend");
    struct account suspended;
    assert_ok(account_change(&office.worker, &act, account.account_id, ACCOUNT_SUSPEND, &suspended));
    assert_refused(REFUSAL_ACCOUNT_NOT_ACTIVE);
    act = office_operator_act("activation.create");
    assert_int_equal(activation_create(&office.worker, &act, account.account_id, &code), HUFU_ERR_STATE);
    assert_int_equal(act.refusal, REFUSAL_ACCOUNT_NOT_ACTIVE);
}

static void a_frozen_device_does_not_enrol_again(void **state)
{
    (void)state;
    assert_ok(redeem());
    char id[UUID_TEXT_SIZE];
    uuid_format(id, out.device.device_id);
    database_run(&office.database, "update device set state = 'frozen' where device_id = '%s'", id);
    assert_refused(REFUSAL_BINDING_NOT_ACTIVE);
}

static void code_and_token_are_stored_as_hashes_alone(void **state)
{
    (void)state;
    assert_ok(redeem());
    char code_hex[33], token_hex[65];
    hex_encode(code_hex, sizeof code_hex, bytes_of(parsed.code, sizeof parsed.code));
    hex_encode(token_hex, sizeof token_hex, bytes_of(out.session_token, sizeof out.session_token));
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from activation a where a::text like '%%%s%%'",
                                     code_hex),
                     0);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from session s where s::text like '%%%s%%'", token_hex),
                     0);
    assert_int_equal(database_number(&office.database,
                                     "select count(*) from session where token_hash = sha256('\\x%s')",
                                     token_hex),
                     1);
}

static void with_the_key_process_away_no_account_is_made(void **state)
{
    (void)state;
    key_process.err = HUFU_ERR_AWAY;
    const struct account_in in = {.project = "Activation", .name = "Nobody", .work_number = "away"};
    act = office_operator_act("account.create");
    assert_int_equal(account_create(&office.worker, &act, &in, &account, &code), HUFU_ERR_AWAY);
    assert_int_equal(
        database_number(&office.database, "select count(*) from account where work_number = 'away'"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, add_account)
    const struct CMUnitTest tests[] = {
        TEST(the_code_names_address_certificate_and_key_of_the_service),
        TEST(a_code_and_a_proof_give_a_session),
        TEST(a_code_serves_one_device),
        TEST(the_same_device_may_ask_again_and_its_former_session_ends),
        TEST(a_known_device_gets_a_session_by_a_new_code),
        TEST(a_new_code_replaces_the_old_one),
        TEST(a_device_key_of_another_account_is_a_conflict),
        TEST(an_unknown_code_is_refused_in_the_same_way),
        TEST(wrong_proofs_are_counted_and_the_fifth_ends_the_code),
        TEST(after_four_wrong_proofs_a_right_one_still_counts),
        TEST(a_clock_that_is_off_is_told_the_time_and_costs_no_try),
        TEST(an_expired_code_is_refused),
        TEST(a_suspended_account_is_not_activated_and_gets_no_code),
        TEST(a_frozen_device_does_not_enrol_again),
        TEST(code_and_token_are_stored_as_hashes_alone),
        TEST(with_the_key_process_away_no_account_is_made),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
