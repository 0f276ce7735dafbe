/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: the numbered files of schema/ (NNNN_name.sql, 0001 first, no gap), forward only, each in a transaction
 * of its own, and never at the start of a server. */
#ifndef HUFU_SERVER_STORE_SCHEMA_H
#define HUFU_SERVER_STORE_SCHEMA_H

#include <stddef.h>

#include "common/err.h"
#include "server/store/store.h"

/* The newest file this program knows, and the only version it serves. */
#define SCHEMA_VERSION 45

/* Brings the database up to the newest file in directory. Takes a lock, so that of two at once the second finds the work
 * done. Works as role hufu_owner, which the connection must be or may become. A file that was changed after it had been
 * applied is refused, as is a database that is newer than the directory.
 * applied gets how many files were new. On an error, message says what is wrong; what was applied before it stays.
 * HUFU_ERR_FORM: the directory or a file in it; HUFU_ERR_STATE: the database does not fit the directory;
 * HUFU_ERR_CONFLICT, HUFU_ERR_INTERNAL: PostgreSQL refused a statement; HUFU_ERR_AWAY. */
enum hufu_err schema_migrate(const char *conninfo, const char *directory, char *message, size_t message_size,
                             unsigned *applied) HUFU_MUST_CHECK;

/* HUFU_ERR_STATE: the database has another version than SCHEMA_VERSION, or none; message says which. */
enum hufu_err schema_check(struct store *store, char *message, size_t message_size) HUFU_MUST_CHECK;

#endif
