-- SPDX-License-Identifier: Apache-2.0
-- Operators' lists are walked in the order of an index that begins with what was asked for, so that a page costs what its rows cost,
-- whatever other projects have.

-- Of any state: account_of_work_number has the living alone.
create index account_by_work_number on account (work_number, account_id);
-- Requests that wait for an operator, of one project or of all, are few among the accounts of years.
create index account_inactive on account (state, account_id) where state <> 'active';
create index account_inactive_of_project on account (project_id, state, account_id) where state <> 'active';
create index session_open_of_project on session (project_id, session_id) where state = 'open';
