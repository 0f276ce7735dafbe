/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"

#include "common/activation.h"

static struct activation example(const char *url, bool has_tls_pin)
{
    struct activation a = {.service = {.has_tls_pin = has_tls_pin}};
    memcpy(a.service.url, url, strlen(url));
    memset(a.service.tls_pin, has_tls_pin ? 1 : 0, sizeof(a.service.tls_pin));
    memset(a.service.identity_hash, 2, sizeof(a.service.identity_hash));
    memset(a.code, 3, sizeof(a.code));
    return a;
}

static void activation_comes_back(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://sign.example:8443", "http://[::1]:80/a b?c=d&e=%41",
                                       "https://虎符.example"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct activation a = example(urls[i], i != 1), back;
        char text[SERVICE_TEXT_MAX];
        assert_ok(activation_encode(text, &a));
        assert_int_equal(strncmp(text, "hufu:activate?u=http", 20), 0);
        assert_null(strchr(text, ' '));
        assert_ok(activation_parse(&back, text));
        assert_memory_equal(&back, &a, sizeof(a));
    }
}

static void activation_refuses_truncation_and_other_forms(void **state)
{
    (void)state;
    struct activation a = example("https://sign.example", true), back;
    static const struct activation zero;
    char text[SERVICE_TEXT_MAX], damaged[SERVICE_TEXT_MAX + 2];
    assert_ok(activation_encode(text, &a));
    for (size_t len = 0; len < strlen(text); len++) {
        memcpy(damaged, text, len);
        damaged[len] = '\0';
        assert_int_not_equal(activation_parse(&back, damaged), HUFU_OK);
        assert_memory_equal(&back, &zero, sizeof(zero));
    }
    static const char *const bad[] = {
        "https://sign.example",
        "hufu:activate?",
        "hufu:activate?u=&t=&k=&c=",
        "hufu:activate?u=x%0&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw",
        "hufu:activate?u=x%0a&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw",
        "hufu:activate?u=x\ny&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw",
        "hufu:activate?u=x&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw&d=1",
        "hufu:activate?u=x&t=AQ&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_not_equal(activation_parse(&back, bad[i]), HUFU_OK);
    assert_ok(activation_parse(
        &back,
        "hufu:activate?u=x&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw"));
}

static void activation_refuses_an_address_or_text_too_long(void **state)
{
    (void)state;
    struct activation back;
    char text[SERVICE_TEXT_MAX + 1];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memcpy(text, "hufu:activate?u=", 16);
    assert_int_equal(activation_parse(&back, text), HUFU_ERR_LIMIT);
    memcpy(text + 16 + SERVICE_URL_MAX + 1,
           "&t=&k=AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI&c=AwMDAwMDAwMDAwMDAwMDAw", 75);
    assert_int_equal(activation_parse(&back, text), HUFU_ERR_LIMIT);
}

static struct service_project project_of(const struct activation *a)
{
    struct service_project project = {.service = a->service};
    memset(project.project_id, 4, sizeof(project.project_id));
    return project;
}

static void a_projects_text_comes_back(void **state)
{
    (void)state;
    for (int pinned = 0; pinned < 2; pinned++) {
        const struct activation a = example("https://sign.example:8443", pinned);
        struct service_project project = project_of(&a), back;
        char text[SERVICE_TEXT_MAX];
        assert_ok(service_project_encode(text, &project));
        assert_int_equal(strncmp(text, "hufu:service?u=https://sign.example:8443&t=", 43), 0);
        assert_non_null(strstr(text, "&p=BAQEBAQEBAQEBAQEBAQEBA"));
        assert_ok(service_project_parse(&back, text));
        assert_memory_equal(&back, &project, sizeof(project));
    }
}

/* One decoder reads both, and neither takes the other's. */
static void a_projects_text_is_no_code_and_a_code_is_no_projects_text(void **state)
{
    (void)state;
    static const struct service_project none;
    static const struct activation zero;
    const struct activation a = example("https://sign.example", true);
    const struct service_project project = project_of(&a);
    struct service_project back;
    struct activation code;
    char text[SERVICE_TEXT_MAX], damaged[SERVICE_TEXT_MAX];
    assert_ok(activation_encode(text, &a));
    assert_int_equal(service_project_parse(&back, text), HUFU_ERR_FORM);
    assert_memory_equal(&back, &none, sizeof(none));
    assert_ok(service_project_encode(text, &project));
    assert_int_equal(activation_parse(&code, text), HUFU_ERR_FORM);
    assert_memory_equal(&code, &zero, sizeof(zero));
    for (size_t len = 0; len < strlen(text); len++) {
        memcpy(damaged, text, len);
        damaged[len] = '\0';
        assert_int_not_equal(service_project_parse(&back, damaged), HUFU_OK);
        assert_memory_equal(&back, &none, sizeof(none));
    }
    memcpy(damaged, text, strlen(text) + 1);
    *strstr(damaged, "&p=") = '\0';
    assert_int_equal(service_project_parse(&back, damaged), HUFU_ERR_FORM);
}

static void every_byte_of_the_signed_message_is_bound(void **state)
{
    (void)state;
    uint8_t code[ACTIVATION_CODE_SIZE] = {1}, key[FRAME_DEVICE_KEY_SIZE] = {4}, one[128], two[128];
    struct buf a, b;
    buf_init(&a, one, sizeof(one));
    assert_ok(activation_signed_message(&a, code, key, 5));
    buf_init(&b, two, sizeof(two));
    assert_ok(activation_signed_message(&b, code, key, 6));
    assert_false(bytes_equal(buf_bytes(&a), buf_bytes(&b)));
    buf_init(&b, two, 100);
    assert_int_equal(activation_signed_message(&b, code, key, 5), HUFU_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activation_comes_back),
        cmocka_unit_test(activation_refuses_truncation_and_other_forms),
        cmocka_unit_test(activation_refuses_an_address_or_text_too_long),
        cmocka_unit_test(a_projects_text_comes_back),
        cmocka_unit_test(a_projects_text_is_no_code_and_a_code_is_no_projects_text),
        cmocka_unit_test(every_byte_of_the_signed_message_is_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
