-- SPDX-License-Identifier: Apache-2.0
-- A table's checks are read back from their text by every statement that writes the table, whatever it writes: ten of them cost a signature
-- whose use is counted more than all else that its update does. A trigger that names the columns costs nothing where
-- none of them is set; one before the row would have the row locked once more and its generated column made anew.
create function check_binding() returns trigger
    language plpgsql set search_path = public, pg_temp as $$
begin
    if (new.role in ('primary', 'secondary', 'authorized')
        and (new.authorization_id is null or new.role = 'authorized')
        and (new.authorization_id is null) = (new.authorization_operations is null)
        and coalesce(new.authorization_operations between 1 and 7, true)
        and (new.next_record is null) = (new.next_request_time is null)
        and (new.next_record is null or new.record is not null)
        and (new.next_role is null or new.next_role = 'primary' and new.next_record is not null)
        and (new.pending_record is null) = (new.pending_request_id is null)
        and (new.pending_record is null) = (new.pending_until is null)
        and new.policy_number >= 0
        and case new.state when 'active' then new.record is not null when 'frozen' then new.record is not null
            when 'waiting' then new.record is null or new.handover_until is not null else new.record is null end) is not true then
        raise exception 'a row of binding that does not hold together' using errcode = 'check_violation', table = 'binding',
            constraint = 'binding_whole';
    end if;
    return null;
end
$$;
revoke all on function check_binding() from public;
create trigger binding_whole after insert or update of role, state, record, next_record, next_request_time, next_role, pending_record,
    pending_request_id, pending_until, handover_until, authorization_id, authorization_operations, policy_number on binding
    for each row execute function check_binding();
alter table binding drop constraint binding_role_check, drop constraint binding_authorization,
    drop constraint binding_authorization_operations_check, drop constraint binding_check1, drop constraint binding_check2,
    drop constraint binding_check3, drop constraint binding_next_role, drop constraint binding_next_role_check,
    drop constraint binding_policy_number_check, drop constraint binding_record;
