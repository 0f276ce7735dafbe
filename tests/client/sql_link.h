/* SPDX-License-Identifier: Apache-2.0 */
/* A test's own connection to the service's database: to look at what was recorded, to do what an attacker with the
 * database could, and to hold a row's lock. */
#ifndef HUFU_TESTS_SQL_LINK_H
#define HUFU_TESTS_SQL_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct sql_link;

/* conninfo: HUFU_DATABASE (the owner) or HUFU_DATABASE_ADMIN of stack.env. NULL when it cannot connect. */
struct sql_link *sql_open(const char *conninfo);
void sql_close(struct sql_link *link);

/* Each runs one statement with up to four text parameters ($1 …), NULL for those not there. Failures are printed to
 * standard error: HUFU_ERR_INTERNAL. */
enum hufu_err sql_run(struct sql_link *link, const char *statement,
                      const char *const parameters[4]) HUFU_MUST_CHECK;
/* The first column of the only row, an integer; -1 for null, for no row, and for a failure. */
int64_t sql_number(struct sql_link *link, const char *query, const char *const parameters[4]);
/* The first column of the first row as text, malloc'ed; NULL for null, no row, or a failure. */
char *sql_text(struct sql_link *link, const char *query, const char *const parameters[4]);

/* Parameters by the shortest way: sql_number(link, "…", SQL_WITH(id)). */
#define SQL_WITH(...) ((const char *const[4]){__VA_ARGS__})
#define SQL_WITHOUT ((const char *const[4]){NULL})

/* Waits until that many backends wait for a lock; HUFU_ERR_AWAY after ten seconds. */
enum hufu_err sql_wait_for_waiters(struct sql_link *link, int64_t waiters) HUFU_MUST_CHECK;

#endif
