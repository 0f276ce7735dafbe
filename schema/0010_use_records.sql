-- SPDX-License-Identifier: Apache-2.0
-- Rules for what belongs to the days of a project's people: how long a session lasts, and where a day of use records begins.

alter table project
    add time_zone text not null default 'Asia/Shanghai' check (time_zone in ('Asia/Shanghai', 'Asia/Urumqi',
        'Asia/Hong_Kong', 'Asia/Macau', 'Asia/Singapore', 'UTC')),
    add session_days bigint not null default 90 check (session_days between 1 and 3650);

-- In the order in which an account's events are shown, so that a page is a stretch of it whatever else the table holds.
create index audit_event_of_account_in_order on audit_event (account_id, at, event_id);
drop index audit_event_of_account;

grant update (time_zone, session_days) on project to hufu_server;
