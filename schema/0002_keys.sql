-- SPDX-License-Identifier: Apache-2.0
-- Keys, their bindings to devices, and the box keys of the private-key process.

create domain key_state as text check (value in ('new', 'pending', 'generated', 'usable'));
create domain binding_state as text check (value in ('waiting', 'active', 'frozen', 'removed'));
create domain generation as integer check (value >= 0);
create domain sealed_record as bytea check (octet_length(value) between 1 and 4096);
create domain count_of_uses as bigint check (value >= 0);

create table key (
    project_id uuid not null,
    key_id uuid primary key,
    account_id uuid not null,
    algorithm text not null check (algorithm in ('sm2')),
    usage text not null check (usage in ('sign', 'decrypt')),
    kind text not null check (kind in ('split', 'token')),
    state key_state not null,
    public_key bytea check (octet_length(public_key) = 65),
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, key_id),
    check ((public_key is null) = (state in ('new', 'pending'))),
    foreign key (project_id, account_id) references account (project_id, account_id)
);
create index key_of_account on key (account_id);

-- One device's pair of halves of one key. The row holds the service's half, sealed, and everything that decides whether
-- it may be used now: under READ COMMITTED a statement that waited for a row's lock sees the newest version of that row
-- and of no other, so what decides must stand here or on the device's row.
create table binding (
    project_id uuid not null,
    binding_id uuid primary key,
    key_id uuid not null,
    device_id uuid not null,
    account_id uuid not null,
    role text not null check (role in ('primary', 'secondary', 'authorized')),
    state binding_state not null,
    -- Copies, changed in the transaction that changes the original.
    account_state account_state not null,
    key_state key_state not null,
    generation generation not null default 0,
    record sealed_record,
    -- Generation + 1, made by a refresh and not used yet; next_request_time is the frame time of that refresh.
    next_record sealed_record,
    next_request_time timestamptz,
    -- Between the two steps of a key generation.
    pending_record sealed_record,
    pending_request_id uuid,
    pending_until timestamptz,
    valid_from timestamptz,
    valid_until timestamptz, -- exclusive
    uses_left count_of_uses, -- null: not counted
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, binding_id),
    check ((record is not null) = (state in ('active', 'frozen'))),
    check ((next_record is null) = (next_request_time is null)),
    check (next_record is null or record is not null),
    check ((pending_record is null) = (pending_request_id is null) and (pending_record is null) = (pending_until is null)),
    foreign key (project_id, account_id) references account (project_id, account_id),
    foreign key (project_id, device_id) references device (project_id, device_id),
    foreign key (project_id, key_id) references key (project_id, key_id)
) with (fillfactor = 50);
create index binding_of_key on binding (key_id);
create index binding_of_device on binding (device_id);
create index binding_of_account on binding (account_id);

-- Sealed records are as good as random: trying to compress them is waste.
alter table binding alter column record set storage external;
alter table binding alter column next_record set storage external;
alter table binding alter column pending_record set storage external;

-- Box keys (docs/protocol.md §7): sealed private half, and the statement that the identity key signed.
create table service_key (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    service_key_id uuid primary key,
    sealed sealed_record not null,
    statement bytea not null check (octet_length(statement) between 1 and 256),
    signature bytea not null check (octet_length(signature) = 64),
    valid_from timestamptz not null,
    valid_until timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    check (valid_until > valid_from)
);
