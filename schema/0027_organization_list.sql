-- SPDX-License-Identifier: Apache-2.0
-- Whether anybody may see the names of a project's organizations, to choose one.
alter table project add organization_list boolean not null default true;
grant update (organization_list) on project to hufu_server;
