-- SPDX-License-Identifier: Apache-2.0
-- Refusals of a session's token without a proof are counted, so that the audit trail takes so many an hour alone.
alter table attempt drop constraint attempt_kind_check;
alter table attempt add constraint attempt_kind_check
    check (kind in ('authentication', 'code-account', 'code-mobile', 'unproved'));
