/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/connection.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "server/metrics.h"

#define STORE_CONNECT_MS 3000
/* The server gives up first (statement_timeout 5 s); this is for one that does not answer at all. */
#define STORE_ANSWER_MS 7000
#define STORE_PREPARED_MAX 512

struct store {
    char *conninfo;
    struct metrics *metrics;
    const char *trace;
    PGconn *connection;
    bool in_transaction;
    bool away; /* the last attempt to connect failed: log the change, not every attempt */
    size_t prepared_count;
    const struct statement *prepared[STORE_PREPARED_MAX];
};

/* Every plan here goes by an index and never gains from the parameters' values, so it is made once per connection; JIT
 * would only add milliseconds. A commit that waits for less than the disk is none (architecture: commit first). */
static const char store_settings[] = "set client_min_messages = error;"
                                     "set timezone = 'UTC';"
                                     "set search_path = public;"
                                     "set default_transaction_isolation = 'read committed';"
                                     "set statement_timeout = '5s';"
                                     "set lock_timeout = '4s';"
                                     "set idle_in_transaction_session_timeout = '10s';"
                                     "set plan_cache_mode = force_generic_plan;"
                                     "set enable_seqscan = off;"
                                     "set jit = off;"
                                     "select set_config('synchronous_commit', 'on', false) where "
                                     "current_setting('synchronous_commit') in ('off', 'local')";

struct store *store_open(const char *conninfo, struct metrics *metrics)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return NULL;
    store->metrics = metrics;
    store->conninfo = strdup(conninfo);
    if (store->conninfo == NULL) {
        free(store);
        return NULL;
    }
    return store;
}

static void store_disconnect(struct store *store)
{
    if (store->connection != NULL)
        PQfinish(store->connection);
    store->connection = NULL;
    store->prepared_count = 0;
}

void store_hang_up(struct store *store)
{
    store_disconnect(store);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    store_disconnect(store);
    free(store->conninfo);
    free(store);
}

void store_set_trace(struct store *store, const char *trace)
{
    store->trace = trace;
}

static void store_count(struct store *store, enum metrics_counter counter)
{
    if (store->metrics != NULL)
        metrics_add(store->metrics, counter, 1);
}

static int store_left_ms(uint64_t deadline_us)
{
    uint64_t now = clock_monotonic_us();
    return now >= deadline_us ? 0 : (int)((deadline_us - now) / 1000 + 1);
}

/* False: the deadline passed. */
static bool store_wait(const PGconn *connection, short events, uint64_t deadline_us)
{
    struct pollfd waiting = {.fd = PQsocket(connection), .events = events};
    int ready;
    do {
        int left = store_left_ms(deadline_us);
        if (left == 0)
            return false;
        ready = poll(&waiting, 1, left);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

static void store_quiet(void *nothing, const char *message)
{
    (void)nothing;
    (void)message;
}

static bool store_dial(struct store *store)
{
    const char *const names[] = {"dbname",
                                 "fallback_application_name",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "client_encoding",
                                 NULL};
    const char *const values[] = {store->conninfo, "hufu-server", "10", "3", "3", "UTF8", NULL};
    uint64_t deadline = clock_monotonic_us() + STORE_CONNECT_MS * 1000;
    store->connection = PQconnectStartParams(names, values, 1);
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;
    while (store->connection != NULL && PQstatus(store->connection) != CONNECTION_BAD &&
           step != PGRES_POLLING_OK) {
        if (step == PGRES_POLLING_FAILED ||
            !store_wait(store->connection, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
            return false;
        step = PQconnectPoll(store->connection);
    }
    if (store->connection == NULL || PQstatus(store->connection) != CONNECTION_OK)
        return false;
    PQsetNoticeProcessor(store->connection, store_quiet, NULL);
    return PQsetnonblocking(store->connection, 1) == 0;
}

/* The decision that a caller can take, by SQLSTATE (PostgreSQL manual, appendix A). */
static enum hufu_err store_error_of(const char *state)
{
    static const struct {
        const char *prefix;
        enum hufu_err err;
    } table[] = {
        {"08", HUFU_ERR_AWAY},        /* connection exceptions */
        {"57014", HUFU_ERR_BUSY},     /* statement timeout */
        {"57", HUFU_ERR_AWAY},        /* shutting down, starting, connection ended */
        {"53", HUFU_ERR_AWAY},        /* out of disk, memory, connections */
        {"25006", HUFU_ERR_AWAY},     /* read-only: a standby; the next connection may find the primary */
        {"25P03", HUFU_ERR_AWAY},     /* idle in a transaction for too long */
        {"40", HUFU_ERR_BUSY},        /* deadlock, serialization */
        {"55P03", HUFU_ERR_BUSY},     /* lock timeout */
        {"23503", HUFU_ERR_CONFLICT}, /* foreign key */
        {"23505", HUFU_ERR_CONFLICT}, /* unique */
    };
    if (state == NULL)
        return HUFU_ERR_AWAY; /* libpq's own: the connection broke */
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].err;
    return HUFU_ERR_INTERNAL;
}

/* Translates and logs a failed result. Never the detail of a message: it quotes values. */
static enum hufu_err store_failed(struct store *store, const char *what, const PGresult *result)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result != NULL ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    enum hufu_err err = store_error_of(state);
    if (err == HUFU_ERR_CONFLICT)
        return err; /* a refusal, not a failure */
    store_count(store, METRICS_DATABASE_ERRORS);
    log_event(err == HUFU_ERR_INTERNAL ? LOG_ERROR : LOG_WARNING, "store.error", "request_id", store->trace,
              "statement", what, "error", hufu_err_name(err), "sqlstate", state, "message", text, NULL);
    if (err == HUFU_ERR_AWAY)
        store_disconnect(store);
    return err;
}

/* Sends what libpq buffered and waits for one complete result; NULL: the connection broke or the deadline passed. */
static PGresult *store_receive(struct store *store, uint64_t deadline_us)
{
    PGconn *connection = store->connection;
    int unsent = PQflush(connection);
    while (unsent > 0) {
        if (!store_wait(connection, POLLIN | POLLOUT, deadline_us) || PQconsumeInput(connection) == 0)
            return NULL;
        unsent = PQflush(connection);
    }
    if (unsent < 0)
        return NULL;
    while (PQisBusy(connection))
        if (!store_wait(connection, POLLIN, deadline_us) || PQconsumeInput(connection) == 0)
            return NULL;
    return PQgetResult(connection);
}

/* The one result of a command just sent, or the first failed one of several; the caller clears it. */
static PGresult *store_result(struct store *store, int timeout_ms)
{
    uint64_t deadline = clock_monotonic_us() + (uint64_t)timeout_ms * 1000;
    PGresult *kept = NULL;
    for (;;) {
        PGresult *next = store_receive(store, deadline);
        if (next == NULL)
            break;
        ExecStatusType status = PQresultStatus(kept);
        if (kept != NULL && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            PQclear(next);
            continue;
        }
        PQclear(kept);
        kept = next;
    }
    if (PQstatus(store->connection) != CONNECTION_OK || PQisBusy(store->connection)) {
        PQclear(kept);
        return NULL;
    }
    return kept;
}

static bool store_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void store_log_away(struct store *store)
{
    if (!store->away) {
        const char *text = store->connection != NULL ? PQerrorMessage(store->connection) : NULL;
        log_event(LOG_ERROR, "store.away", "request_id", store->trace, "message", text, NULL);
    }
    store->away = true;
}

static enum hufu_err store_connect(struct store *store)
{
    store->in_transaction = false;
    store_disconnect(store);
    if (!store_dial(store)) {
        store_log_away(store);
        store_disconnect(store);
        return HUFU_ERR_AWAY;
    }
    PGresult *result =
        PQsendQuery(store->connection, store_settings) ? store_result(store, STORE_ANSWER_MS) : NULL;
    bool good = store_good(result);
    enum hufu_err err = good ? HUFU_OK : store_failed(store, "settings", result);
    PQclear(result);
    if (!good) {
        store_disconnect(store);
        return err;
    }
    store_count(store, METRICS_DATABASE_CONNECTS);
    if (store->away)
        log_event(LOG_INFO, "store.back", "request_id", store->trace, NULL);
    store->away = false;
    return HUFU_OK;
}

/* Reads whatever an idle connection has to say: a changed setting, a notice, or, most often, that it was closed. */
static bool store_alive(const struct store *store)
{
    if (store->connection == NULL)
        return false;
    while (PQstatus(store->connection) == CONNECTION_OK) {
        struct pollfd waiting = {.fd = PQsocket(store->connection), .events = POLLIN};
        if (poll(&waiting, 1, 0) <= 0)
            return true;
        if (PQconsumeInput(store->connection) == 0)
            return false;
    }
    return false;
}

/* A connection that is worth sending on. */
static enum hufu_err store_ready(struct store *store)
{
    if (store_alive(store))
        return HUFU_OK;
    /* What ran before in this transaction is gone with the connection. */
    return store->in_transaction ? HUFU_ERR_AWAY : store_connect(store);
}

static enum hufu_err store_prepare(struct store *store, const struct statement *statement)
{
    for (size_t i = 0; i < store->prepared_count; i++)
        if (store->prepared[i] == statement)
            return HUFU_OK;
    if (store->prepared_count == STORE_PREPARED_MAX)
        return HUFU_ERR_INTERNAL;
    PGresult *result = PQsendPrepare(store->connection, statement->name, statement->sql, 0, NULL)
                           ? store_result(store, STORE_ANSWER_MS)
                           : NULL;
    enum hufu_err err = store_good(result) ? HUFU_OK : store_failed(store, statement->name, result);
    PQclear(result);
    if (err == HUFU_OK)
        store->prepared[store->prepared_count++] = statement;
    return err;
}

static enum hufu_err store_run(struct store *store, const struct statement *statement,
                               const struct parameters *parameters, PGresult **result)
{
    *result = NULL;
    enum hufu_err err = store_ready(store);
    if (err == HUFU_OK)
        err = store_prepare(store, statement);
    if (err != HUFU_OK)
        return err;
    PGresult *answer = NULL;
    if (PQsendQueryPrepared(store->connection, statement->name, parameters->count, parameters->values,
                            parameters->lengths, parameters->formats, 1))
        answer = store_result(store, STORE_ANSWER_MS);
    if (store_good(answer)) {
        *result = answer;
        return HUFU_OK;
    }
    err = store_failed(store, statement->name, answer);
    PQclear(answer);
    return err;
}

static enum hufu_err store_run_again(struct store *store, const struct statement *statement,
                                     const struct parameters *parameters, PGresult **result)
{
    if (parameters->failed)
        return HUFU_ERR_INTERNAL;
    enum hufu_err err = store_run(store, statement, parameters, result);
    if (err == HUFU_ERR_AWAY && statement->repeatable && !store->in_transaction && !store->away)
        err = store_run(store, statement, parameters, result);
    return err;
}

enum hufu_err store_query(struct store *store, const struct statement *statement,
                          const struct parameters *parameters, struct rows *rows)
{
    *rows = (struct rows){0};
    PGresult *result;
    enum hufu_err err = store_run_again(store, statement, parameters, &result);
    if (err != HUFU_OK)
        return err;
    rows->result = result;
    rows->count = (size_t)PQntuples(result);
    rows->columns = (size_t)PQnfields(result);
    return HUFU_OK;
}

enum hufu_err store_change(struct store *store, const struct statement *statement,
                           const struct parameters *parameters, uint64_t *changed)
{
    if (changed != NULL)
        *changed = 0;
    PGresult *result;
    enum hufu_err err = store_run_again(store, statement, parameters, &result);
    if (err == HUFU_OK && changed != NULL)
        *changed = strtoull(PQcmdTuples(result), NULL, 10);
    if (err == HUFU_OK)
        PQclear(result);
    return err;
}

enum hufu_err store_script(struct store *store, const char *sql, int timeout_ms, char *message,
                           size_t message_size)
{
    enum hufu_err err = store_ready(store);
    if (message != NULL && message_size > 0)
        snprintf(message, message_size, "%s", err == HUFU_OK ? "" : "the database cannot be reached");
    if (err != HUFU_OK)
        return err;
    PGresult *result = PQsendQuery(store->connection, sql)
                           ? store_result(store, timeout_ms > 0 ? timeout_ms : STORE_ANSWER_MS)
                           : NULL;
    if (!store_good(result)) {
        if (message != NULL && message_size > 0)
            snprintf(message, message_size, "%s",
                     result != NULL ? PQresultErrorMessage(result) : PQerrorMessage(store->connection));
        err = store_failed(store, "script", result);
    }
    PQclear(result);
    return err;
}

enum hufu_err store_begin(struct store *store, struct store_transaction *transaction)
{
    transaction->store = NULL;
    enum hufu_err err = store_script(store, "begin", 0, NULL, 0);
    if (err == HUFU_OK) {
        store->in_transaction = true;
        transaction->store = store;
    }
    return err;
}

enum hufu_err store_commit(struct store_transaction *transaction)
{
    struct store *store = transaction->store;
    if (store == NULL)
        return HUFU_ERR_INTERNAL;
    /* Of an aborted transaction PostgreSQL says yes to "commit" and rolls back. */
    bool aborted = store->connection != NULL && PQtransactionStatus(store->connection) == PQTRANS_INERROR;
    enum hufu_err err = store_script(store, "commit", 0, NULL, 0);
    store->in_transaction = false;
    transaction->store = NULL;
    return err == HUFU_OK && aborted ? HUFU_ERR_INTERNAL : err;
}

void store_rollback(struct store_transaction *transaction)
{
    struct store *store = transaction->store;
    if (store == NULL)
        return;
    if (store_script(store, "rollback", 0, NULL, 0) != HUFU_OK)
        store_disconnect(store); /* which rolls back as well */
    store->in_transaction = false;
    transaction->store = NULL;
}

void rows_free(struct rows *rows)
{
    PQclear(rows->result);
    *rows = (struct rows){0};
}

bool rows_cell(const struct rows *rows, size_t row, size_t column, struct bytes *value)
{
    const PGresult *result = rows->result;
    if (PQgetisnull(result, (int)row, (int)column))
        return false;
    *value = bytes_of(PQgetvalue(result, (int)row, (int)column),
                      (size_t)PQgetlength(result, (int)row, (int)column));
    return true;
}
