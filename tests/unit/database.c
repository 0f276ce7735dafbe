/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/database.h"

#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "server/store/connection.h"
#include "server/store/schema.h"

#define DATABASE_BIN "/usr/lib/postgresql/15/bin/"
#define DATABASE_ARGUMENTS_MAX 24

/* Root may not run PostgreSQL: it becomes the user that Debian's package made. */
static pid_t database_spawn(struct database *database, const char *const *arguments, bool quiet)
{
    const char *all[DATABASE_ARGUMENTS_MAX] = {"setpriv", "--reuid=postgres", "--regid=postgres",
                                               "--clear-groups", "--pdeathsig=SIGQUIT"};
    size_t count = geteuid() == 0 ? 5 : 0;
    for (size_t i = 0; arguments[i] != NULL; i++)
        all[count++] = arguments[i];
    all[count] = NULL;
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (chdir(database->directory) != 0)
        _exit(126);
    if (quiet) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    execvp(all[0], (char *const *)all);
    _exit(127);
}

static bool database_execute(struct database *database, const char *const *arguments)
{
    int status = -1;
    pid_t child = database_spawn(database, arguments, true);
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void database_conninfo(const struct database *database, char text[128], const char *name,
                              const char *role)
{
    snprintf(text, 128, "host=%s dbname=%s user=%s", database->directory, name, role);
}

static bool database_psql(struct database *database, const char *name, const char *option, const char *text)
{
    const char *const arguments[] = {DATABASE_BIN "psql",
                                     "-X",
                                     "-q",
                                     "-v",
                                     "ON_ERROR_STOP=1",
                                     "-h",
                                     database->directory,
                                     "-U",
                                     "administrator",
                                     "-d",
                                     name,
                                     option,
                                     text,
                                     NULL};
    return database_execute(database, arguments);
}

static void database_launch_once(struct database *database)
{
    const char *const arguments[] = {
        DATABASE_BIN "postgres", "-D", "data",      "-k", database->directory,   "-c",
        "listen_addresses=",     "-c", "fsync=off", "-c", "max_connections=100", "-c",
        "logging_collector=off", NULL};
    database->postmaster = database_spawn(database, arguments, true);
    assert_true(database->postmaster > 0);
}

/* One that ends found what its killed predecessor's backends still held: another is launched. */
static void database_launch(struct database *database)
{
    database_launch_once(database);
    for (int i = 0; i < 1200; i++) {
        if (database_psql(database, "postgres", "-c", "select 1"))
            return;
        usleep(50000);
        if (waitpid(database->postmaster, NULL, WNOHANG) == database->postmaster)
            database_launch_once(database);
    }
    fail_msg("the private PostgreSQL did not start");
}

void database_copy_file(const char *from, const char *to)
{
    char text[65536];
    FILE *in = fopen(from, "re"), *out = fopen(to, "we");
    assert_non_null(in);
    assert_non_null(out);
    size_t len = fread(text, 1, sizeof text, in);
    assert_true(len > 0 && len < sizeof text);
    assert_int_equal(fwrite(text, 1, len, out), len);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(to, 0644), 0);
}

static void database_create(struct database *database)
{
    /* The server's user need not be able to read the source tree. */
    char copy[128];
    snprintf(copy, sizeof copy, "%s/roles.sql", database->directory);
    database_copy_file("schema/roles.sql", copy);
    assert_true(database_psql(database, "postgres", "-f", copy));
    assert_true(database_psql(database, "postgres", "-c", "create database hufu owner hufu_owner"));
}

void database_start(struct database *database, bool migrate)
{
    *database = (struct database){.postmaster = -1};
    assert_int_equal(pthread_mutex_init(&database->asking_mutex, NULL), 0);
    snprintf(database->directory, sizeof database->directory, "/tmp/hufu-test-database.XXXXXX");
    assert_non_null(mkdtemp(database->directory));
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user != NULL)
        assert_int_equal(chown(database->directory, user->pw_uid, user->pw_gid), 0);
    const char *const initialize[] = {
        DATABASE_BIN "initdb", "-D",        "data", "-A", "trust", "-U", "administrator", "-E", "UTF8",
        "--locale=C.UTF-8",    "--no-sync", NULL};
    assert_true(database_execute(database, initialize));
    database_launch(database);
    database_create(database);
    database_conninfo(database, database->owner, "hufu", "hufu_owner");
    database_conninfo(database, database->server, "hufu", "hufu_server");
    database_conninfo(database, database->auditor, "hufu", "hufu_auditor");
    database_conninfo(database, database->administrator, "hufu", "administrator");
    char message[256] = "";
    unsigned applied;
    if (migrate && schema_migrate(database->owner, "schema", message, sizeof message, &applied) != HUFU_OK)
        fail_msg("%s", message);
    database->store = store_open(database->owner, NULL);
    assert_non_null(database->store);
}

static void database_signal(struct database *database, int signal)
{
    if (database->postmaster <= 0)
        return;
    kill(database->postmaster, signal);
    waitpid(database->postmaster, NULL, 0);
    database->postmaster = -1;
}

static int database_remove(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

void database_remove_directory(const char *path)
{
    nftw(path, database_remove, 16, FTW_DEPTH | FTW_PHYS);
}

void database_hang_up(struct database *database)
{
    PQfinish(database->asking);
    database->asking = NULL;
}

struct store *database_server(struct database *database, size_t i)
{
    assert_true(i < DATABASE_SERVERS);
    if (database->servers[i] == NULL)
        database->servers[i] = store_open(database->server, NULL);
    assert_non_null(database->servers[i]);
    return database->servers[i];
}

void database_stop(struct database *database)
{
    for (size_t i = 0; i < DATABASE_SERVERS; i++) {
        store_close(database->servers[i]);
        database->servers[i] = NULL;
    }
    database_hang_up(database);
    pthread_mutex_destroy(&database->asking_mutex);
    store_close(database->store);
    database->store = NULL;
    database_signal(database, SIGQUIT);
    database_remove_directory(database->directory);
}

void database_kill(struct database *database)
{
    database_signal(database, SIGKILL);
}

void database_restart(struct database *database)
{
    database_launch(database);
}

void database_run(struct database *database, const char *format, ...)
{
    char sql[8192], message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    if (store_script(database->store, sql, 0, message, sizeof message) != HUFU_OK)
        fail_msg("%s: %s", sql, message);
}

/* The answer of the one connection that asks; NULL when it is gone, as after database_kill. */
static PGresult *database_ask(struct database *database, const char *sql, char message[512])
{
    if (database->asking == NULL) {
        char conninfo[256];
        snprintf(conninfo, sizeof conninfo, "%s options='-c timezone=UTC -c statement_timeout=10s'",
                 database->administrator);
        database->asking = PQconnectdb(conninfo);
    }
    PGresult *answer = PQexec(database->asking, sql);
    snprintf(message, 512, "%s", PQerrorMessage(database->asking));
    if (PQstatus(database->asking) == CONNECTION_OK)
        return answer;
    PQclear(answer);
    database_hang_up(database);
    return NULL;
}

int64_t database_number(struct database *database, const char *format, ...)
{
    char question[2048], sql[2200], message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(question, sizeof question, format, arguments);
    va_end(arguments);
    snprintf(sql, sizeof sql, "select coalesce((%s)::int8, -1)", question);
    pthread_mutex_lock(&database->asking_mutex);
    PGresult *answer = database_ask(database, sql, message);
    if (answer == NULL)
        answer = database_ask(database, sql, message);
    const bool answered = PQntuples(answer) == 1;
    const int64_t number = answered ? strtoll(PQgetvalue(answer, 0, 0), NULL, 10) : 0;
    PQclear(answer);
    pthread_mutex_unlock(&database->asking_mutex);
    if (!answered)
        fail_msg("%s: %s", sql, message);
    return number;
}

bool database_wait_for_waiters(struct database *database, int64_t waiters)
{
    for (int i = 0; i < 1200; i++) {
        if (database_number(database, "select count(distinct pid) from pg_locks where not granted") ==
            waiters)
            return true;
        usleep(50000);
    }
    return false;
}
