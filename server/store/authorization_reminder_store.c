/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/authorization_reminder_store.h"

#include "server/store/connection.h"

#define AUTHORIZATION_ENDS_SOON \
    "state = 'confirmed' and not told_end and remind_at <= now() and valid_until > now()"
/* remind_at is at most 72 hours before the end. Saying so bounds what is looked at by the index on both sides: those that ended while no
 * server ran would otherwise be passed over each time. */
static const struct statement authorization_next_ending_statement = {
    .name = "authorization_next_ending",
    .sql = "select authorization_id from delegation where " AUTHORIZATION_ENDS_SOON
           " and remind_at > now() - interval '72 hours'"
           " order by remind_at limit 1",
};
/* Since it was found, or counted, its terms may have been changed: another window, or other uses, are told of in their time. */
static const struct statement authorization_mark_end_statement = {
    .name = "authorization_mark_end",
    .sql = "update delegation set told_end = true where authorization_id = $1::uuid "
           "and " AUTHORIZATION_ENDS_SOON,
};
/* The binding first, as everything locks them: each use reads there whether there is still something to be told. */
static const struct statement authorization_mark_uses_statement = {
    .name = "authorization_mark_uses",
    .sql =
        "with quiet as (update binding b set authorization_uses_low = null from delegation a"
        " where a.authorization_id = $1::uuid and b.project_id = a.project_id and b.binding_id = a.binding_id"
        " and b.uses_left <= b.authorization_uses_low returning 1)"
        " update delegation set told_uses = true where authorization_id = $1 and not told_uses"
        " and exists (select from quiet)",
};

enum hufu_err authorization_next_ending(struct store *store, uint8_t authorization_id[UUID_SIZE])
{
    struct rows rows ROWS_OWNED = {0};
    struct row row;
    enum hufu_err err =
        store_query_one(store, &authorization_next_ending_statement, &(struct parameters){0}, &rows, &row);
    if (err != HUFU_OK)
        return err;
    row_uuid(&row, authorization_id);
    return row_finish(&row);
}

enum hufu_err authorization_mark_told(struct store *store, const uint8_t authorization_id[UUID_SIZE],
                                      enum authorization_reminder reminder, bool *first)
{
    uint64_t changed = 0;
    struct parameters parameters = {0};
    parameter_uuid(&parameters, authorization_id);
    enum hufu_err err =
        store_change(store,
                     reminder == AUTHORIZATION_REMINDER_END ? &authorization_mark_end_statement
                                                            : &authorization_mark_uses_statement,
                     &parameters, &changed);
    *first = err == HUFU_OK && changed == 1;
    return err;
}
