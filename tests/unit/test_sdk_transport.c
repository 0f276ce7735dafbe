/* SPDX-License-Identifier: Apache-2.0 */
/* The ready-made transport and device key, against a server that answers over real sockets. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "mobile-sdk/openssl/hufu_openssl.h"
#include "tests/unit/sdk_web.h"

struct web {
    struct sdk_web plain;
    struct sdk_web tls;
    char body[20000];
    struct hufu_http_answer answer;
};

static int set_up(void **state)
{
    static struct web web;
    web.plain = sdk_web_start(false);
    web.tls = sdk_web_start(true);
    *state = &web;
    return 0;
}

static int tear_down(void **state)
{
    struct web *web = *state;
    sdk_web_stop(&web->plain);
    sdk_web_stop(&web->tls);
    return 0;
}

static enum hufu_result ask(struct web *web, const struct hufu_http_request *request, size_t cap)
{
    struct hufu_transport transport = hufu_curl_transport();
    memset(web->body, 0, sizeof(web->body));
    web->answer = (struct hufu_http_answer){.body = (uint8_t *)web->body, .body_cap = cap};
    enum hufu_result result = transport.request(transport.context, request, &web->answer);
    if (result)
        assert_int_equal(web->answer.body_len, 0);
    return result;
}

static enum hufu_result get(struct web *web, const char *scheme, int port, const char *path,
                            const uint8_t *pin)
{
    char url[128];
    (void)snprintf(url, sizeof(url), "%s://127.0.0.1:%d%s", scheme, port, path);
    const struct hufu_http_request request = {.method = "GET", .url = url, .tls_pin = pin};
    return ask(web, &request, sizeof(web->body) - 1);
}

static void a_get_sends_no_body_and_no_session(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", web->plain.port, "/echo", NULL), HUFU_RESULT_OK);
    assert_int_equal(web->answer.status, 200);
    assert_ptr_equal(strstr(web->body, "GET /echo HTTP/1.1\r\n"), web->body);
    assert_null(strcasestr(web->body, "authorization"));
    assert_null(strcasestr(web->body, "content-type"));
}

static void a_post_carries_body_type_and_session(void **state)
{
    struct web *web = *state;
    char url[128];
    (void)snprintf(url, sizeof(url), "http://localhost:%d/echo", web->plain.port);
    const char body[] = "{\"a\":1}";
    const struct hufu_http_request request = {.method = "POST",
                                              .url = url,
                                              .authorization = "DPoP token",
                                              .dpop = "a.b.c",
                                              .body = (const uint8_t *)body,
                                              .body_len = strlen(body)};
    assert_int_equal(ask(web, &request, sizeof(web->body) - 1), HUFU_RESULT_OK);
    assert_ptr_equal(strstr(web->body, "POST /echo HTTP/1.1\r\n"), web->body);
    assert_non_null(strstr(web->body, "Authorization: DPoP token\r\n"));
    assert_non_null(strstr(web->body, "DPoP: a.b.c\r\n"));
    assert_non_null(strstr(web->body, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(web->body, "\r\n\r\n{\"a\":1}"));
    assert_null(strcasestr(web->body, "expect:"));
}

static void a_refusal_is_an_answer(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", web->plain.port, "/refuse", NULL), HUFU_RESULT_OK);
    assert_int_equal(web->answer.status, 403);
    assert_string_equal(web->body, "{}");
}

static void a_busy_server_says_how_long(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", web->plain.port, "/busy", NULL), HUFU_RESULT_OK);
    assert_int_equal(web->answer.status, 503);
    assert_int_equal(web->answer.retry_after_s, 7);
    assert_int_equal(get(web, "http", web->plain.port, "/refuse", NULL), HUFU_RESULT_OK);
    assert_int_equal(web->answer.retry_after_s, 0);
}

static void a_redirect_is_not_followed(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", web->plain.port, "/redirect", NULL), HUFU_RESULT_OK);
    assert_int_equal(web->answer.status, 302);
}

static void an_answer_that_is_too_long_is_refused(void **state)
{
    struct web *web = *state;
    char url[128];
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/large", web->plain.port);
    const struct hufu_http_request request = {.method = "GET", .url = url};
    assert_int_equal(ask(web, &request, 9999), HUFU_RESULT_LIMIT);
    assert_int_equal(ask(web, &request, 10000), HUFU_RESULT_OK);
    assert_int_equal(web->answer.body_len, 10000);
}

static void half_an_answer_is_none(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", web->plain.port, "/cut", NULL), HUFU_RESULT_AWAY);
}

static void nobody_there_is_away(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "http", 1, "/echo", NULL), HUFU_RESULT_AWAY);
}

static void plain_http_to_another_machine_is_never_tried(void **state)
{
    struct web *web = *state;
    const struct hufu_http_request request = {.method = "GET", .url = "http://192.0.2.1/echo"};
    assert_int_equal(ask(web, &request, 100), HUFU_RESULT_ADDRESS);
}

static void the_pinned_key_is_trusted_whatever_its_certificate_says(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "https", web->tls.port, "/echo", web->tls.key_hash), HUFU_RESULT_OK);
    assert_int_equal(web->answer.status, 200);
}

static void another_key_than_the_pinned_one_is_refused(void **state)
{
    struct web *web = *state;
    uint8_t pin[32];
    memcpy(pin, web->tls.key_hash, sizeof(pin));
    pin[31] ^= 1;
    assert_int_equal(get(web, "https", web->tls.port, "/echo", pin), HUFU_RESULT_IDENTITY);
}

static void without_a_pin_a_certificate_must_have_an_authority(void **state)
{
    struct web *web = *state;
    assert_int_equal(get(web, "https", web->tls.port, "/echo", NULL), HUFU_RESULT_IDENTITY);
}

/* ---- The device key ---- */

static void a_device_key_signs_and_its_signature_verifies(void **state)
{
    (void)state;
    struct hufu_device_key key = hufu_openssl_device_key();
    uint8_t handle[HUFU_DEVICE_HANDLE_MAX], public_key[65], other_key[65], signature[64];
    size_t len = 0, other_len = 0;
    assert_int_equal(key.create(key.context, handle, sizeof(handle), &other_len, other_key), HUFU_RESULT_OK);
    assert_int_equal(key.create(key.context, handle, sizeof(handle), &len, public_key), HUFU_RESULT_OK);
    assert_int_equal(public_key[0], 4);
    const uint8_t message[] = "message";
    assert_int_equal(key.sign(key.context, handle, len, message, sizeof(message), signature), HUFU_RESULT_OK);
    assert_int_equal(key.verify(key.context, public_key, message, sizeof(message), signature),
                     HUFU_RESULT_OK);
    assert_int_equal(key.verify(key.context, public_key, message, sizeof(message) - 1, signature),
                     HUFU_RESULT_SIGNATURE);
    assert_int_equal(key.verify(key.context, other_key, message, sizeof(message), signature),
                     HUFU_RESULT_SIGNATURE);
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 0x10;
        assert_int_equal(key.verify(key.context, public_key, message, sizeof(message), signature),
                         HUFU_RESULT_SIGNATURE);
        signature[i] ^= 0x10;
    }
}

static void keys_and_signatures_that_are_none_are_refused(void **state)
{
    (void)state;
    struct hufu_device_key key = hufu_openssl_device_key();
    uint8_t handle[HUFU_DEVICE_HANDLE_MAX], public_key[65], signature[64] = {0};
    size_t len = 0;
    assert_int_equal(key.create(key.context, handle, sizeof(handle), &len, public_key), HUFU_RESULT_OK);
    const uint8_t message[] = "message";
    assert_int_equal(key.verify(key.context, public_key, message, sizeof(message), signature),
                     HUFU_RESULT_SIGNATURE);
    assert_int_equal(key.sign(key.context, handle, len, message, sizeof(message), signature), HUFU_RESULT_OK);
    public_key[64] ^= 1;
    assert_int_equal(key.verify(key.context, public_key, message, sizeof(message), signature),
                     HUFU_RESULT_SIGNATURE);
    memset(public_key, 0, sizeof(public_key));
    assert_int_equal(key.verify(key.context, public_key, message, sizeof(message), signature),
                     HUFU_RESULT_SIGNATURE);
    assert_int_equal(key.sign(key.context, handle, 31, message, sizeof(message), signature),
                     HUFU_RESULT_PLATFORM);
    memset(handle, 0, sizeof(handle));
    assert_int_equal(key.sign(key.context, handle, 32, message, sizeof(message), signature),
                     HUFU_RESULT_PLATFORM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_get_sends_no_body_and_no_session),
        cmocka_unit_test(a_post_carries_body_type_and_session),
        cmocka_unit_test(a_refusal_is_an_answer),
        cmocka_unit_test(a_busy_server_says_how_long),
        cmocka_unit_test(a_redirect_is_not_followed),
        cmocka_unit_test(an_answer_that_is_too_long_is_refused),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(nobody_there_is_away),
        cmocka_unit_test(plain_http_to_another_machine_is_never_tried),
        cmocka_unit_test(the_pinned_key_is_trusted_whatever_its_certificate_says),
        cmocka_unit_test(another_key_than_the_pinned_one_is_refused),
        cmocka_unit_test(without_a_pin_a_certificate_must_have_an_authority),
        cmocka_unit_test(a_device_key_signs_and_its_signature_verifies),
        cmocka_unit_test(keys_and_signatures_that_are_none_are_refused),
    };
    return cmocka_run_group_tests_name("sdk_transport", tests, set_up, tear_down);
}
