-- SPDX-License-Identifier: Apache-2.0
-- So many signatures are counted whenever a device looks at its keys, so there must not be too many of them.
update project set refresh_signatures = 10000 where refresh_signatures > 10000;
alter table project drop constraint project_refresh_signatures_check;
alter table project add constraint project_refresh_signatures_check check (refresh_signatures between 0 and 10000);
