-- SPDX-License-Identifier: Apache-2.0
-- A policy that was replaced is destroyed like a generation that ended: a copy of the record that has it does not come back.

alter table binding add policy_number integer not null default 0 check (policy_number >= 0);
grant update (policy_number) on binding to hufu_server;
grant select (policy_number) on binding to hufu_auditor;

-- policy: least_generation is the least number of a policy, and the order names what destruction_policy_id makes of the binding.
alter table destruction add policy boolean not null default false;
alter table destruction_order add policy boolean not null default false;

create function destruction_policy_id(binding_id uuid) returns bytea
    language sql immutable set search_path = public, pg_temp as $$
    select substring(sha256(destruction_field('hufu/destroyed/policy') || destruction_field(uuid_send(binding_id))) from 1 for 16)
$$;

create function note_policy_destruction() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into destruction (project_id, binding_id, least_generation, policy)
        values (new.project_id, new.binding_id, new.policy_number, true);
    return null;
end
$$;
revoke all on function note_policy_destruction() from public;
create trigger binding_policy_destruction after update of policy_number on binding for each row
    when (new.policy_number > old.policy_number)
    execute function note_policy_destruction();

create or replace function number_destructions(gather_seconds integer, at_most integer) returns integer
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
    if not exists (select from destruction where least_generation = 4294967295 or policy
            or at <= clock_timestamp() - make_interval(secs => gather_seconds)) then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtext('hufu number_destructions'));
    select number, hash into order_number, order_hash from destruction_order order by number desc limit 1;
    if not found then
        order_number := 0;
        order_hash := decode(repeat('00', 32), 'hex');
    end if;
    for noted in select *, case when policy then destruction_policy_id(binding_id) else uuid_send(binding_id) end as named
            from destruction order by destruction_id limit at_most loop
        order_number := order_number + 1;
        order_hash := sha256(destruction_field('hufu/destroyed') || destruction_field(order_hash)
            || destruction_field(int8send(order_number)) || destruction_field(noted.named)
            || destruction_field(substring(int8send(noted.least_generation) from 5)));
        insert into destruction_order (project_id, number, binding_id, least_generation, policy, at, hash)
            values (noted.project_id, order_number, noted.binding_id, noted.least_generation, noted.policy, noted.at, order_hash);
        delete from destruction where destruction_id = noted.destruction_id;
        numbered := numbered + 1;
    end loop;
    return numbered;
end
$$;
