/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/client/sql_link.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/client/command.h"

#define PARAMETERS_MAX 4
#define WAIT_TRIES 500
#define WAIT_PAUSE_MS 20

struct sql_link {
    PGconn *connection;
};

struct sql_link *sql_open(const char *conninfo)
{
    struct sql_link *link = calloc(1, sizeof(*link));
    if (!link)
        return NULL;
    link->connection = PQconnectdb(conninfo);
    if (PQstatus(link->connection) == CONNECTION_OK)
        return link;
    fprintf(stderr, "%s", PQerrorMessage(link->connection));
    sql_close(link);
    return NULL;
}

void sql_close(struct sql_link *link)
{
    if (!link)
        return;
    PQfinish(link->connection);
    free(link);
}

static void result_clear(PGresult **result)
{
    PQclear(*result);
}
#define RESULT_CLEARED __attribute__((cleanup(result_clear)))

static PGresult *execute(struct sql_link *link, const char *statement, const char *const parameters[4])
{
    int count = 0;
    while (count < PARAMETERS_MAX && parameters[count])
        count++;
    PGresult *result = PQexecParams(link->connection, statement, count, NULL, parameters, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return result;
    fprintf(stderr, "%s: %s", statement, PQerrorMessage(link->connection));
    PQclear(result);
    return NULL;
}

enum hufu_err sql_run(struct sql_link *link, const char *statement, const char *const parameters[4])
{
    RESULT_CLEARED PGresult *result = execute(link, statement, parameters);
    return result ? HUFU_OK : HUFU_ERR_INTERNAL;
}

char *sql_text(struct sql_link *link, const char *query, const char *const parameters[4])
{
    RESULT_CLEARED PGresult *result = execute(link, query, parameters);
    if (!result || PQntuples(result) < 1 || PQnfields(result) < 1 || PQgetisnull(result, 0, 0))
        return NULL;
    return strdup(PQgetvalue(result, 0, 0));
}

int64_t sql_number(struct sql_link *link, const char *query, const char *const parameters[4])
{
    char *text = sql_text(link, query, parameters);
    int64_t number = text ? strtoll(text, NULL, 10) : -1;
    free(text);
    return number;
}

enum hufu_err sql_wait_for_waiters(struct sql_link *link, int64_t waiters)
{
    for (int tries = 0; tries < WAIT_TRIES; tries++) {
        int64_t waiting = sql_number(
            link, "select count(*) from pg_stat_activity where wait_event_type = 'Lock'", SQL_WITHOUT);
        if (waiting >= waiters)
            return HUFU_OK;
        command_pause_ms(WAIT_PAUSE_MS);
    }
    return HUFU_ERR_AWAY;
}
