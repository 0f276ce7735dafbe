-- SPDX-License-Identifier: Apache-2.0
-- Whether a holder may unlock the PIN of the device in hand by password and SMS code; another device, and an operator, may anyway.
alter table project add pin_unlock boolean not null default false;
grant update (pin_unlock) on project to hufu_server;
