/* SPDX-License-Identifier: Apache-2.0 */
/* A caller of hufu-hsm that does not keep to hsm/PROTOCOL.md: it is told so, disconnected, and holds up nobody. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/channel.h"
#include "tests/attack/played_hsm.h"

#define HALF_OPEN_COUNT 16

/* Sends raw bytes, prefix included, on a connection of its own, reads the refusal, and sees the connection end. */
static void refused_and_closed(struct played_hsm *hsm, struct bytes raw)
{
    HSM_LINK_CLOSED struct hsm_link link = {.fd = -1};
    uint8_t memory[256], magic[] = "hufu-hsm/1", more = 0;
    struct buf reply;
    buf_init(&reply, memory, sizeof(memory));
    assert_ok(hsm_process_connect(&hsm->process, &link));
    assert_int_equal(send(link.fd, raw.data, raw.len, MSG_NOSIGNAL), raw.len);
    assert_ok(channel_receive(link.fd, &reply, HSM_LINK_TIMEOUT_MS, HSM_LINK_TIMEOUT_MS));
    struct cursor c;
    cursor_init(&c, buf_bytes(&reply));
    assert_true(bytes_equal(cursor_field(&c, 64), bytes_of(magic, sizeof(magic) - 1)));
    assert_int_equal(cursor_field_u32(&c), HUFU_ERR_FORM);
    assert_true(cursor_field_u64(&c) > 0);
    assert_ok(cursor_finish(&c));
    ssize_t got = recv(link.fd, &more, 1, 0);
    assert_true(got == 0 || (got < 0 && errno == ECONNRESET));
}

/* A whole message: length and T(magic, operation, trace, fields…). */
static void message_refused(struct played_hsm *hsm, const char *magic, const char *operation,
                            const char *trace, size_t fields)
{
    uint8_t memory[2048], raw[2048];
    struct buf message, framed;
    buf_init(&message, memory, sizeof(memory));
    buf_init(&framed, raw, sizeof(raw));
    buf_put_field_text(&message, magic);
    buf_put_field_text(&message, operation);
    buf_put_field_text(&message, trace);
    for (size_t i = 0; i < fields; i++)
        buf_put_field_text(&message, "0123456789abcdef");
    buf_put_field_bytes(&framed, buf_bytes(&message)); /* the prefix has the form of a field's length */
    assert_ok(buf_finish(&framed));
    refused_and_closed(hsm, buf_bytes(&framed));
}

static void another_magic_operation_or_number_of_fields_is_refused_and_disconnected(void **state)
{
    struct played_hsm *hsm = *state;
    message_refused(hsm, "hufu-hsm/2", "status", "t", 0);
    message_refused(hsm, "", "status", "t", 0);
    message_refused(hsm, "hufu-hsm/1", "sign these bytes", "t", 1);
    message_refused(hsm, "hufu-hsm/1", "", "t", 0);
    message_refused(hsm, "hufu-hsm/1", "status", "t", 1);
    message_refused(hsm, "hufu-hsm/1", "operate", "t", 0);
    message_refused(hsm, "hufu-hsm/1", "operate", "t", 2);
    message_refused(hsm, "hufu-hsm/1", "ca/chain", "t", 0);
}

static void a_trace_too_long_for_the_log_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    char trace[66];
    memset(trace, 'x', sizeof(trace) - 1);
    trace[sizeof(trace) - 1] = 0;
    message_refused(hsm, "hufu-hsm/1", "status", trace, 0);
}

static void a_length_of_nothing_or_of_too_much_is_refused_and_disconnected(void **state)
{
    struct played_hsm *hsm = *state;
    static const uint8_t nothing[4] = {0}, too_much[4] = {0, 4, 0, 1}, huge[4] = {0xff, 0xff, 0xff, 0xff};
    refused_and_closed(hsm, bytes_of(nothing, 4));
    refused_and_closed(hsm, bytes_of(too_much, 4));
    refused_and_closed(hsm, bytes_of(huge, 4));
}

static void a_field_longer_than_its_message_is_refused(void **state)
{
    struct played_hsm *hsm = *state;
    static const uint8_t raw[] = {0, 0, 0, 8, 0xff, 0xff, 0xff, 0xff, 'h', 'u', 'f', 'u'};
    refused_and_closed(hsm, bytes_of(raw, sizeof(raw)));
}

static void a_refused_request_leaves_the_connection_open(void **state)
{
    struct played_hsm *hsm = *state;
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    struct bytes unknown = bytes_of_text("nobody");
    assert_int_equal(played_call(hsm, &reply, "ca/chain", &unknown, 1), HUFU_ERR_NOT_FOUND);
    assert_ok(played_call(hsm, &reply, "status", NULL, 0));
}

/* Half a message, and then nothing. */
static void callers_that_stop_in_the_middle_hold_up_nobody(void **state)
{
    struct played_hsm *hsm = *state;
    static const uint8_t half[] = {0, 1, 0, 0, 'h', 'u'};
    struct hsm_link waiting[HALF_OPEN_COUNT];
    PLAYED_KEY_DONE struct played_key key = {0};
    for (size_t i = 0; i < HALF_OPEN_COUNT; i++) {
        assert_ok(hsm_process_connect(&hsm->process, &waiting[i]));
        assert_int_equal(send(waiting[i].fd, half, sizeof(half) - i % 5, MSG_NOSIGNAL), sizeof(half) - i % 5);
    }
    uint64_t begun = device_now_ms();
    played_key_make(hsm, &key, FRAME_ALLOW_SIGN);
    assert_key_signs(hsm, &key);
    assert_true(device_now_ms() - begun < 5000);
    for (size_t i = 0; i < HALF_OPEN_COUNT; i++)
        hsm_link_close(&waiting[i]);
}

/* hufu-hsm checks the uid of its caller besides the socket's mode. */
static void another_user_gets_no_answer(void **state)
{
    struct played_hsm *hsm = *state;
    if (geteuid() != 0)
        skip(); /* nobody else to be */
    HSM_LINK_CLOSED struct hsm_link link = {.fd = -1};
    HSM_REPLY_DONE struct hsm_reply reply = {0};
    assert_int_equal(chmod(hsm->process.directory, 0711), 0);
    assert_int_equal(chmod(hsm->process.socket, 0666), 0);
    enum hufu_err err = hsm_link_open(&link, hsm->process.socket, 65534);
    assert_int_equal(chmod(hsm->process.socket, 0660), 0);
    assert_int_equal(chmod(hsm->process.directory, 0700), 0);
    assert_ok(err);
    assert_int_equal(hsm_link_call(&link, &reply, "status", NULL, 0), HUFU_ERR_AWAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_magic_operation_or_number_of_fields_is_refused_and_disconnected),
        cmocka_unit_test(a_trace_too_long_for_the_log_is_refused),
        cmocka_unit_test(a_length_of_nothing_or_of_too_much_is_refused_and_disconnected),
        cmocka_unit_test(a_field_longer_than_its_message_is_refused),
        cmocka_unit_test(a_refused_request_leaves_the_connection_open),
        cmocka_unit_test(callers_that_stop_in_the_middle_hold_up_nobody),
        cmocka_unit_test(another_user_gets_no_answer),
    };
    return cmocka_run_group_tests_name("attack_hsm_channel", tests, played_hsm_start, played_hsm_stop);
}
