/* SPDX-License-Identifier: Apache-2.0 */
/* The header Forwarded (RFC 7239) that a reverse proxy adds: on whose behalf it asks. */
#ifndef HUFU_SERVER_HTTP_FORWARDED_H
#define HUFU_SERVER_HTTP_FORWARDED_H

#include "server/network.h"

#define FORWARDED_TEXT_MAX 1024 /* of all such headers of a request together */
#define FORWARDED_NODES_MAX 16

/* The client's address in out, which comes with the connection's, one of the trusted: the right-most node that is not trusted, since
 * whatever stands left of it is that node's own word. A node that has no address (none given, "unknown", an obfuscated name) is
 * not looked behind: it is the proxy that named it. HUFU_ERR_FORM: malformed, or more than a limit allows; out stays. */
enum hufu_err forwarded_read(uint8_t out[NETWORK_ADDRESS_SIZE], const char *text,
                             const struct network *trusted, size_t count) HUFU_MUST_CHECK;

#endif
