-- SPDX-License-Identifier: Apache-2.0
-- What the running server and an auditor may do. Nobody but the owner may delete, truncate or define anything; what never
-- changes (whose key it is, which device, which code) cannot be changed by the server either.

grant usage on schema public to hufu_server, hufu_auditor;

grant select, insert on project, account, activation, device, session, key, binding, service_key, request, signature,
    audit_event, certificate, crl to hufu_server;
grant select, update (done_until) on maintenance to hufu_server;

grant update (state, state_changed_at) on account to hufu_server;
grant update (state, tries, redeemed_at, device_id) on activation to hufu_server;
grant update (state, account_state, pin_failures, pin_failures_life, locked) on device to hufu_server;
grant update (state) on session to hufu_server;
grant update (state, public_key) on key to hufu_server;
grant update (state, account_state, key_state, generation, record, next_record, next_request_time, pending_record,
    pending_request_id, pending_until, uses_left) on binding to hufu_server;
grant update (answer) on request to hufu_server;
grant update (state, revoked_at, revocation_reason) on certificate to hufu_server;
grant execute on function make_partitions(integer) to hufu_server;

grant select on project, account, key, signature, audit_event, certificate, crl, maintenance to hufu_auditor;
grant select (project_id, device_id, account_id, device_key, name, model, state, account_state, pin_failures,
    pin_failures_life, pin_limit, pin_life_limit, locked, created_at) on device to hufu_auditor;
grant select (project_id, binding_id, key_id, device_id, account_id, role, state, account_state, key_state, generation,
    next_request_time, pending_until, valid_from, valid_until, uses_left, created_at) on binding to hufu_auditor;
grant select (project_id, binding_id, request_id, operation, frame_hash, outcome, pin_failures_before, tries_left, at)
    on request to hufu_auditor;
grant select (project_id, session_id, account_id, device_id, state, created_at, expires_at) on session to hufu_auditor;
grant select (project_id, activation_id, account_id, state, tries, tries_limit, created_at, expires_at, redeemed_at,
    device_id) on activation to hufu_auditor;
grant select (project_id, service_key_id, statement, signature, valid_from, valid_until) on service_key to hufu_auditor;
