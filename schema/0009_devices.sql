-- SPDX-License-Identifier: Apache-2.0
-- An account's devices: one, or a primary and secondaries that get their halves by hand-over (docs/protocol.md §5).

alter table project
    add device_mode text not null default 'single' check (device_mode in ('single', 'primary')),
    add secondary_limit bigint not null default 3 check (secondary_limit between 0 and 50);

-- waiting: known and signed in, without a half of any key yet.
alter domain device_state drop constraint device_state_check;
alter domain device_state add constraint device_state_check check (value in ('waiting', 'active', 'frozen', 'removed'));

alter table device add role text not null default 'primary' check (role in ('primary', 'secondary'));
update device d set role = 'secondary' where exists
    (select from device e where e.account_id = d.account_id and e.state <> 'removed' and e.device_id < d.device_id);
create unique index device_primary_of_account on device (account_id) where role = 'primary' and state <> 'removed';

-- A binding that was handed over has its record, which can do nothing but refresh, while it is still waiting: it becomes active
-- when the device has confirmed its first refresh. handover_until is when that ends, and stands here because the statement
-- that decides sees this row and the device's alone.
alter table binding drop constraint binding_check;
alter table binding
    add handover_until timestamptz,
    add constraint binding_record check (case state when 'active' then record is not null when 'frozen' then record is not null
        when 'waiting' then record is null or handover_until is not null else record is null end);
create unique index binding_of_key_and_device on binding (key_id, device_id) where state <> 'removed';

-- What a hand-over needs until it is over; then the row is deleted.
create table handover (
    project_id uuid not null,
    binding_id uuid primary key,
    x25519_key bytea not null check (octet_length(x25519_key) = 32),
    sealed_half bytea check (octet_length(sealed_half) = 80), -- a2, for the new device alone; null: not handed over yet
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    foreign key (project_id, binding_id) references binding (project_id, binding_id)
);
create index handover_by_end on handover (expires_at);

grant select, insert, delete, update (sealed_half) on handover to hufu_server;
grant update (device_mode, secondary_limit) on project to hufu_server;
grant update (name) on device to hufu_server;
grant update (handover_until) on binding to hufu_server;
grant select (role) on device to hufu_auditor;
grant select (handover_until) on binding to hufu_auditor;
grant select (project_id, binding_id, x25519_key, expires_at, created_at) on handover to hufu_auditor;
