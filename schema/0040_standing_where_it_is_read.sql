-- SPDX-License-Identifier: Apache-2.0
-- A generated column's expression is read back from its text by every update of its table, whether it is made anew or not: a
-- fifth of what a signature took longer whose use is counted. A function is written into the statement that calls it when that is planned.
create function standing(state text, authorization_frozen boolean) returns text
    language sql immutable parallel safe
    as $$ select case when authorization_frozen and state <> 'removed' then 'frozen' else state end $$;
revoke all on function standing(text, boolean) from public;
grant execute on function standing(text, boolean) to hufu_server, hufu_auditor;
alter table binding drop column standing;
