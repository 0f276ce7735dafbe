/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/config.h"
#include "tests/unit/unit.h"

#define LEAST_BUT_HSM "admin_socket = \"/run/a.sock\"\ndatabase = \"dbname=hufu\"\n"
#define LEAST LEAST_BUT_HSM "hsm_socket = \"/run/h.sock\"\n"

static char path[] = "/tmp/hufu-test-config.XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static enum hufu_err load(struct server_config *config, const char *text, char message[256])
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return server_config_load(config, path, message, 256);
}

/* That this process may use, as the scheduler says. */
static long cores(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
    return CPU_COUNT(&set);
}

static void the_workers_follow_the_cores_that_the_process_may_use(void **state)
{
    cpu_set_t all, one;
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
    CPU_ZERO(&one);
    for (int i = 0; CPU_COUNT(&one) == 0; i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
    assert_int_equal(load(&config, LEAST, message), HUFU_OK);
    assert_int_equal(config.workers, 4);
    assert_int_equal(config.signing_workers, 1);
    assert_int_equal(config.http_threads, 1);
    server_config_free(&config);
    assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
    assert_int_equal(load(&config, LEAST "workers = \"5\"\nsigning_workers = \"3\"\n", message), HUFU_OK);
    assert_int_equal(config.workers, 5);
    assert_int_equal(config.signing_workers, 3);
    assert_int_equal(config.http_threads, (cores() + 1) / 2);
    server_config_free(&config);
}

static void the_least_configuration_has_defaults_for_the_rest(void **state)
{
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(load(&config, LEAST, message), HUFU_OK);
    assert_string_equal(config.listen_address, "127.0.0.1");
    assert_int_equal(config.workers, cores() < 12 ? 4 * cores() : 48);
    assert_int_equal(config.queue_limit, 256);
    assert_int_equal(config.per_address_limit, 256);
    assert_int_equal(config.request_seconds, 30);
    assert_int_equal(config.admin_uid_count, 0);
    assert_int_equal(config.least, LOG_INFO);
    assert_int_equal(server_config_set_port(&config, 8080), HUFU_OK);
    assert_string_equal(config.public_url, "http://127.0.0.1:8080");
    server_config_free(&config);
}

static void users_are_given_by_number_or_name(void **state)
{
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(load(&config, LEAST "admin_uids = \"1000, root 77\"\n", message), HUFU_OK);
    assert_int_equal(config.admin_uid_count, 3);
    assert_int_equal(config.admin_uid_list[0], 1000);
    assert_int_equal(config.admin_uid_list[1], 0);
    assert_int_equal(config.admin_uid_list[2], 77);
    server_config_free(&config);
}

static void each_key_process_has_a_name_of_host_and_socket(void **state)
{
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(load(&config, LEAST, message), HUFU_OK);
    assert_int_equal(config.hsm_count, 1);
    server_config_free(&config);
    assert_int_equal(load(&config, LEAST_BUT_HSM "hsm_socket = \"/run/a.sock, /run/b.sock\"\n", message),
                     HUFU_OK);
    assert_int_equal(config.hsm_count, 2);
    assert_string_equal(config.hsm_sockets[0], "/run/a.sock");
    assert_string_equal(config.hsm_sockets[1], "/run/b.sock");
    assert_non_null(strstr(config.hsm_names[1], ":/run/b.sock"));
    server_config_free(&config);
}

static void proxies_are_addresses_and_networks(void **state)
{
    struct server_config config;
    char message[256], text[1024] = LEAST "trusted_proxies = \"";
    uint8_t address[NETWORK_ADDRESS_SIZE];
    (void)state;
    assert_int_equal(load(&config, LEAST "trusted_proxies = \"192.0.2.1, 10.0.0.0/8 ::1\"\n", message),
                     HUFU_OK);
    assert_int_equal(config.trusted_proxy_count, 3);
    assert_int_equal(network_read_address(address, "10.255.0.1"), HUFU_OK);
    assert_true(network_any_has(config.trusted_proxy_list, config.trusted_proxy_count, address));
    assert_int_equal(network_read_address(address, "192.0.2.2"), HUFU_OK);
    assert_false(network_any_has(config.trusted_proxy_list, config.trusted_proxy_count, address));
    server_config_free(&config);
    for (int i = 0; i < SERVER_TRUSTED_PROXIES_MAX; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "10.0.0.%d ", i);
    size_t len = strlen(text);
    (void)snprintf(text + len, sizeof(text) - len, "\"\n");
    assert_int_equal(load(&config, text, message), HUFU_OK);
    assert_int_equal(config.trusted_proxy_count, SERVER_TRUSTED_PROXIES_MAX);
    server_config_free(&config);
    (void)snprintf(text + len, sizeof(text) - len, "10.0.1.0\"\n");
    assert_int_equal(load(&config, text, message), HUFU_ERR_FORM);
    assert_non_null(strstr(message, "trusted_proxies"));
}

static void a_given_url_stays(void **state)
{
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(load(&config, LEAST "public_url = \"https://sign.example\"\n", message), HUFU_OK);
    assert_int_equal(server_config_set_port(&config, 1), HUFU_OK);
    assert_string_equal(config.public_url, "https://sign.example");
    server_config_free(&config);
}

static void every_fault_names_its_key(void **state)
{
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"", "admin_socket"},
        {LEAST "colour = \"red\"\n", "colour"},
        {LEAST "workers = \"-1\"\n", "workers"},
        {LEAST "workers = \"many\"\n", "workers"},
        {LEAST "signing_workers = \"-1\"\n", "signing_workers"},
        {LEAST "per_address_limit = \"-1\"\n", "per_address_limit"},
        {LEAST "request_seconds = \"0\"\n", "request_seconds"},
        {LEAST "listen_port = \"65536\"\n", "listen_port"},
        {LEAST "listen_address = \"localhost\"\n", "listen_address"},
        {LEAST "listen_address = \"0.0.0.0\"\n", "tls_certificate"},
        {LEAST "listen_address = \"0.0.0.0\"\ntls_certificate = \"/c\"\ntls_key = \"/k\"\n", "public_url"},
        {LEAST "tls_certificate = \"/c\"\n", "tls_certificate"},
        {LEAST "tls_key = \"/k\"\n", "tls_certificate"},
        {LEAST "public_url = \"http://sign.example\"\n", "public_url"},
        {LEAST "public_url = \"http://127.0.0.1.example\"\n", "public_url"},
        {LEAST "public_url = \"ftp://127.0.0.1\"\n", "public_url"},
        {LEAST "public_url = \"https://sign.example/\"\n", "public_url"},
        {LEAST "admin_uids = \"nobody-of-this-name\"\n", "admin_uids"},
        {LEAST_BUT_HSM "hsm_socket = \", \"\n", "hsm_socket"},
        {LEAST_BUT_HSM "hsm_socket = \"/a /b /a\"\n", "hsm_socket"},
        {LEAST_BUT_HSM "hsm_socket = \"/1 /2 /3 /4 /5 /6 /7 /8 /9\"\n", "hsm_socket"},
        {LEAST "trusted_proxies = \"10.0.0.1/8\"\n", "trusted_proxies"},
        {LEAST "trusted_proxies = \"10.0.0.0/8, proxy.example\"\n", "trusted_proxies"},
        {LEAST "log_level = \"loud\"\n", "log_level"},
        {LEAST "sms_url = \"https://sms.example/sms\"\n", "sms_token_file"},
        {LEAST "sms_token_file = \"/t\"\n", "sms_token_file"},
        {LEAST "sms_url = \"http://sms.example/sms\"\nsms_token_file = \"/t\"\n", "sms_url"},
        {LEAST "sms_url = \"http://localhost:1@sms.example/\"\nsms_token_file = \"/t\"\n", "sms_url"},
        {LEAST "sms_url = \"https://a b\"\nsms_token_file = \"/t\"\n", "sms_url"},
        {LEAST "sms_url = \"sms.example\"\nsms_token_file = \"/t\"\n", "sms_url"},
        {LEAST "email_url = \"ftp://mail.example\"\nemail_token_file = \"/t\"\n", "email_url"},
        {LEAST "email_url = \"https://mail.example\"\n", "email_token_file"},
        {LEAST "face_url = \"http://192.0.2.1/compare\"\nface_token_file = \"/t\"\n", "face_url"},
        {LEAST "face_token_file = \"/t\"\n", "face_token_file"},
        {LEAST "outside_timeout_ms = \"99\"\n", "outside_timeout_ms"},
        {LEAST "couriers = \"0\"\n", "couriers"},
        {LEAST "couriers = \"17\"\n", "couriers"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct server_config config;
        char message[256] = "";
        assert_int_equal(load(&config, cases[i].text, message), HUFU_ERR_FORM);
        if (!strstr(message, cases[i].key))
            fail_msg("case %zu: \"%s\" does not name %s", i, message, cases[i].key);
    }
}

static void plain_http_is_accepted_on_every_form_of_loopback(void **state)
{
    static const char *const urls[] = {"http://127.0.0.1:80", "http://localhost", "http://[::1]:8080",
                                       "http://127.1.2.3/a"};
    (void)state;
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct server_config config;
        char message[256] = "", text[512];
        (void)snprintf(text, sizeof(text), LEAST "public_url = \"%s\"\n", urls[i]);
        assert_int_equal(load(&config, text, message), HUFU_OK);
        server_config_free(&config);
    }
}

static void outside_services_are_offered_where_they_have_an_address(void **state)
{
    struct server_config config;
    char message[256];
    (void)state;
    assert_int_equal(load(&config, LEAST, message), HUFU_OK);
    assert_string_equal(config.sms_url, "");
    assert_int_equal(config.outside_timeout_ms, 10000);
    assert_int_equal(config.couriers, 2);
    server_config_free(&config);
    assert_int_equal(load(&config,
                          LEAST "sms_url = \"https://sms.example/v1?a=b\"\nsms_token_file = \"/t\"\n"
                                "face_url = \"http://127.0.0.1:80/\"\nface_token_file = \"/t\"\n",
                          message),
                     HUFU_OK);
    assert_string_equal(config.sms_url, "https://sms.example/v1?a=b");
    server_config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_workers_follow_the_cores_that_the_process_may_use),
        cmocka_unit_test(the_least_configuration_has_defaults_for_the_rest),
        cmocka_unit_test(users_are_given_by_number_or_name),
        cmocka_unit_test(each_key_process_has_a_name_of_host_and_socket),
        cmocka_unit_test(proxies_are_addresses_and_networks),
        cmocka_unit_test(a_given_url_stays),
        cmocka_unit_test(every_fault_names_its_key),
        cmocka_unit_test(plain_http_is_accepted_on_every_form_of_loopback),
        cmocka_unit_test(outside_services_are_offered_where_they_have_an_address),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
