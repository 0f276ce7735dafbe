/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/captcha_store.h"

#include "server/store/connection.h"

static const struct statement captcha_insert_statement = {
    .name = "captcha_insert_spent",
    .sql = "insert into captcha_spent (project_id, captcha_id, expires_at)"
           " values ($1::uuid, $2::uuid, $3::timestamptz) on conflict do nothing",
};
static const struct statement captcha_prune_statement = {
    .name = "captcha_prune",
    .sql = "with due as materialized (select captcha_id from captcha_spent"
           " where expires_at < now() - interval '1 hour' order by expires_at limit $1::int4)"
           " delete from captcha_spent c using due where c.captcha_id = due.captcha_id",
};

enum hufu_err captcha_insert_spent(struct store *store, const uint8_t project_id[UUID_SIZE],
                                   const uint8_t captcha_id[UUID_SIZE], uint64_t expires_ms)
{
    uint64_t inserted;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, project_id);
    parameter_uuid(&parameters, captcha_id);
    parameter_time(&parameters, expires_ms);
    enum hufu_err err = store_change(store, &captcha_insert_statement, &parameters, &inserted);
    return err == HUFU_OK && inserted == 0 ? HUFU_ERR_CONFLICT : err;
}

enum hufu_err captcha_prune(struct store *store)
{
    return store_prune(store, &captcha_prune_statement);
}
