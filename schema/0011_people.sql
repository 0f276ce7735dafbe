-- SPDX-License-Identifier: Apache-2.0
-- Organizations, and what is known of people besides their name and work number. What is personal stands here sealed under
-- keys that are not in the database (server/core/personal.h), and beside it a keyed hash by which it is found.

create table organization (
    project_id uuid not null references project,
    organization_id uuid primary key,
    name text not null check (octet_length(name) between 1 and 200),
    credit_code text check (octet_length(credit_code) = 18), -- unified social credit code, GB 32100
    created_at timestamptz not null default clock_timestamp(),
    unique (project_id, organization_id),
    unique (project_id, name),
    unique (project_id, credit_code)
);

create domain personal_hash as bytea check (octet_length(value) = 32);
create domain personal_text as text check (octet_length(value) between 1 and 1000);

alter table account
    add organization_id uuid,
    add mobile_sealed bytea check (octet_length(mobile_sealed) between 41 and 64),
    add mobile_hash personal_hash,
    add identity_kind text check (identity_kind in ('resident-card', 'passport', 'hong-kong-macao-permit', 'taiwan-permit',
        'permanent-residence', 'military-card', 'other')),
    add identity_sealed bytea check (octet_length(identity_sealed) between 41 and 80),
    add identity_hash personal_hash,
    add email_sealed bytea check (octet_length(email_sealed) between 41 and 320),
    add email_hash personal_hash,
    add department personal_text,
    add occupation personal_text,
    add country personal_text,
    add province personal_text,
    add city personal_text,
    add sex text check (sex in ('male', 'female')),
    add remark personal_text,
    -- Who asked for the account: the person, or an operator, who made it at once.
    add requested boolean not null default false,
    add refusal personal_text, -- why a request was refused; told to the person
    add foreign key (project_id, organization_id) references organization (project_id, organization_id),
    add check ((mobile_sealed is null) = (mobile_hash is null)),
    add check ((identity_sealed is null) = (identity_hash is null) and (identity_sealed is null) = (identity_kind is null)),
    add check ((email_sealed is null) = (email_hash is null));

-- A work number belongs to one living account. Requests may name any: that theirs is taken is told by an operator, not by
-- the database to whoever asks. One that was closed gives it free.
alter table account drop constraint account_project_id_work_number_key;
create unique index account_of_work_number on account (project_id, work_number) where state in ('active', 'suspended');
create index account_of_mobile on account (project_id, mobile_hash) where mobile_hash is not null;
create index account_of_identity on account (project_id, identity_hash) where identity_hash is not null;
create index account_of_organization on account (organization_id) where organization_id is not null;

create table seal_picture (
    project_id uuid not null,
    account_id uuid primary key,
    picture_sealed bytea not null check (octet_length(picture_sealed) between 41 and 65576),
    created_at timestamptz not null default clock_timestamp(),
    foreign key (project_id, account_id) references account (project_id, account_id)
);
alter table seal_picture alter column picture_sealed set storage external;

grant select, insert on organization, seal_picture to hufu_server;
grant update (organization_id, refusal) on account to hufu_server;

-- The auditor sees whether there is something, and nothing of it.
revoke select on account from hufu_auditor;
grant select (project_id, account_id, name, work_number, organization, organization_id, subject, state, identity_kind,
    department, occupation, requested, refusal, created_at, state_changed_at) on account to hufu_auditor;
grant select on organization to hufu_auditor;
