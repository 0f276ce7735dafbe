-- SPDX-License-Identifier: Apache-2.0
-- The other person is told of each change of an authorization: so many a day.
alter table attempt drop constraint attempt_kind_check,
    add constraint attempt_kind_check check (kind in ('authentication', 'code-account', 'code-mobile', 'unproved',
        'authorization-ask', 'authorization-search', 'authorization-change'));
