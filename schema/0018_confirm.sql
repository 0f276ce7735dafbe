-- SPDX-License-Identifier: Apache-2.0
-- What a session may do only after an authentication (bit 0: handwriting, bit 1: signing out).

alter table project add confirm bigint not null default 0 check (confirm between 0 and 3);

grant update (confirm) on project to hufu_server;
