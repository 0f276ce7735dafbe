-- SPDX-License-Identifier: Apache-2.0
-- The three roles, made once per database cluster by its administrator, before the database itself:
--
--     psql -f schema/roles.sql
--     createdb --owner hufu_owner hufu
--     hufu migrate --database 'dbname=hufu user=hufu_owner'
--
-- How a role proves who it is (peer on a Unix socket, SCRAM, a certificate) is pg_hba.conf's business; no password is
-- set here. Running it again changes nothing.
do $$
begin
    -- Owns every object and runs the migrations. No running process uses it.
    if not exists (select from pg_roles where rolname = 'hufu_owner') then
        create role hufu_owner login;
    end if;
    -- hufu-server: no DDL; signatures and audit events it may insert and read, never change or delete.
    if not exists (select from pg_roles where rolname = 'hufu_server') then
        create role hufu_server login;
    end if;
    -- Reads what an audit needs, and no sealed record, hash of a token or stored answer.
    if not exists (select from pg_roles where rolname = 'hufu_auditor') then
        create role hufu_auditor login;
    end if;
end
$$;
