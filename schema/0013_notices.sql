-- SPDX-License-Identifier: Apache-2.0
-- The outbox: messages to people, put in by the transaction that has the reason for them, and sent afterwards by the
-- couriers of any server, at least once, under the notice's id as idempotency key.

create table notice (
    project_id uuid not null references project,
    notice_id uuid primary key,
    account_id uuid, -- null: to somebody who has no account (yet)
    kind text not null check (kind in ('sms', 'email')),
    text_name text not null check (octet_length(text_name) between 1 and 48),
    -- waiting; then delivered (the outside service took it), refused (it never will) or expired.
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'refused', 'expired')),
    -- Recipient, text and what stands in it, sealed under the data key. Gone once the notice does not wait any more.
    sealed bytea check (octet_length(sealed) <= 8192),
    attempts integer not null default 0 check (attempts >= 0),
    failure text check (octet_length(failure) <= 64), -- of the last attempt
    created_at timestamptz not null default clock_timestamp(),
    -- When it is due, and, while a courier has it in hand, when it is due again should that one never come back.
    next_attempt_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null,
    ended_at timestamptz,
    check ((state = 'waiting') = (sealed is not null)),
    check ((state = 'waiting') = (ended_at is null)),
    unique (project_id, notice_id),
    foreign key (project_id, account_id) references account (project_id, account_id)
) with (fillfactor = 70);
create index notice_due on notice (next_attempt_at) where state = 'waiting';
create index notice_ended on notice (ended_at) where state <> 'waiting';

-- Removes what ended so many days ago. Runs with the owner's rights, since the server may delete nothing; it cannot touch
-- what waits, or what is younger than a day.
create function prune_notices(keep_days integer, at_most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    removed integer;
begin
    if keep_days < 1 or at_most not between 1 and 100000 then
        raise exception 'keep_days must be at least 1, at_most 1 to 100000';
    end if;
    with old as (
        select notice_id from notice where state <> 'waiting' and ended_at < now() - make_interval(days => keep_days)
        order by ended_at limit at_most for update skip locked)
    delete from notice n using old where n.notice_id = old.notice_id;
    get diagnostics removed = row_count;
    return removed;
end
$$;
revoke all on function prune_notices(integer, integer) from public;

grant select, insert on notice to hufu_server;
grant update (state, sealed, attempts, failure, next_attempt_at, ended_at) on notice to hufu_server;
grant execute on function prune_notices(integer, integer) to hufu_server;
grant select (project_id, notice_id, account_id, kind, text_name, state, attempts, failure, created_at, next_attempt_at,
    expires_at, ended_at) on notice to hufu_auditor;
