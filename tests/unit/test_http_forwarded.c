/* SPDX-License-Identifier: Apache-2.0 */
/* Networks of addresses, and the header Forwarded: RFC 7239's own examples, whose word is believed, and everything malformed. */
#include <arpa/inet.h>
#include <stdio.h>

#include "server/http/forwarded.h"
#include "tests/unit/unit.h"

static const char *const trusted_texts[] = {"10.0.0.0/8", "192.0.2.1", "2001:db8:ffff::/48"};
#define TRUSTED (sizeof trusted_texts / sizeof trusted_texts[0])
static struct network trusted[TRUSTED];

static int set_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < TRUSTED; i++)
        assert_ok(network_read(&trusted[i], trusted_texts[i]));
    return 0;
}

static void assert_address(const uint8_t address[NETWORK_ADDRESS_SIZE], const char *text)
{
    uint8_t expected[NETWORK_ADDRESS_SIZE];
    assert_ok(network_read_address(expected, text));
    assert_memory_equal(address, expected, sizeof expected);
}

/* ---- Networks ---- */

static void a_network_has_its_addresses_and_no_other(void **state)
{
    static const struct {
        const char *network, *address;
        bool has;
    } rows[] = {
        {"10.0.0.0/8", "10.255.255.255", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},
        {"10.0.0.0/8", "a00::1", false},
        {"192.168.7.128/25", "192.168.7.128", true},
        {"192.168.7.128/25", "192.168.7.127", false},
        {"198.51.100.7", "198.51.100.7", true},
        {"198.51.100.7", "198.51.100.6", false},
        {"198.51.100.7/32", "198.51.100.7", true},
        {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},
        {"::/0", "203.0.113.9", true},
        {"2001:db8::/32", "2001:db8:ffff::1", true},
        {"2001:db8::/32", "2001:db9::", false},
        {"2001:db8::8/125", "2001:db8::f", true},
        {"2001:db8::8/125", "2001:db8::7", false},
        {"::1", "::1", true},
        {"::1", "127.0.0.1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct network network;
        uint8_t address[NETWORK_ADDRESS_SIZE];
        assert_ok(network_read(&network, rows[i].network));
        assert_ok(network_read_address(address, rows[i].address));
        if (network_any_has(&network, 1, address) != rows[i].has)
            fail_msg("%s in %s", rows[i].address, rows[i].network);
    }
    uint8_t any[NETWORK_ADDRESS_SIZE] = {0};
    assert_false(network_any_has(NULL, 0, any));
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "/",
                                        "10.0.0.0/",
                                        "/8",
                                        "10.0.0.0/33",
                                        "10.0.0.0/08",
                                        "10.0.0.0/-1",
                                        "10.0.0.0/8/8",
                                        "10.0.0.1/8",
                                        "10.0.0/8",
                                        "010.0.0.1",
                                        "2001:db8::/129",
                                        "2001:db8::1/64",
                                        "[::1]",
                                        "::1%lo",
                                        "host",
                                        "10.0.0.0/8 ",
                                        "10.0.0.0/1000",
                                        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct network network;
        if (network_read(&network, texts[i]) != HUFU_ERR_FORM)
            fail_msg("%s", texts[i]);
    }
}

/* ---- The header ---- */

struct row {
    const char *text, *client;
};

/* From a connection of the proxy 10.0.0.5. */
static enum hufu_err read(const char *text, uint8_t out[NETWORK_ADDRESS_SIZE])
{
    assert_ok(network_read_address(out, "10.0.0.5"));
    return forwarded_read(out, text, trusted, TRUSTED);
}

static void assert_clients(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t client[NETWORK_ADDRESS_SIZE];
        assert_ok(read(rows[i].text, client));
        assert_address(client, rows[i].client);
    }
}
#define ASSERT_CLIENTS(rows) assert_clients(rows, sizeof(rows) / sizeof((rows)[0]))

static void the_examples_of_the_rfc_are_read(void **state)
{
    static const struct row rows[] = {
        {"for=\"_gazonk\"", "10.0.0.5"},
        {"For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"},
        {"for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"},
        {"for=192.0.2.43, for=198.51.100.17", "198.51.100.17"},
        {"for=_hidden, for=_SEVKISEK", "10.0.0.5"},
        {"for=192.0.2.43,for=\"[2001:db8:cafe::17]\",for=unknown", "10.0.0.5"},
        {"for=192.0.2.43, for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17"},
        {"for=192.0.2.60;proto=http;by=\"[2001:db8:cafe::17]\"", "192.0.2.60"},
        {"for=\"192.0.2.43:47011\"", "192.0.2.43"},
    };
    (void)state;
    ASSERT_CLIENTS(rows);
}

static void the_right_most_address_that_is_not_trusted_is_the_client(void **state)
{
    static const struct row rows[] = {
        {"", "10.0.0.5"},
        {"for=203.0.113.9", "203.0.113.9"},
        {"for=203.0.113.9, for=10.1.1.1", "203.0.113.9"},
        {"for=203.0.113.9, for=192.0.2.1, for=\"[2001:db8:ffff::2]\", for=10.2.2.2", "203.0.113.9"},
        {"for=198.51.100.1, for=203.0.113.9, for=10.1.1.1",
         "203.0.113.9"}, /* the left-most is the client's own word */
        {"for=10.9.9.9, for=203.0.113.9", "203.0.113.9"},
        {"for=10.9.9.9", "10.9.9.9"}, /* a client among the proxies */
        {"for=203.0.113.9, for=unknown, for=10.1.1.1", "10.1.1.1"},
        {"for=203.0.113.9, by=10.0.0.5", "10.0.0.5"}, /* it does not say whom it asks for */
        {"for=\"[::ffff:203.0.113.9]\"", "203.0.113.9"},
    };
    (void)state;
    ASSERT_CLIENTS(rows);
}

static void what_the_grammar_allows_is_read(void **state)
{
    static const struct row rows[] = {
        {"FOR=203.0.113.9", "203.0.113.9"},
        {"for=\"203.0.113.9\"", "203.0.113.9"},
        {"for=\"2\\03.0.113.9\"", "203.0.113.9"},
        {"for=\"203.0.113.9:_port\"", "203.0.113.9"},
        {"for=\"unknown:1\"", "10.0.0.5"},
        {"for=\"_a.b-c:_d\"", "10.0.0.5"},
        {"host=\"a, b; for=198.51.100.1\";for=203.0.113.9", "203.0.113.9"},
        {"secret=\"\\\"\\\\\";for=203.0.113.9", "203.0.113.9"},
        {"for=203.0.113.9 ; proto=https", "203.0.113.9"},
        {" ,, for=203.0.113.9\t, ", "203.0.113.9"},
        {";for=203.0.113.9;", "203.0.113.9"},
        {"x=1;x=2;for=203.0.113.9", "203.0.113.9"},
    };
    (void)state;
    ASSERT_CLIENTS(rows);
}

static void what_is_malformed_is_refused_whole(void **state)
{
    static const char *const texts[] = {"for",
                                        "for=",
                                        "=1",
                                        "for =203.0.113.9",
                                        "for= 203.0.113.9",
                                        "for=203.0.113.9 proto=http",
                                        "for=203.0.113.9:80",
                                        "for=[2001:db8::1]",
                                        "for=2001:db8::1",
                                        "for=\"2001:db8::1\"",
                                        "for=\"[203.0.113.9]\"",
                                        "for=\"[2001:db8::1\"",
                                        "for=\"2001:db8::1]\"",
                                        "for=\"[2001:db8::1]80\"",
                                        "for=\"203.0.113.9:\"",
                                        "for=\"203.0.113.9:123456\"",
                                        "for=\"203.0.113.9:8a\"",
                                        "for=\"203.0.113.9:_\"",
                                        "for=\"203.0.113.9",
                                        "for=\"203.0.113.9\\",
                                        "for=\"203.0.113.9\"x",
                                        "for=203.0.113.256",
                                        "for=0203.0.113.9",
                                        "for=host",
                                        "for=_",
                                        "for=unknowable",
                                        "for=\"\"",
                                        "for=203.0.113.9;for=203.0.113.9",
                                        "for=203.0.113.9;For=198.51.100.1",
                                        "proto=a;proto=b",
                                        "by=_a;BY=_b",
                                        "for=203.0.113.9, for",
                                        "for=garbage, for=203.0.113.9",
                                        "for=\"203.0.113.9\x01\"",
                                        "for=\"203.0.113.9\x7f\"",
                                        "for=203.0.113.9\n",
                                        "203.0.113.9",
                                        "for=203.0.113.9, 198.51.100.1"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint8_t client[NETWORK_ADDRESS_SIZE];
        if (read(texts[i], client) != HUFU_ERR_FORM)
            fail_msg("%s", texts[i]);
        assert_address(client, "10.0.0.5");
    }
}

static void a_header_has_limits(void **state)
{
    char text[FORWARDED_TEXT_MAX + 2];
    uint8_t client[NETWORK_ADDRESS_SIZE];
    (void)state;
    text[0] = '\0';
    for (int i = 0; i < FORWARDED_NODES_MAX; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%sfor=10.1.1.%d", i > 0 ? "," : "",
                       i);
    assert_ok(read(text, client));
    assert_address(client, "10.1.1.0");
    (void)snprintf(text + strlen(text), sizeof text - strlen(text), ",for=10.1.1.99");
    assert_int_equal(read(text, client), HUFU_ERR_FORM);
    memset(text, ' ', sizeof text);
    memcpy(text, "for=203.0.113.9", strlen("for=203.0.113.9"));
    text[FORWARDED_TEXT_MAX] = '\0';
    assert_ok(read(text, client));
    assert_address(client, "203.0.113.9");
    text[FORWARDED_TEXT_MAX] = ' ';
    text[FORWARDED_TEXT_MAX + 1] = '\0';
    assert_int_equal(read(text, client), HUFU_ERR_FORM);
}

static void without_trust_nothing_is_believed(void **state)
{
    uint8_t client[NETWORK_ADDRESS_SIZE];
    (void)state;
    assert_ok(network_read_address(client, "10.0.0.5"));
    assert_ok(forwarded_read(client, "for=203.0.113.9", NULL, 0));
    assert_address(client, "10.0.0.5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_its_addresses_and_no_other),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(the_examples_of_the_rfc_are_read),
        cmocka_unit_test(the_right_most_address_that_is_not_trusted_is_the_client),
        cmocka_unit_test(what_the_grammar_allows_is_read),
        cmocka_unit_test(what_is_malformed_is_refused_whole),
        cmocka_unit_test(a_header_has_limits),
        cmocka_unit_test(without_trust_nothing_is_believed),
    };
    return cmocka_run_group_tests_name("http_forwarded", tests, set_up, NULL);
}
