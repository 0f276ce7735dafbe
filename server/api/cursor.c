/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/cursor.h"

#include "server/http/problem.h"
#include "server/http/reply.h"

json_t *cursor_json(const struct cursor_place *place)
{
    uint8_t memory[CURSOR_SIZE];
    struct buf b;
    buf_init(&b, memory, sizeof memory);
    buf_put_u64(&b, (uint64_t)place->us);
    buf_put(&b, place->id, sizeof place->id);
    return json_bytes(buf_bytes(&b));
}

bool cursor_read(struct http_request *request, const char *field, const char *text,
                 struct cursor_place *place)
{
    *place = (struct cursor_place){0};
    if (text == NULL)
        return true;
    uint8_t memory[CURSOR_SIZE];
    struct buf b;
    buf_init(&b, memory, sizeof memory);
    struct cursor c;
    cursor_init(&c, base64url_decode(&b, text) == HUFU_OK ? buf_bytes(&b) : bytes_of(NULL, 0));
    place->us = (int64_t)cursor_u64(&c);
    cursor_copy(&c, place->id, sizeof place->id);
    /* Times before 1970 happen in no list; far enough back they are none of the database's. */
    if (cursor_finish(&c) == HUFU_OK && place->us >= 0)
        return true;
    *place = (struct cursor_place){0};
    problem_reply_field(request, PROBLEM_BAD_FIELD, field, "is none that a list gave", -1);
    return false;
}
