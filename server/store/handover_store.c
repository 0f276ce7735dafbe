/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/handover_store.h"

#include "server/store/connection.h"

static const struct statement handover_insert_binding = {
    .name = "handover_insert_binding",
    .sql = "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
           "account_state, key_state, handover_until)"
           " select d.project_id, $3::uuid, k.key_id, d.device_id, d.account_id, 'secondary', 'waiting',"
           " d.account_state, k.state, clock_timestamp() + make_interval(hours => $4::int4)"
           " from device d join key k on k.project_id = d.project_id and k.account_id = d.account_id"
           " where d.device_id = $1::uuid and k.key_id = $2::uuid and " KEY_TO_HAND_OVER,
};
static const struct statement handover_count_asked_statement = {
    .name = "handover_count_asked",
    .sql = "select count(*) from binding where device_id = $1::uuid and key_id = $2::uuid"
           " and created_at > clock_timestamp() - make_interval(hours => $3::int4)",
};
static const struct statement handover_insert_statement = {
    .name = "handover_insert",
    .sql =
        "insert into handover (project_id, binding_id, x25519_key, expires_at)"
        " select project_id, binding_id, $2::bytea, handover_until from binding where binding_id = $1::uuid"
        " returning expires_at",
};

#define HANDOVER_COLUMNS                                                                              \
    "select b.project_id, b.key_id, b.binding_id, b.account_id, b.device_id, b.state, d.device_key, " \
    "h.x25519_key, h.sealed_half, k.public_key, b.authorization_id, h.expires_at, "                   \
    "h.expires_at <= clock_timestamp()"                                                               \
    " from handover h join binding b on b.project_id = h.project_id and b.binding_id = h.binding_id"  \
    " join device d on d.project_id = b.project_id and d.device_id = b.device_id"                     \
    " join key k on k.project_id = b.project_id and k.key_id = b.key_id"
static const struct statement handover_read_statement = {
    .name = "handover_read",
    .sql = HANDOVER_COLUMNS " where h.binding_id = $1::uuid",
    .repeatable = true,
};
static const struct statement handover_read_of_device_statement = {
    .name = "handover_read_of_device",
    .sql = HANDOVER_COLUMNS " where b.device_id = $1::uuid and b.key_id = $2::uuid and b.state = 'waiting'",
    .repeatable = true,
};
static const struct statement handover_next_expired_statement = {
    .name = "handover_next_expired",
    .sql = HANDOVER_COLUMNS " where h.expires_at <= clock_timestamp() order by h.expires_at limit 1",
    .repeatable = true,
};

static const struct statement handover_set_record = {
    .name = "handover_set_record",
    .sql =
        "update binding set record = $4::bytea, generation = 0"
        " where project_id = $1::uuid and binding_id = $2::uuid and key_id = $3::uuid and state = 'waiting'"
        " and record is null and handover_until > clock_timestamp()",
};
static const struct statement handover_set_half = {
    .name = "handover_set_half",
    .sql = "update handover set sealed_half = $3::bytea where project_id = $1::uuid and binding_id = $2::uuid"
           " and sealed_half is null",
};
static const struct statement handover_delete_statement = {
    .name = "handover_delete",
    .sql = "delete from handover where binding_id = $1::uuid",
};
static const struct statement handover_list_keys_statement = {
    .name = "handover_list_keys",
    .sql = "select k.key_id, k.usage, k.public_key, k.created_at from key k where k.account_id = $1::uuid"
           " and " KEY_TO_HAND_OVER " and not exists (select from binding b where b.key_id = k.key_id"
           "  and b.device_id = $2::uuid and b.state in ('active', 'frozen'))"
           " order by k.key_id limit $3::int4",
    .repeatable = true,
};

enum hufu_err handover_insert(struct store *store, const struct handover_new *handover, uint64_t *expires_ms)
{
    *expires_ms = 0;
    uint64_t inserted;
    struct parameters binding = {0};
    parameter_uuid(&binding, handover->device_id);
    parameter_uuid(&binding, handover->key_id);
    parameter_uuid(&binding, handover->binding_id);
    parameter_i32(&binding, HANDOVER_HOURS);
    enum hufu_err err = store_change(store, &handover_insert_binding, &binding, &inserted);
    if (err != HUFU_OK || inserted == 0)
        return err != HUFU_OK ? err : HUFU_ERR_NOT_FOUND;
    return handover_begin(store, handover, expires_ms);
}

enum hufu_err handover_begin(struct store *store, const struct handover_new *handover, uint64_t *expires_ms)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, handover->binding_id);
    parameter_fixed(&parameters, handover->x25519_key, FRAME_X25519_SIZE);
    return store_query_time(store, &handover_insert_statement, &parameters, expires_ms);
}

enum hufu_err handover_count_asked(struct store *store, const uint8_t device_id[UUID_SIZE],
                                   const uint8_t key_id[UUID_SIZE], int64_t *count)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    parameter_uuid(&parameters, key_id);
    parameter_i32(&parameters, HANDOVER_HOURS);
    return store_query_i64(store, &handover_count_asked_statement, &parameters, count);
}

static enum hufu_err handover_one(struct store *store, const struct statement *statement,
                                  const struct parameters *parameters, struct handover *out)
{
    *out = (struct handover){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, statement, parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->key_id);
    row_uuid(&row, out->binding_id);
    row_uuid(&row, out->account_id);
    row_uuid(&row, out->device_id);
    out->state = (enum binding_state)row_name(&row, binding_state_names, BINDING_STATE_COUNT);
    row_fixed(&row, out->device_key, sizeof out->device_key);
    row_fixed(&row, out->x25519_key, sizeof out->x25519_key);
    out->handed_over = row_optional_fixed(&row, out->sealed_half, sizeof out->sealed_half);
    row_fixed(&row, out->public_key, sizeof out->public_key);
    out->authorized = row_optional_uuid(&row, out->authorization_id);
    out->expires_ms = row_time(&row);
    out->expired = row_bool(&row);
    return row_finish(&row);
}

enum hufu_err handover_read(struct store *store, const uint8_t binding_id[UUID_SIZE], struct handover *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, binding_id);
    return handover_one(store, &handover_read_statement, &parameters, out);
}

enum hufu_err handover_read_of_device(struct store *store, const uint8_t device_id[UUID_SIZE],
                                      const uint8_t key_id[UUID_SIZE], struct handover *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    parameter_uuid(&parameters, key_id);
    return handover_one(store, &handover_read_of_device_statement, &parameters, out);
}

enum hufu_err handover_next_expired(struct store *store, struct handover *out)
{
    return handover_one(store, &handover_next_expired_statement, &(struct parameters){0}, out);
}

enum hufu_err handover_set(struct store *store, const struct handover *handover, struct bytes record,
                           const uint8_t sealed_half[FRAME_SEALED_HALF_SIZE])
{
    uint64_t changed;
    struct parameters binding = {0}, half = {0};
    parameter_uuid(&binding, handover->project_id);
    parameter_uuid(&binding, handover->binding_id);
    parameter_uuid(&binding, handover->key_id);
    parameter_bytes(&binding, record);
    enum hufu_err err = store_change(store, &handover_set_record, &binding, &changed);
    if (err != HUFU_OK || changed == 0)
        return err != HUFU_OK ? err : HUFU_ERR_STATE;
    parameter_uuid(&half, handover->project_id);
    parameter_uuid(&half, handover->binding_id);
    parameter_fixed(&half, sealed_half, FRAME_SEALED_HALF_SIZE);
    err = store_change(store, &handover_set_half, &half, &changed);
    return err == HUFU_OK && changed == 0 ? HUFU_ERR_STATE : err;
}

enum hufu_err handover_delete(struct store *store, const uint8_t binding_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, binding_id);
    return store_change(store, &handover_delete_statement, &parameters, NULL);
}

enum hufu_err handover_list_keys(struct store *store, const uint8_t account_id[UUID_SIZE],
                                 const uint8_t device_id[UUID_SIZE],
                                 struct handover_key keys[HANDOVER_KEYS_MAX], size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    parameter_uuid(&parameters, device_id);
    parameter_i32(&parameters, HANDOVER_KEYS_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &handover_list_keys_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        row_uuid(&row, keys[i].key_id);
        keys[i].usage = (enum key_usage)row_name(&row, key_usage_names, KEY_USAGE_COUNT);
        row_fixed(&row, keys[i].public_key, sizeof keys[i].public_key);
        keys[i].created_ms = row_time(&row);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
