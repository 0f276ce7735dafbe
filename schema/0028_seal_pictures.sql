-- SPDX-License-Identifier: Apache-2.0
-- An operator takes a seal's picture away.
grant delete on seal_picture to hufu_server;
