/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/password_store.h"

#include "server/store/connection.h"

static const struct statement password_put_statement = {
    .name = "password_put",
    .sql = "insert into password (project_id, account_id, hash, initial_until)"
           " values ($1::uuid, $2::uuid, $3::text,"
           " case when $4::int4 > 0 then clock_timestamp() + make_interval(hours => $4) end)"
           " on conflict (account_id) do update"
           " set hash = excluded.hash, initial_until = excluded.initial_until, set_at = clock_timestamp()"
           " returning initial_until",
};
static const struct statement password_replace_statement = {
    .name = "password_replace",
    .sql = "update password set hash = $3::text, initial_until = null, set_at = clock_timestamp()"
           " where account_id = $1::uuid and hash = $2::text",
};

static const struct statement password_read_statement = {
    .name = "password_read",
    .sql = "select hash from password where account_id = $1::uuid and initial_until is null",
    .repeatable = true,
};
static const struct statement password_stands_statement = {
    .name = "password_stands",
    .sql = "select true from password where account_id = $1::uuid and hash = $2::text",
    .repeatable = true,
};

enum hufu_err password_read(struct store *store, const uint8_t account_id[UUID_SIZE],
                            char hash[PASSWORD_STORED_SIZE])
{
    hash[0] = '\0';
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &password_read_statement, &parameters, &rows);
    if (err != HUFU_OK || rows.count == 0)
        return err;
    struct row row = row_at(&rows, 0);
    row_text(&row, hash, PASSWORD_STORED_SIZE);
    return row_finish(&row);
}

enum hufu_err password_stands(struct store *store, const uint8_t account_id[UUID_SIZE], const char *hash,
                              bool *stands)
{
    *stands = false;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    parameter_text(&parameters, hash);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &password_stands_statement, &parameters, &rows);
    *stands = err == HUFU_OK && rows.count == 1;
    return err;
}

enum hufu_err password_put(struct store *store, const uint8_t project_id[UUID_SIZE],
                           const uint8_t account_id[UUID_SIZE], const char *hash, int32_t initial_hours,
                           uint64_t *until_ms)
{
    if (until_ms != NULL)
        *until_ms = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, account_id);
    parameter_text(&parameters, hash);
    parameter_i32(&parameters, initial_hours);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &password_put_statement, &parameters, &rows);
    if (err != HUFU_OK || until_ms == NULL)
        return err;
    struct row row = row_at(&rows, 0);
    *until_ms = row_optional_time(&row);
    return row_finish(&row);
}

enum hufu_err password_replace(struct store *store, const uint8_t account_id[UUID_SIZE], const char *before,
                               const char *hash)
{
    uint64_t changed;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account_id);
    parameter_text(&parameters, before);
    parameter_text(&parameters, hash);
    enum hufu_err err = store_change(store, &password_replace_statement, &parameters, &changed);
    return err == HUFU_OK && changed == 0 ? HUFU_ERR_CONFLICT : err;
}
