-- SPDX-License-Identifier: Apache-2.0
-- With the holder's last half of a key its authorizations end.
alter table delegation drop constraint delegation_ended_check,
    add constraint delegation_ended_check check (ended in ('refused', 'deleted', 'key'));
