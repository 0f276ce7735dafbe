/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/account_store.h"

#include "server/store/connection.h"

const char *const account_state_names[ACCOUNT_STATE_COUNT] = {
    [ACCOUNT_REQUESTED] = "requested",
    [ACCOUNT_ACTIVE] = "active",
    [ACCOUNT_SUSPENDED] = "suspended",
    [ACCOUNT_CLOSED] = "closed",
};

#define ACCOUNT_COLUMNS                                                                              \
    "select project_id, account_id, name, work_number, coalesce(organization, ''), subject, state, " \
    "created_at from account"

static const struct statement account_insert_statement = {
    .name = "account_insert",
    .sql = "insert into account (project_id, account_id, name, work_number, organization, subject, state)"
           " values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bytea, $7::text)",
};
static const struct statement account_read_statement = {
    .name = "account_read",
    .sql = ACCOUNT_COLUMNS " where account_id = $1::uuid",
    .repeatable = true,
};
static const struct statement account_lock_statement = {
    .name = "account_lock",
    .sql = ACCOUNT_COLUMNS " where account_id = $1::uuid for no key update",
};
static const struct statement account_list_statement = {
    .name = "account_list",
    .sql = ACCOUNT_COLUMNS " where ($1::uuid is null or project_id = $1) and account_id > $2::uuid"
                           " order by account_id limit $3::int4",
    .repeatable = true,
};
static const struct statement account_update = {
    .name = "account_update",
    .sql = "update account set state = $3::text, state_changed_at = clock_timestamp()"
           " where project_id = $1::uuid and account_id = $2::uuid",
};
/* Statements of their own, each with a snapshot taken after the account's lock was: one statement for all would not see a
 * device or a binding that was committed while it waited for that lock. */
static const struct statement account_update_devices = {
    .name = "account_update_devices",
    .sql = "with held as materialized (select device_id from device where project_id = $1::uuid and"
           " account_id = $2::uuid order by device_id for no key update)"
           " update device d set account_state = $3::text from held where d.device_id = held.device_id",
};
static const struct statement account_update_bindings = {
    .name = "account_update_bindings",
    .sql = "with held as materialized (select binding_id from binding where project_id = $1::uuid and"
           " account_id = $2::uuid order by binding_id for no key update)"
           " update binding b set account_state = $3::text from held where b.binding_id = held.binding_id",
};

static enum hufu_err account_fill(struct row *row, struct account *out)
{
    *out = (struct account){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->account_id);
    row_text(row, out->name, sizeof out->name);
    row_text(row, out->work_number, sizeof out->work_number);
    row_text(row, out->organization, sizeof out->organization);
    struct buf subject;
    buf_init(&subject, out->subject, sizeof out->subject);
    row_append(row, &subject);
    out->subject_len = subject.len;
    out->state = (enum account_state)row_name(row, account_state_names, ACCOUNT_STATE_COUNT);
    out->created_ms = row_time(row);
    return row_finish(row);
}

static enum hufu_err account_one(struct store *store, const struct statement *statement,
                                 const uint8_t account_id[UUID_SIZE], struct account *out)
{
    *out = (struct account){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    if (rows.count == 0)
        return HUFU_ERR_NOT_FOUND;
    struct row row = row_at(&rows, 0);
    return account_fill(&row, out);
}

enum hufu_err account_read(struct store *store, const uint8_t account_id[UUID_SIZE], struct account *out)
{
    return account_one(store, &account_read_statement, account_id, out);
}

enum hufu_err account_lock(struct store *store, const uint8_t account_id[UUID_SIZE], struct account *out)
{
    return account_one(store, &account_lock_statement, account_id, out);
}

enum hufu_err account_insert(struct store *store, const struct account *account)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account->project_id);
    parameter_uuid(&parameters, account->account_id);
    parameter_text(&parameters, account->name);
    parameter_text(&parameters, account->work_number);
    parameter_text(&parameters, account->organization[0] != '\0' ? account->organization : NULL);
    parameter_fixed(&parameters, account->subject, account->subject_len);
    parameter_text(&parameters, account_state_names[account->state]);
    return store_change(store, &account_insert_statement, &parameters, NULL);
}

enum hufu_err account_set_state(struct store *store, const struct account *account, enum account_state state)
{
    static const struct statement *const steps[] = {&account_update, &account_update_devices,
                                                    &account_update_bindings};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account->project_id);
    parameter_uuid(&parameters, account->account_id);
    parameter_text(&parameters, account_state_names[state]);
    enum hufu_err err = HUFU_OK;
    for (size_t i = 0; err == HUFU_OK && i < sizeof steps / sizeof steps[0]; i++)
        err = store_change(store, steps[i], &parameters, NULL);
    return err;
}

enum hufu_err account_list(struct store *store, const uint8_t *project_id, const uint8_t after[UUID_SIZE],
                           size_t limit, struct account *accounts, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, after);
    parameter_i32(&parameters, limit < ACCOUNT_PAGE_MAX ? (int32_t)limit : ACCOUNT_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &account_list_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = account_fill(&row, &accounts[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
