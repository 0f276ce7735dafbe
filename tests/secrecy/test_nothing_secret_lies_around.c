/* SPDX-License-Identifier: Apache-2.0 */
/* A phone enrols, signs, mistypes its PIN and renews its halves. Then the database is dumped, all is
 * stopped, and what the phone knows is searched for in the dump, in the logs, and in every file of the service outside
 * the token: nothing is there. And what is there (sealed records) does not open under another token. */
#include "tests/unit/unit.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "common/secret.h"
#include "tests/client/command.h"
#include "tests/client/operator.h"
#include "tests/client/phone.h"
#include "tests/client/place.h"
#include "tests/client/randomness.h"
#include "tests/secrecy/needles.h"
#include "tests/secrecy/protocol_secrets.h"

#define PG_DUMP "/usr/lib/postgresql/15/bin/pg_dump"
#define PIN_DIGITS 24 /* more than anybody types, so that it is not found by chance */
#define BATCH 3

struct run {
    struct stack stack;
    struct needles *secrets;
    struct needles *controls; /* what must be found, so that finding nothing means something */
    struct phone phone;
    struct phone_key key;
    char pin[PIN_DIGITS + 1];
    char dump[256];
};

/* ---- What the phone does ---- */

static void add(struct run *run, const char *name, const void *data, size_t len)
{
    assert_ok(needles_add(run->secrets, name, bytes_of(data, len)));
}

/* The opened answer, then a check of its status. */
static void take_answer(struct run *run, const struct web_answer *answer,
                        const struct device_request *request)
{
    uint8_t memory[FRAME_ANSWER_MAX];
    uint8_t opened_memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    struct buf opened;
    buf_init(&sealed, memory, sizeof(memory));
    buf_init(&opened, opened_memory, sizeof(opened_memory));
    assert_int_equal(answer->status, 200);
    assert_ok(phone_sealed(answer, &sealed));
    assert_ok(device_request_open(request, &opened, buf_bytes(&sealed)));
    secrets_add_message(run->secrets, "an answer", buf_bytes(&opened),
                        bytes_of(run->key.binding.half.P, COSIGN_POINT_SIZE));
}

static void open_account(struct run *run)
{
    char project_id[UUID_TEXT_SIZE];
    char account_id[UUID_TEXT_SIZE];
    uint8_t token[64];
    struct buf b;
    struct activation activation;
    struct web_client *web = operator_connect(&run->stack);
    assert_non_null(web);
    assert_ok(operator_project_add(web, "secrecy", project_id));
    assert_ok(operator_user_add(web, project_id, "Demo User", "1001", account_id, &activation));
    web_client_free(web);
    add(run, "activation code", activation.code, sizeof(activation.code));
    assert_ok(phone_enrol(&run->phone, &run->stack, &activation));
    buf_init(&b, token, sizeof(token));
    assert_ok(base64url_decode(&b, run->phone.token));
    add(run, "session token", token, b.len);
}

static void exchange(struct run *run, const char *resource, const struct device_request *request,
                     struct web_answer *answer, struct buf *sealed)
{
    assert_ok(phone_post(run->phone.web, answer, &run->key, resource, request));
    take_answer(run, answer, request);
    sealed->len = 0;
    assert_ok(phone_sealed(answer, sealed));
}

static void make_key(struct run *run)
{
    const struct device_options options = {.before_box = secrets_take_body, .context = run->secrets};
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    DEVICE_NEW_KEY_DONE struct device_new_key keygen = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct device_binding *binding = &run->key.binding;
    binding->key = run->phone.key;
    memcpy(binding->H_k, run->phone.H_k, sizeof(binding->H_k));
    assert_ok(web_call(run->phone.web, &answer, "POST", "/v1/keys",
                       json_pack("{s:s, s:s}", "algorithm", "sm2", "usage", "sign")));
    (void)snprintf(run->key.key_id, sizeof(run->key.key_id), "%s", web_answer_text(&answer, "key_id"));
    (void)snprintf(run->key.binding_id, sizeof(run->key.binding_id), "%s",
                   web_answer_text(&answer, "binding_id"));
    assert_ok(uuid_parse(binding->key_id, run->key.key_id));
    assert_ok(uuid_parse(binding->binding_id, run->key.binding_id));
    assert_ok(device_new_key_begin(&keygen, binding, &options));
    exchange(run, "keygen/begin", &keygen.begin, &answer, &sealed);
    assert_ok(device_new_key_continue(&keygen, binding, buf_bytes(&sealed), &options));
    /* Before the answer, which holds P, is taken: it is public, and found by design. */
    memcpy(binding->half.P, keygen.state.half.P, COSIGN_POINT_SIZE);
    exchange(run, "keygen/finish", &keygen.finish, &answer, &sealed);
    assert_ok(device_new_key_complete(&keygen, binding, buf_bytes(&sealed)));
    secrets_add_half(run->secrets, "a", &binding->half);
    assert_ok(needles_add(run->controls, "P", bytes_of(binding->half.P, COSIGN_POINT_SIZE)));
    assert_ok(phone_key_certify(&run->phone, &run->key));
}

/* σ is what a phone stores instead of a. */
static void choose_pin(struct run *run)
{
    uint8_t salt[crypto_pwhash_SALTBYTES];
    uint8_t key[COSIGN_PIN_KEY_SIZE];
    uint8_t sigma[COSIGN_SCALAR_SIZE];
    randomness_fill(salt, sizeof(salt));
    for (int i = 0; i < PIN_DIGITS; i++)
        run->pin[i] = (char)('0' + salt[i % (int)sizeof(salt)] % 10);
    randomness_fill(salt, sizeof(salt));
    assert_int_equal(crypto_pwhash(key, sizeof(key), run->pin, PIN_DIGITS, salt, 3, 64u << 20,
                                   crypto_pwhash_ALG_ARGON2ID13),
                     0);
    assert_ok(cosign_pin_hide(sigma, run->key.binding.half.a, key));
    add(run, "PIN", run->pin, PIN_DIGITS);
    add(run, "PIN key", key, sizeof(key));
    add(run, "sigma", sigma, sizeof(sigma));
}

static void sign_batch(struct run *run)
{
    const struct device_options options = {.before_box = secrets_take_body, .context = run->secrets};
    uint8_t digests[BATCH * COSIGN_DIGEST_SIZE];
    uint8_t signatures[BATCH][COSIGN_SIGNATURE_SIZE];
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    randomness_fill(digests, sizeof(digests));
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    assert_ok(device_request_sign(&request, &run->key.binding, bytes_of(digests, sizeof(digests)), &options));
    secrets_add_request(run->secrets, &request);
    exchange(run, "signatures", &request, &answer, &sealed);
    assert_ok(device_request_sign_finish(&request, signatures, buf_bytes(&sealed)));
    for (size_t i = 0; i < BATCH; i++) {
        add(run, "s", signatures[i] + COSIGN_SCALAR_SIZE, COSIGN_SCALAR_SIZE);
        assert_ok(needles_add(run->controls, "r", bytes_of(signatures[i], COSIGN_SCALAR_SIZE)));
    }
    assert_ok(needles_add(run->controls, "E", bytes_of(digests, sizeof(digests))));
}

/* Another PIN is another half. */
static void mistype(struct run *run)
{
    const struct device_options options = {.before_box = secrets_take_body, .context = run->secrets};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    WEB_ANSWER_DONE struct web_answer answer = {0};
    struct device_binding wrong = run->key.binding;
    wrong.half.a[31] ^= 1;
    secrets_add_half(run->secrets, "a of a wrong PIN", &wrong.half);
    assert_ok(device_request_pin_check(&request, &wrong, &options));
    assert_ok(phone_post(run->phone.web, &answer, &run->key, "pin-checks", &request));
    assert_string_equal(web_answer_problem(&answer), "pin-wrong");
}

static void refresh(struct run *run)
{
    const struct device_options options = {.before_box = secrets_take_body, .context = run->secrets};
    uint8_t memory[FRAME_ANSWER_MAX];
    struct buf sealed;
    buf_init(&sealed, memory, sizeof(memory));
    struct device_binding *binding = &run->key.binding;
    struct cosign_device_half next;
    WEB_ANSWER_DONE struct web_answer answer = {0};
    DEVICE_REQUEST_DONE struct device_request request = {0};
    DEVICE_REQUEST_DONE struct device_request check = {0};
    assert_ok(device_request_refresh(&request, &next, binding, &options)); /* t is in the body */
    exchange(run, "refreshes", &request, &answer, &sealed);
    assert_ok(device_request_refresh_finish(&request, &next, binding, buf_bytes(&sealed)));
    binding->half = next;
    binding->generation++;
    secrets_add_half(run->secrets, "a'", &binding->half);
    assert_ok(device_request_pin_check(&check, binding, &options));
    exchange(run, "pin-checks", &check, &answer, &sealed);
}

/* ---- The tests ---- */

static int begin(void **state)
{
    struct run *run = calloc(1, sizeof(*run));
    *state = run;
    if (!run || sodium_init() < 0 || stack_start(&run->stack, NULL))
        return -1;
    run->secrets = needles_new();
    run->controls = needles_new();
    (void)snprintf(run->dump, sizeof(run->dump), "%s/dump.sql", run->stack.directory);
    return run->secrets && run->controls ? 0 : -1;
}

static int end(void **state)
{
    struct run *run = *state;
    needles_free(run->secrets);
    needles_free(run->controls);
    phone_done(&run->phone);
    stack_stop(&run->stack);
    secret_wipe(run, sizeof(*run));
    free(run);
    return 0;
}

static size_t search(const struct run *run, const struct needles *needles, const char *folder, uint64_t *read)
{
    size_t findings = 0;
    const char *const skip[] = {stack_value(&run->stack, "HUFU_TOKEN_DIRECTORY"), NULL};
    assert_ok(needles_search_tree(needles, folder, skip, &findings, NULL, read));
    return findings;
}

/* The dump lies in the stack's folder, logs and data below HUFU_HOME, which may be elsewhere. */
static void nothing_secret_lies_around(void **state)
{
    struct run *run = *state;
    uint64_t read = 0;
    open_account(run);
    make_key(run);
    choose_pin(run);
    sign_batch(run);
    mistype(run);
    refresh(run);
    sign_batch(run);
    char home[256];
    (void)snprintf(home, sizeof(home), "%s", stack_value(&run->stack, "HUFU_HOME"));
    const char *const dump[] = {
        PG_DUMP, "--file", run->dump, "--dbname", stack_value(&run->stack, "HUFU_DATABASE_ADMIN"), NULL};
    assert_ok(command_run(dump, NULL, NULL));
    assert_ok(stack_command(&run->stack, "stop", NULL));
    assert_int_equal(search(run, run->secrets, run->stack.directory, &read), 0);
    assert_int_equal(search(run, run->secrets, home, &read), 0);
    assert_true(read > 16u << 20); /* the database's own files at the least */
    print_message("%zu secrets searched for in %.0f MB\n", needles_count(run->secrets), (double)read / 1e6);
}

static void count_finding(const char *name, const char *form, size_t offset, void *context)
{
    (void)form;
    (void)offset;
    size_t *counts = context;
    counts[name[0] == 'P' ? 0 : name[0] == 'r' ? 1 : 2]++;
}

/* The same search finds what the service is meant to keep: P, each r, each E. */
static void the_search_finds_what_the_dump_does_hold(void **state)
{
    const struct run *run = *state;
    size_t len = 0;
    size_t counts[3] = {0};
    char *dump = place_read(run->dump, &len);
    assert_non_null(dump);
    (void)needles_search(run->controls, bytes_of(dump, len), count_finding, counts);
    free(dump);
    assert_true(counts[0] >= 1);
    assert_int_equal(counts[1], 2 * BATCH);
    assert_int_equal(counts[2], 2);
}

/* The whole database, and every file of hufu-hsm but the token: with a token of its own somebody else has nothing. */
static void records_do_not_open_under_another_token(void **state)
{
    struct run *run = *state;
    uint8_t digest[COSIGN_DIGEST_SIZE] = {0};
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/hsm/initialized", stack_value(&run->stack, "HUFU_HOME"));
    assert_int_equal(unlink(path), 0);
    place_remove_directory(stack_value(&run->stack, "HUFU_TOKEN_DIRECTORY"));
    (void)snprintf(path, sizeof(path), "%s/hsm/state", stack_value(&run->stack, "HUFU_HOME"));
    place_remove_directory(path);
    assert_ok(stack_command(&run->stack, "start", NULL));
    WEB_ANSWER_DONE struct web_answer answer = {0};
    uint8_t signature[1][COSIGN_SIGNATURE_SIZE];
    assert_int_equal(phone_sign(&run->phone, &answer, &run->key, bytes_of(digest, sizeof(digest)), signature),
                     HUFU_ERR_STATE);
    assert_true(answer.status >= 400);
    print_message("refused: %ld %s\n", answer.status, web_answer_problem(&answer));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_secret_lies_around),
        cmocka_unit_test(the_search_finds_what_the_dump_does_hold),
        cmocka_unit_test(records_do_not_open_under_another_token),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
