-- SPDX-License-Identifier: Apache-2.0
-- Tries that count no longer are found by the day, and an address that is not ahead of the clock any more by the hour. An index over the moments
-- themselves would have every try write entries anew; over these, the first of a day or hour does, and the others
-- change their row within its page.
alter table attempt add last_day integer not null generated always as
    ((coalesce(times[cardinality(times)], 0) / 86400000000)::integer) stored;
create index attempt_by_last_day on attempt (last_day);
alter table address_attempt add ahead_hour timestamp not null generated always as
    (date_trunc('hour', ahead at time zone 'UTC')) stored;
create index address_attempt_by_hour on address_attempt (ahead_hour);
