-- SPDX-License-Identifier: Apache-2.0
-- By what whoever asked for an account asks what became of it: the hash of a token of theirs, the same for all requests of one phone.
alter table account add request_hash bytea check (octet_length(request_hash) = 32);
create index account_of_request on account (request_hash) where request_hash is not null;
grant update (request_hash) on account to hufu_server;
