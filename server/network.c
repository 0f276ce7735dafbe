/* SPDX-License-Identifier: Apache-2.0 */
#include "server/network.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NETWORK_BITS 128
#define NETWORK_MAPPED_BITS 96 /* before an IPv4 address */
#define NETWORK_TEXT_MAX (NETWORK_ADDRESS_TEXT_MAX + 4)

static bool network_is_v4(const char *text)
{
    struct in_addr v4;
    return inet_pton(AF_INET, text, &v4) == 1;
}

enum hufu_err network_read_address(uint8_t out[NETWORK_ADDRESS_SIZE], const char *text)
{
    char mapped[NETWORK_ADDRESS_TEXT_MAX + 1];
    struct in6_addr v6;
    memset(out, 0, NETWORK_ADDRESS_SIZE);
    int len = snprintf(mapped, sizeof mapped, "%s%s", network_is_v4(text) ? "::ffff:" : "", text);
    if (len < 0 || (size_t)len >= sizeof mapped || inet_pton(AF_INET6, mapped, &v6) != 1)
        return HUFU_ERR_FORM;
    memcpy(out, &v6, NETWORK_ADDRESS_SIZE);
    return HUFU_OK;
}

/* The number of an address's leading bits, of at most that many. */
static bool network_read_bits(unsigned *bits, const char *text, unsigned most)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 3 || text[digits] != '\0' || (digits > 1 && text[0] == '0'))
        return false;
    *bits = (unsigned)strtoul(text, NULL, 10);
    return *bits <= most;
}

/* Whether the two agree in their first bits. */
static bool network_agree(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned rest = bits % 8;
    if (memcmp(a, b, bits / 8) != 0)
        return false;
    return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

static bool network_is_clear(const struct network *network)
{
    for (unsigned bit = network->bits; bit < NETWORK_BITS; bit++)
        if ((network->address[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

enum hufu_err network_read(struct network *out, const char *text)
{
    char address[NETWORK_TEXT_MAX + 1];
    *out = (struct network){.bits = NETWORK_BITS};
    if (strlen(text) > NETWORK_TEXT_MAX)
        return HUFU_ERR_FORM;
    memcpy(address, text, strlen(text) + 1);
    char *slash = strchr(address, '/');
    if (slash != NULL)
        *slash = '\0';
    unsigned before = network_is_v4(address) ? NETWORK_MAPPED_BITS : 0, bits = NETWORK_BITS - before;
    bool right = network_read_address(out->address, address) == HUFU_OK &&
                 (slash == NULL || network_read_bits(&bits, slash + 1, bits));
    out->bits = before + bits;
    if (right && network_is_clear(out))
        return HUFU_OK;
    *out = (struct network){.bits = 0};
    return HUFU_ERR_FORM;
}

bool network_any_has(const struct network *networks, size_t count,
                     const uint8_t address[NETWORK_ADDRESS_SIZE])
{
    for (size_t i = 0; i < count; i++)
        if (network_agree(networks[i].address, address, networks[i].bits))
            return true;
    return false;
}
