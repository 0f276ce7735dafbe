-- SPDX-License-Identifier: Apache-2.0
-- A project's events are found by the project, whatever the others have. This index takes the place of the one over time alone, so that
-- a signature makes as many entries as before; those of all projects are gathered from a page of each.
create index audit_event_of_project on audit_event (project_id, at, event_id);
drop index audit_event_by_time;
