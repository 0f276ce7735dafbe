/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/destruction_store.h"

#include <string.h>

#include "server/store/connection.h"

static const struct statement destruction_number_statement = {
    .name = "destruction_number",
    .sql = "select number_destructions($1::int4, $2::int4)",
};
/* From the order before on, whose hash is wanted. */
static const struct statement destruction_read_statement = {
    .name = "destruction_read",
    .sql = "select number, case when policy then destruction_policy_id(binding_id) else "
           "uuid_send(binding_id) end,"
           " least_generation, hash from destruction_order where number >= $1::int8 order by number limit "
           "$2::int4",
    .repeatable = true,
};
static const struct statement destruction_last_statement = {
    .name = "destruction_last",
    .sql = "select coalesce(max(number), 0) from destruction_order",
    .repeatable = true,
};
static const struct statement destruction_has_statement = {
    .name = "destruction_has",
    .sql = "select $1::int8 = 0 or exists (select from destruction_order where number = $1::int8 and hash = "
           "$2::bytea)",
    .repeatable = true,
};
static const struct statement destruction_acknowledged_statement = {
    .name = "destruction_acknowledged",
    .sql = "select acknowledged from key_process where name = $1::text",
    .repeatable = true,
};
static const struct statement destruction_acknowledge_statement = {
    .name = "destruction_acknowledge",
    .sql = "select acknowledge_destructions($1::text, $2::int8, $3::text)",
};

enum hufu_err destruction_number(struct store *store, int32_t gather_seconds, int32_t at_most,
                                 int32_t *numbered)
{
    struct parameters parameters = {0};
    parameter_i32(&parameters, gather_seconds);
    parameter_i32(&parameters, at_most);
    enum hufu_err err = store_query_i32(store, &destruction_number_statement, &parameters, numbered);
    return err == HUFU_ERR_CONFLICT ? HUFU_ERR_INTERNAL : err; /* a note of a binding that there is not */
}

/* *goes_on: it is the order before, found then, or the next one. */
static enum hufu_err destruction_take(struct row *row, struct destruction_batch *out, bool *found,
                                      bool *goes_on)
{
    struct buf order;
    uint8_t named[DESTRUCTION_ID_SIZE], hash[HASH_SIZE];
    uint64_t number = (uint64_t)row_i64(row);
    row_fixed(row, named, sizeof named);
    uint32_t least = (uint32_t)row_i64(row);
    row_fixed(row, hash, sizeof hash);
    enum hufu_err err = row_finish(row);
    if (err != HUFU_OK)
        return err;
    if (number == out->before.number) {
        memcpy(out->before.hash, hash, sizeof hash);
        *found = true;
        return HUFU_OK;
    }
    *goes_on = *found && number == out->before.number + out->count + 1;
    if (!*goes_on)
        return HUFU_OK;
    buf_init(&order, out->orders[out->count++], DESTRUCTION_ORDER_SIZE);
    buf_put(&order, named, sizeof named);
    buf_put_u32(&order, least);
    return buf_finish(&order);
}

enum hufu_err destruction_read(struct store *store, uint64_t after, struct destruction_batch *out)
{
    out->before = (struct destruction_head){.number = after};
    out->count = 0;
    struct parameters parameters = {0};
    parameter_i64(&parameters, (int64_t)after);
    parameter_i32(&parameters, DESTRUCTION_BATCH_MAX + (after > 0));
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &destruction_read_statement, &parameters, &rows);
    bool found = after == 0, goes_on = true;
    for (size_t i = 0; err == HUFU_OK && goes_on && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = destruction_take(&row, out, &found, &goes_on);
    }
    return err == HUFU_OK && !found ? HUFU_ERR_NOT_FOUND : err;
}

enum hufu_err destruction_last(struct store *store, uint64_t *number)
{
    struct parameters parameters = {0};
    int64_t last;
    enum hufu_err err = store_query_i64(store, &destruction_last_statement, &parameters, &last);
    *number = err == HUFU_OK ? (uint64_t)last : 0;
    return err;
}

enum hufu_err destruction_has(struct store *store, const struct destruction_head *head, bool *has)
{
    struct parameters parameters = {0};
    parameter_i64(&parameters, (int64_t)head->number);
    parameter_bytes(&parameters, bytes_of(head->hash, sizeof head->hash));
    return store_query_bool(store, &destruction_has_statement, &parameters, has);
}

enum hufu_err destruction_acknowledged(struct store *store, const char *process, uint64_t *number)
{
    *number = 0;
    struct parameters parameters = {0};
    parameter_text(&parameters, process);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &destruction_acknowledged_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    *number = (uint64_t)row_i64(&row);
    return row_finish(&row);
}

enum hufu_err destruction_acknowledge(struct store *store, const char *process, uint64_t number,
                                      const char *trace)
{
    struct parameters parameters = {0};
    bool done;
    parameter_text(&parameters, process);
    parameter_i64(&parameters, (int64_t)number);
    parameter_text(&parameters, trace);
    return store_query_bool(store, &destruction_acknowledge_statement, &parameters, &done);
}
