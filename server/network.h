/* SPDX-License-Identifier: Apache-2.0 */
/* IP addresses in one form, and networks of them. */
#ifndef HUFU_SERVER_NETWORK_H
#define HUFU_SERVER_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define NETWORK_ADDRESS_SIZE 16     /* IPv6; an IPv4 address stands there mapped (::ffff:a.b.c.d) */
#define NETWORK_ADDRESS_TEXT_MAX 45 /* without the final NUL */

struct network {
    uint8_t address[NETWORK_ADDRESS_SIZE];
    unsigned bits; /* of it that count */
};

/* HUFU_ERR_FORM: the text is neither an IPv4 nor an IPv6 address. */
enum hufu_err network_read_address(uint8_t out[NETWORK_ADDRESS_SIZE], const char *text) HUFU_MUST_CHECK;
/* "10.0.0.0/8", "2001:db8::/32", or an address alone. HUFU_ERR_FORM: none of them, or an address with bits beyond its network's. */
enum hufu_err network_read(struct network *out, const char *text) HUFU_MUST_CHECK;

/* Whether the address lies in one of them. */
bool network_any_has(const struct network *networks, size_t count,
                     const uint8_t address[NETWORK_ADDRESS_SIZE]);

#endif
