/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations: forward only, each once, and nobody's file changes under an applied one. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "server/store/maintenance_store.h"
#include "server/store/schema.h"
#include "server/store/store.h"
#include "tests/unit/database.h"
#include "tests/unit/people.h"

static struct database database;
static char copy[64];
static char message[512];
static unsigned applied;

static int start(void **state)
{
    (void)state;
    database_start(&database, false);
    snprintf(copy, sizeof copy, "/tmp/hufu-test-schema.XXXXXX");
    return mkdtemp(copy) == NULL;
}

static int stop(void **state)
{
    (void)state;
    database_remove_directory(copy);
    database_stop(&database);
    return 0;
}

#define PATH_SIZE 512

static void path_of(char path[PATH_SIZE], const char *name)
{
    snprintf(path, PATH_SIZE, "%s/%s", copy, name);
}

/* The copy is as schema/ again. */
static void copy_schema(void)
{
    DIR *from = opendir("schema");
    char source[300], target[PATH_SIZE];
    assert_non_null(from);
    database_remove_directory(copy);
    assert_int_equal(mkdir(copy, 0755), 0);
    for (struct dirent *entry = readdir(from); entry != NULL; entry = readdir(from))
        if (entry->d_name[0] == '0') {
            snprintf(source, sizeof source, "schema/%s", entry->d_name);
            path_of(target, entry->d_name);
            database_copy_file(source, target);
        }
    closedir(from);
}

static void write_file(const char *name, const char *mode, const char *text)
{
    char path[PATH_SIZE];
    path_of(path, name);
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static enum hufu_err migrate(const char *directory)
{
    return schema_migrate(database.owner, directory, message, sizeof message, &applied);
}

static enum hufu_err check(void)
{
    struct store *store = store_open(database.server, NULL);
    assert_non_null(store);
    enum hufu_err err = schema_check(store, message, sizeof message);
    store_close(store);
    return err;
}

static void a_failing_file_leaves_nothing_of_itself(void **state)
{
    (void)state;
    copy_schema();
    write_file("0001_broken.sql", "we", "create table half (x int); select 1/0;");
    char path[PATH_SIZE];
    path_of(path, "0001_projects_and_people.sql");
    assert_int_equal(remove(path), 0);
    assert_int_equal(migrate(copy), HUFU_ERR_INTERNAL);
    assert_non_null(strstr(message, "0001_broken.sql"));
    assert_non_null(strstr(message, "division by zero"));
    assert_int_equal(applied, 0);
    assert_int_equal(database_number(&database, "select count(*) from pg_class where relname = 'half'"), 0);
}

static void a_database_without_tables_is_not_served(void **state)
{
    (void)state;
    assert_int_equal(check(), HUFU_ERR_STATE);
    assert_non_null(strstr(message, "version 0"));
}

static void the_first_run_applies_every_file_and_the_second_none(void **state)
{
    (void)state;
    assert_int_equal(migrate("schema"), HUFU_OK);
    assert_int_equal(applied, SCHEMA_VERSION);
    assert_int_equal(migrate("schema"), HUFU_OK);
    assert_int_equal(applied, 0);
    assert_int_equal(check(), HUFU_OK);
}

static void a_file_changed_after_it_was_applied_is_refused(void **state)
{
    (void)state;
    copy_schema();
    write_file("0002_keys.sql", "ae", "-- more\n");
    assert_int_equal(migrate(copy), HUFU_ERR_STATE);
    assert_non_null(strstr(message, "0002_keys.sql"));
}

static void a_missing_number_is_refused(void **state)
{
    (void)state;
    copy_schema();
    char number[8];
    write_file("0999_far.sql", "we", "select 1;");
    assert_int_equal(migrate(copy), HUFU_ERR_FORM);
    snprintf(number, sizeof number, "%04d", SCHEMA_VERSION + 1);
    assert_non_null(strstr(message, number));
}

static void two_files_of_one_number_are_refused(void **state)
{
    (void)state;
    copy_schema();
    write_file("0002_other.sql", "we", "select 1;");
    assert_int_equal(migrate(copy), HUFU_ERR_FORM);
}

static void a_missing_directory_is_named(void **state)
{
    (void)state;
    assert_int_equal(migrate("/nowhere"), HUFU_ERR_FORM);
    assert_non_null(strstr(message, "/nowhere"));
}

static void a_newer_database_is_neither_migrated_nor_served(void **state)
{
    (void)state;
    copy_schema();
    char name[32];
    snprintf(name, sizeof name, "%04d_future.sql", SCHEMA_VERSION + 1);
    write_file(name, "we", "create table future (project_id uuid);");
    assert_int_equal(migrate(copy), HUFU_OK);
    assert_int_equal(applied, 1);
    assert_int_equal(check(), HUFU_ERR_STATE);
    assert_int_equal(migrate("schema"), HUFU_ERR_STATE);
    assert_non_null(strstr(message, name));
    database_run(&database, "drop table future; delete from schema_migration where version = %d",
                 SCHEMA_VERSION + 1);
    assert_int_equal(check(), HUFU_OK);
}

static void the_owner_owns_everything_even_when_an_administrator_migrates(void **state)
{
    (void)state;
    assert_int_equal(schema_migrate(database.administrator, "schema", message, sizeof message, &applied),
                     HUFU_OK);
    assert_int_equal(database_number(&database,
                                     "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner"
                                     " where c.relnamespace = 'public'::regnamespace"
                                     " and r.rolname <> 'hufu_owner'"),
                     0);
}

static void every_table_has_project_id(void **state)
{
    (void)state;
    assert_int_equal(
        database_number(
            &database, "select count(*) from pg_class c where c.relnamespace = 'public'::regnamespace"
                       " and c.relkind in ('r', 'p') and c.relname <> 'schema_migration' and not exists"
                       " (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'project_id')"),
        0);
}

static void partitions_are_made_for_the_months_ahead_and_only_once(void **state)
{
    (void)state;
    struct store *store = store_open(database.server, NULL);
    int32_t made = -1;
    assert_int_equal(maintenance_make_partitions(store, 3, &made), HUFU_OK);
    assert_int_equal(made, 0);
    assert_int_equal(maintenance_make_partitions(store, 5, &made), HUFU_OK);
    assert_int_equal(made, 4);
    assert_int_equal(maintenance_make_partitions(store, 25, &made), HUFU_ERR_INTERNAL);
    store_close(store);
}

static void rows_of_a_month_without_partition_move_when_it_is_made(void **state)
{
    (void)state;
    database_run(&database,
                 "insert into audit_event (project_id, at, event_id, actor, action, outcome) values"
                 " (gen_random_uuid(), date_trunc('month', now()) + interval '7 months 3 days',"
                 " gen_random_uuid(), 'service', 'test', 'ok')");
    assert_int_equal(database_number(&database, "select count(*) from audit_event_default"), 1);
    database_run(&database, "select make_partitions(8)");
    assert_int_equal(database_number(&database, "select count(*) from audit_event_default"), 0);
    assert_int_equal(database_number(&database, "select count(*) from audit_event where action = 'test'"), 1);
}

/* Removes the migration of that name from the copy, and all after it. */
static void cut_schema(const char *from_name)
{
    DIR *all = opendir(copy);
    char path[PATH_SIZE], from[5] = "";
    assert_non_null(all);
    for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all))
        if (strstr(entry->d_name, from_name) != NULL)
            snprintf(from, sizeof from, "%.4s", entry->d_name);
    rewinddir(all);
    for (struct dirent *entry = readdir(all); entry != NULL; entry = readdir(all))
        if (entry->d_name[0] == '0' && strncmp(entry->d_name, from, 4) >= 0) {
            path_of(path, entry->d_name);
            assert_int_equal(remove(path), 0);
        }
    closedir(all);
}

static void what_was_destroyed_before_there_was_a_log_is_noted_in_it(void **state)
{
    (void)state;
    struct database older;
    struct person removed = {0}, refreshed = {0}, fresh = {0};
    database_start(&older, false);
    copy_schema();
    cut_schema("_destruction.sql");
    assert_int_equal(schema_migrate(older.owner, copy, message, sizeof message, &applied), HUFU_OK);
    person_add(&older, &removed);
    person_add(&older, &refreshed);
    person_add(&older, &fresh);
    database_run(&older, "update binding set state = 'removed', record = null where binding_id = '%s'",
                 removed.binding);
    database_run(&older, "update binding set generation = 7 where binding_id = '%s'", refreshed.binding);
    assert_int_equal(schema_migrate(older.owner, "schema", message, sizeof message, &applied), HUFU_OK);
    assert_int_equal(database_number(&older, "select count(*) from destruction"), 2);
    assert_int_equal(database_number(&older,
                                     "select least_generation from destruction where binding_id = '%s'",
                                     removed.binding),
                     4294967295);
    assert_int_equal(database_number(&older,
                                     "select least_generation from destruction where binding_id = '%s'",
                                     refreshed.binding),
                     7);
    database_stop(&older);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_file_leaves_nothing_of_itself),
        cmocka_unit_test(a_database_without_tables_is_not_served),
        cmocka_unit_test(the_first_run_applies_every_file_and_the_second_none),
        cmocka_unit_test(a_file_changed_after_it_was_applied_is_refused),
        cmocka_unit_test(a_missing_number_is_refused),
        cmocka_unit_test(two_files_of_one_number_are_refused),
        cmocka_unit_test(a_missing_directory_is_named),
        cmocka_unit_test(a_newer_database_is_neither_migrated_nor_served),
        cmocka_unit_test(the_owner_owns_everything_even_when_an_administrator_migrates),
        cmocka_unit_test(every_table_has_project_id),
        cmocka_unit_test(partitions_are_made_for_the_months_ahead_and_only_once),
        cmocka_unit_test(rows_of_a_month_without_partition_move_when_it_is_made),
        cmocka_unit_test(what_was_destroyed_before_there_was_a_log_is_noted_in_it),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
