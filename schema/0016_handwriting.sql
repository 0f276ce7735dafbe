-- SPDX-License-Identifier: Apache-2.0
-- An account's handwritten signature: its strokes, sealed under a key that is not in the database.

create table handwriting (
    project_id uuid not null,
    account_id uuid primary key,
    sealed bytea not null check (octet_length(sealed) between 41 and 32768),
    created_at timestamptz not null default clock_timestamp(), -- of these strokes, not of the first
    foreign key (project_id, account_id) references account (project_id, account_id)
);
alter table handwriting alter column sealed set storage external;

-- What somebody takes back is gone.
grant select, insert, delete, update (sealed, created_at) on handwriting to hufu_server;
