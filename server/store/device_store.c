/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/device_store.h"

#include "server/store/connection.h"

const char *const device_state_names[DEVICE_STATE_COUNT] = {
    [DEVICE_ACTIVE] = "active",
    [DEVICE_FROZEN] = "frozen",
    [DEVICE_REMOVED] = "removed",
};

static const struct statement device_insert_statement = {
    .name = "device_insert",
    .sql = "insert into device (project_id, device_id, account_id, device_key, name, model, state, "
           "account_state)"
           " values ($1::uuid, $2::uuid, $3::uuid, $4::bytea, $5::text, $6::text, 'active', $7::text)",
};
static const struct statement device_read_keyed_statement = {
    .name = "device_read_keyed",
    .sql = "select project_id, device_id, account_id, state from device where device_key = $1::bytea",
    .repeatable = true,
};

enum hufu_err device_insert(struct store *store, const struct account *account,
                            const uint8_t device_id[UUID_SIZE],
                            const uint8_t device_key[FRAME_DEVICE_KEY_SIZE], const char *name,
                            const char *model)
{
    struct parameters parameters = {0};
    parameter_uuid(&parameters, account->project_id);
    parameter_uuid(&parameters, device_id);
    parameter_uuid(&parameters, account->account_id);
    parameter_fixed(&parameters, device_key, FRAME_DEVICE_KEY_SIZE);
    parameter_text(&parameters, name);
    parameter_text(&parameters, model);
    parameter_text(&parameters, account_state_names[account->state]);
    return store_change(store, &device_insert_statement, &parameters, NULL);
}

enum hufu_err device_read_keyed(struct store *store, const uint8_t device_key[FRAME_DEVICE_KEY_SIZE],
                                struct device *out)
{
    *out = (struct device){0};
    struct parameters parameters = {0};
    parameter_fixed(&parameters, device_key, FRAME_DEVICE_KEY_SIZE);
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &device_read_keyed_statement, &parameters, &rows);
    if (err != HUFU_OK)
        return err;
    if (rows.count == 0)
        return HUFU_ERR_NOT_FOUND;
    struct row row = row_at(&rows, 0);
    row_uuid(&row, out->project_id);
    row_uuid(&row, out->device_id);
    row_uuid(&row, out->account_id);
    out->state = (enum device_state)row_name(&row, device_state_names, DEVICE_STATE_COUNT);
    return row_finish(&row);
}
