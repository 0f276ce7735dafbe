-- SPDX-License-Identifier: Apache-2.0
-- Authorizations: a holder lets another account use one of the holder's keys, for a time and a number of uses
-- (docs/authorizations.md). The table is called delegation because authorization is a word of SQL's own.

alter table project
    add authorization_days bigint not null default 365 check (authorization_days between 1 and 3650),
    add authorization_uses bigint not null default 1000000 check (authorization_uses between 1 and 1000000000),
    add authorization_unlimited boolean not null default true,
    add authorization_limit bigint not null default 20 check (authorization_limit between 0 and 50),
    add authorization_operations bigint not null default 7 check (authorization_operations between 1 and 7),
    add authorization_form text not null default 'simple' check (authorization_form in ('simple', 'full')),
    add authorization_search boolean not null default false,
    drop constraint project_confirm_check,
    add constraint project_confirm_check check (confirm between 0 and 7);
grant update (authorization_days, authorization_uses, authorization_unlimited, authorization_limit,
    authorization_operations, authorization_form, authorization_search) on project to hufu_server;

create table delegation (
    project_id uuid not null references project,
    authorization_id uuid primary key,
    -- The one that was named by whoever began it is null where there is nobody of that work number: nobody is told.
    holder_id uuid,
    authorized_id uuid,
    begun_by text not null check (begun_by in ('holder', 'authorized')),
    named text not null check (octet_length(named) between 1 and 200),
    usage text not null check (usage in ('sign', 'decrypt')),
    operations bigint not null check (operations between 1 and 7),
    valid_from timestamptz not null,
    valid_until timestamptz not null,
    uses bigint not null check (uses >= 0), -- as agreed; 0: not counted
    -- What is left while no binding has it; null: not counted.
    uses_left count_of_uses,
    state text not null check (state in ('pending', 'confirmed', 'frozen', 'deleted')),
    ended text check (ended in ('refused', 'deleted')),
    reason text check (octet_length(reason) between 1 and 1000),
    remark text check (octet_length(remark) between 1 and 1000),
    key_id uuid, -- the holder's choice
    binding_id uuid,
    -- The window that was sealed into the binding's record; null: none was yet.
    sealed_from timestamptz,
    sealed_until timestamptz,
    told_end boolean not null default false,
    told_uses boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    state_changed_at timestamptz not null default clock_timestamp(),
    unique (project_id, authorization_id),
    check (valid_until > valid_from),
    check ((state = 'deleted') = (ended is not null)),
    check ((sealed_from is null) = (sealed_until is null)),
    check (case begun_by when 'holder' then holder_id else authorized_id end is not null),
    check (state in ('pending', 'deleted') or (holder_id is not null and authorized_id is not null and key_id is not null)),
    foreign key (project_id, holder_id) references account (project_id, account_id),
    foreign key (project_id, authorized_id) references account (project_id, account_id),
    foreign key (project_id, key_id) references key (project_id, key_id),
    foreign key (project_id, binding_id) references binding (project_id, binding_id)
) with (fillfactor = 70);
create unique index delegation_of_two on delegation (holder_id, authorized_id, usage) where state <> 'deleted';
create unique index delegation_of_holder_and_nobody on delegation (holder_id, named, usage)
    where state <> 'deleted' and authorized_id is null;
create unique index delegation_of_authorized_and_nobody on delegation (authorized_id, named, usage)
    where state <> 'deleted' and holder_id is null;
create index delegation_of_holder on delegation (holder_id, authorization_id);
create index delegation_of_authorized on delegation (authorized_id, authorization_id);
create unique index delegation_of_binding on delegation (binding_id) where binding_id is not null;
create index delegation_to_be_told on delegation (valid_until) where state = 'confirmed' and not told_end; -- soon to end

-- What decides stands on the binding. An authorization that is frozen freezes its binding beside what an operator does with the
-- key: neither undoes the other; standing is what comes of both.
alter table binding
    add authorization_id uuid,
    add authorization_operations bigint check (authorization_operations between 1 and 7),
    add authorization_frozen boolean not null default false,
    add authorization_uses_low bigint, -- so few are told of
    add standing text generated always as (case when authorization_frozen and state <> 'removed' then 'frozen' else state end) stored,
    add constraint binding_authorization check ((authorization_id is null or role = 'authorized')
        and (authorization_id is null) = (authorization_operations is null)),
    add foreign key (project_id, authorization_id) references delegation (project_id, authorization_id);

-- The other of the two accounts, where an authorized user acts for a holder or one of them does something with their
-- authorization; account_id is whoever acts.
alter table audit_event add party_id uuid;
alter table signature add party_id uuid;
create index audit_event_of_party on audit_event (party_id, at, event_id) where party_id is not null;

create index account_of_name on account (project_id, name text_pattern_ops) where state = 'active';

alter table attempt drop constraint attempt_kind_check,
    add constraint attempt_kind_check check (kind in ('authentication', 'code-account', 'code-mobile', 'unproved',
        'authorization-ask', 'authorization-search'));

grant select, insert on delegation to hufu_server;
grant update (valid_from, valid_until, uses, uses_left, state, ended, key_id, binding_id, sealed_from, sealed_until,
    told_end, told_uses, state_changed_at) on delegation to hufu_server;
grant update (valid_from, valid_until, authorization_frozen, authorization_uses_low) on binding to hufu_server;
grant select on delegation to hufu_auditor;
grant select (authorization_id, authorization_operations, authorization_frozen, standing) on binding to hufu_auditor;
