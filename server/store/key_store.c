/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/key_store.h"

#include "server/store/connection.h"
#include "server/store/standing.h"

const char *const key_usage_names[KEY_USAGE_COUNT + 1] = {[KEY_SIGN] = "sign", [KEY_DECRYPT] = "decrypt"};
const char *const key_state_names[KEY_STATE_COUNT] = {
    [KEY_NEW] = "new",
    [KEY_PENDING] = "pending",
    [KEY_GENERATED] = "generated",
    [KEY_USABLE] = "usable",
};

static const struct statement key_count = {
    .name = "key_count",
    .sql = "select count(*) from binding where device_id = $1::uuid and state <> 'removed'",
};
static const struct statement key_insert_statement = {
    .name = "key_insert",
    .sql = "insert into key (project_id, key_id, account_id, algorithm, usage, kind, state)"
           " values ($1::uuid, $2::uuid, $3::uuid, 'sm2', $4::text, 'split', 'new')",
};
static const struct statement key_insert_binding = {
    .name = "key_insert_binding",
    .sql = "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
           "account_state,"
           " key_state) select d.project_id, $3::uuid, $4::uuid, d.device_id, d.account_id, 'primary', "
           "'waiting', $5::text,"
           " 'new' from device d where d.device_id = $1::uuid and d.account_id = $2::uuid and d.state <> "
           "'removed'",
};

/* Its device was made the account's primary, and its record is a secondary's still. */
#define KEY_TO_PRIMARY "(b.state = 'active' and d.role = 'primary' and b.role = 'secondary')"

/* That; or by the project's rule: so long, or so many signatures, after the last refresh. What is counted stops at that
 * number. */
#define KEY_REFRESH_DUE                                                                            \
    "(" KEY_TO_PRIMARY " or b.state = 'active' and (p.refresh_days > 0 and"                        \
    " b.refreshed_at < clock_timestamp() - make_interval(days => p.refresh_days::int4)"            \
    " or p.refresh_signatures > 0 and (select coalesce(sum(octet_length(results) / 32), 0) from"   \
    "  (select results from signature s where s.key_id = b.key_id and s.binding_id = b.binding_id" \
    "   and s.at > b.refreshed_at limit p.refresh_signatures) counted) >= p.refresh_signatures))"

#define KEY_COLUMNS                                                                                     \
    "select b.project_id, b.key_id, b.binding_id, b.account_id, b.device_id, k.usage, "                 \
    "k.state, " STANDING_STATE ", "                                                                     \
    "b.role,"                                                                                           \
    " b.generation, b.next_record is not null, k.public_key, b.uses_left, b.valid_from, b.valid_until," \
    " d.pin_failures, d.pin_limit, d.locked, b.created_at, a.name, a.work_number, a.subject,"           \
    " c.serial, c.not_before, c.not_after, b.refreshed_at, " KEY_REFRESH_DUE ", " KEY_TO_PRIMARY        \
    " from binding b"                                                                                   \
    " join key k on k.project_id = b.project_id and k.key_id = b.key_id"                                \
    " join device d on d.project_id = b.project_id and d.device_id = b.device_id"                       \
    " join account a on a.project_id = b.project_id and a.account_id = b.account_id"                    \
    " join project p on p.project_id = b.project_id"                                                    \
    " left join lateral (select serial, not_before, not_after from certificate where key_id = b.key_id" \
    "  and project_id = b.project_id and state = 'valid' order by created_at desc limit 1) c on true"

static const struct statement key_read_statement = {
    .name = "key_read",
    .sql = KEY_COLUMNS " where b.device_id = $1::uuid and b.key_id = $2::uuid and b.state <> 'removed'",
    .repeatable = true,
};
static const struct statement key_list_of_device = {
    .name = "key_list_of_device",
    .sql = KEY_COLUMNS " where b.device_id = $1::uuid and b.binding_id > $2::uuid and b.state <> 'removed'"
                       " order by b.binding_id limit $3::int4",
    .repeatable = true,
};
static const struct statement key_list_of_project = {
    .name = "key_list_of_project",
    .sql = KEY_COLUMNS " where " STORE_OF_PROJECT_AFTER(
        "b.project_id", "b.binding_id") " order by b.project_id, b.binding_id limit $3::int4",
    .repeatable = true,
};
static const struct statement key_list_all = {
    .name = "key_list_all",
    .sql = KEY_COLUMNS
    " where $1::uuid is null and b.binding_id > $2::uuid order by b.binding_id limit $3::int4",
    .repeatable = true,
};
static const struct statement key_update = {
    .name = "key_update",
    .sql = "update key set state = $3::text, public_key = coalesce($4::bytea, public_key)"
           " where project_id = $1::uuid and key_id = $2::uuid",
};
static const struct statement key_update_bindings = {
    .name = "key_update_bindings",
    .sql = "update binding set key_state = $3::text where project_id = $1::uuid and key_id = $2::uuid",
};

static enum hufu_err key_fill(struct row *row, struct key_view *out)
{
    *out = (struct key_view){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->key_id);
    row_uuid(row, out->binding_id);
    row_uuid(row, out->account_id);
    row_uuid(row, out->device_id);
    out->usage = (enum key_usage)row_name(row, key_usage_names, KEY_USAGE_COUNT);
    out->state = (enum key_state)row_name(row, key_state_names, KEY_STATE_COUNT);
    out->binding_state = (enum binding_state)row_name(row, binding_state_names, BINDING_STATE_COUNT);
    out->role = (enum binding_role)row_name(row, binding_role_names, BINDING_ROLE_COUNT);
    out->generation = (uint32_t)row_i32(row);
    out->next_pending = row_bool(row);
    out->has_public_key = row_optional_fixed(row, out->public_key, sizeof out->public_key);
    out->uses_counted = row_optional_i64(row, &out->uses_left);
    out->valid_from_ms = row_optional_time(row);
    out->valid_until_ms = row_optional_time(row);
    out->pin_failures = row_i32(row);
    out->pin_limit = row_i32(row);
    out->locked = row_bool(row);
    out->created_ms = row_time(row);
    row_text(row, out->account_name, sizeof out->account_name);
    row_text(row, out->work_number, sizeof out->work_number);
    struct buf subject;
    buf_init(&subject, out->subject, sizeof out->subject);
    row_append(row, &subject);
    out->subject_len = subject.len;
    out->has_certificate = row_optional_fixed(row, out->certificate_serial, sizeof out->certificate_serial);
    out->certificate_not_before_ms = row_optional_time(row);
    out->certificate_not_after_ms = row_optional_time(row);
    out->refreshed_ms = row_time(row);
    out->refresh_due = row_bool(row);
    out->refresh_to_primary = row_bool(row);
    return row_finish(row);
}

enum hufu_err key_check_room(struct store *store, const uint8_t device_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    int64_t count;
    enum hufu_err err = store_query_i64(store, &key_count, &parameters, &count);
    return err == HUFU_OK && count >= KEY_PER_DEVICE_MAX ? HUFU_ERR_LIMIT : err;
}

enum hufu_err key_insert(struct store *store, const struct account *account,
                         const uint8_t device_id[UUID_SIZE], const uint8_t key_id[UUID_SIZE],
                         const uint8_t binding_id[UUID_SIZE], enum key_usage usage)
{
    enum hufu_err err = key_check_room(store, device_id);
    if (err != HUFU_OK)
        return err;
    struct parameters key = {0};
    parameter_uuid(&key, account->project_id);
    parameter_uuid(&key, key_id);
    parameter_uuid(&key, account->account_id);
    parameter_text(&key, key_usage_names[usage]);
    err = store_change(store, &key_insert_statement, &key, NULL);
    if (err != HUFU_OK)
        return err;
    struct parameters binding = {0};
    parameter_uuid(&binding, device_id);
    parameter_uuid(&binding, account->account_id);
    parameter_uuid(&binding, binding_id);
    parameter_uuid(&binding, key_id);
    parameter_text(&binding, account_state_names[account->state]);
    uint64_t inserted;
    err = store_change(store, &key_insert_binding, &binding, &inserted);
    return err == HUFU_OK && inserted == 0 ? HUFU_ERR_NOT_FOUND : err;
}

enum hufu_err key_read(struct store *store, const uint8_t device_id[UUID_SIZE],
                       const uint8_t key_id[UUID_SIZE], struct key_view *out)
{
    *out = (struct key_view){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    parameter_uuid(&parameters, key_id);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &key_read_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    return key_fill(&row, out);
}

enum hufu_err key_list(struct store *store, const uint8_t *project_id, const uint8_t *device_id,
                       const uint8_t after[UUID_SIZE], size_t limit, struct key_view *keys, size_t *count)
{
    *count = 0;
    const struct statement *statement = project_id != NULL ? &key_list_of_project : &key_list_all;
    if (device_id != NULL)
        statement = &key_list_of_device;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id != NULL ? device_id : project_id);
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, KEY_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = key_fill(&row, &keys[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err key_set_state(struct store *store, const uint8_t project_id[UUID_SIZE],
                            const uint8_t key_id[UUID_SIZE], enum key_state state, const uint8_t *public_key)
{
    struct parameters bindings = {0};
    parameter_uuid(&bindings, project_id);
    parameter_uuid(&bindings, key_id);
    parameter_text(&bindings, key_state_names[state]);
    struct parameters key = bindings;
    parameter_fixed(&key, public_key, public_key != NULL ? KEY_PUBLIC_SIZE : 0);
    enum hufu_err err = store_change(store, &key_update_bindings, &bindings, NULL);
    return err == HUFU_OK ? store_change(store, &key_update, &key, NULL) : err;
}
