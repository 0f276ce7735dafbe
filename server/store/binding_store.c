/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/binding_store.h"

#include "server/store/connection.h"
#include "server/store/standing.h"

const char *const binding_state_names[BINDING_STATE_COUNT] = {
    [BINDING_WAITING] = "waiting",
    [BINDING_ACTIVE] = "active",
    [BINDING_FROZEN] = "frozen",
    [BINDING_REMOVED] = "removed",
};
const char *const binding_role_names[BINDING_ROLE_COUNT] = {
    [BINDING_PRIMARY] = "primary",
    [BINDING_SECONDARY] = "secondary",
    [BINDING_AUTHORIZED] = "authorized",
};

static const struct statement binding_hold_statement = {
    .name = "binding_hold",
    .sql =
        "select " STANDING_COLUMNS ", device_key, coalesce(pending_until > moment, false), pending_request_id"
        " from " STANDING_JUDGED(STANDING_INPUTS ", d.device_key, b.pending_request_id, b.pending_until",
                                 "$1::uuid", "$2::uuid", "$3::uuid", "") " judged",
};
static const struct statement binding_read_record_statement = {
    .name = "binding_read_record",
    .sql = "select generation, record from binding"
           " where project_id = $1::uuid and binding_id = $2::uuid and record is not null",
    .repeatable = true,
};
static const struct statement binding_set_pending_statement = {
    .name = "binding_set_pending",
    .sql = "update binding set pending_record = $3::bytea, pending_request_id = $4::uuid,"
           " pending_until = clock_timestamp() + make_interval(mins => $5::int4)"
           " where project_id = $1::uuid and binding_id = $2::uuid and state = 'waiting'",
};
static const struct statement binding_set_record_statement = {
    .name = "binding_set_record",
    .sql = "update binding set state = 'active', generation = 0, record = $3::bytea,"
           " refreshed_at = clock_timestamp(), pending_record = null,"
           " pending_request_id = null, pending_until = null"
           " where project_id = $1::uuid and binding_id = $2::uuid and state = 'waiting'",
};
/* Two statements: the second one's snapshot is taken when all devices are held, so that it sees what they waited for. */
static const struct statement binding_hold_devices = {
    .name = "binding_hold_devices",
    .sql = "select device_id from device where device_id in (select device_id from binding where key_id = "
           "$1::uuid and state <> 'removed')"
           " order by device_id for no key update",
};
#define BINDING_ENTRIES                                                                                     \
    "select project_id, binding_id, account_id, device_id, key_id, state, role, handover_until is not null" \
    " from binding where "
static const struct statement binding_hold_bindings = {
    .name = "binding_hold_bindings",
    .sql = BINDING_ENTRIES "key_id = $1::uuid and state <> 'removed' order by binding_id for no key update",
};
static const struct statement binding_hold_device_statement = {
    .name = "binding_hold_device",
    .sql =
        BINDING_ENTRIES "device_id = $1::uuid and state <> 'removed' order by binding_id for no key update",
};
static const struct statement binding_hold_waiting_statement = {
    .name = "binding_hold_waiting",
    .sql = BINDING_ENTRIES "key_id = $1::uuid and state = 'waiting' order by binding_id for no key update",
};
static const struct statement binding_destroy_statement = {
    .name = "binding_destroy",
    .sql =
        "update binding set state = 'removed', record = null, next_record = null, next_request_time = null,"
        " next_role = null,"
        " pending_record = null, pending_request_id = null, pending_until = null, handover_until = null"
        " where project_id = $1::uuid and binding_id = $2::uuid",
};
static const struct statement binding_key_lives_statement = {
    .name = "binding_key_lives",
    .sql = "select exists (select from binding where key_id = $1::uuid and role <> 'authorized'"
           " and state in ('active', 'frozen'))",
    .repeatable = true,
};
static const struct statement binding_has_role_statement = {
    .name = "binding_has_role",
    .sql = "select exists (select from binding where device_id = $1::uuid and role = $2::text"
           " and state in ('active', 'frozen'))",
    .repeatable = true,
};
static const struct statement binding_set_state_statement = {
    .name = "binding_set_state",
    .sql = "update binding set state = $3::text where project_id = $1::uuid and binding_id = $2::uuid",
};

enum hufu_err binding_hold(struct store *store, const uint8_t project_id[UUID_SIZE],
                           const uint8_t device_id[UUID_SIZE], const uint8_t binding_id[UUID_SIZE],
                           struct binding_held *out)
{
    *out = (struct binding_held){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, device_id);
    parameter_uuid(&parameters, binding_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &binding_hold_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    standing_read(&row, &out->standing);
    row_fixed(&row, out->device_key, sizeof out->device_key);
    out->has_pending = row_bool(&row);
    row_optional_uuid(&row, out->pending_request_id);
    return row_finish(&row);
}

enum hufu_err binding_read_record(struct store *store, const uint8_t project_id[UUID_SIZE],
                                  const uint8_t binding_id[UUID_SIZE], uint32_t *generation,
                                  struct buf *record)
{
    *generation = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, binding_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &binding_read_record_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    *generation = (uint32_t)row_i32(&row);
    row_append(&row, record);
    return row_finish(&row);
}

enum hufu_err binding_set_pending(struct store *store, const uint8_t project_id[UUID_SIZE],
                                  const uint8_t binding_id[UUID_SIZE], const uint8_t request_id[UUID_SIZE],
                                  struct bytes record, int32_t minutes)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, binding_id);
    parameter_bytes(&parameters, record);
    parameter_uuid(&parameters, request_id);
    parameter_i32(&parameters, minutes);
    return store_change_one(store, &binding_set_pending_statement, &parameters);
}

enum hufu_err binding_set_record(struct store *store, const uint8_t project_id[UUID_SIZE],
                                 const uint8_t binding_id[UUID_SIZE], struct bytes record)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, binding_id);
    parameter_bytes(&parameters, record);
    return store_change_one(store, &binding_set_record_statement, &parameters);
}

static enum hufu_err binding_read_entries(const struct rows *rows, struct binding_entry *entries,
                                          size_t *count)
{
    if (rows->count > BINDING_PER_KEY_MAX)
        return HUFU_ERR_LIMIT;
    for (size_t i = 0; i < rows->count; i++) {
        struct row row = row_at(rows, i);
        row_uuid(&row, entries[i].project_id);
        row_uuid(&row, entries[i].binding_id);
        row_uuid(&row, entries[i].account_id);
        row_uuid(&row, entries[i].device_id);
        row_uuid(&row, entries[i].key_id);
        entries[i].state = (enum binding_state)row_name(&row, binding_state_names, BINDING_STATE_COUNT);
        entries[i].role = (enum binding_role)row_name(&row, binding_role_names, BINDING_ROLE_COUNT);
        entries[i].handover = row_bool(&row);
        enum hufu_err err = row_finish(&row);
        if (err != HUFU_OK)
            return err;
    }
    *count = rows->count;
    return HUFU_OK;
}

static enum hufu_err binding_hold_entries(struct store *store, const struct statement *statement,
                                          const uint8_t of_id[UUID_SIZE], struct binding_entry *entries,
                                          size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, of_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    return err == HUFU_OK ? binding_read_entries(&rows, entries, count) : err;
}

enum hufu_err binding_hold_key(struct store *store, const uint8_t key_id[UUID_SIZE],
                               struct binding_entry entries[BINDING_PER_KEY_MAX], size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, key_id);
    enum hufu_err err = store_change(store, &binding_hold_devices, &parameters, NULL);
    return err == HUFU_OK ? binding_hold_entries(store, &binding_hold_bindings, key_id, entries, count) : err;
}

enum hufu_err binding_hold_device(struct store *store, const uint8_t device_id[UUID_SIZE],
                                  struct binding_entry entries[BINDING_PER_KEY_MAX], size_t *count)
{
    return binding_hold_entries(store, &binding_hold_device_statement, device_id, entries, count);
}

enum hufu_err binding_hold_waiting(struct store *store, const uint8_t key_id[UUID_SIZE],
                                   struct binding_entry entries[BINDING_PER_KEY_MAX], size_t *count)
{
    return binding_hold_entries(store, &binding_hold_waiting_statement, key_id, entries, count);
}

enum hufu_err binding_set_state(struct store *store, const struct binding_entry *entry,
                                enum binding_state state)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, entry->project_id);
    parameter_uuid(&parameters, entry->binding_id);
    parameter_text(&parameters, binding_state_names[state]);
    return store_change_one(store, &binding_set_state_statement, &parameters);
}

enum hufu_err binding_destroy(struct store *store, const struct binding_entry *entry)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, entry->project_id);
    parameter_uuid(&parameters, entry->binding_id);
    return store_change_one(store, &binding_destroy_statement, &parameters);
}

enum hufu_err binding_has_role(struct store *store, const uint8_t device_id[UUID_SIZE],
                               enum binding_role role, bool *has)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    parameter_text(&parameters, binding_role_names[role]);
    return store_query_bool(store, &binding_has_role_statement, &parameters, has);
}

enum hufu_err binding_key_lives(struct store *store, const uint8_t key_id[UUID_SIZE], bool *lives)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, key_id);
    return store_query_bool(store, &binding_key_lives_statement, &parameters, lives);
}
