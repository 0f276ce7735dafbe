/* SPDX-License-Identifier: Apache-2.0 */
/* The columns that decide, as every statement that reads or locks them selects them. Private to server/store/. */
#ifndef HUFU_SERVER_STORE_STANDING_H
#define HUFU_SERVER_STORE_STANDING_H

#include "server/store/binding_store.h"
#include "server/store/row.h"

/* Of `binding b`: frozen also by its authorization. */
#define STANDING_STATE "standing(b.state, b.authorization_frozen)"

/* Of `device d join binding b`. */
#define STANDING_INPUTS                                                                           \
    "d.account_id, d.state as device_state, d.account_state as device_account_state, d.locked, "  \
    "d.pin_failures, "                                                                            \
    "d.pin_failures_life, d.pin_limit, d.pin_life_limit, b.binding_id, b.key_id, " STANDING_STATE \
    " as state, "                                                                                 \
    "b.state as own_state, b.account_state, "                                                     \
    "b.key_state, b.generation, b.next_request_time, b.valid_from, b.valid_until, b.uses_left"

/* Of STANDING_INPUTS and the time `moment`. */
#define STANDING_COLUMNS                                                                                   \
    "moment, device_state, device_account_state, locked, pin_failures, "                                   \
    "least(pin_limit - pin_failures, pin_life_limit - pin_failures_life)::int4, "                          \
    "state, own_state, account_state, key_state, generation, next_request_time, "                          \
    "state = 'waiting' or coalesce(moment >= valid_from, true) and coalesce(moment < valid_until, true), " \
    "uses_left, valid_until"
#define STANDING_COLUMN_COUNT 15

/* A subquery: the columns given of the two rows, locked, device first; then, so that the clock is read when both locks are
 * held, the moment. No row: the binding is not this device's. waiting: what the locks are taken with, "" or "skip locked", by which
 * rows that somebody holds are passed over.
 *
 * The locks are taken by SELECT, not by the UPDATE that follows, for a reason: an UPDATE that waits for a row whose holder
 * then changes nothing (or rolls back) goes on without looking at its conditions again, and the clock has moved on. */
#define STANDING_JUDGED(columns, project, device, binding, waiting)                              \
    "(select held.*, clock_timestamp() as moment from ("                                         \
    " select " columns " from device d join binding b"                                           \
    " on b.project_id = d.project_id and b.device_id = d.device_id"                              \
    " where d.project_id = " project " and d.device_id = " device " and b.binding_id = " binding \
    " for no key update of d, b " waiting ") held)"

/* Reads STANDING_COLUMNS. */
void standing_read(struct row *row, struct standing *out);

#endif
