/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/schema.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "server/store/connection.h"

#define SCHEMA_FILES_MAX 999
#define SCHEMA_FILE_BYTES_MAX (1 << 20)
#define SCHEMA_SCRIPT_MS 600000

/* A migration may take longer than a request; nobody else migrates meanwhile ("HUFU" in ASCII). SET ROLE makes hufu_owner
 * own what is made, also when an administrator runs it. */
static const char schema_prepare[] = "set role hufu_owner;"
                                     "set statement_timeout = 0;"
                                     "set lock_timeout = '60s';"
                                     "set idle_in_transaction_session_timeout = 0;"
                                     "select pg_advisory_lock(1213548117);"
                                     "create table if not exists schema_migration ("
                                     " version integer primary key, name text not null, checksum bytea not "
                                     "null check (octet_length(checksum) = 32),"
                                     " applied_at timestamptz not null default clock_timestamp());"
                                     "grant select on schema_migration to hufu_server, hufu_auditor";

static const struct statement schema_applied = {
    .name = "schema_applied",
    .sql = "select version, name, checksum from schema_migration order by version",
};
static const struct statement schema_record = {
    .name = "schema_record",
    .sql = "insert into schema_migration (version, name, checksum) values ($1::int4, $2::text, $3::bytea)",
};
static const struct statement schema_exists = {
    .name = "schema_exists",
    .sql = "select to_regclass('schema_migration') is not null",
    .repeatable = true,
};
static const struct statement schema_newest = {
    .name = "schema_newest",
    .sql = "select coalesce(max(version), 0)::int4 from schema_migration",
    .repeatable = true,
};

struct schema_file {
    char name[NAME_MAX + 1];
    char *sql; /* NUL-terminated */
    uint8_t checksum[HASH_SIZE];
};

struct schema_files {
    size_t count;
    struct schema_file *files; /* number i + 1 at i */
};

static void schema_files_done(struct schema_files *files)
{
    for (size_t i = 0; files->files != NULL && i < SCHEMA_FILES_MAX; i++)
        free(files->files[i].sql);
    free(files->files);
}
#define SCHEMA_FILES_OWNED __attribute__((cleanup(schema_files_done)))

static void schema_close_store(struct store **store)
{
    store_close(*store);
}
static void schema_close_directory(DIR **directory)
{
    if (*directory != NULL)
        closedir(*directory);
}
static void schema_close_file(FILE **file)
{
    if (*file != NULL)
        fclose(*file);
}

/* NNNN_name.sql, and nothing else, is a migration; 0: it is none. */
static size_t schema_number(const char *name)
{
    size_t len = strlen(name), number = 0;
    if (len < sizeof "0000_x.sql" - 1 || name[4] != '_' || strcmp(name + len - 4, ".sql") != 0)
        return 0;
    for (size_t i = 0; i < 4; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        number = number * 10 + (size_t)(name[i] - '0');
    }
    return number;
}

static enum hufu_err schema_read_file(struct schema_file *file, const char *directory, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", directory, name) >= (int)sizeof path)
        return HUFU_ERR_FORM;
    FILE *stream __attribute__((cleanup(schema_close_file))) = fopen(path, "re");
    if (stream == NULL)
        return HUFU_ERR_FORM;
    file->sql = calloc(1, SCHEMA_FILE_BYTES_MAX + 1);
    if (file->sql == NULL)
        return HUFU_ERR_INTERNAL;
    size_t len = fread(file->sql, 1, SCHEMA_FILE_BYTES_MAX, stream);
    if (ferror(stream) || !feof(stream) || strlen(file->sql) != len)
        return HUFU_ERR_FORM;
    snprintf(file->name, sizeof file->name, "%s", name);
    hash_sha256(file->checksum, bytes_of(file->sql, len));
    return HUFU_OK;
}

static enum hufu_err schema_read_files(struct schema_files *out, const char *directory, char *message,
                                       size_t size)
{
    DIR *entries __attribute__((cleanup(schema_close_directory))) = opendir(directory);
    out->files = calloc(SCHEMA_FILES_MAX, sizeof *out->files);
    if (entries == NULL || out->files == NULL) {
        snprintf(message, size, "%s: cannot be read", directory);
        return HUFU_ERR_FORM;
    }
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        size_t number = schema_number(entry->d_name);
        if (number == 0)
            continue;
        if (number > SCHEMA_FILES_MAX || out->files[number - 1].sql != NULL ||
            schema_read_file(&out->files[number - 1], directory, entry->d_name) != HUFU_OK) {
            snprintf(message, size, "%s/%s: unreadable, too large, or its number is taken", directory,
                     entry->d_name);
            return HUFU_ERR_FORM;
        }
        out->count = number > out->count ? number : out->count;
    }
    for (size_t i = 0; i < out->count; i++)
        if (out->files[i].sql == NULL) {
            snprintf(message, size, "%s: number %04zu is missing", directory, i + 1);
            return HUFU_ERR_FORM;
        }
    return HUFU_OK;
}

/* How many files the database has already, each as it stands in the directory. */
static enum hufu_err schema_compare(struct store *store, const struct schema_files *files, size_t *done,
                                    char *message, size_t size)
{
    struct rows rows ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &schema_applied, &(struct parameters){0}, &rows);
    if (err != HUFU_OK)
        return err;
    for (*done = 0; *done < rows.count; (*done)++) {
        struct row row = row_at(&rows, *done);
        size_t version = (size_t)row_i32(&row);
        char name[NAME_MAX + 1];
        uint8_t checksum[HASH_SIZE];
        row_text(&row, name, sizeof name);
        row_fixed(&row, checksum, sizeof checksum);
        err = row_finish(&row);
        if (err != HUFU_OK)
            return err;
        if (version != *done + 1 || version > files->count) {
            snprintf(message, size, "the database has migration %zu (%s), which the directory lacks", version,
                     name);
            return HUFU_ERR_STATE;
        }
        if (memcmp(checksum, files->files[*done].checksum, sizeof checksum) != 0) {
            snprintf(message, size, "%s was changed after it had been applied", files->files[*done].name);
            return HUFU_ERR_STATE;
        }
    }
    return HUFU_OK;
}

static enum hufu_err schema_apply(struct store *store, size_t number, const struct schema_file *file,
                                  char *message, size_t size)
{
    char reason[512] = "";
    struct store_transaction transaction STORE_TRANSACTION = {0};
    enum hufu_err err = store_begin(store, &transaction);
    if (err == HUFU_OK)
        err = store_script(store, file->sql, SCHEMA_SCRIPT_MS, reason, sizeof reason);
    if (err == HUFU_OK) {
        struct parameters parameters = {0};
        parameter_i32(&parameters, (int32_t)number);
        parameter_text(&parameters, file->name);
        parameter_fixed(&parameters, file->checksum, sizeof file->checksum);
        err = store_change(store, &schema_record, &parameters, NULL);
    }
    if (err == HUFU_OK)
        err = store_commit(&transaction);
    if (err != HUFU_OK)
        snprintf(message, size, "%s: %s", file->name, reason[0] != '\0' ? reason : hufu_err_name(err));
    return err;
}

enum hufu_err schema_migrate(const char *conninfo, const char *directory, char *message, size_t message_size,
                             unsigned *applied)
{
    *applied = 0;
    snprintf(message, message_size, "%s", "out of memory");
    struct schema_files files SCHEMA_FILES_OWNED = {0};
    enum hufu_err err = schema_read_files(&files, directory, message, message_size);
    if (err != HUFU_OK)
        return err;
    struct store *store __attribute__((cleanup(schema_close_store))) = store_open(conninfo, NULL);
    if (store == NULL)
        return HUFU_ERR_INTERNAL;
    err = store_script(store, schema_prepare, SCHEMA_SCRIPT_MS, message, message_size);
    size_t done = 0;
    if (err == HUFU_OK)
        err = schema_compare(store, &files, &done, message, message_size);
    for (; err == HUFU_OK && done < files.count; done++) {
        err = schema_apply(store, done + 1, &files.files[done], message, message_size);
        *applied += err == HUFU_OK ? 1 : 0;
    }
    if (err == HUFU_OK)
        message[0] = '\0';
    return err;
}

enum hufu_err schema_check(struct store *store, char *message, size_t message_size)
{
    snprintf(message, message_size, "%s", "the database cannot be asked for its version");
    struct rows exists ROWS_OWNED = {0}, newest ROWS_OWNED = {0};
    enum hufu_err err = store_query(store, &schema_exists, &(struct parameters){0}, &exists);
    if (err != HUFU_OK)
        return err;
    struct row row = row_at(&exists, 0);
    int32_t version = 0;
    if (row_bool(&row)) {
        err = store_query(store, &schema_newest, &(struct parameters){0}, &newest);
        if (err != HUFU_OK)
            return err;
        row = row_at(&newest, 0);
        version = row_i32(&row);
    }
    err = row_finish(&row);
    if (err != HUFU_OK)
        return err;
    if (version != SCHEMA_VERSION) {
        snprintf(message, message_size,
                 "the database has schema version %d, this program serves %d: run hufu migrate", (int)version,
                 SCHEMA_VERSION);
        return HUFU_ERR_STATE;
    }
    message[0] = '\0';
    return HUFU_OK;
}
