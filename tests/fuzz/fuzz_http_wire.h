/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to an HTTP port and whatever comes back: no library that would put them right. */
#ifndef HUFU_TESTS_FUZZ_HTTP_WIRE_H
#define HUFU_TESTS_FUZZ_HTTP_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

#define WIRE_REPLY_MAX 262144

struct wire_reply {
    int status;          /* of the first answer; 0: the connection was closed without one */
    char request_id[64]; /* X-Request-Id, or "" */
    bool problem;        /* application/problem+json */
    size_t len;
    char text[WIRE_REPLY_MAX + 1]; /* all that came, with a final NUL */
};

/* Connects to 127.0.0.1:port, sends everything, reads to the end; when nothing comes for a quarter of a second (the
 * mutated request is not complete and the server waits for its rest) ends its own direction. HUFU_ERR_AWAY: no connection.
 * HUFU_ERR_BUSY: the server did not end within ten seconds. Several threads may do so at once. */
enum hufu_err wire_exchange(uint16_t port, struct bytes request, struct wire_reply *reply) HUFU_MUST_CHECK;

#endif
