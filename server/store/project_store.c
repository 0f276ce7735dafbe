/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/project_store.h"

#include "server/store/connection.h"

/* The nil project holds what belongs to the service as a whole; nobody sees it as a project. */
#define PROJECT_COLUMNS                                                     \
    "select project_id, name, created_at from project where project_id <> " \
    "'00000000-0000-0000-0000-000000000000'"

static const struct statement project_insert_statement = {
    .name = "project_insert",
    .sql = "insert into project (project_id, name) values ($1::uuid, $2::text)",
};
static const struct statement project_read_statement = {
    .name = "project_read",
    .sql = PROJECT_COLUMNS " and project_id = $1::uuid",
    .repeatable = true,
};
static const struct statement project_read_named_statement = {
    .name = "project_read_named",
    .sql = PROJECT_COLUMNS " and name = $1::text",
    .repeatable = true,
};
static const struct statement project_list_statement = {
    .name = "project_list",
    .sql = PROJECT_COLUMNS " and project_id > $1::uuid order by project_id limit $2::int4",
    .repeatable = true,
};

static enum hufu_err project_fill(struct row *row, struct project *out)
{
    *out = (struct project){0};
    row_uuid(row, out->project_id);
    row_text(row, out->name, sizeof out->name);
    out->created_ms = row_time(row);
    return row_finish(row);
}

static enum hufu_err project_one(struct store *store, const struct statement *statement,
                                 const struct parameters *parameters, struct project *out)
{
    *out = (struct project){0};
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, statement, parameters, &rows);
    if (err != HUFU_OK)
        return err;
    if (rows.count == 0)
        return HUFU_ERR_NOT_FOUND;
    struct row row = row_at(&rows, 0);
    return project_fill(&row, out);
}

enum hufu_err project_insert(struct store *store, const uint8_t project_id[UUID_SIZE], const char *name)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_text(&parameters, name);
    return store_change(store, &project_insert_statement, &parameters, NULL);
}

enum hufu_err project_read(struct store *store, const uint8_t project_id[UUID_SIZE], struct project *out)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    return project_one(store, &project_read_statement, &parameters, out);
}

enum hufu_err project_read_named(struct store *store, const char *name, struct project *out)
{
    struct parameters parameters = {0};
    parameter_text(&parameters, name);
    return project_one(store, &project_read_named_statement, &parameters, out);
}

enum hufu_err project_list(struct store *store, const uint8_t after[UUID_SIZE], size_t limit,
                           struct project *projects, size_t *count)
{
    *count = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, after);
    parameter_i32(&parameters, limit < PROJECT_PAGE_MAX ? (int32_t)limit : PROJECT_PAGE_MAX);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &project_list_statement, &parameters, &rows);
    for (size_t i = 0; err == HUFU_OK && i < rows.count; i++) {
        struct row row = row_at(&rows, i);
        err = project_fill(&row, &projects[i]);
    }
    *count = err == HUFU_OK ? rows.count : 0;
    return err;
}
