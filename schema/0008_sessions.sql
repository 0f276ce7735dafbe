-- SPDX-License-Identifier: Apache-2.0
-- Sessions by application, several on one device; and the proofs of possession that were spent with them (RFC 9449).

-- The name of a program that does not say which it is, and of the one that there was before.
alter table session add application text not null default 'hufu' check (octet_length(application) between 1 and 64);
-- By a request with a proof, to the minute. What comes in frames is the device's use (its audit events).
alter table session add last_used_at timestamptz;

-- One session of an application on a device: signing in again ends the one before.
update session s set state = 'ended' where state = 'open' and exists (
    select from session later where later.device_id = s.device_id and later.state = 'open'
    and (later.created_at, later.session_id) > (s.created_at, s.session_id));
create unique index session_open_of_application on session (device_id, application) where state = 'open';
create index session_open_of_account on session (account_id, session_id) where state = 'open';

-- A proof's identifier (jti) is good once for a device's key, in whatever server it arrives. A proof is refused when its time
-- is more than two minutes off, so one that is older than ten may be forgotten.
create table dpop_proof (
    project_id uuid not null,
    device_id uuid not null,
    jti_hash bytea not null check (octet_length(jti_hash) = 32),
    spent_at timestamptz not null default clock_timestamp(),
    primary key (device_id, jti_hash),
    foreign key (project_id, device_id) references device (project_id, device_id)
);
create index dpop_proof_by_time on dpop_proof (spent_at);

-- The server may not delete proofs, for whoever could would use one twice; it may have the old ones deleted.
create function prune_dpop_proofs() returns integer
    language sql security definer set search_path = public, pg_temp as $$
    with due as materialized (
        select device_id, jti_hash from dpop_proof where spent_at < clock_timestamp() - interval '10 minutes'
        order by spent_at limit 10000 for update skip locked
    ), gone as (
        delete from dpop_proof p using due where p.device_id = due.device_id and p.jti_hash = due.jti_hash returning 1
    )
    select count(*)::integer from gone
$$;
revoke all on function prune_dpop_proofs() from public;

-- In which session it was done: that tells the application. Like the rest of an event without a foreign key.
alter table audit_event add session_id uuid;

grant select, insert on dpop_proof to hufu_server;
grant update (last_used_at) on session to hufu_server;
grant execute on function prune_dpop_proofs() to hufu_server;
grant select (application, last_used_at) on session to hufu_auditor;
