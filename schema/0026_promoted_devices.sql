-- SPDX-License-Identifier: Apache-2.0
-- The order that makes a secondary device its account's primary.
grant update (role) on device to hufu_server;
