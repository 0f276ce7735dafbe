-- SPDX-License-Identifier: Apache-2.0
-- Projects (tenants), their accounts, and the devices and sessions of the people behind them.
--
-- Every table has project_id, and foreign keys are composite, so that no row of one project can point into another by
-- mistake. What belongs to the service as a whole belongs to the nil project. Names of states are those of
-- server/store/*_store.h; which event leads from one to the next is decided in server/core/.

-- What the tables that a signature writes may hold stands in domains: a domain's check is compiled once per connection, a
-- table's is parsed again by every statement that writes the table, which for a row of `binding` came to a hundred
-- microseconds.
create domain account_state as text check (value in ('requested', 'active', 'suspended', 'closed'));
create domain device_state as text check (value in ('active', 'frozen', 'removed'));
create domain count_of_tries as integer check (value >= 0);

create table project (
    project_id uuid primary key,
    name text not null unique check (octet_length(name) between 1 and 200),
    created_at timestamptz not null default clock_timestamp()
);

insert into project (project_id, name) values ('00000000-0000-0000-0000-000000000000', 'the service itself');

create table account (
    project_id uuid not null references project,
    account_id uuid primary key,
    name text not null check (octet_length(name) between 1 and 200),
    work_number text not null check (octet_length(work_number) between 1 and 64),
    organization text check (octet_length(organization) between 1 and 200),
    -- The X.509 Name (DER) that the operator approved: a certificate carries it and no other.
    subject bytea not null check (octet_length(subject) between 2 and 2048),
    state account_state not null,
    created_at timestamptz not null default clock_timestamp(),
    state_changed_at timestamptz not null default clock_timestamp(),
    unique (project_id, account_id),
    unique (project_id, work_number)
);

-- One-time codes. The code itself (128 bits) is never stored.
create table activation (
    project_id uuid not null,
    activation_id uuid primary key,
    account_id uuid not null,
    code_hash bytea not null unique check (octet_length(code_hash) = 32),
    -- issued; then redeemed, exhausted (too many wrong proofs) or replaced (a newer code was made). Expiry is
    -- expires_at's alone: nothing has to happen for it.
    state text not null check (state in ('issued', 'redeemed', 'exhausted', 'replaced')),
    tries smallint not null default 0 check (tries >= 0),
    tries_limit smallint not null default 5 check (tries_limit > 0),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    redeemed_at timestamptz,
    device_id uuid,
    check ((state = 'redeemed') = (redeemed_at is not null)),
    check (state <> 'issued' or tries < tries_limit),
    foreign key (project_id, account_id) references account (project_id, account_id)
);
create index activation_of_account on activation (account_id);

-- A device is its device key (P-256, in the phone's secure hardware): one key, one row, so that there is one count of
-- wrong PINs per key whatever it is used for.
create table device (
    project_id uuid not null,
    device_id uuid primary key,
    account_id uuid not null,
    device_key bytea not null unique check (octet_length(device_key) = 65),
    name text check (octet_length(name) <= 100),
    model text check (octet_length(model) <= 100),
    state device_state not null,
    -- Copy of the account's state: whoever changes that changes this in the same transaction, because the statement
    -- that decides a request sees changes of this row and of its binding alone (0002).
    account_state account_state not null,
    pin_failures count_of_tries not null default 0,      -- in a row
    pin_failures_life count_of_tries not null default 0, -- ever
    pin_limit integer not null default 5 check (pin_limit > 0),
    pin_life_limit integer not null default 50 check (pin_life_limit > 0),
    locked boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, device_id),
    check (locked or (pin_failures < pin_limit and pin_failures_life < pin_life_limit)),
    foreign key (project_id, account_id) references account (project_id, account_id)
) with (fillfactor = 70);
create index device_of_account on device (account_id);

alter table activation add foreign key (project_id, device_id) references device (project_id, device_id);

-- Session tokens (32 random bytes) stand here as SHA-256 alone; each belongs to one device.
create table session (
    project_id uuid not null,
    session_id uuid primary key,
    account_id uuid not null,
    device_id uuid not null,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    state text not null check (state in ('open', 'ended')),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    foreign key (project_id, account_id) references account (project_id, account_id),
    foreign key (project_id, device_id) references device (project_id, device_id)
);
create index session_of_device on session (device_id);
