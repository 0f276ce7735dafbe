/* SPDX-License-Identifier: Apache-2.0 */
#include "hsm/sealed.h"

#include <string.h>

#define HEADER_SIZE (1 + TOKEN_ID_SIZE)

_Static_assert(RECORD_SEALED_MAX >= RECORD_PLAIN_MAX + HEADER_SIZE + TOKEN_SEAL_OVERHEAD,
               "a sealed record fits");

enum hufu_err sealed_make(struct token *token, unsigned session, struct buf *out,
                          const struct record_place *place, struct bytes plain)
{
    uint8_t memory[RECORD_PLACE_SIZE];
    struct buf associated;
    buf_init(&associated, memory, sizeof(memory));
    enum hufu_err err = record_place_encode(&associated, place, token_sealing_key_id(token));
    if (err)
        return err;
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, token_sealing_key_id(token), TOKEN_ID_SIZE);
    return token_seal(token, session, out, buf_bytes(&associated), plain);
}

enum hufu_err sealed_put_field(struct token *token, unsigned session, struct buf *reply,
                               const struct record_place *place, struct bytes plain)
{
    size_t mark = buf_field_begin(reply);
    enum hufu_err err = sealed_make(token, session, reply, place, plain);
    buf_field_end(reply, mark);
    return err;
}

enum hufu_err sealed_open(struct token *token, unsigned session, struct buf *out,
                          const struct record_place *place, struct bytes sealed)
{
    uint8_t memory[RECORD_PLACE_SIZE];
    struct buf associated;
    struct cursor c;
    buf_init(&associated, memory, sizeof(memory));
    enum hufu_err err = record_place_encode(&associated, place, token_sealing_key_id(token));
    if (err)
        return err;
    cursor_init(&c, sealed);
    uint8_t version = cursor_u8(&c);
    struct bytes key_id = cursor_take(&c, TOKEN_ID_SIZE);
    struct bytes box = cursor_take(&c, cursor_left(&c));
    if (cursor_finish(&c) || sealed.len > RECORD_SEALED_MAX || version != RECORD_VERSION ||
        !bytes_equal(key_id, bytes_of(token_sealing_key_id(token), TOKEN_ID_SIZE)))
        return HUFU_ERR_RECORD;
    return token_open_sealed(token, session, out, buf_bytes(&associated), box);
}
