/* SPDX-License-Identifier: Apache-2.0 */
/* Values go to PostgreSQL and come back as they were; what does not fit is an error, never something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/store/connection.h"
#include "tests/unit/database.h"

static struct database database;
static struct store *store;

static int start(void **state)
{
    (void)state;
    database_start(&database, true);
    store = store_open(database.server, NULL);
    return store == NULL;
}

static int stop(void **state)
{
    (void)state;
    store_close(store);
    database_stop(&database);
    return 0;
}

static void every_type_comes_back_as_it_went(void **state)
{
    (void)state;
    static const struct statement echo = {
        .name = "echo",
        .sql = "select $1::uuid, $2::bytea, $3::text, $4::bool, $5::int4, $6::int8, $7::timestamptz",
    };
    const uint8_t id[16] = {0xff, 1, 2, 0x80}, data[3] = {0, 0xff, 7};
    struct parameters parameters = {0};
    parameter_uuid(&parameters, id);
    parameter_fixed(&parameters, data, sizeof data);
    parameter_text(&parameters, "虎符");
    parameter_bool(&parameters, true);
    parameter_i32(&parameters, INT32_MIN);
    parameter_i64(&parameters, INT64_MAX);
    parameter_time(&parameters, 1767225600123);
    struct rows rows ROWS_OWNED = {0};
    assert_int_equal(store_query(store, &echo, &parameters, &rows), HUFU_OK);
    struct row row = row_at(&rows, 0);
    uint8_t id_back[16], data_back[3];
    char text[16];
    row_uuid(&row, id_back);
    row_fixed(&row, data_back, sizeof data_back);
    row_text(&row, text, sizeof text);
    assert_memory_equal(id, id_back, sizeof id);
    assert_memory_equal(data, data_back, sizeof data);
    assert_string_equal(text, "虎符");
    assert_true(row_bool(&row));
    assert_int_equal(row_i32(&row), INT32_MIN);
    assert_int_equal(row_i64(&row), INT64_MAX);
    assert_int_equal(row_time(&row), 1767225600123);
    assert_int_equal(row_finish(&row), HUFU_OK);
}

static void empty_bytes_are_not_null(void **state)
{
    (void)state;
    static const struct statement nulls = {
        .name = "nulls",
        .sql = "select $1::bytea is null, $2::bytea is null, $3::text is null, $4::uuid is null, "
               "$5::timestamptz is null",
    };
    struct parameters parameters = {0};
    parameter_bytes(&parameters, (struct bytes){NULL, 0});
    parameter_optional_bytes(&parameters, (struct bytes){NULL, 0});
    parameter_text(&parameters, NULL);
    parameter_uuid(&parameters, NULL);
    parameter_optional_time(&parameters, 0);
    struct rows rows ROWS_OWNED = {0};
    assert_int_equal(store_query(store, &nulls, &parameters, &rows), HUFU_OK);
    struct row row = row_at(&rows, 0);
    assert_false(row_bool(&row));
    for (int i = 0; i < 4; i++)
        assert_true(row_bool(&row));
    assert_int_equal(row_finish(&row), HUFU_OK);
}

/* One statement, `select` of one value, read by the function given. */
static enum hufu_err read_one(const struct statement *statement, void (*read)(struct row *row))
{
    struct rows rows ROWS_OWNED = {0};
    assert_int_equal(store_query(store, statement, &(struct parameters){0}, &rows), HUFU_OK);
    struct row row = row_at(&rows, 0);
    read(&row);
    return row_finish(&row);
}

static void read_uuid(struct row *row)
{
    uint8_t id[16] = {9};
    row_uuid(row, id);
    for (size_t i = 0; i < sizeof id; i++)
        assert_int_equal(id[i], 0);
}
static void read_short_text(struct row *row)
{
    char text[4] = "xxx";
    row_text(row, text, sizeof text);
    assert_string_equal(text, "");
}
static void read_number(struct row *row)
{
    assert_int_equal(row_i32(row), 0);
}
static void read_name(struct row *row)
{
    static const char *const names[] = {"one", "two"};
    assert_int_equal(row_name(row, names, 2), 0);
}
static void read_nothing(struct row *row)
{
    (void)row;
}
static void read_two(struct row *row)
{
    row_i32(row);
    row_i32(row);
}

static void what_does_not_fit_reads_as_zero_and_is_an_error(void **state)
{
    (void)state;
    static const struct statement null_id = {.name = "null_id", .sql = "select null::uuid"};
    static const struct statement long_text = {.name = "long_text", .sql = "select 'abcd'::text"};
    static const struct statement big = {.name = "big", .sql = "select 5::int8"};
    static const struct statement small = {.name = "small", .sql = "select 5::int4"};
    static const struct statement other = {.name = "other", .sql = "select 'three'::text"};
    assert_int_equal(read_one(&null_id, read_uuid), HUFU_ERR_INTERNAL);
    assert_int_equal(read_one(&long_text, read_short_text), HUFU_ERR_INTERNAL);
    assert_int_equal(read_one(&big, read_number), HUFU_ERR_INTERNAL);
    assert_int_equal(read_one(&other, read_name), HUFU_ERR_INTERNAL);
    assert_int_equal(read_one(&small, read_nothing), HUFU_ERR_INTERNAL);
    assert_int_equal(read_one(&small, read_two), HUFU_ERR_INTERNAL);
}

static void no_row_is_not_found_and_more_than_one_give_the_first(void **state)
{
    (void)state;
    static const struct statement none = {.name = "no_row", .sql = "select 1::int4 where false"};
    static const struct statement some = {.name = "some_rows", .sql = "select generate_series(7, 9)"};
    static const struct statement wrong = {.name = "wrong_row", .sql = "selec 1"};
    struct rows rows ROWS_OWNED = {0}, more ROWS_OWNED = {0}, failed ROWS_OWNED = {0};
    struct row row;
    assert_int_equal(store_query_one(store, &none, &(struct parameters){0}, &rows, &row), HUFU_ERR_NOT_FOUND);
    assert_int_equal(row_i32(&row), 0);
    assert_int_equal(row_finish(&row), HUFU_ERR_INTERNAL);
    assert_int_equal(store_query_one(store, &some, &(struct parameters){0}, &more, &row), HUFU_OK);
    assert_int_equal(row_i32(&row), 7);
    assert_int_equal(row_finish(&row), HUFU_OK);
    assert_int_equal(store_query_one(store, &wrong, &(struct parameters){0}, &failed, &row),
                     HUFU_ERR_INTERNAL);
}

static void one_value_must_be_there_and_of_its_type(void **state)
{
    (void)state;
    static const struct statement none = {.name = "no_value", .sql = "select 1::int8 where false"};
    static const struct statement big = {.name = "value_i64", .sql = "select 5::int8"};
    static const struct statement small = {.name = "value_i32", .sql = "select 6::int4"};
    static const struct statement yes = {.name = "value_bool", .sql = "select true"};
    static const struct statement time = {.name = "value_time",
                                          .sql = "select timestamptz '1970-01-01 00:00:01Z'"};
    const struct parameters parameters = {0};
    int64_t number = 1;
    int32_t short_number = 1;
    bool flag = false;
    uint64_t time_ms = 1;
    assert_int_equal(store_query_i64(store, &none, &parameters, &number), HUFU_ERR_INTERNAL);
    assert_int_equal(number, 0);
    assert_int_equal(store_query_i32(store, &big, &parameters, &short_number), HUFU_ERR_INTERNAL);
    assert_int_equal(short_number, 0);
    assert_int_equal(store_query_i64(store, &big, &parameters, &number), HUFU_OK);
    assert_int_equal(number, 5);
    assert_int_equal(store_query_i32(store, &small, &parameters, &short_number), HUFU_OK);
    assert_int_equal(short_number, 6);
    assert_int_equal(store_query_bool(store, &yes, &parameters, &flag), HUFU_OK);
    assert_true(flag);
    assert_int_equal(store_query_time(store, &time, &parameters, &time_ms), HUFU_OK);
    assert_int_equal(time_ms, 1000);
}

static void changing_one_row_changes_no_other_number(void **state)
{
    (void)state;
    static const struct statement one = {.name = "change_one",
                                         .sql = "update project set language = language"};
    static const struct statement none = {.name = "change_none",
                                          .sql = "update project set language = language where false"};
    assert_int_equal(store_change_one(store, &one, &(struct parameters){0}), HUFU_OK);
    assert_int_equal(store_change_one(store, &none, &(struct parameters){0}), HUFU_ERR_INTERNAL);
}

/* As many as a statement may have, each at its place. */
static void the_most_parameters_come_back_as_they_went(void **state)
{
    (void)state;
    char sql[16 * PARAMETERS_MAX + sizeof "select "] = "select ";
    for (int i = 1; i <= PARAMETERS_MAX; i++)
        (void)snprintf(sql + strlen(sql), sizeof sql - strlen(sql), "%s$%d::int8", i > 1 ? ", " : "", i);
    const struct statement most = {.name = "most", .sql = sql};
    struct parameters parameters = {0};
    for (int i = 0; i < PARAMETERS_MAX; i++)
        parameter_i64(&parameters, INT64_C(1000000007) * i);
    struct rows rows ROWS_OWNED = {0};
    assert_int_equal(store_query(store, &most, &parameters, &rows), HUFU_OK);
    struct row row = row_at(&rows, 0);
    for (int i = 0; i < PARAMETERS_MAX; i++)
        assert_int_equal(row_i64(&row), INT64_C(1000000007) * i);
    assert_int_equal(row_finish(&row), HUFU_OK);
}

static void too_many_parameters_are_not_sent(void **state)
{
    (void)state;
    static const struct statement one = {.name = "one", .sql = "select 1::int4"};
    struct parameters parameters = {0};
    for (int i = 0; i <= PARAMETERS_MAX; i++)
        parameter_i32(&parameters, i);
    struct rows rows ROWS_OWNED = {0};
    assert_int_equal(store_query(store, &one, &parameters, &rows), HUFU_ERR_INTERNAL);
}

static void errors_are_translated_by_their_kind(void **state)
{
    (void)state;
    static const struct statement unique = {
        .name = "unique_violation",
        .sql =
            "insert into project (project_id, name) values ('00000000-0000-0000-0000-000000000000', 'again')",
    };
    static const struct statement syntax = {.name = "syntax", .sql = "selec 1"};
    static const struct statement slow = {.name = "slow", .sql = "select pg_sleep(6)"};
    assert_int_equal(store_change(store, &unique, &(struct parameters){0}, NULL), HUFU_ERR_CONFLICT);
    assert_int_equal(store_change(store, &syntax, &(struct parameters){0}, NULL), HUFU_ERR_INTERNAL);
    assert_int_equal(store_change(store, &slow, &(struct parameters){0}, NULL), HUFU_ERR_BUSY);
    uint64_t now;
    assert_int_equal(store_healthy(store, &now), HUFU_OK);
    assert_true(now > 1700000000000);
}

static void a_transaction_left_without_commit_changes_nothing(void **state)
{
    (void)state;
    static const struct statement insert = {
        .name = "insert_project",
        .sql = "insert into project (project_id, name) values (gen_random_uuid(), 'left')",
    };
    {
        struct store_transaction transaction STORE_TRANSACTION = {0};
        assert_int_equal(store_begin(store, &transaction), HUFU_OK);
        assert_int_equal(store_change(store, &insert, &(struct parameters){0}, NULL), HUFU_OK);
    }
    assert_int_equal(database_number(&database, "select count(*) from project where name = 'left'"), 0);
    {
        struct store_transaction transaction STORE_TRANSACTION = {0};
        assert_int_equal(store_begin(store, &transaction), HUFU_OK);
        assert_int_equal(store_change(store, &insert, &(struct parameters){0}, NULL), HUFU_OK);
        assert_int_equal(store_commit(&transaction), HUFU_OK);
    }
    assert_int_equal(database_number(&database, "select count(*) from project where name = 'left'"), 1);
}

static void a_commit_after_an_error_does_not_pretend(void **state)
{
    (void)state;
    static const struct statement insert = {
        .name = "insert_twice",
        .sql = "insert into project (project_id, name) values (gen_random_uuid(), 'spoilt')",
    };
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(store, &transaction), HUFU_OK);
    assert_int_equal(store_change(store, &insert, &(struct parameters){0}, NULL), HUFU_OK);
    assert_int_equal(store_change(store, &insert, &(struct parameters){0}, NULL), HUFU_ERR_CONFLICT);
    assert_int_equal(store_commit(&transaction), HUFU_ERR_INTERNAL);
    assert_int_equal(database_number(&database, "select count(*) from project where name = 'spoilt'"), 0);
}

/* Ends the backends of the server's role, as a restart of PostgreSQL does. */
static void end_connections(void)
{
    assert_int_equal(database_number(&database,
                                     "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                     " where usename = 'hufu_server'"),
                     1);
    for (int i = 0; i < 3000 && database_number(&database, "select count(*) from pg_stat_activity"
                                                           " where usename = 'hufu_server'") > 0;
         i++)
        usleep(20000);
}

static void a_lost_connection_is_opened_again(void **state)
{
    (void)state;
    uint64_t now;
    assert_int_equal(store_healthy(store, &now), HUFU_OK);
    end_connections();
    assert_int_equal(store_healthy(store, &now), HUFU_OK);
}

static void a_transaction_does_not_go_on_on_another_connection(void **state)
{
    (void)state;
    uint64_t now;
    struct store_transaction transaction STORE_TRANSACTION = {0};
    assert_int_equal(store_begin(store, &transaction), HUFU_OK);
    end_connections();
    assert_int_equal(store_healthy(store, &now), HUFU_ERR_AWAY);
    assert_int_equal(store_commit(&transaction), HUFU_ERR_AWAY);
    assert_int_equal(store_healthy(store, &now), HUFU_OK);
}

static void a_killed_database_is_away_and_comes_back(void **state)
{
    (void)state;
    uint64_t now = 7;
    database_kill(&database);
    /* The backend of this connection answers until it notices that its postmaster is gone. */
    enum hufu_err err = store_healthy(store, &now);
    for (int i = 0; i < 3000 && err == HUFU_OK; i++) {
        usleep(20000);
        err = store_healthy(store, &now);
    }
    assert_int_equal(err, HUFU_ERR_AWAY);
    assert_int_equal(now, 0);
    database_restart(&database);
    assert_int_equal(store_healthy(store, &now), HUFU_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_comes_back_as_it_went),
        cmocka_unit_test(empty_bytes_are_not_null),
        cmocka_unit_test(what_does_not_fit_reads_as_zero_and_is_an_error),
        cmocka_unit_test(no_row_is_not_found_and_more_than_one_give_the_first),
        cmocka_unit_test(one_value_must_be_there_and_of_its_type),
        cmocka_unit_test(changing_one_row_changes_no_other_number),
        cmocka_unit_test(the_most_parameters_come_back_as_they_went),
        cmocka_unit_test(too_many_parameters_are_not_sent),
        cmocka_unit_test(errors_are_translated_by_their_kind),
        cmocka_unit_test(a_transaction_left_without_commit_changes_nothing),
        cmocka_unit_test(a_commit_after_an_error_does_not_pretend),
        cmocka_unit_test(a_lost_connection_is_opened_again),
        cmocka_unit_test(a_transaction_does_not_go_on_on_another_connection),
        cmocka_unit_test(a_killed_database_is_away_and_comes_back),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
