/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/standing.h"

void standing_read(struct row *row, struct standing *out)
{
    out->at_ms = row_time(row);
    out->device_state = (enum device_state)row_name(row, device_state_names, DEVICE_STATE_COUNT);
    out->device_account_state = (enum account_state)row_name(row, account_state_names, ACCOUNT_STATE_COUNT);
    out->locked = row_bool(row);
    out->pin_failures = row_i32(row);
    out->tries_left = row_i32(row);
    out->state = (enum binding_state)row_name(row, binding_state_names, BINDING_STATE_COUNT);
    out->own_state = (enum binding_state)row_name(row, binding_state_names, BINDING_STATE_COUNT);
    out->account_state = (enum account_state)row_name(row, account_state_names, ACCOUNT_STATE_COUNT);
    out->key_state = (enum key_state)row_name(row, key_state_names, KEY_STATE_COUNT);
    out->generation = (uint32_t)row_i32(row);
    out->next_time_ms = row_optional_time(row);
    out->in_window = row_bool(row);
    out->uses_counted = row_optional_i64(row, &out->uses_left);
    out->valid_until_ms = row_optional_time(row);
}
