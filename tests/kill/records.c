/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encoding.h"
#include "tests/client/command.h"
#include "tests/client/place.h"

#define POSTGRES_BIN "/usr/lib/postgresql/15/bin"
#define TOLD_MAX 5
#define COLUMNS 6

/* A request without a signature record has an empty `results`. */
static const char select_records[] =
    "with s as (select binding_id, request_id, encode(string_agg(results, ''), 'hex') as results, count(*) "
    "as n"
    "           from signature where operation = 'sm2/sign' group by 1, 2),"
    "     a as (select binding_id, request_id, count(*) as n from audit_event"
    "           where request_id is not null and outcome = 'ok' group by 1, 2),"
    "     r as (select binding_id, request_id, count(*) as n from request"
    "           where operation = 'sm2/sign' and outcome = 0 group by 1, 2)"
    " select r.binding_id, r.request_id, coalesce(s.results, ''), coalesce(s.n, 0), coalesce(a.n, 0), r.n"
    " from r left join s using (binding_id, request_id) left join a using (binding_id, request_id)"
    " union all select s.binding_id, s.request_id, s.results, s.n, 0, 0 from s"
    " where not exists (select from r where r.binding_id = s.binding_id and r.request_id = s.request_id)";

struct record {
    uint8_t id[2 * FRAME_ID_SIZE]; /* binding, request */
    const char *results;           /* hexadecimal, in records->text */
    unsigned long signatures, events, requests;
};

struct records {
    char *text;
    struct record *rows;
    size_t count;
};

/* ---- Reading ---- */

static enum hufu_err run_psql(const struct stack *stack, const char *sql, const char *output)
{
    const char *const argv[] = {POSTGRES_BIN "/psql",
                                "-X",
                                "-q",
                                "-A",
                                "-t",
                                "-F",
                                " ",
                                "-v",
                                "ON_ERROR_STOP=1",
                                "-d",
                                stack_value(stack, "HUFU_DATABASE"),
                                "-o",
                                output,
                                "-c",
                                sql,
                                NULL};
    return command_run(argv, NULL, NULL);
}

enum hufu_err records_execute(const struct stack *stack, const char *sql)
{
    return run_psql(stack, sql, "/dev/null");
}

static enum hufu_err parse_row(struct record *row, char *line)
{
    char *column[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        column[i] = line;
        char *space = strchr(line, ' ');
        if ((space == NULL) != (i == COLUMNS - 1))
            return HUFU_ERR_FORM;
        if (space) {
            *space = '\0';
            line = space + 1;
        }
    }
    row->results = column[2];
    row->signatures = strtoul(column[3], NULL, 10);
    row->events = strtoul(column[4], NULL, 10);
    row->requests = strtoul(column[5], NULL, 10);
    enum hufu_err err = uuid_parse(row->id, column[0]);
    return err ? err : uuid_parse(row->id + FRAME_ID_SIZE, column[1]);
}

static int by_id(const void *left, const void *right)
{
    return memcmp(((const struct record *)left)->id, ((const struct record *)right)->id, 2 * FRAME_ID_SIZE);
}

static enum hufu_err parse(struct records *records)
{
    size_t lines = 0;
    for (const char *at = records->text; (at = strchr(at, '\n')); at++)
        lines++;
    records->rows = calloc(lines + 1, sizeof(*records->rows));
    if (!records->rows)
        return HUFU_ERR_INTERNAL;
    char *rest = NULL;
    for (char *line = strtok_r(records->text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        enum hufu_err err = parse_row(&records->rows[records->count++], line);
        if (err)
            return err;
    }
    qsort(records->rows, records->count, sizeof(*records->rows), by_id);
    return HUFU_OK;
}

struct records *records_read(const struct stack *stack)
{
    char path[192];
    struct records *records = calloc(1, sizeof(*records));
    (void)snprintf(path, sizeof(path), "%s/records.txt", stack->directory);
    if (records && run_psql(stack, select_records, path) == HUFU_OK)
        records->text = place_read(path, NULL);
    if (records && records->text && parse(records) == HUFU_OK)
        return records;
    fprintf(stderr, "the records cannot be read\n");
    records_free(records);
    return NULL;
}

void records_free(struct records *records)
{
    if (!records)
        return;
    free(records->rows);
    free(records->text);
    free(records);
}

size_t records_count(const struct records *records)
{
    return records->count;
}

/* ---- Comparing ---- */

static bool is_recorded(const struct records *records, const struct held *held)
{
    char results[2 * sizeof(held->r) + 1];
    struct record key = {0};
    memcpy(key.id, held->binding_id, FRAME_ID_SIZE);
    memcpy(key.id + FRAME_ID_SIZE, held->request_id, FRAME_ID_SIZE);
    const struct record *row = bsearch(&key, records->rows, records->count, sizeof(key), by_id);
    hex_encode(results, sizeof(results), bytes_of(held->r, (size_t)held->count * COSIGN_SCALAR_SIZE));
    return row && row->signatures == 1 && row->events == 1 && row->requests == 1 &&
           strcmp(row->results, results) == 0;
}

size_t records_missing(const struct records *records, const struct held *held, size_t count)
{
    size_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_recorded(records, &held[i]))
            continue;
        char id[UUID_TEXT_SIZE];
        uuid_format(id, held[i].request_id);
        if (missing++ < TOLD_MAX)
            fprintf(stderr,
                    "request %s: a client holds %u signatures that are not recorded as they should be\n", id,
                    held[i].count);
    }
    return missing;
}

size_t records_contradictions(const struct records *records)
{
    size_t contradictions = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct record *row = &records->rows[i];
        const bool again = i > 0 && by_id(row, row - 1) == 0;
        if (again || row->signatures != 1 || row->events != 1 || row->requests != 1) {
            char id[UUID_TEXT_SIZE];
            uuid_format(id, row->id + FRAME_ID_SIZE);
            if (contradictions++ < TOLD_MAX)
                fprintf(stderr, "request %s: %lu signature records, %lu audit events, %lu decisions\n", id,
                        row->signatures, row->events, row->requests);
        }
    }
    return contradictions;
}
