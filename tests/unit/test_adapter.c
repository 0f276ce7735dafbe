/* SPDX-License-Identifier: Apache-2.0 */
/* The adapters of outside services, against a server that answers over real sockets. */
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "server/adapter/exchange.h"
#include "server/adapter/face.h"
#include "server/adapter/message.h"
#include "server/adapter/outside.h"
#include "server/config.h"
#include "server/metrics.h"
#include "server/worker.h"
#include "tests/unit/sdk_web.h"
#include "tests/unit/unit.h"

static char folder[] = "/tmp/hufu-adapter.XXXXXX";
static char token_file[64], authority_file[64], other_file[64], second_file[64];
static char sms_url[256], email_url[256], face_url[256], empty[] = "";
static struct sdk_web plain, named, foreign;
static struct server_config config;
static struct worker worker;
static struct exchange_answer answer;

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(token_file, sizeof(token_file), "%s/token", folder);
    (void)snprintf(authority_file, sizeof(authority_file), "%s/authority", folder);
    (void)snprintf(other_file, sizeof(other_file), "%s/other", folder);
    (void)snprintf(second_file, sizeof(second_file), "%s/second", folder);
    write_file(token_file, "the-token\n", 0600);
    plain = sdk_web_start(false);
    named = sdk_web_start_named(authority_file);
    foreign = sdk_web_start(true);
    worker.metrics = metrics_new(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    sdk_web_stop(&plain);
    sdk_web_stop(&named);
    sdk_web_stop(&foreign);
    metrics_free(worker.metrics);
    (void)unlink(token_file);
    (void)unlink(authority_file);
    (void)unlink(other_file);
    (void)unlink(second_file);
    return rmdir(folder);
}

/* No service is offered until a test gives it an address. */
static void forget_services(void)
{
    config = (struct server_config){
        .sms_url = empty,
        .sms_token_file = token_file,
        .email_url = empty,
        .email_token_file = token_file,
        .face_url = empty,
        .face_token_file = token_file,
        .outside_ca_file = empty,
        .outside_timeout_ms = 5000,
        .workers = 8,
    };
}

static void open_worker(void)
{
    char message[256];
    struct outside *outside;
    if (outside_new(&outside, &config, message, sizeof(message)))
        fail_msg("%s", message);
    worker.exchange = exchange_new(outside);
    assert_non_null(worker.exchange);
}

static void close_worker(void)
{
    struct outside *outside = exchange_outside(worker.exchange);
    exchange_free(worker.exchange);
    outside_free(outside);
}

static char *address(char out[256], const struct sdk_web *web, const char *scheme, const char *path)
{
    (void)snprintf(out, 256, "%s://127.0.0.1:%d%s", scheme, web->port, path);
    return out;
}

/* One question to that path of that server, as if it were the SMS service. */
static enum hufu_err ask(const struct sdk_web *web, const char *scheme, const char *path)
{
    config.sms_url = address(sms_url, web, scheme, path);
    open_worker();
    const struct exchange_call call = {
        .service = OUTSIDE_SMS, .key = "k-1", .body = bytes_of_text("{\"a\":1}")};
    enum hufu_err err = exchange_post(&worker, &call, &answer);
    close_worker();
    if (err)
        assert_int_equal(answer.status, 0);
    return err;
}

static void a_question_carries_token_key_type_and_body(void **state)
{
    (void)state;
    forget_services();
    assert_ok(ask(&plain, "http", "/echo"));
    assert_int_equal(answer.status, 200);
    assert_ptr_equal(strstr(answer.body, "POST /echo HTTP/1.1\r\n"), answer.body);
    assert_non_null(strstr(answer.body, "Authorization: Bearer the-token\r\n"));
    assert_non_null(strstr(answer.body, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(answer.body, "Idempotency-Key: k-1\r\n"));
    assert_non_null(strstr(answer.body, "\r\n\r\n{\"a\":1}"));
    assert_null(strcasestr(answer.body, "expect:"));
}

static void a_service_without_an_address_is_not_offered(void **state)
{
    (void)state;
    bool same = true;
    struct message_answer said;
    const struct message message = {
        .key = "k", .to = "1", .text = "t", .template_name = "code", .language = "en"};
    forget_services();
    open_worker();
    assert_false(sms_offered(&worker) || email_offered(&worker) || face_offered(&worker));
    assert_int_equal(sms_send(&worker, &message, &said), HUFU_ERR_STATE);
    assert_int_equal(email_send(&worker, &message, &said), HUFU_ERR_STATE);
    assert_int_equal(face_compare(&worker, bytes_of("a", 1), bytes_of("b", 1), &same), HUFU_ERR_STATE);
    assert_false(same);
    close_worker();
}

static void what_is_no_whole_answer_is_away(void **state)
{
    (void)state;
    forget_services();
    assert_int_equal(ask(&plain, "http", "/cut"), HUFU_ERR_AWAY);
    assert_int_equal(ask(&plain, "http", "/large"), HUFU_ERR_AWAY); /* more than EXCHANGE_ANSWER_MAX */
    assert_int_equal(ask(&(struct sdk_web){.port = 1}, "http", "/echo"), HUFU_ERR_AWAY);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    (void)state;
    forget_services();
    assert_ok(ask(&plain, "http", "/redirect"));
    assert_int_equal(answer.status, 302);
    assert_ok(ask(&plain, "http", "/busy"));
    assert_int_equal(answer.status, 503);
    assert_int_equal(answer.retry_after_s, 7);
}

static void only_a_certificate_that_holds_for_this_name_is_trusted(void **state)
{
    (void)state;
    forget_services();
    assert_int_equal(ask(&named, "https", "/echo"), HUFU_ERR_AWAY); /* the system knows no such authority */
    config.outside_ca_file = authority_file;
    assert_ok(ask(&named, "https", "/echo"));
    assert_int_equal(answer.status, 200);
    assert_int_equal(ask(&foreign, "https", "/echo"), HUFU_ERR_AWAY);
}

/* In place of OpenSSL's own, for libcurl too: the system's directory of authorities has the one that the test names. */
static const char *system_authority;
int X509_STORE_load_path(X509_STORE *store, const char *path)
{
    (void)path;
    return system_authority == NULL || X509_STORE_load_file(store, system_authority);
}

static void authorities_that_are_named_are_instead_of_the_system_s(void **state)
{
    (void)state;
    forget_services();
    struct sdk_web first = sdk_web_start_named(other_file), second = sdk_web_start_named(second_file);
    system_authority = second_file;
    assert_ok(ask(&second, "https", "/echo"));
    config.outside_ca_file = other_file;
    assert_ok(ask(&first, "https", "/echo"));
    assert_int_equal(ask(&second, "https", "/echo"), HUFU_ERR_AWAY);
    system_authority = NULL;
    sdk_web_stop(&first);
    sdk_web_stop(&second);
}

static void a_service_that_hangs_is_left_after_the_time_set(void **state)
{
    (void)state;
    forget_services();
    config.outside_timeout_ms = 300;
    struct sdk_web slow = sdk_web_start(false);
    uint64_t begun = clock_monotonic_us();
    assert_int_equal(ask(&slow, "http", "/slow"), HUFU_ERR_AWAY);
    uint64_t took_ms = (clock_monotonic_us() - begun) / 1000;
    assert_true(took_ms >= 290 && took_ms < 9000);
    sdk_web_stop(&slow);
}

static void *stop_soon(void *argument)
{
    (void)usleep(200000);
    exchange_stop(argument);
    return NULL;
}

static void a_call_that_waits_ends_when_it_is_stopped(void **state)
{
    (void)state;
    pthread_t thread;
    forget_services();
    struct sdk_web slow = sdk_web_start(false);
    config.sms_url = address(sms_url, &slow, "http", "/slow");
    open_worker();
    uint64_t begun = clock_monotonic_us();
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, worker.exchange), 0);
    const struct exchange_call call = {.service = OUTSIDE_SMS, .key = "k", .body = bytes_of_text("{}")};
    assert_int_equal(exchange_post(&worker, &call, &answer), HUFU_ERR_AWAY);
    assert_true(clock_monotonic_us() - begun < 9000000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    close_worker();
    sdk_web_stop(&slow);
}

/* ---- messages ---- */

static const char *const values[] = {"042137", "5"};
static const struct message message = {
    .key = "k",
    .to = "13800138000",
    .text = "\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81",
    .template_name = "code",
    .values = values,
    .value_count = 2,
    .language = "zh-CN",
    .valid_until_ms = 1767323345678,
};

static enum hufu_err send_to(const char *path, struct message_answer *said)
{
    forget_services();
    config.sms_url = address(sms_url, &plain, "http", path);
    open_worker();
    enum hufu_err err = sms_send(&worker, &message, said);
    close_worker();
    return err;
}

static void the_status_decides_whether_a_message_is_taken_given_up_or_tried_again(void **state)
{
    static const struct {
        int status;
        enum hufu_err err;
    } cases[] = {
        {200, HUFU_OK},       {202, HUFU_OK},       {400, HUFU_ERR_FORM}, {401, HUFU_ERR_AWAY},
        {403, HUFU_ERR_AWAY}, {404, HUFU_ERR_AWAY}, {409, HUFU_ERR_FORM}, {413, HUFU_ERR_FORM},
        {415, HUFU_ERR_FORM}, {422, HUFU_ERR_FORM}, {429, HUFU_ERR_AWAY}, {500, HUFU_ERR_AWAY},
        {503, HUFU_ERR_AWAY}, {302, HUFU_ERR_AWAY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct message_answer said;
        char path[32];
        (void)snprintf(path, sizeof(path), "/say/%d/{}", cases[i].status);
        assert_int_equal(send_to(path, &said), cases[i].err);
        assert_int_equal(said.status, cases[i].status);
    }
    struct message_answer said;
    assert_int_equal(send_to("/busy", &said), HUFU_ERR_AWAY);
    assert_int_equal(said.retry_after_s, 7);
}

static void a_message_that_cannot_be_said_is_not_sent(void **state)
{
    (void)state;
    struct message bad = message;
    struct message_answer said;
    char *large = calloc(1, 20001);
    memset(large, 'x', 20000);
    forget_services();
    config.sms_url = address(sms_url, &plain, "http", "/echo");
    open_worker();
    bad.text = large;
    assert_int_equal(sms_send(&worker, &bad, &said), HUFU_ERR_FORM);
    bad.text = "\xff no UTF-8";
    assert_int_equal(sms_send(&worker, &bad, &said), HUFU_ERR_INTERNAL);
    close_worker();
    free(large);
}

/* ---- faces ---- */

static enum hufu_err compare(const char *path, bool *same)
{
    forget_services();
    config.face_url = address(face_url, &plain, "http", path);
    open_worker();
    enum hufu_err err = face_compare(&worker, bytes_of("picture", 7), bytes_of("other", 5), same);
    close_worker();
    return err;
}

static void the_face_service_decides_who_is_the_same(void **state)
{
    static const struct {
        const char *path;
        enum hufu_err err;
        bool same;
    } cases[] = {
        {"/say/200/{\"same\":true,\"distance\":0.2}", HUFU_OK, true},
        {"/say/200/{\"same\":false,\"distance\":0.9}", HUFU_OK, false},
        {"/say/422/{\"error\":\"no-face\"}", HUFU_ERR_FORM, false},
        {"/say/413/{}", HUFU_ERR_LIMIT, false},
        {"/say/200/{\"same\":1}", HUFU_ERR_AWAY, false},
        {"/say/200/{\"same\":true,\"same\":true}", HUFU_ERR_AWAY, false},
        {"/say/200/{}", HUFU_ERR_AWAY, false},
        {"/say/200/[true]", HUFU_ERR_AWAY, false},
        {"/say/200/no-json", HUFU_ERR_AWAY, false},
        {"/say/201/{\"same\":true}", HUFU_ERR_AWAY, false},
        {"/say/503/{\"same\":true}", HUFU_ERR_AWAY, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool same = !cases[i].same;
        assert_int_equal(compare(cases[i].path, &same), cases[i].err);
        assert_int_equal(same, cases[i].same);
    }
}

static void two_pictures_are_sent_as_base64url(void **state)
{
    (void)state;
    bool same;
    uint8_t every[256];
    for (size_t i = 0; i < sizeof(every); i++)
        every[i] = (uint8_t)i;
    /* What is echoed is no answer; that it is HTTP 200 with the body we look at is enough. */
    assert_int_equal(compare("/echo", &same), HUFU_ERR_AWAY);
    forget_services();
    config.face_url = address(face_url, &plain, "http", "/say/200/{\"same\":true}");
    open_worker();
    for (size_t len = 1; len <= sizeof(every); len += 51)
        assert_ok(face_compare(&worker, bytes_of(every, len), bytes_of(every, 1), &same));
    close_worker();
}

static void a_picture_has_a_largest_size_and_is_not_empty(void **state)
{
    (void)state;
    bool same;
    uint8_t *large = calloc(1, FACE_PICTURE_MAX + 1);
    forget_services();
    config.face_url = address(face_url, &plain, "http", "/say/200/{\"same\":true}");
    open_worker();
    struct bytes small = bytes_of("a", 1), none = {NULL, 0}, above = bytes_of(large, FACE_PICTURE_MAX + 1);
    assert_int_equal(face_compare(&worker, above, small, &same), HUFU_ERR_LIMIT);
    assert_int_equal(face_compare(&worker, small, above, &same), HUFU_ERR_LIMIT);
    assert_int_equal(face_compare(&worker, none, small, &same), HUFU_ERR_FORM);
    assert_int_equal(face_compare(&worker, small, none, &same), HUFU_ERR_FORM);
    close_worker();
    free(large);
}

static void comparisons_take_one_worker_of_four_at_most(void **state)
{
    (void)state;
    bool same;
    forget_services();
    config.face_url = address(face_url, &plain, "http", "/say/200/{\"same\":true}");
    open_worker();
    struct outside *outside = exchange_outside(worker.exchange);
    assert_true(outside_enter(outside));
    assert_ok(face_compare(&worker, bytes_of("a", 1), bytes_of("b", 1), &same));
    assert_true(outside_enter(outside));
    assert_false(outside_enter(outside));
    assert_int_equal(face_compare(&worker, bytes_of("a", 1), bytes_of("b", 1), &same), HUFU_ERR_BUSY);
    assert_false(same);
    outside_leave(outside);
    assert_ok(face_compare(&worker, bytes_of("a", 1), bytes_of("b", 1), &same));
    close_worker();
}

/* ---- what the configuration names ---- */

static void assert_refused(const char *key)
{
    char said[256] = "";
    struct outside *outside;
    assert_int_equal(outside_new(&outside, &config, said, sizeof(said)), HUFU_ERR_FORM);
    assert_null(outside);
    if (strncmp(said, key, strlen(key)) != 0)
        fail_msg("\"%s\" does not name %s", said, key);
}

static void each_bad_file_is_named_by_its_key(void **state)
{
    (void)state;
    char missing[] = "/nonexistent/token", long_line[OUTSIDE_TOKEN_MAX + 2];
    struct {
        char **url, **file;
        const char *key;
    } services[] = {
        {&config.sms_url, &config.sms_token_file, "sms_token_file"},
        {&config.email_url, &config.email_token_file, "email_token_file"},
        {&config.face_url, &config.face_token_file, "face_token_file"},
    };
    memset(long_line, 'x', sizeof(long_line) - 1);
    long_line[sizeof(long_line) - 1] = '\0';
    const char *const bad[] = {"", "\n", "two\nlines\n", "a blank", "\x7f", long_line};
    for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
        forget_services();
        *services[i].url = address(email_url, &plain, "http", "/");
        *services[i].file = missing;
        assert_refused(services[i].key);
        *services[i].file = folder;
        assert_refused(services[i].key);
        *services[i].file = other_file;
        for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
            write_file(other_file, bad[n], 0600);
            assert_refused(services[i].key);
        }
        write_file(other_file, "readable-by-the-group", 0640);
        assert_refused(services[i].key);
    }
    forget_services();
    config.outside_ca_file = other_file;
    assert_refused("outside_ca_file");
}

static void a_token_of_the_greatest_length_is_shown_whole(void **state)
{
    (void)state;
    char line[OUTSIDE_TOKEN_MAX + 2];
    memset(line, 'x', OUTSIDE_TOKEN_MAX);
    line[OUTSIDE_TOKEN_MAX] = '\n';
    line[OUTSIDE_TOKEN_MAX + 1] = '\0';
    (void)unlink(other_file);
    write_file(other_file, line, 0600);
    forget_services();
    config.sms_token_file = other_file;
    assert_ok(ask(&plain, "http", "/echo"));
    line[OUTSIDE_TOKEN_MAX] = '\0';
    assert_non_null(strstr(answer.body, line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_carries_token_key_type_and_body),
        cmocka_unit_test(a_service_without_an_address_is_not_offered),
        cmocka_unit_test(what_is_no_whole_answer_is_away),
        cmocka_unit_test(a_redirect_is_an_answer_and_not_followed),
        cmocka_unit_test(only_a_certificate_that_holds_for_this_name_is_trusted),
        cmocka_unit_test(authorities_that_are_named_are_instead_of_the_system_s),
        cmocka_unit_test(a_service_that_hangs_is_left_after_the_time_set),
        cmocka_unit_test(a_call_that_waits_ends_when_it_is_stopped),
        cmocka_unit_test(the_status_decides_whether_a_message_is_taken_given_up_or_tried_again),
        cmocka_unit_test(a_message_that_cannot_be_said_is_not_sent),
        cmocka_unit_test(the_face_service_decides_who_is_the_same),
        cmocka_unit_test(two_pictures_are_sent_as_base64url),
        cmocka_unit_test(a_picture_has_a_largest_size_and_is_not_empty),
        cmocka_unit_test(comparisons_take_one_worker_of_four_at_most),
        cmocka_unit_test(each_bad_file_is_named_by_its_key),
        cmocka_unit_test(a_token_of_the_greatest_length_is_shown_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
