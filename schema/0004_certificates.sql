-- SPDX-License-Identifier: Apache-2.0
-- Certificates and revocation lists. The keys of the CAs are the private-key process's.

create table certificate (
    project_id uuid not null,
    certificate_id uuid primary key,
    account_id uuid not null,
    key_id uuid not null,
    ca text not null check (octet_length(ca) between 1 and 16),
    serial bytea not null check (octet_length(serial) = 16),
    certificate bytea not null, -- DER
    state text not null check (state in ('valid', 'revoked')),
    not_before timestamptz not null,
    not_after timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    revocation_reason smallint, -- CRLReason of RFC 5280
    unique (ca, serial),
    check ((state = 'revoked') = (revoked_at is not null)),
    check ((state = 'revoked') = (revocation_reason is not null)),
    foreign key (project_id, account_id) references account (project_id, account_id),
    foreign key (project_id, key_id) references key (project_id, key_id)
);
create unique index certificate_valid_of_key on certificate (key_id, ca) where state = 'valid';
create index certificate_revoked on certificate (ca) where state = 'revoked';

create table crl (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    ca text not null check (octet_length(ca) between 1 and 16),
    number bigint not null check (number > 0),
    this_update timestamptz not null,
    next_update timestamptz not null,
    crl bytea not null, -- DER
    created_at timestamptz not null default clock_timestamp(),
    primary key (ca, number),
    check (next_update > this_update)
);
alter table crl alter column crl set storage external;
