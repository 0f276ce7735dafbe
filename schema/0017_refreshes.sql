-- SPDX-License-Identifier: Apache-2.0
-- When halves are to be renewed, by the device itself: days or signatures after the last time, 0 for never by that measure.
-- The server says when it is due; the device makes the refresh.

alter table project
    add refresh_days bigint not null default 30 check (refresh_days between 0 and 3650),
    add refresh_signatures bigint not null default 0 check (refresh_signatures between 0 and 1000000);
alter table binding add refreshed_at timestamptz not null default clock_timestamp();

grant update (refresh_days, refresh_signatures) on project to hufu_server;
grant update (refreshed_at) on binding to hufu_server;
grant select (refreshed_at) on binding to hufu_auditor;
