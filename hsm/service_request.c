/* SPDX-License-Identifier: Apache-2.0 */
/* status, service/new, service/load: the process itself and its box keys. */
#include <string.h>

#include "common/hash.h"
#include "hsm/ecdsa.h"
#include "hsm/request.h"
#include "hsm/sealed.h"

enum hufu_err request_status(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    const struct hsm *hsm = worker->hsm;
    (void)fields;
    /* So that "ready" means that the sealing key works, and a token that went away is re-opened by who asks. */
    enum hufu_err err = token_probe(hsm->token, worker->session);
    if (err)
        return err;
    buf_put_field(reply, token_point(hsm->token, TOKEN_KEY_IDENTITY), TOKEN_POINT_SIZE);
    buf_put_field(reply, token_sealing_key_id(hsm->token), TOKEN_ID_SIZE);
    buf_put_field_u32(reply, hsm->sessions);
    buf_put_field_text(reply, HUFU_VERSION);
    return HUFU_OK;
}

static struct record_place service_place(const uint8_t record_id[FRAME_ID_SIZE])
{
    struct record_place place = {.kind = RECORD_SERVICE};
    memcpy(place.key, record_id, sizeof(place.key));
    return place;
}

static enum hufu_err put_sealed_service(struct worker *worker, const struct record_place *place,
                                        const struct record_service *record, struct buf *reply)
{
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    enum hufu_err err = record_service_encode(&plain, record);
    return err ? err : sealed_put_field(worker->hsm->token, worker->session, reply, place, buf_bytes(&plain));
}

/* The statement and the identity key's signature of it. */
static enum hufu_err put_statement(struct worker *worker, const struct frame_statement *statement,
                                   struct buf *reply)
{
    uint8_t memory[FRAME_STATEMENT_SIZE], digest[HASH_SIZE];
    struct buf text;
    buf_init(&text, memory, sizeof(memory));
    enum hufu_err err = frame_statement_encode(&text, statement);
    if (err)
        return err;
    buf_put_field_bytes(reply, buf_bytes(&text));
    hash_sha256(digest, buf_bytes(&text));
    size_t mark = buf_field_begin(reply);
    err = token_sign(worker->hsm->token, worker->session, TOKEN_KEY_IDENTITY, reply,
                     bytes_of(digest, sizeof(digest)));
    buf_field_end(reply, mark);
    return err;
}

static enum hufu_err take_window(struct frame_statement *statement, const struct bytes *fields,
                                 uint64_t now_ms)
{
    enum hufu_err err = request_take_u64(&statement->from_ms, fields[0]);
    if (!err)
        err = request_take_u64(&statement->until_ms, fields[1]);
    if (err || statement->from_ms >= statement->until_ms || statement->until_ms <= now_ms)
        return HUFU_ERR_FORM;
    return statement->until_ms - statement->from_ms > BOX_KEYS_WINDOW_MAX_MS ? HUFU_ERR_LIMIT : HUFU_OK;
}

enum hufu_err request_service_new(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct record_service *record = &worker->secret->service;
    struct frame_statement statement = {0};
    uint8_t record_id[FRAME_ID_SIZE];
    enum hufu_err err = request_take(record_id, sizeof(record_id), fields[0]);
    if (!err)
        err = take_window(&statement, fields + 1, worker->now_ms);
    if (!err)
        err = entropy_fill(&worker->entropy, record->private_key, sizeof(record->private_key));
    if (err)
        return err;
    box_keypair(statement.H_k, worker->secret->box_key, record->private_key);
    record->from_ms = statement.from_ms;
    record->until_ms = statement.until_ms;
    struct record_place place = service_place(record_id);
    err = put_sealed_service(worker, &place, record, reply);
    return err ? err : put_statement(worker, &statement, reply);
}

static enum hufu_err check_statement(struct worker *worker, struct frame_statement *statement,
                                     struct bytes encoded, struct bytes signature)
{
    uint8_t digest[HASH_SIZE];
    enum hufu_err err = frame_statement_parse(statement, encoded);
    if (err || signature.len != ECDSA_SIGNATURE_SIZE)
        return HUFU_ERR_FORM;
    hash_sha256(digest, encoded);
    return ecdsa_verify_var(token_point(worker->hsm->token, TOKEN_KEY_IDENTITY), digest, signature.data);
}

static enum hufu_err open_service(struct worker *worker, struct record_service *record,
                                  const uint8_t record_id[FRAME_ID_SIZE], struct bytes sealed)
{
    struct record_place place = service_place(record_id);
    struct buf plain;
    buf_init(&plain, worker->secret->plain, sizeof(worker->secret->plain));
    enum hufu_err err = sealed_open(worker->hsm->token, worker->session, &plain, &place, sealed);
    return err ? err : record_service_parse(record, buf_bytes(&plain));
}

static bool says(struct worker *worker, const struct frame_statement *statement,
                 const struct record_service *record)
{
    uint8_t H_k[BOX_KEY_SIZE];
    box_keypair(H_k, worker->secret->box_key, record->private_key);
    return bytes_equal(bytes_of(H_k, sizeof(H_k)), bytes_of(statement->H_k, sizeof(H_k))) &&
           statement->from_ms == record->from_ms && statement->until_ms == record->until_ms;
}

enum hufu_err request_service_load(struct worker *worker, const struct bytes *fields, struct buf *reply)
{
    struct record_service *record = &worker->secret->service;
    struct frame_statement statement;
    uint8_t record_id[FRAME_ID_SIZE];
    (void)reply;
    enum hufu_err err = request_take(record_id, sizeof(record_id), fields[0]);
    if (!err)
        err = check_statement(worker, &statement, fields[2], fields[3]);
    if (!err)
        err = open_service(worker, record, record_id, fields[1]);
    if (!err && !says(worker, &statement, record))
        err = HUFU_ERR_RECORD;
    return err ? err : box_keys_load(worker->hsm->box_keys, record, worker->now_ms);
}
