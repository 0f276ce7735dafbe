/* SPDX-License-Identifier: Apache-2.0 */
/* Which service addresses the device may use: without TLS it speaks to its own machine alone. */
#include <string.h>

#include "mobile-sdk/hufu.h"

#define HOST_SIZE 254 /* a DNS name has at most 253 characters */

/* The host of an authority and whether what follows it is a port or nothing. */
static bool host_of(char host[HOST_SIZE], const char *authority, size_t len)
{
    size_t host_len;
    if (authority[0] == '[') {
        const char *end = memchr(authority, ']', len);
        host_len = end ? (size_t)(end - authority) + 1 : 0;
    } else {
        const char *colon = memchr(authority, ':', len);
        host_len = colon ? (size_t)(colon - authority) : len;
    }
    if (host_len == 0 || host_len >= HOST_SIZE)
        return false;
    memcpy(host, authority, host_len);
    host[host_len] = '\0';
    if (host_len == len)
        return true;
    size_t port_len = len - host_len - 1;
    const char *port = authority + host_len + 1;
    return authority[host_len] == ':' && port_len >= 1 && port_len <= 5 &&
           strspn(port, "0123456789") >= port_len;
}

/* 127.a.b.c in its usual form: one to three digits each. Other spellings (0x7f.1, 2130706433) are not accepted. */
static bool is_loopback_v4(const char *host)
{
    if (strncmp(host, "127.", 4) != 0)
        return false;
    const char *at = host + 4;
    for (int part = 0; part < 3; part++) {
        size_t digits = strspn(at, "0123456789");
        if (digits < 1 || digits > 3 || at[digits] != (part < 2 ? '.' : '\0'))
            return false;
        at += digits + 1;
    }
    return true;
}

static bool is_loopback(const char *host)
{
    return is_loopback_v4(host) || strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

static bool is_printable(const char *url)
{
    for (const char *c = url; *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == '\\' || *c == '"')
            return false;
    }
    return true;
}

bool hufu_address_allowed(const char *url)
{
    if (!url || !is_printable(url) || strpbrk(url, "@?#"))
        return false;
    bool tls = strncmp(url, "https://", 8) == 0;
    if (!tls && strncmp(url, "http://", 7) != 0)
        return false;
    const char *authority = url + (tls ? 8 : 7);
    char host[HOST_SIZE];
    return host_of(host, authority, strcspn(authority, "/")) && (tls || is_loopback(host));
}
