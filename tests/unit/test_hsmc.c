/* SPDX-License-Identifier: Apache-2.0 */
/* server/hsmc against one private-key process: what it makes of right and wrong replies, and of connections that are lost. */
#include <malloc.h>
#include <string.h>

#include "common/channel.h"
#include "tests/unit/hsmc_caller.h"
#include "tests/unit/unit.h"

#define SHORT_TIMEOUT_MS 300 /* for a peer that is waited for in vain */

/* One call against one answer, which must be taken for "away" and leave the outputs empty. */
static void assert_away_within(struct peer_step step, int timeout_ms)
{
    struct buf issuing, root;
    struct fixture f = start_with(&step, 1, timeout_ms);
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    assert_int_equal(issuing.len + root.len, 0);
    assert_counted(&f, "\nhufu_hsm_errors_total 1\n");
    assert_int_equal(stop(&f), 1);
}

static void assert_away(struct peer_step step)
{
    assert_away_within(step, TIMEOUT_MS);
}

static void a_right_reply_is_read_and_the_request_is_of_its_form(void **state)
{
    struct reply reply;
    struct peer_step step = {PEER_REPLY, reply_of(&reply, HUFU_OK, "issuing", "root")};
    struct fixture f = start(&step, 1);
    struct buf issuing, root;
    struct cursor c;
    (void)state;
    assert_ok(chain(&f, &issuing, &root));
    assert_bytes(buf_bytes(&issuing), "issuing");
    assert_bytes(buf_bytes(&root), "root");
    assert_int_equal(hsmc_now_ms(f.hsmc), NOW_MS);
    cursor_init(&c, hsm_peer_request(f.peer, 0));
    cursor_field_text(&c, "hufu-hsm/1");
    cursor_field_text(&c, "ca/chain");
    cursor_field_text(&c, "trace");
    cursor_field_text(&c, "sm2");
    assert_ok(cursor_finish(&c));
    assert_counted(&f, "\nhufu_hsm_connects_total 1\n");
    assert_int_equal(stop(&f), 1);
}

static void a_refusal_comes_back_as_itself_and_keeps_the_connection(void **state)
{
    struct reply refused, right;
    struct peer_step steps[] = {{PEER_REPLY, reply_of(&refused, HUFU_ERR_PROOF, NULL, NULL)},
                                {PEER_REPLY, reply_of(&right, HUFU_OK, "a", "b")}};
    struct fixture f = start(steps, 2);
    struct buf issuing, root;
    (void)state;
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_PROOF);
    assert_int_equal(hsmc_now_ms(f.hsmc), NOW_MS);
    assert_ok(chain(&f, &issuing, &root));
    assert_counted(&f, "\nhufu_hsm_connects_total 1\n");
    assert_counted(&f, "\nhufu_hsm_errors_total 0\n");
    assert_int_equal(stop(&f), 2);
}

static void a_reply_not_of_its_form_is_as_good_as_none(void **state)
{
    struct reply r;
    (void)state;
    assert_away((struct peer_step){PEER_REPLY, reply_of(&r, HUFU_OK, "issuing", NULL)});
    assert_away((struct peer_step){PEER_REPLY, reply_of(&r, HUFU_OK, NULL, NULL)});
    assert_away((struct peer_step){PEER_REPLY, reply_of(&r, HUFU_ERR_COUNT, NULL, NULL)});
    assert_away((struct peer_step){PEER_REPLY, reply_of(&r, HUFU_ERR_FORM, "a refusal with a field", NULL)});
    reply_of(&r, HUFU_OK, "issuing", "root");
    buf_put_field_text(&r.buf, "one too many");
    assert_away((struct peer_step){PEER_REPLY, buf_bytes(&r.buf)});
    reply_of(&r, HUFU_OK, "issuing", "root");
    r.memory[4] ^= 1; /* the magic */
    assert_away((struct peer_step){PEER_REPLY, buf_bytes(&r.buf)});
    assert_away((struct peer_step){PEER_REPLY, bytes_of_text("x")});
}

static void every_cut_reply_is_as_good_as_none(void **state)
{
    struct reply r;
    struct bytes whole = reply_of(&r, HUFU_OK, "i", "r");
    (void)state;
    for (size_t len = 1; len < whole.len; len++)
        assert_away((struct peer_step){PEER_REPLY, bytes_of(whole.data, len)});
}

static void every_flipped_bit_is_read_or_refused(void **state)
{
    struct reply r;
    struct bytes whole = reply_of(&r, HUFU_OK, "i", "r");
    (void)state;
    for (size_t bit = 0; bit < 8 * whole.len; bit++) {
        struct buf issuing, root;
        r.memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
        struct peer_step step = {PEER_REPLY, whole};
        struct fixture f = start(&step, 1);
        enum hufu_err err = chain(&f, &issuing, &root);
        assert_true(err == HUFU_OK ? issuing.len == 1 && root.len == 1 : issuing.len + root.len == 0);
        assert_int_equal(stop(&f), 1);
        r.memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void a_length_that_no_message_has_is_as_good_as_none(void **state)
{
    (void)state;
    assert_away((struct peer_step){PEER_RAW, bytes_of("\0\0\0\0", 4)});
    assert_away((struct peer_step){PEER_RAW, bytes_of("\0\4\0\1", 4)});
    assert_away((struct peer_step){PEER_RAW, bytes_of("\377\377\377\377", 4)});
}

static void a_peer_that_closes_on_a_fresh_connection_is_not_asked_again(void **state)
{
    (void)state;
    assert_away((struct peer_step){PEER_CLOSE, {0}});
}

static void a_silent_peer_is_given_up_at_the_deadline_and_not_asked_again(void **state)
{
    uint64_t begun = now_ms();
    (void)state;
    assert_away_within((struct peer_step){PEER_SILENT, {0}}, SHORT_TIMEOUT_MS);
    assert_true(now_ms() - begun >= SHORT_TIMEOUT_MS - 10);
    begun = now_ms();
    assert_away_within((struct peer_step){PEER_RAW, bytes_of("\0\0\1\0abc", 7)}, SHORT_TIMEOUT_MS);
    assert_true(now_ms() - begun >= SHORT_TIMEOUT_MS - 10);
}

static void a_connection_that_died_meanwhile_is_opened_again(void **state)
{
    struct reply r;
    struct bytes right = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step steps[] = {{PEER_REPLY_CLOSE, right}, {PEER_REPLY, right}};
    struct fixture f = start(steps, 2);
    struct buf issuing, root;
    (void)state;
    assert_ok(chain(&f, &issuing, &root));
    assert_ok(chain(&f, &issuing, &root));
    assert_counted(&f, "\nhufu_hsm_connects_total 2\n");
    assert_counted(&f, "\nhufu_hsm_errors_total 0\n");
    assert_int_equal(stop(&f), 2);
}

static void a_request_lost_with_its_connection_is_sent_once_more(void **state)
{
    struct reply r;
    struct bytes right = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step steps[] = {{PEER_REPLY, right}, {PEER_CLOSE, {0}}, {PEER_REPLY, right}};
    struct fixture f = start(steps, 3);
    struct buf issuing, root;
    (void)state;
    assert_ok(chain(&f, &issuing, &root));
    assert_ok(chain(&f, &issuing, &root));
    assert_int_equal(stop(&f), 3);
}

static void a_request_that_breaks_two_connections_is_given_up(void **state)
{
    struct reply r;
    struct bytes right = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step steps[] = {{PEER_REPLY, right}, {PEER_CLOSE, {0}}, {PEER_CLOSE, {0}}};
    struct fixture f = start(steps, 3);
    struct buf issuing, root;
    (void)state;
    assert_ok(chain(&f, &issuing, &root));
    assert_int_equal(chain(&f, &issuing, &root), HUFU_ERR_AWAY);
    assert_int_equal(stop(&f), 3);
}

static void the_destruction_log_is_told_field_by_field(void **state)
{
    struct reply r;
    struct hsmc_destruction told;
    static const uint8_t orders[2 * DESTRUCTION_ORDER_SIZE] = {1};
    struct destruction_head before = {.number = 7, .hash = {9}};
    struct cursor c;
    (void)state;
    buf_init(&r.buf, r.memory, sizeof(r.memory));
    buf_put_field_text(&r.buf, "hufu-hsm/1");
    buf_put_field_u32(&r.buf, HUFU_OK);
    buf_put_field_u64(&r.buf, NOW_MS);
    size_t head = r.buf.len;
    buf_put_field_u64(&r.buf, 7);
    buf_put_field(&r.buf, before.hash, sizeof(before.hash));
    buf_put_field_u64(&r.buf, 9);
    buf_put_field_u32(&r.buf, 1);
    struct peer_step steps[] = {{PEER_REPLY, buf_bytes(&r.buf)}, {PEER_REPLY, bytes_of(r.memory, head)}};
    struct fixture f = start(steps, 2);
    assert_ok(hsmc_destruction_state(f.hsmc, "t", &told));
    assert_true(destruction_same(&told.known, &before));
    assert_int_equal(told.token_number, 9);
    assert_true(told.behind);
    assert_ok(hsmc_destruction_add(f.hsmc, "t", &before, bytes_of(orders, sizeof(orders))));
    cursor_init(&c, hsm_peer_request(f.peer, 1));
    cursor_field_text(&c, "hufu-hsm/1");
    cursor_field_text(&c, "destruction/add");
    cursor_field_text(&c, "t");
    assert_int_equal(cursor_field_u64(&c), 7);
    assert_true(bytes_equal(cursor_field_exact(&c, HASH_SIZE), bytes_of(before.hash, HASH_SIZE)));
    assert_true(bytes_equal(cursor_field(&c, 64), bytes_of(orders, sizeof(orders))));
    assert_ok(cursor_finish(&c));
    assert_int_equal(stop(&f), 2);
}

static void set_keys(struct hsmc_keys *keys, size_t count)
{
    struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        list[i].record_id[0] = (uint8_t)(i + 1);
        list[i].sealed_len = 100;
    }
    assert_ok(hsmc_keys_set(keys, list, count));
}

static void every_fresh_connection_loads_the_service_keys_first(void **state)
{
    struct reply loaded, r;
    struct bytes yes = reply_of(&loaded, HUFU_OK, NULL, NULL), right = reply_of(&r, HUFU_OK, "a", "b");
    struct peer_step steps[] = {{PEER_REPLY, yes}, {PEER_REPLY, yes}, {PEER_REPLY_CLOSE, right},
                                {PEER_REPLY, yes}, {PEER_REPLY, yes}, {PEER_REPLY, right}};
    static const char *const expected[] = {"service/load", "service/load", "ca/chain",
                                           "service/load", "service/load", "ca/chain"};
    struct fixture f = start(steps, 6);
    struct buf issuing, root;
    (void)state;
    set_keys(f.keys, 2);
    assert_ok(chain(&f, &issuing, &root));
    assert_ok(chain(&f, &issuing, &root));
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(hsm_peer_operation(f.peer, i), expected[i]);
    assert_int_equal(stop(&f), 6);
}

static void a_service_key_that_is_refused_does_not_stop_the_rest(void **state)
{
    struct reply refused, r;
    struct peer_step steps[] = {{PEER_REPLY, reply_of(&refused, HUFU_ERR_RECORD, NULL, NULL)},
                                {PEER_REPLY, reply_of(&r, HUFU_OK, "a", "b")}};
    struct fixture f = start(steps, 2);
    struct buf issuing, root;
    (void)state;
    set_keys(f.keys, 1);
    assert_ok(chain(&f, &issuing, &root));
    assert_int_equal(stop(&f), 2);
}

static void an_output_that_does_not_fit_gives_nothing(void **state)
{
    struct reply r;
    uint8_t memory[2][8];
    struct peer_step step = {PEER_REPLY, reply_of(&r, HUFU_OK, "12345678", "123456789")};
    struct fixture f = start(&step, 1);
    struct buf issuing, root;
    (void)state;
    buf_init(&issuing, memory[0], sizeof(memory[0]));
    buf_init(&root, memory[1], sizeof(memory[1]));
    assert_int_equal(hsmc_ca_chain(f.hsmc, "t", "sm2", &issuing, &root), HUFU_ERR_LIMIT);
    assert_int_equal(issuing.len + root.len, 0);
    assert_int_equal(stop(&f), 1);
}

static void a_request_beyond_a_message_is_not_sent(void **state)
{
    static uint8_t sealed[CHANNEL_MESSAGE_MAX], id[UUID_SIZE], memory[2][64];
    struct fixture f = start(NULL, 0);
    struct buf result, answer;
    struct hsmc_operate in = {.trace = "t",
                              .project_id = id,
                              .sealed = bytes_of(sealed, sizeof(sealed)),
                              .result = &result,
                              .answer = &answer};
    (void)state;
    buf_init(&result, memory[0], sizeof(memory[0]));
    buf_init(&answer, memory[1], sizeof(memory[1]));
    assert_int_equal(hsmc_operate(f.hsmc, &in, 1), HUFU_ERR_LIMIT);
    assert_int_equal(in.err, HUFU_ERR_LIMIT);
    assert_int_equal(
        hsmc_crl_issue(f.hsmc, "t",
                       &(struct hsmc_crl){.ca = "sm2", .revoked_count = HSMC_REVOCATIONS_MAX + 1}, &result),
        HUFU_ERR_LIMIT);
    assert_int_equal(stop(&f), 0);
}

static void status_and_service_key_are_read_field_by_field(void **state)
{
    struct reply status_reply, key_reply;
    uint8_t identity[HSMC_POINT_SIZE] = {4}, sealing[UUID_SIZE] = {9}, statement[FRAME_STATEMENT_SIZE] = {5},
            signature[64] = {6}, record_id[UUID_SIZE] = {8};
    reply_of(&status_reply, HUFU_OK, NULL, NULL);
    buf_put_field(&status_reply.buf, identity, sizeof(identity));
    buf_put_field(&status_reply.buf, sealing, sizeof(sealing));
    buf_put_field_u32(&status_reply.buf, 4);
    buf_put_field_text(&status_reply.buf, "0.1.0");
    reply_of(&key_reply, HUFU_OK, "sealed", NULL);
    buf_put_field(&key_reply.buf, statement, sizeof(statement));
    buf_put_field(&key_reply.buf, signature, sizeof(signature));
    struct peer_step steps[] = {{PEER_REPLY, buf_bytes(&status_reply.buf)},
                                {PEER_REPLY, buf_bytes(&key_reply.buf)}};
    struct fixture f = start(steps, 2);
    struct hsmc_status status;
    struct hsmc_service_key key;
    (void)state;
    assert_ok(hsmc_status(f.hsmc, "t", &status));
    assert_memory_equal(status.identity_key, identity, sizeof(identity));
    assert_memory_equal(status.sealing_key_id, sealing, sizeof(sealing));
    assert_int_equal(status.sessions, 4);
    assert_string_equal(status.version, "0.1.0");
    assert_ok(hsmc_service_new(f.hsmc, "t", record_id, 1, 2, &key));
    assert_memory_equal(key.record_id, record_id, sizeof(record_id));
    assert_int_equal(key.sealed_len, 6);
    assert_memory_equal(key.statement, statement, sizeof(statement));
    assert_memory_equal(key.signature, signature, sizeof(signature));
    assert_int_equal(stop(&f), 2);
}

static void a_data_key_is_read_and_not_kept(void **state)
{
    static const uint8_t record_id[16] = {2};
    static const uint8_t secret[HSMC_DATA_KEY_SIZE] = "a key that is nobody else's, 32";
    struct reply made, opened, longer;
    uint8_t memory[HSMC_SEALED_MAX], key[HSMC_DATA_KEY_SIZE];
    struct buf sealed;
    reply_of(&made, HUFU_OK, "sealed", NULL);
    reply_of(&opened, HUFU_OK, NULL, NULL);
    buf_put_field(&opened.buf, secret, sizeof(secret));
    reply_of(&longer, HUFU_OK, "a key that has thirty-three bytes", NULL);
    struct peer_step steps[] = {{PEER_REPLY, buf_bytes(&made.buf)},
                                {PEER_REPLY, buf_bytes(&opened.buf)},
                                {PEER_REPLY, buf_bytes(&longer.buf)}};
    struct fixture f = start(steps, 3);
    (void)state;
    buf_init(&sealed, memory, sizeof(memory));
    assert_ok(hsmc_data_new(f.hsmc, "t", record_id, &sealed));
    assert_bytes(buf_bytes(&sealed), "sealed");
    assert_ok(hsmc_data_open(f.hsmc, "t", record_id, buf_bytes(&sealed), key));
    assert_memory_equal(key, secret, sizeof(secret));
    assert_null(memmem(f.hsmc, malloc_usable_size(f.hsmc), secret, 8));
    assert_int_equal(hsmc_data_open(f.hsmc, "t", record_id, buf_bytes(&sealed), key), HUFU_ERR_AWAY);
    assert_null(memmem(f.hsmc, malloc_usable_size(f.hsmc), "thirty-three", 8));
    assert_memory_equal(key, (uint8_t[HSMC_DATA_KEY_SIZE]){0}, sizeof(key));
    assert_int_equal(stop(&f), 3);
}

static void the_key_list_is_bounded(void **state)
{
    struct hsmc_keys *keys = hsmc_keys_new();
    struct hsmc_service_key list[HSMC_SERVICE_KEYS_MAX + 1] = {0}, copy[HSMC_SERVICE_KEYS_MAX];
    (void)state;
    set_keys(keys, HSMC_SERVICE_KEYS_MAX);
    assert_int_equal(hsmc_keys_set(keys, list, HSMC_SERVICE_KEYS_MAX + 1), HUFU_ERR_LIMIT);
    assert_int_equal(hsmc_keys_get(keys, copy), HSMC_SERVICE_KEYS_MAX);
    assert_int_equal(copy[1].record_id[0], 2);
    hsmc_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_reply_is_read_and_the_request_is_of_its_form),
        cmocka_unit_test(a_refusal_comes_back_as_itself_and_keeps_the_connection),
        cmocka_unit_test(a_reply_not_of_its_form_is_as_good_as_none),
        cmocka_unit_test(every_cut_reply_is_as_good_as_none),
        cmocka_unit_test(every_flipped_bit_is_read_or_refused),
        cmocka_unit_test(a_length_that_no_message_has_is_as_good_as_none),
        cmocka_unit_test(a_peer_that_closes_on_a_fresh_connection_is_not_asked_again),
        cmocka_unit_test(a_silent_peer_is_given_up_at_the_deadline_and_not_asked_again),
        cmocka_unit_test(a_connection_that_died_meanwhile_is_opened_again),
        cmocka_unit_test(a_request_lost_with_its_connection_is_sent_once_more),
        cmocka_unit_test(a_request_that_breaks_two_connections_is_given_up),
        cmocka_unit_test(the_destruction_log_is_told_field_by_field),
        cmocka_unit_test(every_fresh_connection_loads_the_service_keys_first),
        cmocka_unit_test(a_service_key_that_is_refused_does_not_stop_the_rest),
        cmocka_unit_test(an_output_that_does_not_fit_gives_nothing),
        cmocka_unit_test(a_request_beyond_a_message_is_not_sent),
        cmocka_unit_test(status_and_service_key_are_read_field_by_field),
        cmocka_unit_test(a_data_key_is_read_and_not_kept),
        cmocka_unit_test(the_key_list_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
