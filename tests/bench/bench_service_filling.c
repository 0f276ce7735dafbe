/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_service_filling.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "tests/client/sql_link.h"

#define FILLING_BATCH 50000 /* rows of one statement */
#define OF_HOLDER 5         /* authorizations of one holder */
#define OF_AUTHORIZED 2     /* of one authorized user; prime to OF_HOLDER, so that no two people meet twice */
#define DIGITS_MAX 24

/* An id of the moment at which the thing of that number was made, and of nothing else; bytes as good as random. */
static const char *const filling_functions[] = {
    "create function pg_temp.filling_name(number bigint) returns text language sql immutable as $$"
    " select chr(19968 + number::integer % 211) || chr(20480 + number::integer * 7 % 2003) || chr(22528 + "
    "number::integer * 11 % 1999) $$",
    "create function pg_temp.filling_id(kind text, number bigint) returns uuid language sql immutable as $$"
    " select (lpad(to_hex(1700000000000 + number), 12, '0') || '7' || substr(md5(kind || number), 1, "
    "19))::uuid $$",
    "create function pg_temp.filling_bytes(kind text, number bigint, size integer) returns bytea language "
    "sql immutable as $$"
    " select substring(string_agg(sha512((kind || number || '/' || part)::bytea), ''::bytea) from 1 for size)"
    " from generate_series(0, size / 64) part $$",
    "create function pg_temp.filling_dice(kind text, number bigint, sides integer) returns integer language "
    "sql immutable as $$"
    " select (hashtextextended(kind || number, 0) & 2147483647)::integer % sides $$",
};

/* Each with $1 the first number and $2 the one after the last; $3 holders and $4 authorized users, people being numbered in that order. */
#define FILLING_SERIES " from generate_series($1::bigint, $2::bigint - 1) number"
#define FILLING_PROJECT "pg_temp.filling_id('project', 0)"

static const char filling_project[] =
    "insert into project (project_id, name) values (" FILLING_PROJECT ", 'the filling of a benchmark')";
static const char filling_accounts[] =
    "insert into account (project_id, account_id, name, work_number, subject, state)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('account', number), pg_temp.filling_name(number), 'F' || number,"
    " pg_temp.filling_bytes('subject', number, 80), 'active'" FILLING_SERIES;
static const char filling_devices[] =
    "insert into device (project_id, device_id, account_id, device_key, name, state, account_state)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('device', number), pg_temp.filling_id('account', number),"
    " '\\x04'::bytea || pg_temp.filling_bytes('device', number, 64), 'phone', 'active', "
    "'active'" FILLING_SERIES;
static const char filling_sessions[] =
    "insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('session', number), pg_temp.filling_id('account', number),"
    " pg_temp.filling_id('device', number), pg_temp.filling_bytes('token', number, 32), 'open', now() + "
    "interval '90 days'" FILLING_SERIES;
static const char filling_keys[] =
    "insert into key (project_id, key_id, account_id, algorithm, usage, kind, state, public_key)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('key', number), pg_temp.filling_id('account', number), 'sm2', 'sign', 'split',"
    " 'usable', '\\x04'::bytea || pg_temp.filling_bytes('key', number, 64)" FILLING_SERIES;
static const char filling_certificates[] =
    "insert into certificate (project_id, certificate_id, account_id, key_id, ca, serial, certificate, "
    "state, not_before, not_after)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('certificate', number), pg_temp.filling_id('account', number),"
    " pg_temp.filling_id('key', number), 'sm2', pg_temp.filling_bytes('serial', number, 16),"
    " pg_temp.filling_bytes('certificate', number, 700), 'valid', now(), now() + interval '1 "
    "year'" FILLING_SERIES;
static const char filling_bindings[] =
    "insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, account_state, "
    "key_state, record)"
    " select " FILLING_PROJECT ", pg_temp.filling_id('binding', number), pg_temp.filling_id('key', number),"
    " pg_temp.filling_id('device', number), pg_temp.filling_id('account', number), 'primary', 'active', "
    "'active', 'usable',"
    " pg_temp.filling_bytes('record', number, 332)" FILLING_SERIES;
/* A row of each table refers to the other: both in one statement. Who was to be told of the end by now has been. */
static const char filling_authorizations[] =
    "with numbered as (select number, number % $3::bigint as holder, $3 + number % $4::bigint as authorized,"
    "  pg_temp.filling_id('authorization', number) as authorization_id, pg_temp.filling_dice('state', "
    "number, 20) as die,"
    "  (array[1, 7, 90, 365])[1 + pg_temp.filling_dice('length', number, 4)] * interval '1 day' as length,"
    "  pg_temp.filling_dice('part', number, 990) / 1000.0 as part, pg_temp.filling_dice('left', number, "
    "1000) + 1 as uses_left" FILLING_SERIES
    "), timed as (select *, now() - part * length - case when die between 15 and 17 then length else "
    "interval '0' end as valid_from"
    " from numbered"
    "), agreed as (select *, valid_from + length as valid_until, die between 4 and 17 as bound,"
    "  valid_from + length - least(interval '3 days', length / 10) <= now() as told,"
    "  case when die < 2 then 'pending' when die = 14 then 'frozen' when die < 18 then 'confirmed' else "
    "'deleted' end as state from timed"
    "), bound as (insert into binding (project_id, binding_id, key_id, device_id, account_id, role, state, "
    "account_state, key_state,"
    "  generation, record, valid_from, valid_until, uses_left, authorization_id, authorization_operations, "
    "authorization_frozen,"
    "  authorization_uses_low)"
    " select " FILLING_PROJECT
    ", pg_temp.filling_id('binding', $3 + number), pg_temp.filling_id('key', holder),"
    "  pg_temp.filling_id('device', authorized), pg_temp.filling_id('account', holder), 'authorized', "
    "'active', 'active', 'usable',"
    "  1, pg_temp.filling_bytes('record', $3 + number, 419), valid_from, valid_until, uses_left, "
    "authorization_id, 1, state = 'frozen',"
    "  100 from agreed where bound"
    ") insert into delegation (project_id, authorization_id, holder_id, authorized_id, begun_by, named, "
    "usage, operations, valid_from,"
    "  valid_until, uses, uses_left, state, ended, key_id, binding_id, sealed_from, sealed_until, told_end, "
    "told_uses)"
    " select " FILLING_PROJECT
    ", authorization_id, pg_temp.filling_id('account', holder), pg_temp.filling_id('account', authorized),"
    "  'authorized', 'F' || holder, 'sign', 1, valid_from, valid_until, 1000, uses_left, state,"
    "  case when state = 'deleted' then 'refused' end, case when state <> 'pending' then "
    "pg_temp.filling_id('key', holder) end,"
    "  case when bound then pg_temp.filling_id('binding', $3 + number) end, case when bound then valid_from "
    "end,"
    "  case when bound then valid_until end, told, uses_left <= 100 from agreed";

static enum hufu_err filling_rows(struct sql_link *link, const char *statement, uint64_t count,
                                  uint64_t authorizations)
{
    enum hufu_err err = HUFU_OK;
    for (uint64_t first = 0; !err && first < count; first += FILLING_BATCH) {
        char from[DIGITS_MAX], to[DIGITS_MAX], holders[DIGITS_MAX], authorized[DIGITS_MAX];
        const uint64_t rest = count - first;
        (void)snprintf(from, sizeof(from), "%" PRIu64, first);
        (void)snprintf(to, sizeof(to), "%" PRIu64, first + (rest < FILLING_BATCH ? rest : FILLING_BATCH));
        (void)snprintf(holders, sizeof(holders), "%" PRIu64, authorizations / OF_HOLDER);
        (void)snprintf(authorized, sizeof(authorized), "%" PRIu64, authorizations / OF_AUTHORIZED);
        err = statement == filling_authorizations
                  ? sql_run(link, statement, SQL_WITH(from, to, holders, authorized))
                  : sql_run(link, statement, SQL_WITH(from, to));
    }
    return err;
}

static enum hufu_err filling_insert(struct sql_link *link, uint64_t count)
{
    const uint64_t holders = count / OF_HOLDER, people = holders + count / OF_AUTHORIZED;
    const struct {
        const char *statement;
        uint64_t count;
    } tables[] = {
        {filling_accounts, people},      {filling_devices, people},       {filling_sessions, people},
        {filling_keys, holders},         {filling_certificates, holders}, {filling_bindings, holders},
        {filling_authorizations, count},
    };
    enum hufu_err err = sql_run(link, filling_project, SQL_WITHOUT);
    for (size_t i = 0; !err && i < sizeof(tables) / sizeof(tables[0]); i++)
        err = filling_rows(link, tables[i].statement, tables[i].count, count);
    return err;
}

enum hufu_err filling_make(const struct stack *stack, uint64_t count)
{
    if (count == 0 || count > FILLING_MAX || count % FILLING_STEP != 0)
        return HUFU_ERR_LIMIT;
    struct sql_link *link = sql_open(stack_value(stack, "HUFU_DATABASE_ADMIN"));
    enum hufu_err err = link ? HUFU_OK : HUFU_ERR_AWAY;
    for (size_t i = 0; !err && i < sizeof(filling_functions) / sizeof(filling_functions[0]); i++)
        err = sql_run(link, filling_functions[i], SQL_WITHOUT);
    if (!err)
        err = filling_insert(link, count);
    if (!err)
        err = sql_run(link, "vacuum analyze", SQL_WITHOUT);
    if (!err)
        err = sql_run(link, "checkpoint", SQL_WITHOUT);
    sql_close(link);
    return err;
}
