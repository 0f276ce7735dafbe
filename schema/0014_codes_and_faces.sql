-- SPDX-License-Identifier: Apache-2.0
-- Codes by SMS, and pictures of faces.

-- Codes of six digits, hashed with a key: 10^6 hashes are no obstacle.
create table code (
    project_id uuid not null references project,
    code_id uuid primary key,
    scope text not null check (scope in ('authentication', 'mobile')),
    subject bytea not null check (octet_length(subject) = 32),
    code_hash bytea not null check (octet_length(code_hash) = 32),
    state text not null check (state in ('sent', 'used', 'exhausted', 'replaced')),
    tries smallint not null default 0 check (tries between 0 and 5),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    check (state <> 'sent' or tries < 5)
) with (fillfactor = 70);
create unique index code_sent on code (project_id, scope, subject) where state = 'sent';
create index code_by_time on code (expires_at);

grant select, insert, update (state, tries), delete on code to hufu_server;

-- The picture that faces are compared with, sealed (server/core/personal.h).
create table face (
    project_id uuid not null,
    account_id uuid primary key,
    picture_sealed bytea not null check (octet_length(picture_sealed) between 41 and 65576),
    enrolled_at timestamptz not null default clock_timestamp(),
    foreign key (project_id, account_id) references account (project_id, account_id)
);
alter table face alter column picture_sealed set storage external;

grant select, insert, update (picture_sealed, enrolled_at), delete on face to hufu_server;
grant select (project_id, account_id, enrolled_at) on face to hufu_auditor;
