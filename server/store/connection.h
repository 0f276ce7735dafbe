/* SPDX-License-Identifier: Apache-2.0 */
/* How the files of this room talk to PostgreSQL: prepared statements with typed binary parameters, typed rows back.
 * connection.c alone includes libpq; errors are translated there, once. Private to server/store/. */
#ifndef HUFU_SERVER_STORE_CONNECTION_H
#define HUFU_SERVER_STORE_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "server/store/parameters.h"
#include "server/store/row.h"
#include "server/store/store.h"

/* Prepared on a connection when it first runs there. Every parameter is cast in the SQL ($1::uuid): its binary form is
 * that of the cast. */
struct statement {
    const char *name; /* unique in the room */
    const char *sql;
    bool repeatable; /* reads alone: sent once more when the connection turns out to be dead */
};

/* $1: those of the project behind $2, in the order of an index over both, by which the list must be ordered. Of "project_id = $1 order
 * by id" PostgreSQL, which does not know how few a project has, makes a walk through those of all projects. */
#define STORE_OF_PROJECT_AFTER(project, id) \
    "(" project ", " id ") > ($1::uuid, $2::uuid) and " project " <= $1"

/* HUFU_ERR_CONFLICT: a unique or foreign-key constraint refused it. rows->count may be 0.
 * After any error inside a transaction only a rollback works. */
enum hufu_err store_query(struct store *store, const struct statement *statement,
                          const struct parameters *parameters, struct rows *rows) HUFU_MUST_CHECK;
/* The same where there is one row or none, which is HUFU_ERR_NOT_FOUND. row is the first, read to its end with row_finish. */
enum hufu_err store_query_one(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, struct rows *rows,
                              struct row *row) HUFU_MUST_CHECK;
/* The same where there is always one row, of one column. */
enum hufu_err store_query_bool(struct store *store, const struct statement *statement,
                               const struct parameters *parameters, bool *value) HUFU_MUST_CHECK;
enum hufu_err store_query_i32(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, int32_t *value) HUFU_MUST_CHECK;
enum hufu_err store_query_i64(struct store *store, const struct statement *statement,
                              const struct parameters *parameters, int64_t *value) HUFU_MUST_CHECK;
enum hufu_err store_query_time(struct store *store, const struct statement *statement,
                               const struct parameters *parameters, uint64_t *time_ms) HUFU_MUST_CHECK;
/* The same where the rows do not matter; changed (may be NULL) gets how many there were. */
enum hufu_err store_change(struct store *store, const struct statement *statement,
                           const struct parameters *parameters, uint64_t *changed) HUFU_MUST_CHECK;

/* The same where it changes one row, or the caller does not hold what it thinks it holds: HUFU_ERR_INTERNAL. */
enum hufu_err store_change_one(struct store *store, const struct statement *statement,
                               const struct parameters *parameters) HUFU_MUST_CHECK;

/* Runs a statement that deletes at most $1::int4 rows until it finds fewer, a bounded number of times: no backlog, however
 * long, makes one of them run into its time limit, and what is left is the next call's. */
enum hufu_err store_prune(struct store *store, const struct statement *statement) HUFU_MUST_CHECK;

/* Ends the connection, and with it whatever it holds; the next statement opens another. */
void store_hang_up(struct store *store);

/* SQL text without parameters, several statements at once; for migrations and session settings. On an error, message
 * (may be NULL) gets PostgreSQL's. timeout_ms bounds the whole; 0: as any statement. */
enum hufu_err store_script(struct store *store, const char *sql, int timeout_ms, char *message,
                           size_t message_size) HUFU_MUST_CHECK;

#endif
