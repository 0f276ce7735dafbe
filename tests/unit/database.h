/* SPDX-License-Identifier: Apache-2.0 */
/* A PostgreSQL of a test's own: a fresh cluster in a temporary directory, reached by a Unix socket in it alone, with the
 * roles and the migrations of schema/. It ends with the test, also with a test that is killed. Nothing of the system's own
 * clusters is touched. Run from the root of the source tree. */
#ifndef HUFU_TESTS_UNIT_DATABASE_H
#define HUFU_TESTS_UNIT_DATABASE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct store;
struct pg_conn;

#define DATABASE_SERVERS 64

struct database {
    char directory[64];
    pid_t postmaster;
    char owner[128], server[128], auditor[128], administrator[128]; /* connection strings */
    struct store *store;    /* role hufu_owner, for the test's own statements */
    struct pg_conn *asking; /* role administrator, for database_number; one thread at a time */
    pthread_mutex_t asking_mutex;
    struct store *servers[DATABASE_SERVERS];
};

/* Fails the test when it cannot. migrate: false leaves the database empty. */
void database_start(struct database *database, bool migrate);
void database_stop(struct database *database);
/* SIGKILL, and again on the same data. */
void database_kill(struct database *database);
void database_restart(struct database *database);

/* Runs statements as the owner; fails the test when they do. Arguments as for printf. */
void database_run(struct database *database, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* One number, from `select … ` of a bigint (null: -1). Any thread may ask. */
int64_t database_number(struct database *database, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Ends the connection that asks, so that it is known what it has read; the next question opens another. */
void database_hang_up(struct database *database);
/* One of the server's connections that stay for as long as the database: i below DATABASE_SERVERS; not to be closed. Who starts
 * threads takes one for each of them, so that those that come at once are held up by no connecting. */
struct store *database_server(struct database *database, size_t i);
/* Waits until as many backends as given wait for a lock; false after a minute. */
bool database_wait_for_waiters(struct database *database, int64_t waiters);

/* Copies a text file of less than 64 KiB, readable by all. */
void database_copy_file(const char *from, const char *to);
/* Removes a directory and what is in it. */
void database_remove_directory(const char *path);

#endif
