/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/operation_store.h"

#include <stddef.h>
#include <string.h>

#include "server/store/connection.h"
#include "server/store/key_store.h"
#include "server/store/standing.h"
#include "server/store/turn.h"

/* Of each head: $2 token hash, $3 binding, $4 key, $5 request id, $6 generation, $7 take the turn. Everything is looked up for one head
 * after the other, by an index; `offset 0` keeps the planner from joining otherwise. The stored request is joined only where the
 * binding belongs to this session's device. */
static const struct statement operation_read_statement = {
    .name = "operation_read",
    .sql =
        "with types as (select $1::int4[], $2::bytea[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int8[], "
        "$7::bool[]) "
        "select nth, s.project_id, s.session_id, s.account_id, s.device_id, h.binding_id is not null, "
        "has_turn, " STANDING_COLUMNS ", usage, device_role, authorized, authorization_id, party_id, "
        "authorization_uses_low, record_generation, policy_number, "
        "held_record, pending_fresh, pending_request_id,"
        " public_key,"
        " r.frame_hash, r.outcome::int4, r.pin_failures_before, r.tries_left,"
        " r.at > h.moment - interval '10 minutes', r.answer"
        " from unnest($1) as heads(nth)"
        " join lateral (select project_id, session_id, account_id, device_id from session"
        "  where token_hash = $2[nth] and state = 'open' and expires_at > clock_timestamp() offset 0) s"
        " on true"
        " left join lateral ("
        "  select " STANDING_INPUTS ", clock_timestamp() as moment,"
        "   case when $7[nth] then " TURN_TAKE(
            "d.device_id") " else false end as has_turn,"
                           "   k.usage, k.public_key, d.role as device_role, b.authorization_operations as "
                           "authorized, b.authorization_id, nullif(b.account_id, d.account_id) as party_id, "
                           "b.authorization_uses_low, b.policy_number,"
                           "   b.pending_request_id,"
                           "   coalesce(b.pending_until > clock_timestamp(), false) as pending_fresh,"
                           "   case when b.next_record is not null and b.generation + 1 = $6[nth] then "
                           "b.generation + 1"
                           "    else b.generation end as record_generation,"
                           "   case when b.next_record is not null and b.generation + 1 = $6[nth] then "
                           "b.next_record"
                           "    else coalesce(b.record, b.pending_record) end as held_record"
                           "  from device d"
                           "  join binding b on b.project_id = d.project_id and b.device_id = d.device_id"
                           "  join key k on k.project_id = b.project_id and k.key_id = b.key_id"
                           "  where d.project_id = s.project_id and d.device_id = s.device_id"
                           "   and b.binding_id = $3[nth] and b.key_id = $4[nth] offset 0"
                           " ) h on true"
                           " left join lateral (select frame_hash, outcome, pin_failures_before, tries_left, "
                           "at, answer from request"
                           "  where binding_id = $3[nth] and request_id = $5[nth] offset 0) r"
                           " on h.binding_id is not null",
    .repeatable = true,
};
static const struct statement operation_give_turn_statement = {
    .name = "operation_give_turn",
    .sql = "select " TURN_GIVE("$1::uuid"),
};

/* 16 heads, each 6 values of at most 32 bytes with their lengths. */
#define OPERATION_READ_MEMORY 4096

static void operation_read_stored(struct row *row, struct operation_stored *stored, struct buf *memory)
{
    stored->exists = row_optional_fixed(row, stored->frame_hash, sizeof stored->frame_hash);
    if (!stored->exists) {
        for (int i = 0; i < 5; i++)
            row_skip(row);
        return;
    }
    stored->outcome = row_i32(row);
    stored->pin_failures_before = row_i32(row);
    stored->tries_left = row_i32(row);
    stored->fresh = row_bool(row);
    size_t begin = memory->len;
    row_append(row, memory);
    stored->answer = bytes_of(memory->data + begin, memory->len - begin);
}

static void operation_read_binding(struct row *row, struct operation_situation *out, struct buf *memory)
{
    standing_read(row, &out->standing);
    out->usage_decrypt = row_name(row, key_usage_names, KEY_USAGE_COUNT) == KEY_DECRYPT;
    out->device_role = (enum device_role)row_name(row, device_role_names, DEVICE_ROLE_COUNT);
    int64_t authorized = 0;
    row_optional_i64(row, &authorized);
    out->authorized = (unsigned)authorized;
    row_optional_uuid(row, out->authorization_id);
    out->has_party = row_optional_uuid(row, out->party_id);
    row_optional_i64(row, &out->uses_low);
    out->record_generation = (uint32_t)row_i32(row);
    out->policy_number = row_i32(row);
    row_append(row, memory);
    out->record = buf_bytes(memory);
    out->pending_fresh = row_bool(row);
    row_optional_uuid(row, out->pending_request_id);
    out->has_public_key = row_optional_fixed(row, out->public_key, sizeof out->public_key);
    operation_read_stored(row, &out->stored, memory);
}

static enum hufu_err operation_read_row(struct row *row, struct operation_situation *out)
{
    row_uuid(row, out->session.project_id);
    row_uuid(row, out->session.session_id);
    row_uuid(row, out->session.account_id);
    row_uuid(row, out->session.device_id);
    out->found = row_bool(row);
    if (!out->found)
        return row->failed ? HUFU_ERR_INTERNAL : HUFU_OK;
    out->has_turn = row_bool(row);
    struct buf memory;
    buf_init(&memory, out->memory, sizeof out->memory);
    operation_read_binding(row, out, &memory);
    return row_finish(row);
}

static void operation_read_rows(const struct rows *rows, struct operation_query *queries, size_t count)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct row row = row_at(rows, i);
        size_t nth = (size_t)row_i32(&row) - 1;
        if (nth < count)
            queries[nth].err = operation_read_row(&row, queries[nth].situation);
    }
}

static void operation_read_parameters(struct parameters *parameters, const struct operation_query *query)
{
    parameter_fixed(parameters, query->token_hash, HASH_SIZE);
    parameter_uuid(parameters, query->binding_id);
    parameter_uuid(parameters, query->key_id);
    parameter_uuid(parameters, query->request_id);
    parameter_i64(parameters, query->generation);
    parameter_bool(parameters, query->take_turn);
}

/* One session can take its turn of a device twice; of two requests of one device the first has it. */
static void operation_keep_first_turns(struct store *store, struct operation_query *queries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct operation_situation *later = queries[i].situation;
        for (size_t j = 0; j < i && later->has_turn; j++) {
            const struct operation_situation *earlier = queries[j].situation;
            if (!earlier->has_turn ||
                memcmp(earlier->session.device_id, later->session.device_id, UUID_SIZE) != 0)
                continue;
            later->has_turn = false;
            operation_give_turn(store, later->session.device_id);
        }
    }
}

void operation_read(struct store *store, struct operation_query *queries, size_t count)
{
    struct parameters parameters = {0}, heads[OPERATION_TOGETHER_MAX] = {0};
    uint8_t memory[OPERATION_READ_MEMORY];
    struct buf arrays;
    buf_init(&arrays, memory, sizeof memory);
    bool take_turn = false;
    for (size_t i = 0; i < count; i++) {
        memset(queries[i].situation, 0, offsetof(struct operation_situation, memory));
        queries[i].err = HUFU_ERR_UNAUTHENTICATED; /* until it has a row */
        operation_read_parameters(&heads[i], &queries[i]);
        take_turn = take_turn || queries[i].take_turn;
    }
    parameters_of_rows(&parameters, &arrays, heads, count);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &operation_read_statement, &parameters, &rows);
    /* A statement that was cancelled may have taken turns before it was: only its connection's end is sure. */
    if (err != HUFU_OK && take_turn)
        store_hang_up(store);
    for (size_t i = 0; err != HUFU_OK && i < count; i++)
        queries[i].err = err;
    operation_read_rows(&rows, queries, count);
    operation_keep_first_turns(store, queries, count);
}

void operation_give_turn(struct store *store, const uint8_t device_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    struct rows rows ROWS_OWNED = {0};
    /* A turn that nobody gives back would shut the device out; it ends with the connection. */
    if (store_query(store, &operation_give_turn_statement, &parameters, &rows) != HUFU_OK)
        store_hang_up(store);
}
