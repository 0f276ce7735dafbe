/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/account_store.h"

#include <string.h>

#include "server/store/connection.h"

const char *const account_state_names[ACCOUNT_STATE_COUNT + 1] = {
    [ACCOUNT_REQUESTED] = "requested", [ACCOUNT_ACTIVE] = "active",  [ACCOUNT_SUSPENDED] = "suspended",
    [ACCOUNT_CLOSED] = "closed",       [ACCOUNT_STATE_COUNT] = NULL,
};

const char *const identity_kind_names[IDENTITY_KIND_COUNT + 1] = {
    [IDENTITY_RESIDENT_CARD] = "resident-card",
    [IDENTITY_PASSPORT] = "passport",
    [IDENTITY_HONG_KONG_MACAO_PERMIT] = "hong-kong-macao-permit",
    [IDENTITY_TAIWAN_PERMIT] = "taiwan-permit",
    [IDENTITY_PERMANENT_RESIDENCE] = "permanent-residence",
    [IDENTITY_MILITARY_CARD] = "military-card",
    [IDENTITY_OTHER] = "other",
    [IDENTITY_KIND_COUNT] = NULL,
};
const char *const account_sex_names[ACCOUNT_SEX_COUNT] = {
    [ACCOUNT_SEX_MALE - 1] = "male",
    [ACCOUNT_SEX_FEMALE - 1] = "female",
    [ACCOUNT_SEX_COUNT - 1] = NULL,
};

const char *account_sex_name(enum account_sex sex)
{
    return sex == ACCOUNT_SEX_UNTOLD ? NULL : account_sex_names[sex - 1];
}

#define ACCOUNT_COLUMNS                                                                                     \
    "select a.project_id, a.account_id, a.name, a.work_number, a.organization, a.subject, a.state,"         \
    " a.created_at, a.requested, a.organization_id, a.mobile_sealed, a.mobile_hash, a.identity_kind,"       \
    " a.identity_sealed, a.identity_hash, a.email_sealed, a.email_hash, a.sex, a.department, a.occupation," \
    " a.country, a.province, a.city, a.remark, a.refusal, exists (select from seal_picture p where"         \
    " p.account_id = a.account_id) from account a"

static const struct statement account_insert_statement = {
    .name = "account_insert",
    .sql = "insert into account (project_id, account_id, name, work_number, organization, subject, state, "
           "requested,"
           " organization_id, mobile_sealed, mobile_hash, identity_kind, identity_sealed, identity_hash, "
           "email_sealed,"
           " email_hash, sex, department, occupation, country, province, city, remark) values ($1::uuid, "
           "$2::uuid,"
           " $3::text, $4::text, $5::text, $6::bytea, $7::text, $8::bool, $9::uuid, $10::bytea, $11::bytea, "
           "$12::text,"
           " $13::bytea, $14::bytea, $15::bytea, $16::bytea, $17::text, $18::text, $19::text, $20::text, "
           "$21::text,"
           " $22::text, $23::text) on conflict do nothing"
           " returning created_at",
};
static const struct statement account_read_named_statement = {
    .name = "account_read_named",
    .sql = ACCOUNT_COLUMNS
    " where a.project_id = $1::uuid and a.work_number = $2::text and a.state in ('active',"
    " 'suspended')",
    .repeatable = true,
};
static const struct statement account_hold_requests_statement = {
    .name = "account_hold_requests",
    .sql =
        "select account_id from account where project_id = $1::uuid and mobile_hash = $2::bytea and state ="
        " 'requested' and account_id <> $3::uuid order by account_id limit $4::int4 for no key update",
};
static const struct statement account_set_request_statement = {
    .name = "account_set_request",
    .sql =
        "update account set request_hash = $3::bytea where project_id = $1::uuid and account_id = $2::uuid",
};
static const struct statement account_read_request_statement = {
    .name = "account_read_request",
    .sql = ACCOUNT_COLUMNS
    " where a.request_hash = $1::bytea order by a.created_at desc, a.account_id desc limit 1",
    .repeatable = true,
};
static const struct statement account_set_organization_statement = {
    .name = "account_set_organization",
    .sql =
        "update account set organization_id = $3::uuid where project_id = $1::uuid and account_id = $2::uuid",
};
static const struct statement account_set_refusal_statement = {
    .name = "account_set_refusal",
    .sql = "update account set refusal = $3::text where project_id = $1::uuid and account_id = $2::uuid",
};
static const struct statement account_put_picture_statement = {
    .name = "account_put_picture",
    .sql = "insert into seal_picture (project_id, account_id, picture_sealed) values ($1::uuid, $2::uuid, "
           "$3::bytea) on conflict (account_id) do update set picture_sealed = excluded.picture_sealed",
};
static const struct statement account_remove_picture_statement = {
    .name = "account_remove_picture",
    .sql = "delete from seal_picture where project_id = $1::uuid and account_id = $2::uuid",
};
static const struct statement account_update_profile_statement = {
    .name = "account_update_profile",
    .sql = "update account set mobile_sealed = $3::bytea, mobile_hash = $4::bytea, identity_kind = $5::text,"
           " identity_sealed = $6::bytea, identity_hash = $7::bytea, email_sealed = $8::bytea, email_hash = "
           "$9::bytea,"
           " sex = $10::text, department = $11::text, occupation = $12::text, country = $13::text,"
           " province = $14::text, city = $15::text, remark = $16::text where project_id = $1::uuid and"
           " account_id = $2::uuid",
};
static const struct statement account_read_picture_statement = {
    .name = "account_read_picture",
    .sql = "select picture_sealed from seal_picture where project_id = $1::uuid and account_id = $2::uuid",
    .repeatable = true,
};
static const struct statement account_read_statement = {
    .name = "account_read",
    .sql = ACCOUNT_COLUMNS " where a.account_id = $1::uuid",
    .repeatable = true,
};
static const struct statement account_lock_statement = {
    .name = "account_lock",
    .sql = ACCOUNT_COLUMNS " where a.account_id = $1::uuid for no key update of a",
};
/* $1 project, $2 after, $3 limit, $4 mobile, $5 work number, $6 state. A parameter that may be null is no condition of an index: each
 * statement names what it is found by, in the order of an index (as in connection.h), and the rest is judged row by row. */
#define ACCOUNT_LIST(where, order)                                                                         \
    ACCOUNT_COLUMNS " where " where " and ($1::uuid is null or a.project_id = $1)"                         \
                    " and ($4::bytea is null or a.mobile_hash = $4)"                                       \
                    " and ($5::text is null or a.work_number = $5) and ($6::text is null or a.state = $6)" \
                    " order by " order " limit $3::int4"

static const struct statement account_list_all = {
    .name = "account_list_all",
    .sql = ACCOUNT_LIST("a.account_id > $2::uuid", "a.account_id"),
    .repeatable = true,
};
static const struct statement account_list_of_project = {
    .name = "account_list_of_project",
    .sql = ACCOUNT_LIST(STORE_OF_PROJECT_AFTER("a.project_id", "a.account_id"), "a.project_id, a.account_id"),
    .repeatable = true,
};
static const struct statement account_list_of_mobile = {
    .name = "account_list_of_mobile",
    .sql = ACCOUNT_LIST("a.project_id = $1::uuid and a.mobile_hash = $4::bytea and a.account_id > $2::uuid",
                        "a.account_id"),
    .repeatable = true,
};
static const struct statement account_list_of_work_number = {
    .name = "account_list_of_work_number",
    .sql = ACCOUNT_LIST("(a.work_number, a.account_id) > ($5::text, $2::uuid) and a.work_number <= $5",
                        "a.work_number, a.account_id"),
    .repeatable = true,
};
/* Most are active; the others have indexes of their own. */
static const struct statement account_list_inactive = {
    .name = "account_list_inactive",
    .sql = ACCOUNT_LIST("a.state <> 'active' and a.state = $6::text and a.account_id > $2::uuid",
                        "a.account_id"),
    .repeatable = true,
};
static const struct statement account_list_inactive_of_project = {
    .name = "account_list_inactive_of_project",
    .sql = ACCOUNT_LIST("a.state <> 'active' and a.project_id = $1::uuid and a.state = $6::text"
                        " and a.account_id > $2::uuid",
                        "a.account_id"),
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

static size_t account_fill_bytes(struct row *row, uint8_t *out, size_t size)
{
    struct buf bytes;
    buf_init(&bytes, out, size);
    row_append(row, &bytes);
    return bytes.len;
}

static void account_fill_sealed(struct row *row, struct account_sealed *out)
{
    out->len = account_fill_bytes(row, out->data, sizeof out->data);
    (void)row_optional_fixed(row, out->hash, sizeof out->hash);
}

static void account_fill_details(struct row *row, struct account *out)
{
    row_text(row, out->department, sizeof out->department);
    row_text(row, out->occupation, sizeof out->occupation);
    row_text(row, out->country, sizeof out->country);
    row_text(row, out->province, sizeof out->province);
    row_text(row, out->city, sizeof out->city);
    row_text(row, out->remark, sizeof out->remark);
    row_text(row, out->refusal, sizeof out->refusal);
    out->has_picture = row_bool(row);
}

/* The index of the text in names; -1, and the column is passed: null. */
static int account_fill_name(struct row *row, const char *const *names, size_t count)
{
    if (!row_null(row))
        return row_name(row, names, count);
    row_skip(row);
    return -1;
}

static enum hufu_err account_fill(struct row *row, struct account *out)
{
    *out = (struct account){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->account_id);
    row_text(row, out->name, sizeof out->name);
    row_text(row, out->work_number, sizeof out->work_number);
    row_text(row, out->organization, sizeof out->organization);
    out->subject_len = account_fill_bytes(row, out->subject, sizeof out->subject);
    out->state = (enum account_state)row_name(row, account_state_names, ACCOUNT_STATE_COUNT);
    out->created_ms = row_time(row);
    out->requested = row_bool(row);
    out->has_organization = row_optional_uuid(row, out->organization_id);
    account_fill_sealed(row, &out->mobile);
    int kind = account_fill_name(row, identity_kind_names, IDENTITY_KIND_COUNT);
    out->identity_kind = kind < 0 ? IDENTITY_RESIDENT_CARD : (enum identity_kind)kind;
    account_fill_sealed(row, &out->identity);
    account_fill_sealed(row, &out->email);
    out->sex = (enum account_sex)(account_fill_name(row, account_sex_names, ACCOUNT_SEX_COUNT - 1) + 1);
    account_fill_details(row, out);
    return row_finish(row);
}

static enum hufu_err account_first(struct store *store, const struct statement *statement,
                                   const struct parameters *parameters, struct account *out)
{
    *out = (struct account){0};
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, statement, parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    return account_fill(&row, out);
}

static enum hufu_err account_one(struct store *store, const struct statement *statement,
                                 const uint8_t account_id[UUID_SIZE], struct account *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    return account_first(store, statement, &parameters, out);
}

enum hufu_err account_read(struct store *store, const uint8_t account_id[UUID_SIZE], struct account *out)
{
    return account_one(store, &account_read_statement, account_id, out);
}

enum hufu_err account_lock(struct store *store, const uint8_t account_id[UUID_SIZE], struct account *out)
{
    return account_one(store, &account_lock_statement, account_id, out);
}

enum hufu_err account_read_named(struct store *store, const uint8_t project_id[UUID_SIZE],
                                 const char *work_number, struct account *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, work_number);
    return account_first(store, &account_read_named_statement, &parameters, out);
}

enum hufu_err account_read_request(struct store *store, const uint8_t request_hash[HASH_SIZE],
                                   struct account *out)
{
    struct parameters parameters = {0};
    parameter_bytes(&parameters, bytes_of(request_hash, HASH_SIZE));
    return account_first(store, &account_read_request_statement, &parameters, out);
}

/* Null where nothing was told. */
static void account_put_text(struct parameters *parameters, const char *text)
{
    parameter_text(parameters, text[0] != '\0' ? text : NULL);
}

static void account_put_sealed(struct parameters *parameters, const struct account_sealed *sealed)
{
    parameter_optional_bytes(parameters, bytes_of(sealed->data, sealed->len));
    parameter_optional_bytes(parameters, bytes_of(sealed->hash, sealed->len > 0 ? sizeof sealed->hash : 0));
}

static void account_put_identity(struct parameters *parameters, const struct account *account)
{
    account_put_sealed(parameters, &account->mobile);
    parameter_text(parameters,
                   account->identity.len > 0 ? identity_kind_names[account->identity_kind] : NULL);
    account_put_sealed(parameters, &account->identity);
    account_put_sealed(parameters, &account->email);
    parameter_text(parameters, account_sex_name(account->sex));
}

static void account_put_details(struct parameters *parameters, const struct account *account)
{
    account_put_text(parameters, account->department);
    account_put_text(parameters, account->occupation);
    account_put_text(parameters, account->country);
    account_put_text(parameters, account->province);
    account_put_text(parameters, account->city);
    account_put_text(parameters, account->remark);
}

enum hufu_err account_insert(struct store *store, struct account *account)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account->project_id);
    parameter_uuid(&parameters, account->account_id);
    parameter_text(&parameters, account->name);
    parameter_text(&parameters, account->work_number);
    account_put_text(&parameters, account->organization);
    parameter_fixed(&parameters, account->subject, account->subject_len);
    parameter_text(&parameters, account_state_names[account->state]);
    parameter_bool(&parameters, account->requested);
    parameter_uuid(&parameters, account->has_organization ? account->organization_id : NULL);
    account_put_identity(&parameters, account);
    account_put_details(&parameters, account);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &account_insert_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    if (rows.count == 0)
        return HUFU_ERR_CONFLICT;
    struct row row = row_at(&rows, 0);
    account->created_ms = row_time(&row);
    return row_finish(&row);
}

enum hufu_err account_hold_requests(struct store *store, const struct account *except,
                                    uint8_t (*ids)[UUID_SIZE], size_t limit, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, except->project_id);
    parameter_fixed(&parameters, except->mobile.hash, HASH_SIZE);
    parameter_uuid(&parameters, except->account_id);
    parameter_i32(&parameters, (int32_t)limit);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &account_hold_requests_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        row_uuid(&row, ids[i]);
        err = row_finish(&row);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}

static void account_put_id(struct parameters *parameters, const struct account *account)
{
    parameter_uuid(parameters, account->project_id);
    parameter_uuid(parameters, account->account_id);
}

enum hufu_err account_set_organization(struct store *store, const struct account *account)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    parameter_uuid(&parameters, account->has_organization ? account->organization_id : NULL);
    return store_change(store, &account_set_organization_statement, &parameters, NULL);
}

enum hufu_err account_set_refusal(struct store *store, const struct account *account)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    account_put_text(&parameters, account->refusal);
    return store_change(store, &account_set_refusal_statement, &parameters, NULL);
}

enum hufu_err account_set_request(struct store *store, const struct account *account,
                                  const uint8_t request_hash[HASH_SIZE])
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    parameter_bytes(&parameters, bytes_of(request_hash, HASH_SIZE));
    return store_change(store, &account_set_request_statement, &parameters, NULL);
}

enum hufu_err account_update_profile(struct store *store, const struct account *account)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    account_put_identity(&parameters, account);
    account_put_details(&parameters, account);
    return store_change(store, &account_update_profile_statement, &parameters, NULL);
}

enum hufu_err account_put_picture(struct store *store, const struct account *account, struct bytes sealed)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    parameter_bytes(&parameters, sealed);
    return store_change(store, &account_put_picture_statement, &parameters, NULL);
}

enum hufu_err account_remove_picture(struct store *store, const struct account *account)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    return store_change(store, &account_remove_picture_statement, &parameters, NULL);
}

enum hufu_err account_read_picture(struct store *store, const struct account *account, struct buf *out)
{
    struct parameters parameters = {0};
    account_put_id(&parameters, account);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &account_read_picture_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_append(&row, out);
    return row_finish(&row);
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

/* By what leaves the fewest. */
static const struct statement *account_list_statement(const struct account_query *query)
{
    if (query->mobile_hash != NULL)
        return &account_list_of_mobile;
    if (query->work_number != NULL)
        return &account_list_of_work_number;
    bool inactive = query->state != NULL && strcmp(query->state, account_state_names[ACCOUNT_ACTIVE]) != 0;
    if (query->project_id != NULL)
        return inactive ? &account_list_inactive_of_project : &account_list_of_project;
    return inactive ? &account_list_inactive : &account_list_all;
}

enum hufu_err account_list(struct store *store, const struct account_query *query, struct account *accounts,
                           size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, query->project_id);
    parameter_uuid(&parameters, query->after);
    parameter_limit(&parameters, query->limit, ACCOUNT_PAGE_MAX);
    parameter_optional_bytes(&parameters,
                             bytes_of(query->mobile_hash, query->mobile_hash != NULL ? HASH_SIZE : 0));
    parameter_text(&parameters, query->work_number);
    parameter_text(&parameters, query->state);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, account_list_statement(query), &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = account_fill(&row, &accounts[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
