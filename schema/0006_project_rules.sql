-- SPDX-License-Identifier: Apache-2.0
-- The rules of a project, one column each: a choice is text, a number bigint, a switch boolean, a set of names bigint (bit i:
-- name i). server/store/project_rules.c has a row for each. A rule has a default that suits a project which says nothing.

alter table project
    add signup text not null default 'off' check (signup in ('off', 'operator', 'automatic')),
    add language text not null default 'zh-CN' check (language in ('zh-CN', 'en'));

grant update (signup, language) on project to hufu_server;
