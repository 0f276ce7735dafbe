-- SPDX-License-Identifier: Apache-2.0
-- Holders are found by any part of their name. An index over trigrams would not serve names of two or three Chinese characters: this one
-- is over all pairs of neighbouring characters.
create function name_pairs(name text) returns text[]
    language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
    select array(select distinct substr(lower(name), i, 2) from generate_series(1, char_length(name) - 1) i)
$$;
create index account_by_name_pairs on account using gin (name_pairs(name)) where state = 'active';
drop index account_of_name;
