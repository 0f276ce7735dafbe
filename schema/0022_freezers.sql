-- SPDX-License-Identifier: Apache-2.0
-- Who froze a device: what an operator froze, an operator unfreezes. Of those that are frozen already nobody knows: an operator's.
alter table device add frozen_by text check (frozen_by in ('operator', 'device'));
update device set frozen_by = 'operator' where state = 'frozen';

grant update (frozen_by) on device to hufu_server;
grant select (frozen_by) on device to hufu_auditor;
