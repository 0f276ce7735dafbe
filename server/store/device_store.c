/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/device_store.h"

#include "server/store/connection.h"
#include "server/store/destruction_store.h"

const char *const device_state_names[DEVICE_STATE_COUNT] = {
    [DEVICE_WAITING] = "waiting",
    [DEVICE_ACTIVE] = "active",
    [DEVICE_FROZEN] = "frozen",
    [DEVICE_REMOVED] = "removed",
};
const char *const device_role_names[DEVICE_ROLE_COUNT] = {
    [DEVICE_PRIMARY] = "primary",
    [DEVICE_SECONDARY] = "secondary",
};

#define DEVICE_COLUMNS                                                                                 \
    "select d.project_id, d.device_id, d.account_id, d.device_key, d.state, d.role, "                  \
    "coalesce(d.name, ''), coalesce(d.model, ''), d.pin_failures, d.pin_limit, "                       \
    "least(d.pin_limit - d.pin_failures, d.pin_life_limit - d.pin_failures_life)::int4, d.locked, "    \
    "d.created_at, coalesce(d.frozen_by = 'operator', false), case when d.state = 'removed' then not " \
    "exists "                                                                                          \
    "(select from binding b where b.device_id = d.device_id and not " DESTRUCTION_DONE(                \
        "b.binding_id") ") else false end"

static const struct statement device_insert_statement = {
    .name = "device_insert",
    .sql = "insert into device (project_id, device_id, account_id, device_key, name, model, state, role, "
           "account_state)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::bytea, $5::text, $6::text, $7::text, $8::text, "
           "$9::text)",
};
static const struct statement device_read_keyed_statement = {
    .name = "device_read_keyed",
    .sql = DEVICE_COLUMNS " from device d where d.device_key = $1::bytea",
    .repeatable = true,
};
static const struct statement device_read_statement = {
    .name = "device_read",
    .sql = DEVICE_COLUMNS " from device d where d.device_id = $1::uuid",
    .repeatable = true,
};
static const struct statement device_lock_statement = {
    .name = "device_lock",
    .sql = DEVICE_COLUMNS " from device d where d.device_id = $1::uuid for no key update",
};
static const struct statement device_lock_all_statement = {
    .name = "device_lock_all",
    .sql = "select device_id from device where device_id in"
           " (select device_id from device where account_id = $1::uuid and state <> 'removed'"
           " union select device_id from binding where account_id = $1 and state <> 'removed')"
           " order by device_id for no key update",
};
static const struct statement device_read_primary_statement = {
    .name = "device_read_primary",
    .sql = DEVICE_COLUMNS " from device d where d.account_id = $1::uuid and d.role = 'primary'"
                          " and d.state <> 'removed'",
    .repeatable = true,
};
static const struct statement device_count_statement = {
    .name = "device_count",
    .sql = "select count(*), count(*) filter (where role = 'secondary') from device"
           " where account_id = $1::uuid and state <> 'removed'",
};
static const struct statement device_list_secondaries_statement = {
    .name = "device_list_secondaries",
    .sql = "select device_id from device where account_id = $1::uuid and role = 'secondary' and state <> "
           "'removed' order by device_id limit $2::int4",
};
static const struct statement device_set_state_statement = {
    .name = "device_set_state",
    .sql = "update device set state = $3::text, frozen_by = $4::text where project_id = $1::uuid and "
           "device_id = $2::uuid",
};
static const struct statement device_set_name_statement = {
    .name = "device_set_name",
    .sql = "update device set name = $3::text where project_id = $1::uuid and device_id = $2::uuid",
};
static const struct statement device_set_primary_statement = {
    .name = "device_set_primary",
    .sql = "update device set role = 'primary' where project_id = $1::uuid and device_id = $2::uuid",
};

static const struct statement device_unlock_pin_statement = {
    .name = "device_unlock_pin",
    .sql = "update device set locked = false, pin_failures = 0"
           " where project_id = $1::uuid and device_id = $2::uuid and pin_failures_life < pin_life_limit",
};

static const struct statement device_all_destroyed_statement = {
    .name = "device_all_destroyed",
    .sql = "select not exists (select from device d join binding b on b.device_id = d.device_id"
           " where d.account_id = $1::uuid and d.state = 'removed' and not " DESTRUCTION_DONE(
               "b.binding_id") ")",
    .repeatable = true,
};

/* The last use is a session's, or, as frames do not touch their session's row, a signature or decryption after that: looked for by
 * binding, in the months since then alone. Kept on the device's row, it would have to be written by every signature; in the
 * account's trail, a device that was not used for long is behind all that the others did since. */
#define DEVICE_VIEW                                                                                     \
    DEVICE_COLUMNS                                                                                      \
    ", greatest(u.at, g.at), a.name, a.work_number from device d"                                       \
    " join account a on a.project_id = d.project_id and a.account_id = d.account_id"                    \
    " left join lateral (select max(coalesce(last_used_at, created_at)) as at from session"             \
    "  where device_id = d.device_id) u on true"                                                        \
    " left join lateral (select max(s.at) as at from binding b cross join lateral"                      \
    "  (select at from signature where binding_id = b.binding_id and at > coalesce(u.at, d.created_at)" \
    "   order by at desc limit 1) s where b.device_id = d.device_id) g on true"
static const struct statement device_list_of_account = {
    .name = "device_list_of_account",
    .sql = DEVICE_VIEW " where d.account_id = $1::uuid and d.state <> 'removed' and d.device_id > $2::uuid"
                       " order by d.device_id limit $3::int4",
    .repeatable = true,
};
static const struct statement device_list_of_project = {
    .name = "device_list_of_project",
    .sql = DEVICE_VIEW " where " STORE_OF_PROJECT_AFTER(
        "d.project_id", "d.device_id") " order by d.project_id, d.device_id limit $3::int4",
    .repeatable = true,
};
static const struct statement device_list_all = {
    .name = "device_list_all",
    .sql =
        DEVICE_VIEW " where $1::uuid is null and d.device_id > $2::uuid order by d.device_id limit $3::int4",
    .repeatable = true,
};

static void device_fill(struct row *row, struct device *out)
{
    *out = (struct device){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->device_id);
    row_uuid(row, out->account_id);
    row_fixed(row, out->device_key, sizeof out->device_key);
    out->state = (enum device_state)row_name(row, device_state_names, DEVICE_STATE_COUNT);
    out->role = (enum device_role)row_name(row, device_role_names, DEVICE_ROLE_COUNT);
    row_text(row, out->name, sizeof out->name);
    row_text(row, out->model, sizeof out->model);
    out->pin_failures = row_i32(row);
    out->pin_limit = row_i32(row);
    out->tries_left = row_i32(row);
    out->locked = row_bool(row);
    out->created_ms = row_time(row);
    out->frozen_by_operator = row_bool(row);
    out->destroyed = row_bool(row);
}

static enum hufu_err device_one(struct store *store, const struct statement *statement,
                                const struct parameters *parameters, struct device *out)
{
    *out = (struct device){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, statement, parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    device_fill(&row, out);
    return row_finish(&row);
}

enum hufu_err device_insert(struct store *store, const struct device_new *device)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device->account->project_id);
    parameter_uuid(&parameters, device->device_id);
    parameter_uuid(&parameters, device->account->account_id);
    parameter_fixed(&parameters, device->device_key, FRAME_DEVICE_KEY_SIZE);
    parameter_text(&parameters, device->name);
    parameter_text(&parameters, device->model);
    parameter_text(&parameters, device_state_names[device->state]);
    parameter_text(&parameters, device_role_names[device->role]);
    parameter_text(&parameters, account_state_names[device->account->state]);
    return store_change(store, &device_insert_statement, &parameters, NULL);
}

enum hufu_err device_read_keyed(struct store *store, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                struct device *out)
{
    struct parameters parameters = {0};
    parameter_fixed(&parameters, device_key, FRAME_DEVICE_KEY_SIZE);
    return device_one(store, &device_read_keyed_statement, &parameters, out);
}

enum hufu_err device_read(struct store *store, const uint8_t device_id[UUID_SIZE], struct device *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    return device_one(store, &device_read_statement, &parameters, out);
}

enum hufu_err device_lock(struct store *store, const uint8_t device_id[UUID_SIZE], struct device *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device_id);
    return device_one(store, &device_lock_statement, &parameters, out);
}

enum hufu_err device_lock_all(struct store *store, const uint8_t account_id[UUID_SIZE])
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return store_change(store, &device_lock_all_statement, &parameters, NULL);
}

enum hufu_err device_read_primary(struct store *store, const uint8_t account_id[UUID_SIZE],
                                  struct device *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return device_one(store, &device_read_primary_statement, &parameters, out);
}

enum hufu_err device_count_of(struct store *store, const uint8_t account_id[UUID_SIZE],
                              struct device_count *out)
{
    *out = (struct device_count){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &device_count_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&rows, 0);
    out->all = row_i64(&row);
    out->secondary = row_i64(&row);
    return row_finish(&row);
}

enum hufu_err device_list_secondaries(struct store *store, const uint8_t account_id[UUID_SIZE],
                                      uint8_t ids[DEVICE_SECONDARIES_MAX][UUID_SIZE], size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    parameter_i32(&parameters, DEVICE_SECONDARIES_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &device_list_secondaries_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        row_uuid(&row, ids[i]);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

enum hufu_err device_set_state(struct store *store, const struct device *device, enum device_state state,
                               bool by_operator)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device->project_id);
    parameter_uuid(&parameters, device->device_id);
    parameter_text(&parameters, device_state_names[state]);
    parameter_text(&parameters, state != DEVICE_FROZEN ? NULL : by_operator ? "operator" : "device");
    return store_change_one(store, &device_set_state_statement, &parameters);
}

enum hufu_err device_set_name(struct store *store, const struct device *device, const char *name)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device->project_id);
    parameter_uuid(&parameters, device->device_id);
    parameter_text(&parameters, name);
    return store_change_one(store, &device_set_name_statement, &parameters);
}

enum hufu_err device_set_primary(struct store *store, const struct device *device)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device->project_id);
    parameter_uuid(&parameters, device->device_id);
    return store_change_one(store, &device_set_primary_statement, &parameters);
}

enum hufu_err device_unlock_pin(struct store *store, const struct device *device)
{
    uint64_t changed;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, device->project_id);
    parameter_uuid(&parameters, device->device_id);
    enum hufu_err err = store_change(store, &device_unlock_pin_statement, &parameters, &changed);
    return err == HUFU_OK && changed == 0 ? HUFU_ERR_STATE : err;
}

enum hufu_err device_all_destroyed(struct store *store, const uint8_t account_id[UUID_SIZE], bool *destroyed)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return store_query_bool(store, &device_all_destroyed_statement, &parameters, destroyed);
}

enum hufu_err device_list(struct store *store, const uint8_t *project_id, const uint8_t *account_id,
                          const uint8_t after[UUID_SIZE], size_t limit, struct device_view *devices,
                          size_t *count)
{
    *count = 0;
    const struct statement *statement = project_id != NULL ? &device_list_of_project : &device_list_all;
    if (account_id != NULL)
        statement = &device_list_of_account;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id != NULL ? account_id : project_id);
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, DEVICE_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        struct device_view *view = &devices[i];
        device_fill(&row, &view->device);
        view->last_use_ms = row_optional_time(&row);
        row_text(&row, view->account_name, sizeof view->account_name);
        row_text(&row, view->work_number, sizeof view->work_number);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
