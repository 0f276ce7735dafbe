/* SPDX-License-Identifier: Apache-2.0 */
/* The token: its keys, its failures and its return, on SoftHSM2 behind a module that fails on demand. */
#include "tests/unit/unit.h"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include "common/clock.h"
#include "hsm/destruction.h"
#include "tests/unit/hsm_flaky.h"

#define THREADS 2 /* as many as the room has sessions */
#define ROUNDS 60
/* Values of PKCS#11. */
#define DEVICE_ERROR 0x30
#define AEAD_DECRYPT_FAILED 0x35
#define SIGNATURE_INVALID 0xc0
#define VENDOR_DEFINED 0x80000001
#define PAUSE_US 300000 /* longer than that after a failed re-opening */

static struct hsm_room room;
static struct hsm_key key;
static struct flaky *flaky;
static flaky_look_function *flaky_look;
static flaky_plant_function *flaky_plant;
static flaky_weed_function *flaky_weed;

/* C17 has no cast from object to function pointer. */
static void find_function(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    assert_non_null(symbol);
    memcpy(function, &symbol, sizeof(symbol));
}

static int start(void **state)
{
    (void)state;
    void *library = NULL;
    flaky = hsm_flaky_start(&room, &library);
    find_function(library, "flaky_look", &flaky_look);
    find_function(library, "flaky_plant", &flaky_plant);
    find_function(library, "flaky_weed", &flaky_weed);
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

static void keys_cannot_leave_the_token_nor_serve_another_use(void **state)
{
    (void)state;
    struct flaky_view view;
    flaky_look(&view);
    assert_int_equal(view.keys, 5); /* sealing and its copy, identity, p256 root and issuing */
    assert_int_equal(view.readable, 0);
    assert_int_equal(view.extractable, 0);
    assert_int_equal(view.modifiable, 1); /* the sealing key, so that it can be copied */
    assert_int_equal(view.widened, 0);
    assert_int_equal(view.other_uses, 0);
}

static void records_are_opened_by_the_copy_and_the_token_is_probed_by_both_keys(void **state)
{
    (void)state;
    flaky->stored_uses = 0;
    assert_ok(hsm_key_sign(&room, &key));
    assert_int_equal(flaky->stored_uses, 0);
    assert_ok(token_probe(room.hsm.token, 0));
    assert_int_equal(flaky->stored_uses, 1);
}

static void copy_that_was_lost_is_noticed_and_made_again(void **state)
{
    (void)state;
    int before = flaky->starts;
    flaky->lost_copies = 1;
    assert_ok(token_probe(room.hsm.token, 0));
    assert_int_equal(flaky->starts, before + 1);
    flaky->lost_copies = 1;
    assert_ok(hsm_key_sign(&room, &key));
    assert_int_equal(flaky->starts, before + 2);
}

static void module_that_copies_no_keys_serves_by_the_stored_one(void **state)
{
    (void)state;
    flaky->refuses_copies = 1;
    assert_ok(token_reopen(room.hsm.token));
    flaky->stored_uses = 0;
    assert_ok(hsm_key_sign(&room, &key));
    assert_int_equal(flaky->stored_uses, 1);
    flaky->refuses_copies = 0;
    assert_ok(token_reopen(room.hsm.token));
    flaky->stored_uses = 0;
    assert_ok(hsm_key_sign(&room, &key));
    assert_int_equal(flaky->stored_uses, 0);
}

static void token_is_reopened_after_a_failure(void **state)
{
    (void)state;
    int before = flaky->starts;
    for (int i = 0; i < 3; i++) {
        flaky->broken = 1;
        assert_ok(hsm_key_sign(&room, &key));
    }
    assert_int_equal(flaky->starts, before + 3);
}

static void failure_that_looks_like_a_forged_record_is_told_from_one(void **state)
{
    (void)state;
    struct hsm_key forged = key;
    int before = flaky->starts;
    forged.sealed[60] ^= 1;
    assert_int_equal(hsm_key_pin_check(&room, &forged), HUFU_ERR_RECORD);
    assert_int_equal(flaky->starts, before); /* or a forger could keep the token busy with re-opening */
    flaky->broken = 1;
    assert_ok(hsm_key_pin_check(&room, &key));
    flaky->broken = 1;
    assert_int_equal(hsm_key_pin_check(&room, &forged), HUFU_ERR_RECORD);
    assert_int_equal(flaky->starts, before + 2);
}

/* Whatever a module says of it: PKCS#11 v3 has a word of its own for it, and vendors have theirs. */
static void forged_record_does_not_reopen_the_token(void **state)
{
    (void)state;
    static const unsigned long words[] = {AEAD_DECRYPT_FAILED, SIGNATURE_INVALID, VENDOR_DEFINED};
    struct hsm_key forged = key;
    int before = flaky->starts;
    forged.sealed[60] ^= 1;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        flaky->forged = words[i];
        assert_int_equal(hsm_key_pin_check(&room, &forged), HUFU_ERR_RECORD);
        assert_int_equal(flaky->starts, before);
    }
    flaky->forged = DEVICE_ERROR;
    assert_int_equal(hsm_key_pin_check(&room, &forged), HUFU_ERR_AWAY);
    assert_int_equal(flaky->starts, before + 1);
    flaky->forged = 0;
    assert_ok(hsm_key_pin_check(&room, &key));
}

static void token_that_stays_away_is_away_until_it_returns(void **state)
{
    (void)state;
    struct hsm_reply reply;
    flaky->broken = 2;
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_AWAY);
    assert_true(hsm_room_call(&room, &reply, "status", NULL, 0));
    assert_int_equal(reply.error, HUFU_ERR_AWAY);
    flaky->broken = 0;
    (void)usleep(PAUSE_US);
    assert_true(hsm_room_call(&room, &reply, "status", NULL, 0));
    assert_ok(reply.error);
    assert_ok(hsm_key_sign(&room, &key));
}

/* The token goes away while the first of three frames is answered. */
static void token_that_goes_away_amid_a_group_is_away_for_all_but_a_wrong_pin(void **state)
{
    (void)state;
    DEVICE_REQUEST_DONE struct device_request right = {0}, guessed = {0};
    struct hsm_key wrong = key;
    struct hsm_reply reply;
    struct hsm_outcome outcomes[3];
    uint8_t digest[COSIGN_DIGEST_SIZE] = {1};
    wrong.binding.half.a[31] ^= 1;
    assert_ok(device_request_sign(&right, &key.binding, bytes_of(digest, sizeof(digest)), NULL));
    assert_ok(device_request_sign(&guessed, &wrong.binding, bytes_of(digest, sizeof(digest)), NULL));
    struct bytes none = bytes_of(NULL, 0);
    const struct hsm_frame frames[] = {hsm_key_frame(&room, &key, &right, none),
                                       hsm_key_frame(&room, &wrong, &guessed, none),
                                       hsm_key_frame(&room, &key, &right, none)};
    flaky->random_left = 1;
    assert_ok(hsm_room_operate(&room, &reply, frames, 3));
    for (size_t i = 0; i < 3; i++) {
        assert_ok(hsm_outcome_take(&outcomes[i], &reply, i));
        assert_int_equal(outcomes[i].error, i == 1 ? HUFU_ERR_PROOF : HUFU_ERR_AWAY);
    }
    flaky->broken = 0;
    (void)usleep(PAUSE_US);
    flaky->draws = 0;
    assert_ok(hsm_room_operate(&room, &reply, frames, 3));
    assert_int_equal(flaky->draws, 2); /* 456 bytes for all of them */
    for (size_t i = 0; i < 3; i++) {
        assert_ok(hsm_outcome_take(&outcomes[i], &reply, i));
        assert_int_equal(outcomes[i].error, i == 1 ? HUFU_ERR_PROOF : HUFU_OK);
    }
}

static void pin_that_is_refused_when_it_is_reopened_is_not_tried_again(void **state)
{
    (void)state;
    int before = flaky->logins;
    flaky->broken = 1;
    flaky->refuses_pin = 1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_AWAY);
        destruction_look(room.hsm.destruction);
        (void)usleep(PAUSE_US);
    }
    assert_int_equal(flaky->logins, before + 1);
    flaky->refuses_pin = 0;
    assert_int_equal(hsm_key_sign(&room, &key), HUFU_ERR_AWAY);
    assert_int_equal(flaky->logins, before + 1);
    hsm_room_restart(&room);
    memcpy(key.binding.H_k, room.H_k, sizeof(room.H_k));
    assert_ok(hsm_key_sign(&room, &key));
}

static void start_that_fails_at_first_is_tried_again(void **state)
{
    (void)state;
    flaky->broken = 1;
    flaky->refused_starts = 2;
    assert_ok(hsm_key_sign(&room, &key));
    assert_int_equal(flaky->refused_starts, 0);
}

static void readable_key_of_the_same_name_is_never_taken(void **state)
{
    (void)state;
    struct hsm_reply reply;
    uint8_t memory[64];
    struct buf out;
    assert_int_equal(flaky_plant(), 2); /* one beside the sealing key, one beside the identity key */
    enum hufu_err reopened = token_reopen(room.hsm.token);
    enum hufu_err probed = token_probe(room.hsm.token, 0);
    enum hufu_err signed_with = hsm_key_sign(&room, &key); /* its record was sealed by the real key */
    buf_init(&out, memory, sizeof(memory));
    enum hufu_err identified =
        token_sign(room.hsm.token, 0, TOKEN_KEY_IDENTITY, &out, bytes_of(room.project, FRAME_ID_SIZE));
    assert_true(hsm_room_call(&room, &reply, "status", NULL, 0));
    assert_int_equal(flaky_weed(), 2);
    assert_ok(reopened);
    assert_ok(probed);
    assert_ok(signed_with);
    assert_ok(identified);
    assert_ok(reply.error);
}

static void restarted_process_opens_what_it_sealed(void **state)
{
    (void)state;
    uint8_t id[TOKEN_ID_SIZE], identity[TOKEN_POINT_SIZE];
    memcpy(id, token_sealing_key_id(room.hsm.token), sizeof(id));
    memcpy(identity, token_point(room.hsm.token, TOKEN_KEY_IDENTITY), sizeof(identity));
    hsm_room_restart(&room);
    assert_memory_equal(id, token_sealing_key_id(room.hsm.token), sizeof(id));
    assert_memory_equal(identity, token_point(room.hsm.token, TOKEN_KEY_IDENTITY), sizeof(identity));
    memcpy(key.binding.H_k, room.H_k, sizeof(room.H_k));
    assert_ok(hsm_key_sign(&room, &key));
}

static void wrong_pin_opens_nothing(void **state)
{
    (void)state;
    struct token *token = NULL;
    struct token_settings wanted = {.module = room.settings.module,
                                    .label = room.settings.token_label,
                                    .pin = bytes_of_text("not the pin"),
                                    .sessions = 1};
    token_close(room.hsm.token); /* a login is the whole process's */
    room.hsm.token = NULL;
    assert_int_equal(token_open(&token, &wanted), HUFU_ERR_UNAUTHENTICATED);
    assert_null(token);
    wanted.label = "another";
    assert_int_equal(token_open(&token, &wanted), HUFU_ERR_NOT_FOUND);
    wanted.module = "/nonexistent.so";
    assert_int_equal(token_open(&token, &wanted), HUFU_ERR_NOT_FOUND);
    wanted.sessions = TOKEN_SESSIONS_MAX + 1;
    assert_int_equal(token_open(&token, &wanted), HUFU_ERR_LIMIT);
    hsm_room_restart(&room);
    memcpy(key.binding.H_k, room.H_k, sizeof(room.H_k));
    assert_ok(hsm_key_sign(&room, &key));
}

static void every_sealing_has_a_fresh_iv(void **state)
{
    (void)state;
    uint8_t first[64], second[64];
    struct buf out;
    struct bytes plain = bytes_of_text("text");
    buf_init(&out, first, sizeof(first));
    assert_ok(token_seal(room.hsm.token, 0, &out, bytes_of(NULL, 0), plain));
    assert_int_equal(out.len, plain.len + TOKEN_SEAL_OVERHEAD);
    buf_init(&out, second, sizeof(second));
    assert_ok(token_seal(room.hsm.token, 0, &out, bytes_of(NULL, 0), plain));
    assert_memory_not_equal(first, second, TOKEN_IV_SIZE);
    assert_memory_not_equal(first + TOKEN_IV_SIZE, second + TOKEN_IV_SIZE, plain.len);
}

struct sealer {
    unsigned session;
    int failures;
};

static void *seal_and_open(void *argument)
{
    struct sealer *sealer = argument;
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t sealed[64], opened[64];
        struct buf out, back;
        buf_init(&out, sealed, sizeof(sealed));
        buf_init(&back, opened, sizeof(opened));
        struct bytes plain = bytes_of(sealer, sizeof(*sealer));
        enum hufu_err err = token_seal(room.hsm.token, sealer->session, &out, bytes_of(NULL, 0), plain);
        if (!err)
            err =
                token_open_sealed(room.hsm.token, sealer->session, &back, bytes_of(NULL, 0), buf_bytes(&out));
        sealer->failures += err || !bytes_equal(buf_bytes(&back), plain);
    }
    return NULL;
}

static void sessions_go_on_while_others_reopen_the_token(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    struct sealer sealers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        sealers[i] = (struct sealer){.session = i};
        assert_int_equal(pthread_create(&threads[i], NULL, seal_and_open, &sealers[i]), 0);
    }
    for (int i = 0; i < 10; i++) {
        assert_ok(token_reopen(room.hsm.token));
        (void)usleep(1000);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(sealers[i].failures, 0);
    }
}

static void authority_in_the_token_signs_after_a_failure(void **state)
{
    (void)state;
    struct hsm_reply reply;
    uint8_t number[8], from[8], until[8];
    const struct bytes fields[] = {bytes_of_text("p256"), hsm_u64(number, 1), hsm_u64(from, clock_wall_ms()),
                                   hsm_u64(until, clock_wall_ms() + 1000000), bytes_of(NULL, 0)};
    flaky->broken = 1;
    assert_true(hsm_room_call(&room, &reply, "crl/issue", fields, 5));
    assert_ok(reply.error);
    flaky->broken = 2;
    assert_true(hsm_room_call(&room, &reply, "crl/issue", fields, 5));
    assert_int_equal(reply.error, HUFU_ERR_AWAY);
    flaky->broken = 0;
    (void)usleep(PAUSE_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_cannot_leave_the_token_nor_serve_another_use),
        cmocka_unit_test(records_are_opened_by_the_copy_and_the_token_is_probed_by_both_keys),
        cmocka_unit_test(copy_that_was_lost_is_noticed_and_made_again),
        cmocka_unit_test(module_that_copies_no_keys_serves_by_the_stored_one),
        cmocka_unit_test(token_is_reopened_after_a_failure),
        cmocka_unit_test(failure_that_looks_like_a_forged_record_is_told_from_one),
        cmocka_unit_test(forged_record_does_not_reopen_the_token),
        cmocka_unit_test(token_that_stays_away_is_away_until_it_returns),
        cmocka_unit_test(token_that_goes_away_amid_a_group_is_away_for_all_but_a_wrong_pin),
        cmocka_unit_test(pin_that_is_refused_when_it_is_reopened_is_not_tried_again),
        cmocka_unit_test(start_that_fails_at_first_is_tried_again),
        cmocka_unit_test(readable_key_of_the_same_name_is_never_taken),
        cmocka_unit_test(restarted_process_opens_what_it_sealed),
        cmocka_unit_test(wrong_pin_opens_nothing),
        cmocka_unit_test(every_sealing_has_a_fresh_iv),
        cmocka_unit_test(sessions_go_on_while_others_reopen_the_token),
        cmocka_unit_test(authority_in_the_token_signs_after_a_failure),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
