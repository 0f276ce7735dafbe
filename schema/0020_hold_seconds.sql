-- SPDX-License-Identifier: Apache-2.0
-- What is to be done behind an authentication takes a moment: with 0 it could not be done at all.
update project set hold_seconds = 60 where hold_seconds < 60;
alter table project drop constraint project_hold_seconds_check,
    add constraint project_hold_seconds_check check (hold_seconds between 60 and 86400);
