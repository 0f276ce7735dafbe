-- SPDX-License-Identifier: Apache-2.0
-- The key under which hufu-server keeps what is personal: sealed, so that only hufu-hsm opens it. There is one; of several
-- servers that start at once the first makes it, by this index.

create table data_key (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    data_key_id uuid primary key,
    sealed sealed_record not null,
    created_at timestamptz not null default clock_timestamp()
);
create unique index data_key_is_one on data_key ((true));

grant select, insert on data_key to hufu_server;
grant select (project_id, data_key_id, created_at) on data_key to hufu_auditor;
