-- SPDX-License-Identifier: Apache-2.0
-- How people prove who they are: passwords, captchas, authentications, and the counts of tries.

-- A set of combinations: bit i is combination i of server/core/methods.h. hold_seconds: how long an authentication of a
-- session holds. lock_out: so many tries in so many minutes, then none is looked at. captcha_bits: work asked of whoever
-- begins without a session (0: none).
alter table project
    add methods_sign_in bigint not null default 56 check (methods_sign_in between 1 and 255),
    add methods_bind_device bigint not null default 16 check (methods_bind_device between 1 and 255),
    add methods_confirm bigint not null default 11 check (methods_confirm between 1 and 255),
    add methods_recover bigint not null default 2 check (methods_recover between 1 and 255),
    add hold_seconds bigint not null default 300 check (hold_seconds between 0 and 86400),
    add lock_out_tries bigint not null default 10 check (lock_out_tries between 1 and 10),
    add lock_out_minutes bigint not null default 60 check (lock_out_minutes between 60 and 1440),
    add captcha_bits bigint not null default 18 check (captcha_bits between 0 and 26),
    add remember_days bigint not null default 30 check (remember_days between 0 and 365);

grant update (methods_sign_in, methods_bind_device, methods_confirm, methods_recover, hold_seconds, lock_out_tries,
    lock_out_minutes, captcha_bits, remember_days) on project to hufu_server;

-- Argon2id in libsodium's text form, which holds parameters and salt.
create table password (
    project_id uuid not null,
    account_id uuid primary key,
    hash text not null check (hash like '$argon2id$%' and octet_length(hash) <= 128),
    -- An operator's one-time password: good for nothing but choosing another one, until then.
    initial_until timestamptz,
    set_at timestamptz not null default clock_timestamp(),
    foreign key (project_id, account_id) references account (project_id, account_id)
);

-- In place of the password, on one device: the token (32 random bytes) is worth nothing without the device's key.
create table remembered_password (
    project_id uuid not null,
    remembered_id uuid primary key,
    account_id uuid not null,
    device_id uuid not null,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    state text not null check (state in ('active', 'revoked')),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    foreign key (project_id, account_id) references account (project_id, account_id),
    foreign key (project_id, device_id) references device (project_id, device_id)
);
create unique index remembered_password_active on remembered_password (device_id) where state = 'active';
create index remembered_password_of_account on remembered_password (account_id) where state = 'active';

-- The moments of the last tries of somebody at something, in microseconds, so that no hour whatever has more of them than
-- are allowed. subject is a SHA-256 or a keyed hash: whether anybody has that number does not show.
create table attempt (
    project_id uuid not null references project,
    kind text not null check (kind in ('authentication', 'code-account', 'code-mobile')),
    subject bytea not null check (octet_length(subject) = 32),
    times bigint[] not null check (cardinality(times) <= 100),
    primary key (project_id, kind, subject)
) with (fillfactor = 50);

-- One moment an address (of IPv6, of its /64): how far ahead of the clock it has run by what it has asked for.
create table address_attempt (
    project_id uuid not null default '00000000-0000-0000-0000-000000000000' references project,
    address bytea primary key check (octet_length(address) = 16),
    ahead timestamptz not null
) with (fillfactor = 50);

-- Captchas that were answered: none is taken twice. One that was not answered stands nowhere.
create table captcha_spent (
    project_id uuid not null references project,
    captcha_id uuid primary key,
    expires_at timestamptz not null
);
create index captcha_spent_by_time on captcha_spent (expires_at);

-- account_id has no foreign key: rows for accounts that do not exist are written too, and the check of a key would take a time
-- that tells them apart.
create table authentication (
    project_id uuid not null references project,
    authentication_id uuid primary key,
    token_hash bytea not null unique check (octet_length(token_hash) = 32),
    subject bytea not null check (octet_length(subject) = 32), -- of project and work number
    account_id uuid, -- null: there is no such account, or it is not active; nobody is told
    purpose text not null check (purpose in ('bind-device', 'sign-in', 'confirm', 'recover')),
    session_id uuid, -- for which it holds
    qr_hash bytea check (octet_length(qr_hash) = 32), -- of what its QR code shows: another secret than the token
    device_key bytea check (octet_length(device_key) = 65), -- of the one device that may spend it
    -- Expiry is expires_at's alone: nothing has to happen for it.
    state text not null check (state in ('open', 'passed', 'spent', 'failed')),
    passed smallint not null default 0, -- methods, bit by bit
    tries smallint not null default 0 check (tries between 0 and 5),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    passed_at timestamptz, -- when the last method was passed
    check (state not in ('passed', 'spent') or passed_at is not null)
) with (fillfactor = 50);
create unique index authentication_by_qr on authentication (qr_hash) where qr_hash is not null;
create index authentication_by_time on authentication (expires_at);
create index authentication_of_account on authentication (account_id) where state in ('open', 'passed');
create index authentication_of_session on authentication (session_id) where session_id is not null;

grant select, insert, update (hash, initial_until, set_at), delete on password to hufu_server;
grant select, insert, update (state) on remembered_password to hufu_server;
grant select, insert, update (times), delete on attempt to hufu_server;
grant select, insert, update (ahead), delete on address_attempt to hufu_server;
grant select, insert, delete on captcha_spent to hufu_server;
grant select, insert, update (session_id, qr_hash, state, passed, tries, passed_at), delete on authentication to hufu_server;

grant select (project_id, account_id, initial_until, set_at) on password to hufu_auditor;
grant select (project_id, remembered_id, account_id, device_id, state, created_at, expires_at) on remembered_password
    to hufu_auditor;
