-- SPDX-License-Identifier: Apache-2.0
-- What was destroyed, as hufu-hsm is told of it (docs/protocol.md §8). A trigger notes it in the transaction that removes a
-- binding or ends a generation, so that no path forgets it; numbered it is afterwards, so that those transactions do not wait
-- for each other. Numbers have no gaps and are in the order of their commits.

create table destruction (
    project_id uuid not null,
    destruction_id bigint generated always as identity primary key,
    binding_id uuid not null,
    least_generation bigint not null check (least_generation between 1 and 4294967295),
    at timestamptz not null default clock_timestamp(),
    foreign key (project_id, binding_id) references binding (project_id, binding_id)
);

-- The log: rows are added, and never changed. Its head (number and hash of the last row) is in the token.
create table destruction_order (
    project_id uuid not null,
    number bigint primary key check (number > 0),
    binding_id uuid not null,
    least_generation bigint not null check (least_generation between 1 and 4294967295), -- the greatest: the whole binding
    at timestamptz not null, -- when it was destroyed in the database
    hash sha256_hash not null,
    foreign key (project_id, binding_id) references binding (project_id, binding_id)
);
create index destruction_order_of_binding on destruction_order (binding_id, number);

-- How far each hufu-hsm says that it has taken the log. A destruction is done when all have.
create table key_process (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    name text primary key check (octet_length(name) between 1 and 255), -- host and socket
    acknowledged bigint not null check (acknowledged >= 0),
    acknowledged_at timestamptz not null
);
-- Up to here the audit trail says so.
create table destruction_done (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    number bigint not null,
    one boolean primary key default true check (one)
);
insert into destruction_done (number) values (0);

create function note_destruction() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into destruction (project_id, binding_id, least_generation) values (new.project_id, new.binding_id,
        case when new.state = 'removed' then 4294967295 else new.generation end);
    return null;
end
$$;
revoke all on function note_destruction() from public;
create trigger binding_destruction after update of state, generation on binding for each row
    when (new.state = 'removed' and old.state <> 'removed' or new.generation > old.generation)
    execute function note_destruction();

create function destruction_field(value bytea) returns bytea
    language sql immutable as $$ select int4send(length(value)) || value $$;

-- Numbers at most at_most of what was noted, if a removal is among it, or something older than gather_seconds; returns how many.
-- One at a time, for as long as this takes: with the owner's rights, so that the server itself can change nothing of the log.
create function number_destructions(gather_seconds integer, at_most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    order_number bigint;
    order_hash bytea;
    noted record;
    numbered integer := 0;
begin
    if at_most not between 1 and 100000 then
        raise exception 'at_most must be 1 to 100000';
    end if;
    if not exists (select from destruction where least_generation = 4294967295
            or at <= clock_timestamp() - make_interval(secs => gather_seconds)) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtext('hufu number_destructions'));
    select number, hash into order_number, order_hash from destruction_order order by number desc limit 1;
    if not found then
        order_number := 0;
        order_hash := decode(repeat('00', 32), 'hex');
    end if;
    for noted in select * from destruction order by destruction_id limit at_most loop
        order_number := order_number + 1;
        order_hash := sha256(destruction_field('hufu/destroyed') || destruction_field(order_hash)
            || destruction_field(int8send(order_number)) || destruction_field(uuid_send(noted.binding_id))
            || destruction_field(substring(int8send(noted.least_generation) from 5)));
        insert into destruction_order (project_id, number, binding_id, least_generation, at, hash)
            values (noted.project_id, order_number, noted.binding_id, noted.least_generation, noted.at, order_hash);
        delete from destruction where destruction_id = noted.destruction_id;
        numbered := numbered + 1;
    end loop;
    return numbered;
end
$$;
revoke all on function number_destructions(integer, integer) from public;

-- A key process, known from now on, has taken the log up to a number. What all have taken then is final, and the audit trail
-- says so of each binding.
create function acknowledge_destructions(process text, up_to bigint, the_trace text) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    done bigint;
    before bigint;
begin
    perform pg_advisory_xact_lock(hashtext('hufu acknowledge_destructions'));
    insert into key_process (name, acknowledged, acknowledged_at) values (process, up_to, clock_timestamp())
        on conflict (name) do update set acknowledged = excluded.acknowledged, acknowledged_at = excluded.acknowledged_at
            where key_process.acknowledged < excluded.acknowledged;
    select min(acknowledged) into done from key_process;
    select number into before from destruction_done;
    if done <= before then
        return false;
    end if;
    update destruction_done set number = done;
    insert into audit_event (project_id, at, event_id, actor, action, outcome, account_id, device_id, key_id, binding_id, trace)
        select b.project_id, clock_timestamp(), gen_random_uuid(), 'service', 'binding.destroy', 'ok', b.account_id,
            b.device_id, b.key_id, b.binding_id, the_trace
        from destruction_order o join binding b on b.project_id = o.project_id and b.binding_id = o.binding_id
        where o.number > before and o.number <= done and o.least_generation = 4294967295;
    return true;
end
$$;
revoke all on function acknowledge_destructions(text, bigint, text) from public;

-- What was destroyed before there was this log.
insert into destruction (project_id, binding_id, least_generation)
    select project_id, binding_id, case when state = 'removed' then 4294967295 else generation end
    from binding where state = 'removed' or generation > 0;

grant select on destruction_order, key_process to hufu_server;
grant execute on function number_destructions(integer, integer), acknowledge_destructions(text, bigint, text) to hufu_server;
grant select on destruction, destruction_order, key_process to hufu_auditor;
