/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/forwarded.h"

#include <string.h>
#include <strings.h>

#define FORWARDED_VALUE_MAX 256
#define FORWARDED_NAME_MAX 32
#define FORWARDED_BLANKS " \t"
#define FORWARDED_PORT_MAX 5 /* digits */

/* RFC 9110 §5.6.2. */
static const char token_characters[] = "!#$%&'*+-.^_`|~0123456789"
                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/* RFC 7239 §6.3. */
static const char obfuscated_characters[] = "._-0123456789"
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* One element of the list. */
struct forwarded_node {
    bool told; /* it has an address */
    uint8_t address[NETWORK_ADDRESS_SIZE];
};

static void skip_blanks(const char **at)
{
    *at += strspn(*at, FORWARDED_BLANKS);
}

static bool take_token(const char **at, char *out, size_t size)
{
    size_t len = strspn(*at, token_characters);
    if (len == 0 || len >= size)
        return false;
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len;
    return true;
}

static bool is_quotable(unsigned char c)
{
    return c == '\t' || (c >= 0x20 && c != 0x7f);
}

/* What stands between the quotes, without its backslashes. */
static bool take_quoted(const char **at, char *out, size_t size)
{
    size_t len = 0;
    for ((*at)++; **at != '"'; (*at)++) {
        if (**at == '\\')
            (*at)++;
        if (!is_quotable((unsigned char)**at) || len + 1 >= size)
            return false;
        out[len++] = **at;
    }
    out[len] = '\0';
    (*at)++;
    return true;
}

/* [ ":" node-port ] to the end of the text; an obfuscated port begins with an underscore. */
static bool is_port_end(const char *text)
{
    if (*text == '\0')
        return true;
    if (*text++ != ':')
        return false;
    if (*text == '_')
        return text[1] != '\0' && text[strspn(text, obfuscated_characters)] == '\0';
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && digits <= FORWARDED_PORT_MAX && text[digits] == '\0';
}

/* An address, in brackets if it is IPv6's, with or without port. */
static bool read_address(struct forwarded_node *node, const char *text)
{
    char address[NETWORK_ADDRESS_TEXT_MAX + 1];
    bool v6 = *text == '[';
    size_t len = strcspn(text + v6, v6 ? "]" : ":");
    const char *end = text + v6 + len + v6;
    if (len >= sizeof address || (v6 && text[1 + len] != ']') || !is_port_end(end))
        return false;
    memcpy(address, text + v6, len);
    address[len] = '\0';
    bool is_v6 = strchr(address, ':') != NULL;
    node->told = is_v6 == v6 && network_read_address(node->address, address) == HUFU_OK;
    return node->told;
}

static bool read_node(struct forwarded_node *node, const char *text)
{
    static const char unknown[] = "unknown";
    if (strncasecmp(text, unknown, strlen(unknown)) == 0)
        return is_port_end(text + strlen(unknown));
    if (*text != '_')
        return read_address(node, text);
    size_t len = strspn(text, obfuscated_characters);
    return len > 1 && is_port_end(text + len);
}

/* name=value. Of an element, none of the four that the RFC has may stand twice; extensions say nothing to us. */
static bool take_pair(const char **at, struct forwarded_node *node, unsigned *seen)
{
    static const char *const names[] = {"for", "by", "host", "proto"};
    char name[FORWARDED_NAME_MAX + 1], value[FORWARDED_VALUE_MAX + 1];
    if (!take_token(at, name, sizeof name) || *(*at)++ != '=')
        return false;
    bool whole = **at == '"' ? take_quoted(at, value, sizeof value) : take_token(at, value, sizeof value);
    for (unsigned i = 0; whole && i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(name, names[i]) != 0)
            continue;
        whole = (*seen >> i & 1) == 0 && (i != 0 || read_node(node, value));
        *seen |= 1u << i;
    }
    return whole;
}

/* Up to a comma or the end. empty: nothing stands there, which a list may have between its commas. Blanks around a semicolon are
 * more than the grammar allows, and what many proxies send. */
static bool take_element(const char **at, struct forwarded_node *node, bool *empty)
{
    unsigned seen = 0;
    *node = (struct forwarded_node){.told = false};
    *empty = true;
    for (;;) {
        skip_blanks(at);
        bool pair = **at != ';' && **at != ',' && **at != '\0';
        if (pair && !take_pair(at, node, &seen))
            return false;
        *empty = *empty && !pair;
        skip_blanks(at);
        if (**at == ',' || **at == '\0')
            return true;
        if (*(*at)++ != ';')
            return false;
    }
}

static bool read_nodes(const char *text, struct forwarded_node nodes[FORWARDED_NODES_MAX], size_t *count)
{
    struct forwarded_node node;
    bool empty;
    *count = 0;
    for (const char *at = text;; at++) {
        if (!take_element(&at, &node, &empty) || (!empty && *count == FORWARDED_NODES_MAX))
            return false;
        if (!empty)
            nodes[(*count)++] = node;
        if (*at == '\0')
            return true;
    }
}

enum hufu_err forwarded_read(uint8_t out[NETWORK_ADDRESS_SIZE], const char *text,
                             const struct network *trusted, size_t count)
{
    struct forwarded_node nodes[FORWARDED_NODES_MAX];
    size_t left;
    if (strlen(text) > FORWARDED_TEXT_MAX || !read_nodes(text, nodes, &left))
        return HUFU_ERR_FORM;
    while (left > 0 && nodes[left - 1].told && network_any_has(trusted, count, out))
        memcpy(out, nodes[--left].address, NETWORK_ADDRESS_SIZE);
    return HUFU_OK;
}
