-- SPDX-License-Identifier: Apache-2.0
-- When an end is told of: three days before it, or when a tenth of the window is left, whichever is later. Found by that moment, those that
-- are not due are not looked at, however many end in the next three days. In UTC, where a day has 24 hours and the sum can be stored.
alter table delegation add remind_at timestamptz generated always as ((valid_until at time zone 'UTC'
    - least(interval '72 hours', (valid_until - valid_from) / 10)) at time zone 'UTC') stored;
drop index delegation_to_be_told;
create index delegation_to_be_told on delegation (remind_at) where state = 'confirmed' and not told_end;
