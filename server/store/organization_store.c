/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/organization_store.h"

#include "server/store/connection.h"

#define ORGANIZATION_COLUMNS \
    "select project_id, organization_id, name, coalesce(credit_code, ''), created_at from organization"

static const struct statement organization_insert_statement = {
    .name = "organization_insert",
    .sql = "insert into organization (project_id, organization_id, name, credit_code)"
           " values ($1::uuid, $2::uuid, $3::text, $4::text) on conflict do nothing",
};
static const struct statement organization_read_named_statement = {
    .name = "organization_read_named",
    .sql = ORGANIZATION_COLUMNS " where project_id = $1::uuid and name = $2::text",
    .repeatable = true,
};
static const struct statement organization_list_of_project = {
    .name = "organization_list_of_project",
    .sql = ORGANIZATION_COLUMNS " where " STORE_OF_PROJECT_AFTER(
        "project_id", "organization_id") " order by project_id, organization_id limit $3::int4",
    .repeatable = true,
};
static const struct statement organization_list_all = {
    .name = "organization_list_all",
    .sql = ORGANIZATION_COLUMNS
    " where $1::uuid is null and organization_id > $2::uuid order by organization_id limit $3::int4",
    .repeatable = true,
};

static enum hufu_err organization_fill(struct row *row, struct organization *out)
{
    *out = (struct organization){0};
    row_uuid(row, out->project_id);
    row_uuid(row, out->organization_id);
    row_text(row, out->name, sizeof out->name);
    row_text(row, out->credit_code, sizeof out->credit_code);
    out->created_ms = row_time(row);
    return row_finish(row);
}

enum hufu_err organization_insert(struct store *store, const struct organization *organization,
                                  bool *inserted)
{
    struct parameters parameters = {0};
    uint64_t changed = 0;
    parameter_uuid(&parameters, organization->project_id);
    parameter_uuid(&parameters, organization->organization_id);
    parameter_text(&parameters, organization->name);
    parameter_text(&parameters, organization->credit_code[0] != '\0' ? organization->credit_code : NULL);
    enum hufu_err err = store_change(store, &organization_insert_statement, &parameters, &changed);
    *inserted = err == HUFU_OK && changed == 1;
    return err;
}

enum hufu_err organization_read_named(struct store *store, const uint8_t project_id[UUID_SIZE],
                                      const char *name, struct organization *out)
{
    *out = (struct organization){0};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, name);
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err = store_query_one(store, &organization_read_named_statement, &parameters, &rows, &row);
    if (err != HUFU_OK)
        return err;
    return organization_fill(&row, out);
}

enum hufu_err organization_list(struct store *store, const uint8_t *project_id,
                                const uint8_t after[UUID_SIZE], size_t limit,
                                struct organization *organizations, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, after);
    parameter_limit(&parameters, limit, ORGANIZATION_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err =
        store_query(store, project_id != NULL ? &organization_list_of_project : &organization_list_all,
                    &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = organization_fill(&row, &organizations[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
