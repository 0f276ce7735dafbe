/* SPDX-License-Identifier: Apache-2.0 */
/* The call `operate` of server/hsmc: several frames in one message, and what comes of each. */
#include <stdlib.h>

#include "common/channel.h"
#include "server/hsmc/hsmc.h"
#include "tests/unit/hsm_peer.h"
#include "tests/unit/unit.h"

#define TIMEOUT_MS 20000
#define NOW_MS 1700000000123u
#define FRAMES 3

static const uint8_t project[UUID_SIZE] = {7}, signature[FRAME_SIGNATURE_SIZE] = {1};

/* The frames of a test, and where their results and answers go. */
struct calls {
    struct hsmc_operate list[HSMC_OPERATE_MAX + 1];
    struct buf results[HSMC_OPERATE_MAX + 1], answers[HSMC_OPERATE_MAX + 1];
    uint8_t memory[HSMC_OPERATE_MAX + 1][2][64];
};

static void calls_begin(struct calls *calls)
{
    static const char *const traces[] = {"first", "second", "third"};
    static const char *const frames[] = {"frame one", "frame two", "frame three"};
    for (size_t i = 0; i <= HSMC_OPERATE_MAX; i++) {
        buf_init(&calls->results[i], calls->memory[i][0], sizeof(calls->memory[i][0]));
        buf_init(&calls->answers[i], calls->memory[i][1], sizeof(calls->memory[i][1]));
        calls->list[i] = (struct hsmc_operate){.trace = traces[i % 3],
                                               .project_id = project,
                                               .generation = (uint32_t)i,
                                               .sealed = bytes_of_text("sealed"),
                                               .target = bytes_of_text("target"),
                                               .signature = bytes_of(signature, sizeof(signature)),
                                               .frame = bytes_of_text(frames[i % 3]),
                                               .result = &calls->results[i],
                                               .answer = &calls->answers[i],
                                               .err = HUFU_ERR_INTERNAL};
    }
}

/* Nothing came of any. */
static void assert_all(const struct calls *calls, size_t count, enum hufu_err err)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(calls->list[i].err, err);
        assert_int_equal(calls->results[i].len + calls->answers[i].len, 0);
    }
}

/* A reply under construction. */
struct reply {
    uint8_t memory[1024];
    struct buf buf;
};

static void reply_begin(struct reply *reply, enum hufu_err err)
{
    buf_init(&reply->buf, reply->memory, sizeof(reply->memory));
    buf_put_field_text(&reply->buf, "hufu-hsm/1");
    buf_put_field_u32(&reply->buf, err);
    buf_put_field_u64(&reply->buf, NOW_MS);
}

static void reply_put(struct reply *reply, uint32_t err, const char *result, const char *answer)
{
    buf_put_field_u32(&reply->buf, err);
    buf_put_field_text(&reply->buf, result);
    buf_put_field_text(&reply->buf, answer);
    assert_ok(buf_finish(&reply->buf));
}

/* The right one to three frames, the second of which is refused. */
static void reply_to_three(struct reply *reply)
{
    reply_begin(reply, HUFU_OK);
    reply_put(reply, HUFU_OK, "r1", "answer one");
    reply_put(reply, HUFU_ERR_PROOF, "", "");
    reply_put(reply, HUFU_OK, "r3", "answer three");
}

/* One peer and the connection to it. */
struct fixture {
    struct hsm_peer *peer;
    struct hsmc_keys *keys;
    struct hsmc *hsmc;
};

static struct fixture start(const struct peer_step *steps, size_t count)
{
    struct fixture f = {.peer = hsm_peer_start(steps, count), .keys = hsmc_keys_new()};
    const char *path = hsm_peer_path(f.peer);
    f.hsmc = hsmc_new(&(struct hsmc_places){.paths = &path, .count = 1}, TIMEOUT_MS, f.keys, NULL);
    assert_non_null(f.hsmc);
    return f;
}

static size_t stop(struct fixture *f)
{
    hsmc_free(f->hsmc);
    hsmc_keys_free(f->keys);
    return hsm_peer_stop(f->peer);
}

/* Three frames against one reply; the error of the whole. */
static enum hufu_err ask(struct calls *calls, struct bytes reply)
{
    struct peer_step step = {PEER_REPLY, reply};
    struct fixture f = start(&step, 1);
    calls_begin(calls);
    enum hufu_err err = hsmc_operate(f.hsmc, calls->list, FRAMES);
    assert_int_equal(stop(&f), 1);
    return err;
}

static void assert_answered(const struct calls *calls)
{
    assert_ok(calls->list[0].err);
    assert_int_equal(calls->list[1].err, HUFU_ERR_PROOF);
    assert_ok(calls->list[2].err);
    assert_bytes(buf_bytes(&calls->results[0]), "r1");
    assert_bytes(buf_bytes(&calls->answers[0]), "answer one");
    assert_int_equal(calls->results[1].len + calls->answers[1].len, 0);
    assert_bytes(buf_bytes(&calls->results[2]), "r3");
    assert_bytes(buf_bytes(&calls->answers[2]), "answer three");
}

static void each_frame_gets_its_own_error_result_and_answer(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_to_three(&reply);
    assert_ok(ask(&calls, buf_bytes(&reply.buf)));
    assert_answered(&calls);
}

static void check_request(struct bytes request, const struct calls *calls, size_t count)
{
    struct cursor c, field;
    cursor_init(&c, request);
    cursor_field_text(&c, "hufu-hsm/1");
    cursor_field_text(&c, "operate");
    cursor_field_text(&c, calls->list[0].trace);
    cursor_init(&field, cursor_field(&c, request.len));
    assert_ok(cursor_finish(&c));
    for (size_t i = 0; i < count; i++) {
        const struct hsmc_operate *call = &calls->list[i];
        cursor_field_text(&field, call->trace);
        assert_memory_equal(cursor_field_exact(&field, UUID_SIZE).data, project, UUID_SIZE);
        assert_int_equal(cursor_field_u32(&field), call->generation);
        cursor_field_text(&field, "sealed");
        cursor_field_text(&field, "target");
        assert_memory_equal(cursor_field_exact(&field, sizeof(signature)).data, signature, sizeof(signature));
        assert_true(bytes_equal(cursor_field(&field, 64), call->frame));
    }
    assert_ok(cursor_finish(&field));
}

/* Also when the connection has died meanwhile: the same message goes over a fresh one. */
static void frames_are_written_in_their_order_and_once_more_when_they_were_lost(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_to_three(&reply);
    struct bytes right = buf_bytes(&reply.buf);
    struct peer_step steps[] = {{PEER_REPLY, right}, {PEER_CLOSE, {0}}, {PEER_REPLY, right}};
    struct fixture f = start(steps, 3);
    for (size_t i = 0; i < 2; i++) {
        calls_begin(&calls);
        assert_ok(hsmc_operate(f.hsmc, calls.list, FRAMES));
        assert_answered(&calls);
    }
    for (size_t i = 0; i < 3; i++)
        check_request(hsm_peer_request(f.peer, i), &calls, FRAMES);
    assert_int_equal(stop(&f), 3);
}

static void refusal_of_the_message_is_that_of_every_frame(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_begin(&reply, HUFU_ERR_BUSY);
    assert_int_equal(ask(&calls, buf_bytes(&reply.buf)), HUFU_ERR_BUSY);
    assert_all(&calls, FRAMES, HUFU_ERR_BUSY);
}

static void assert_as_good_as_none(struct calls *calls, struct bytes reply)
{
    assert_int_equal(ask(calls, reply), HUFU_ERR_AWAY);
    assert_all(calls, FRAMES, HUFU_ERR_AWAY);
}

static void reply_not_of_its_form_is_as_good_as_none(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_begin(&reply, HUFU_OK);
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf));
    reply_put(&reply, HUFU_OK, "r1", "a1");
    reply_put(&reply, HUFU_OK, "r2", "a2");
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf)); /* one too few */
    const size_t third = reply.buf.len;
    reply_put(&reply, HUFU_OK, "r3", "a3");
    reply_put(&reply, HUFU_OK, "r4", "a4");
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf)); /* one too many */
    reply.buf.len = third;
    reply_put(&reply, HUFU_ERR_PROOF, "a result", "");
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf));
    reply.buf.len = third;
    reply_put(&reply, HUFU_ERR_PROOF, "", "an answer");
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf));
    reply.buf.len = third;
    reply_put(&reply, HUFU_ERR_COUNT, "", "");
    assert_as_good_as_none(&calls, buf_bytes(&reply.buf));
}

static void every_cut_reply_is_as_good_as_none(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_to_three(&reply);
    for (size_t len = 1; len < reply.buf.len; len++)
        assert_as_good_as_none(&calls, bytes_of(reply.memory, len));
}

static void output_that_does_not_fit_is_that_frame_s_own_fault(void **state)
{
    (void)state;
    static struct calls calls;
    struct reply reply;
    reply_to_three(&reply);
    struct peer_step step = {PEER_REPLY, buf_bytes(&reply.buf)};
    struct fixture f = start(&step, 1);
    calls_begin(&calls);
    calls.answers[0].cap = 4;
    assert_ok(hsmc_operate(f.hsmc, calls.list, FRAMES));
    assert_int_equal(calls.list[0].err, HUFU_ERR_LIMIT);
    assert_int_equal(calls.results[0].len + calls.answers[0].len, 0);
    assert_ok(calls.list[2].err);
    assert_bytes(buf_bytes(&calls.answers[2]), "answer three");
    assert_int_equal(stop(&f), 1);
}

static void no_frame_or_one_too_many_is_not_sent(void **state)
{
    (void)state;
    static struct calls calls;
    struct fixture f = start(NULL, 0);
    calls_begin(&calls);
    assert_int_equal(hsmc_operate(f.hsmc, calls.list, 0), HUFU_ERR_LIMIT);
    assert_int_equal(hsmc_operate(f.hsmc, calls.list, HSMC_OPERATE_MAX + 1), HUFU_ERR_LIMIT);
    assert_all(&calls, HSMC_OPERATE_MAX + 1, HUFU_ERR_LIMIT);
    assert_int_equal(stop(&f), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_frame_gets_its_own_error_result_and_answer),
        cmocka_unit_test(frames_are_written_in_their_order_and_once_more_when_they_were_lost),
        cmocka_unit_test(refusal_of_the_message_is_that_of_every_frame),
        cmocka_unit_test(reply_not_of_its_form_is_as_good_as_none),
        cmocka_unit_test(every_cut_reply_is_as_good_as_none),
        cmocka_unit_test(output_that_does_not_fit_is_that_frame_s_own_fault),
        cmocka_unit_test(no_frame_or_one_too_many_is_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
