/* SPDX-License-Identifier: Apache-2.0 */
/* Opaque cursors of paged lists: base64url of what the next page begins behind. */
#ifndef HUFU_SERVER_API_CURSOR_H
#define HUFU_SERVER_API_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/encoding.h"
#include "server/http/request.h"

#define CURSOR_SIZE (8 + UUID_SIZE)
#define CURSOR_TEXT_MAX 64

/* A place in a list that is ordered by id alone (us 0), or by time (Unix µs) and id. */
struct cursor_place {
    int64_t us;
    uint8_t id[UUID_SIZE];
};

json_t *cursor_json(const struct cursor_place *place);
/* NULL text: the beginning. False: a problem that names the field was replied. */
bool cursor_read(struct http_request *request, const char *field, const char *text,
                 struct cursor_place *place);

#endif
