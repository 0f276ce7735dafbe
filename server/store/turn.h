/* SPDX-License-Identifier: Apache-2.0 */
/* The turn of a device (operation_store.h, operation_read), as the statements take and give it. Private to server/store/. */
#ifndef HUFU_SERVER_STORE_TURN_H
#define HUFU_SERVER_STORE_TURN_H

/* Its name among the advisory locks, of a device id; the number ("hufuturn") keeps it apart from other uses of them. */
#define TURN_OF(device_id) "uuid_hash_extended(" device_id ", 7527035006870712942)"

/* Whether the session has got it. */
#define TURN_TAKE(device_id) "pg_try_advisory_lock(" TURN_OF(device_id) ")"
#define TURN_GIVE(device_id) "pg_advisory_unlock(" TURN_OF(device_id) ")"

/* Where `wanted`, makes the session's turn the transaction's, which gives it back once it has committed, without a statement
 * more. True: the session has it no longer. */
#define TURN_TO_TRANSACTION(wanted, device_id) \
    "case when " wanted                        \
    " and pg_try_advisory_xact_lock(" TURN_OF(device_id) ") then " TURN_GIVE(device_id) " else false end"

#endif
