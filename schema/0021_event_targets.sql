-- SPDX-License-Identifier: Apache-2.0
-- The device that something was done to, where that is another than the one that did it (device_id, of actor 'device'): who uses
-- the keys, and when a device was used last, is read from device_id.
alter table audit_event add target_id uuid;
