-- SPDX-License-Identifier: Apache-2.0
-- A secondary device can be made its account's primary; each of its keys' records is then sealed anew with that role, by a refresh
-- of the device. role is that of the record; next_role that of the next one, where the refresh asked for another.
alter table binding
    add next_role text check (next_role = 'primary'),
    add constraint binding_next_role check (next_role is null or next_record is not null);

grant update (role, next_role) on binding to hufu_server;
grant select (next_role) on binding to hufu_auditor;
