-- SPDX-License-Identifier: Apache-2.0
-- What came of each request, and the two records that are only ever added to: signatures and audit events.

create domain sha256_hash as bytea check (octet_length(value) = 32);
create domain stored_answer as bytea check (octet_length(value) <= 65536);
create domain words_of_32_bytes as bytea check (octet_length(value) % 32 = 0);

-- One row per request id of a binding: the same id is never decided twice. The row stays for ever (about 150 bytes);
-- only the answer goes, after ten minutes. Were the row deleted, the same id with other bytes, freshly stamped and
-- signed by the device, would be a new request: two answers under one id, which nobody could tell apart in the records.
-- Deleting later than the two minutes after which a frame is too old would stop a replay, not that.
create table request (
    project_id uuid not null,
    binding_id uuid not null,
    request_id uuid not null,
    operation text not null,
    frame_hash sha256_hash not null,
    outcome smallint not null, -- enum hufu_err: 0, or why it was refused after its proof was looked at
    pin_failures_before integer not null,
    tries_left integer not null, -- of the PIN, after this request
    answer stored_answer, -- sealed for the device; null once pruned, and of refusals
    at timestamptz not null,
    primary key (binding_id, request_id),
    foreign key (project_id, binding_id) references binding (project_id, binding_id)
) partition by hash (binding_id);

-- Pruning rewrites a row without its answer. With a third of each page free the new version fits beside the old one,
-- touches no index, and leaves the room of the answer to later requests.
create table request_0 partition of request for values with (modulus 4, remainder 0) with (fillfactor = 70);
create table request_1 partition of request for values with (modulus 4, remainder 1) with (fillfactor = 70);
create table request_2 partition of request for values with (modulus 4, remainder 2) with (fillfactor = 70);
create table request_3 partition of request for values with (modulus 4, remainder 3) with (fillfactor = 70);
alter table request_0 alter column answer set storage external;
alter table request_1 alter column answer set storage external;
alter table request_2 alter column answer set storage external;
alter table request_3 alter column answer set storage external;
-- Rows lie in the order of their time, so a block range index finds what is due and costs an insert nothing.
create index request_by_time on request using brin (at) with (pages_per_range = 16, autosummarize = on);

-- How far each task of the maintenance has come.
create table maintenance (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    task text primary key,
    done_until timestamptz not null
);
insert into maintenance (task, done_until) values ('prune answers', clock_timestamp());

-- Every co-signature with its digests E and its r: a signature in the world whose r does not stand here was made without
-- the service. For a decryption, results are the H(C1). No unique keys: uniqueness is the request table's, and a unique
-- key that spans months would have to hold the month. No foreign keys: a row is only ever added by the statement that adds
-- the request's, whose foreign key holds for both, and a second check of the same pair would cost a tenth of the whole.
create table signature (
    project_id uuid not null,
    at timestamptz not null,
    account_id uuid not null,
    device_id uuid not null,
    key_id uuid not null,
    binding_id uuid not null,
    request_id uuid not null,
    generation integer not null,
    operation text not null,
    purpose bytea,
    digests words_of_32_bytes,
    results words_of_32_bytes not null
) partition by range (at);
create index signature_of_key on signature (key_id, at);

-- Every change of state, and every refusal to somebody with a valid session or device signature. It has no foreign keys:
-- it outlives what it tells about, and each reference would make requests of different devices share a row's lock.
create table audit_event (
    project_id uuid not null,
    at timestamptz not null,
    event_id uuid not null,
    actor text not null, -- 'device', 'operator:<uid>', 'service'
    action text not null,
    outcome text not null, -- 'ok', or the slug of the refusal
    account_id uuid,
    device_id uuid,
    key_id uuid,
    binding_id uuid,
    request_id uuid, -- of the frame
    trace text,      -- of the HTTP request
    generation integer,
    count integer,   -- digests or points
    detail text
) partition by range (at);
create index audit_event_by_time on audit_event (at, event_id);
create index audit_event_of_account on audit_event (account_id, at);

-- Catches what no month catches, so that a forgotten maintenance never refuses a request.
create table signature_default partition of signature default;
create table audit_event_default partition of audit_event default;

create function make_partition(parent text, month date) returns boolean
    language plpgsql set search_path = public, pg_temp as $$
declare
    child text := format('%s_%s', parent, to_char(month, 'YYYY_MM'));
    first_moment timestamptz := month::timestamp at time zone 'UTC';
    end_moment timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
begin
    if to_regclass(child) is not null then
        return false;
    end if;
    execute format('lock table %I in access exclusive mode', parent || '_default');
    execute format('create table %I (like %I including defaults including constraints)', child, parent);
    execute format('with moved as (delete from %I where at >= %L and at < %L returning *) insert into %I select * from moved',
        parent || '_default', first_moment, end_moment, child);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child, first_moment, end_moment);
    return true;
end
$$;

-- Makes the partitions of this month and of months_ahead more; returns how many were missing. Runs with the owner's
-- rights: it is the one piece of DDL that the server may cause, and it has no parameter that could name anything.
create function make_partitions(months_ahead integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent text;
    month date;
    made integer := 0;
begin
    if months_ahead not between 0 and 24 then
        raise exception 'months_ahead must be 0 to 24';
    end if;
    perform pg_advisory_xact_lock(hashtext('hufu make_partitions'));
    for month in
        select (date_trunc('month', clock_timestamp() at time zone 'UTC') + make_interval(months => i))::date
        from generate_series(0, months_ahead) as i
    loop
        foreach parent in array array['signature', 'audit_event'] loop
            if make_partition(parent, month) then
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;

revoke all on function make_partition(text, date) from public;
revoke all on function make_partitions(integer) from public;

select make_partitions(3);
