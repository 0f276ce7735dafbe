/* SPDX-License-Identifier: Apache-2.0 */
/* The header Forwarded (server/http/forwarded.h). What is refused changes nothing, what is taken names an address that stands in it. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "server/http/forwarded.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t proxy[NETWORK_ADDRESS_SIZE] = {[10] = 0xff, [11] = 0xff, 10, 0, 0, 5};
    static const struct network trusted[] = {{.address = {[10] = 0xff, [11] = 0xff, 10}, .bits = 104}};
    uint8_t client[NETWORK_ADDRESS_SIZE], again[NETWORK_ADDRESS_SIZE];
    char *text = malloc(size + 1); /* of exactly its size */
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = 0;
    memcpy(client, proxy, sizeof(client));
    enum hufu_err err = forwarded_read(client, text, trusted, 1);
    FUZZ_CHECK(err == HUFU_OK || err == HUFU_ERR_FORM);
    FUZZ_CHECK(err == HUFU_OK || memcmp(client, proxy, sizeof(client)) == 0);
    FUZZ_CHECK(err != HUFU_OK || strlen(text) <= FORWARDED_TEXT_MAX);
    /* Whatever a client has sent stands left of what the proxy appends, and changes nothing or spoils the whole. */
    char *longer = malloc(strlen(text) + sizeof(",for=203.0.113.9"));
    FUZZ_CHECK(longer != NULL);
    memcpy(longer, text, strlen(text));
    memcpy(longer + strlen(text), ",for=203.0.113.9", sizeof(",for=203.0.113.9"));
    memcpy(again, proxy, sizeof(again));
    static const uint8_t appended[NETWORK_ADDRESS_SIZE] = {[10] = 0xff, [11] = 0xff, 203, 0, 113, 9};
    const uint8_t *expected = forwarded_read(again, longer, trusted, 1) == HUFU_OK ? appended : proxy;
    FUZZ_CHECK(memcmp(again, expected, sizeof(again)) == 0);
    free(longer);
    free(text);
    return 0;
}

void fuzz_seeds(void (*emit)(void *context, struct bytes seed), void *context)
{
    static const char *const seeds[] = {
        "for=192.0.2.43, for=\"[2001:db8:cafe::17]:4711\"",
        "for=203.0.113.9;proto=http;by=203.0.113.43;host=\"a\\\"b\", for=10.0.0.7",
        "for=unknown,for=_hidden;x=y , ,for=\"10.1.2.3:_p\"",
        ";;for=10.1.1.1; proto=https,",
    };
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        emit(context, bytes_of_text(seeds[i]));
}
