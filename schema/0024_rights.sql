-- SPDX-License-Identifier: Apache-2.0
-- The server replaces a password or a face; it deletes neither.
revoke delete on password, face from hufu_server;
