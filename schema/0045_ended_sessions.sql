-- SPDX-License-Identifier: Apache-2.0
-- Sessions whose time was over so many days ago are removed; until then use records tell their application. Runs with the owner's
-- rights, since the server may delete no session; it cannot touch one whose time is not over, or was less than a month ago.
create index session_by_end on session (expires_at);

create function prune_sessions(keep_days integer, at_most integer) returns integer
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    removed integer;
begin
    if keep_days < 30 or at_most not between 1 and 100000 then
        raise exception 'keep_days must be at least 30, at_most 1 to 100000';
    end if;
    with old as (
        select session_id from session where expires_at < now() - make_interval(days => keep_days)
        order by expires_at limit at_most for update skip locked)
    delete from session s using old where s.session_id = old.session_id;
    get diagnostics removed = row_count;
    return removed;
end
$$;
revoke all on function prune_sessions(integer, integer) from public;
grant execute on function prune_sessions(integer, integer) to hufu_server;
