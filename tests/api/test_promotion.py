# SPDX-License-Identifier: Apache-2.0
"""Losing the primary (A7, A9): another active device takes its place, by its holder's password and SMS code."""

import re

import pytest

import authentication
import noon
import phone as phone_module
import wire
from authentication import GOOD_PASSWORD, confirm
from test_devices import SECONDARY_PIN, Binding, bound_by, device_id, hand_over, new_code, proven, reachable, session_of, verified


@pytest.fixture(scope="module")
def devices_project(stack):
    """A project with secondary devices."""
    project = stack.admin.post("/admin/v1/projects", {"name": "Project that loses primaries"}).ok(201)
    change = {"device_mode": "primary", "secondary_limit": 3, "captcha_bits": 8, "time_zone": noon.NAME}
    stack.admin.patch("/admin/v1/projects/" + project["id"], change).ok()
    return project


def id_of(session):
    return session.answer["device"]["id"]


def path_of(session):
    return f"/v1/devices/{id_of(session)}/promote"


def given_half(stack, session, key, role="secondary"):
    """As if a half of the key had been handed over to the device: what is asked of records here stands in the database."""
    stack.sql("UPDATE device SET state = 'active' WHERE device_id = '%s'" % id_of(session))
    stack.sql("INSERT INTO binding (project_id, binding_id, key_id, device_id, account_id, role, state, account_state, key_state, "
              "generation, record) SELECT project_id, gen_random_uuid(), key_id, '%s', account_id, '%s', 'active', account_state, "
              "key_state, 1, 'r' FROM binding WHERE key_id = '%s' AND role = 'primary'" % (id_of(session), role, key))


@pytest.fixture
def primary(stack, public, reachable):
    session = session_of(public, reachable["activation"]["text"])
    session.key = session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)["key_id"]
    stack.sql("UPDATE binding SET state = 'active', record = 'r' WHERE key_id = '%s'" % session.key)
    return session


@pytest.fixture
def second(stack, public, reachable, new_code, primary):
    session = session_of(public, new_code(reachable))
    given_half(stack, session, primary.key)
    return session


def order(second, lost, token):
    body = dict(token, lost=id_of(lost)) if lost else token
    return second.post(path_of(second), body)


def roles(stack, user):
    rows = stack.sql("SELECT device_id || ' ' || role || ' ' || state FROM device WHERE account_id = '%s'" % user["account"]["id"])
    return {row.split()[0]: tuple(row.split()[1:]) for row in rows.splitlines()}


def test_a9_a_secondary_takes_the_place_of_a_lost_primary(stack, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    last = inbox.last
    done = order(second, primary, token).ok()
    assert (done["device"]["id"], done["device"]["role"], done["device"]["this"]) == (id_of(second), "primary", True)
    assert (done["lost"]["id"], done["lost"]["state"], done["dead_keys"]) == (id_of(primary), "removed", [])
    primary.get("/v1/devices").problem(401, "unauthenticated")
    assert [(device["id"], device["role"]) for device in second.get("/v1/devices").ok()["devices"]] == [(id_of(second), "primary")]
    # The holder is told of both, in no words of a device's.
    told = inbox.wait(reachable["mobile_number"], count=2, after=last)
    assert sorted(message["template"] for message in told) == ["device-promoted", "device-removed"]
    assert not any(message["values"] for message in told)
    # Its key waits to be sealed anew, which the device asks for.
    key = second.get("/v1/keys/" + primary.key).ok()
    assert (key["role"], key["refresh"]["due"], key["refresh"]["role"]) == ("secondary", True, "primary")
    # The primary makes keys.
    second.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)


def test_a9_a_key_says_nothing_of_a_role_before(primary, second):
    for session in (primary, second):
        assert "role" not in session.get("/v1/keys/" + primary.key).ok()["refresh"]


def test_a9_keys_that_the_lost_primary_alone_had_are_named(stack, inbox, reachable, primary, second):
    other = primary.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)["key_id"]
    stack.sql("UPDATE binding SET state = 'active', record = 'r' WHERE key_id = '%s'" % other)
    assert order(second, primary, proven(second, inbox, reachable)).ok()["dead_keys"] == [other]


def test_a9_password_and_sms_code_are_both_needed_and_a_refusal_spends_nothing(stack, inbox, reachable, primary, second):
    second.post(path_of(second), {"lost": id_of(primary)}).problem(400, "missing-field")
    order(second, primary, {"authentication": wire.encode(bytes(32))}).problem(403, "authentication-needed")
    refused = order(second, primary, proven(second, inbox, reachable, sms=False)).problem(403, "authentication-needed")
    assert refused["methods"] == ["sms"]
    authentication.forget_tries(stack)
    refused = order(second, primary, proven(second, inbox, reachable, password=False)).problem(403, "authentication-needed")
    assert refused["methods"] == ["password"]
    authentication.forget_tries(stack)
    token = proven(second, inbox, reachable)
    order(second, None, token).problem(409, "conflict")
    order(second, second, token).problem(409, "conflict")
    assert roles(stack, reachable)[id_of(primary)] == ("primary", "active")
    order(second, primary, token).ok()
    order(second, primary, token).problem(403, "authentication-needed")


def test_a9_a_wrong_sms_code_is_counted_and_promotes_nobody(stack, inbox, reachable, primary, second):
    begun = confirm(second)
    begun.password(GOOD_PASSWORD).ok()
    last = inbox.last
    begun.send_code().ok(201)
    right = inbox.code(reachable["mobile_number"], after=last)
    wrong = "000000" if right != "000000" else "000001"
    for _ in range(5):
        begun.sms(wrong).problem(403, "authentication-failed")
    begun.sms(right).problem(403, "authentication-failed")
    assert stack.sql("SELECT tries FROM authentication WHERE token_hash = sha256('\\x%s')" % wire.decode(begun.token).hex()) == "5"
    order(second, primary, {"authentication": begun.token}).problem(403, "authentication-needed")
    assert roles(stack, reachable)[id_of(primary)] == ("primary", "active")


def test_a9_another_devices_authentication_promotes_nobody(inbox, reachable, primary, second):
    order(second, primary, proven(primary, inbox, reachable)).problem(403, "authentication-needed")


@pytest.mark.parametrize("state", ["waiting", "frozen"])
def test_a9_a_device_that_is_not_active_does_not_promote_itself(stack, inbox, reachable, primary, second, state):
    token = proven(second, inbox, reachable)
    stack.sql("UPDATE device SET state = '%s' WHERE device_id = '%s'" % (state, id_of(second)))
    assert order(second, primary, token).problem(403, "binding-not-active")["state"] == state
    assert roles(stack, reachable)[id_of(primary)] == ("primary", "active")


def test_a9_a_secondary_that_the_primary_froze_does_not_promote_itself(stack, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    primary.post(f"/v1/devices/{id_of(second)}/freeze").ok()
    order(second, primary, token).problem(403, "binding-not-active")
    second.post("/v1/account/authentications").problem(403, "binding-not-active")
    primary.post(f"/v1/devices/{id_of(second)}/unfreeze").ok()
    order(second, primary, token).ok()


def test_a9_a_removed_device_promotes_nobody(admin, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    admin.delete("/admin/v1/devices/" + id_of(second)).ok()
    order(second, primary, token).problem(401, "unauthenticated")


def test_a9_the_primary_promotes_neither_itself_nor_another(inbox, reachable, primary, second):
    token = proven(primary, inbox, reachable)
    order(primary, primary, token).problem(409, "conflict")
    primary.post(path_of(second), dict(token, lost=id_of(primary))).problem(403, "not-allowed")


def test_a9_a_stranger_finds_no_such_device(inbox, public, admin, reachable, primary, second, new_user, devices_project):
    stranger = session_of(public, new_user(project=devices_project["id"])["activation"]["text"])
    stranger.post(path_of(second), {"authentication": wire.encode(bytes(32)), "lost": id_of(primary)}).problem(
        403, "authentication-needed")
    token = proven(second, inbox, reachable)
    second.post(f"/v1/devices/{id_of(stranger)}/promote", token).problem(404, "not-found")


def test_a9_a_locked_pin_promotes_nobody(stack, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    stack.sql("UPDATE device SET locked = true WHERE device_id = '%s'" % id_of(second))
    order(second, primary, token).problem(403, "pin-locked")


def test_a9_a_suspended_accounts_devices_promote_nobody(admin, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    admin.post(f"/admin/v1/users/{reachable['account']['id']}/suspend").ok()
    assert order(second, primary, token).problem(403, "account-not-active")["state"] == "suspended"


def test_a9_a_project_of_single_devices_has_no_other_primary(admin, inbox, devices_project, reachable, primary, second):
    token = proven(second, inbox, reachable)
    path = "/admin/v1/projects/" + devices_project["id"]
    admin.patch(path, {"device_mode": "single"}).ok()
    try:
        order(second, primary, token).problem(403, "not-allowed")
    finally:
        admin.patch(path, {"device_mode": "primary"}).ok()


def test_a9_an_authorized_persons_half_makes_no_primary(stack, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    stack.sql("UPDATE binding SET role = 'authorized' WHERE device_id = '%s'" % id_of(second))
    order(second, primary, token).problem(403, "not-allowed")


def test_a9_of_two_that_replace_the_same_primary_the_second_is_told(stack, public, inbox, reachable, primary, second, new_code):
    third = session_of(public, new_code(reachable))
    given_half(stack, third, primary.key)
    tokens = [proven(second, inbox, reachable)]
    authentication.forget_tries(stack)
    tokens.append(proven(third, inbox, reachable))
    order(second, primary, tokens[0]).ok()
    order(third, primary, tokens[1]).problem(409, "conflict")
    # Its holder, who sees who is the primary now, can still mean it.
    order(third, second, tokens[1]).ok()
    assert roles(stack, reachable) == {id_of(primary): ("primary", "removed"), id_of(second): ("primary", "removed"),
                                       id_of(third): ("primary", "active")}


def test_a9_without_a_primary_none_is_named(stack, admin, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    admin.delete("/admin/v1/devices/" + id_of(primary)).ok()
    order(second, primary, token).problem(409, "conflict")
    done = order(second, None, token).ok()
    assert "lost" not in done and done["dead_keys"] == []
    assert roles(stack, reachable)[id_of(second)] == ("primary", "active")


def test_a9_the_order_and_what_it_ends_are_events(stack, inbox, reachable, primary, second):
    token = proven(second, inbox, reachable)
    order(second, None, token).problem(409, "conflict")
    order(second, primary, token).ok()
    events = stack.sql("SELECT action || ' ' || outcome || ' ' || coalesce(target_id::text, '-') FROM audit_event WHERE device_id = "
                       "'%s' AND actor = 'device' AND binding_id IS NULL AND action IN ('device.promote', 'device.remove') ORDER BY at, "
                       "event_id" % id_of(second)).splitlines()
    assert sorted(events) == sorted(["device.promote conflict -", "device.promote ok -", "device.remove ok " + id_of(primary)])


# ---- With phones ----

def code_sent(inbox, user):
    """For a phone that asks for it in its turn."""
    last = inbox.last
    return lambda: inbox.code(user["mobile_number"], after=last)


@pytest.fixture
def first_phone(reachable):
    phone = phone_module.Phone()
    phone.user = reachable
    phone.pin = phone_module.PIN
    phone.enrol(reachable["activation"]["text"])
    return phone


@pytest.fixture
def second_phone(first_phone, new_code):
    phone = bound_by(first_phone, new_code(first_phone.user))
    phone.user, phone.pin = first_phone.user, SECONDARY_PIN
    return phone


def become_primary(phone, inbox, **kwargs):
    return phone.do("devices", "primary", pin=phone.pin, passwords=[GOOD_PASSWORD, code_sent(inbox, phone.user)], **kwargs)


def records_of(stack, phone):
    """Role and generation of each key's record, as the service has them."""
    return stack.sql("SELECT string_agg(role || ' ' || generation, ',' ORDER BY key_id) FROM binding WHERE device_id = '%s' AND "
                     "state = 'active'" % device_id(phone))


def test_a9_a_phone_takes_the_place_of_a_lost_one_and_hands_over_to_a_third(stack, inbox, first_phone, second_phone, new_code):
    certificate, _ = first_phone.certificates()
    lost = device_id(first_phone)
    assert records_of(stack, second_phone) == "secondary 1"
    said = become_primary(second_phone, inbox)
    assert re.search("it is removed for good:\n" + lost, said)
    assert lost in said and "is removed:" in said and "This device is the account's primary" in said
    assert not re.search(r"\bdead\b", said)  # an id may hold these letters
    assert records_of(stack, second_phone) == "primary 2"
    assert [line.split()[1] for line in second_phone.do("devices").splitlines()] == ["primary"]
    # The lost phone's half is worthless, also with a session of its own again.
    first_phone.sign(b"x", status=phone_module.REFUSED)
    stack.sql("UPDATE session SET state = 'open' WHERE device_id = '%s'" % lost)
    first_phone.sign(b"x", status=phone_module.REFUSED)
    assert stack.sql("SELECT count(*) FROM binding WHERE device_id = '%s' AND record IS NOT NULL" % lost) == "0"
    # Handing over is the new primary's.
    third_phone = bound_by_primary(second_phone, new_code(second_phone.user))
    assert verified(second_phone, b"by the new primary", certificate)
    assert verified(third_phone, b"by the third phone", certificate)


def bound_by_primary(primary, code):
    """By hand-over from a primary with a PIN of its own."""
    phone = phone_module.Phone()
    phone.user, phone.pin = primary.user, SECONDARY_PIN
    binding = Binding(phone, code)
    assert binding.code, binding.process.stderr.read()
    binding.finish(hand_over(primary, binding.code, pin=primary.pin))
    return phone


def test_a9_before_that_it_hands_nothing_over(inbox, first_phone, second_phone, new_code):
    phone = phone_module.Phone()
    binding = Binding(phone, new_code(first_phone.user))
    assert "not-allowed" in hand_over(second_phone, binding.code, pin=SECONDARY_PIN, status=phone_module.REFUSED)
    binding.process.kill()
    binding.process.communicate()


def test_a9_the_new_primary_makes_keys(stack, inbox, first_phone, second_phone):
    second_phone.do("enrol", "--decrypt-key", pin=SECONDARY_PIN, status=phone_module.REFUSED)
    become_primary(second_phone, inbox)
    second_phone.do("enrol", "--decrypt-key", pin=SECONDARY_PIN)
    assert records_of(stack, second_phone) == "primary 2,primary 0"


def test_a9_a_wrong_pin_and_a_wrong_code_leave_the_primary_as_it_is(stack, inbox, first_phone, second_phone):
    certificate, _ = first_phone.certificates()
    second_phone.do("devices", "primary", pin="000000", passwords=[GOOD_PASSWORD, code_sent(inbox, first_phone.user)],
                    status=phone_module.PIN_WRONG)
    authentication.forget_tries(stack)
    second_phone.do("devices", "primary", pin=SECONDARY_PIN, passwords=[GOOD_PASSWORD, "000000"], status=phone_module.REFUSED)
    assert verified(first_phone, b"by the primary", certificate)
    assert records_of(stack, second_phone) == "secondary 1"


def test_a9_the_primary_itself_is_asked_for_its_pin_alone(stack, inbox, first_phone):
    said = first_phone.do("devices", "primary", pin=phone_module.PIN)
    assert "This device is the account's primary" in said and "removed" not in said
    assert records_of(stack, first_phone) == "primary 0"


def test_a9_what_an_interruption_left_is_done_behind_a_signature(stack, inbox, first_phone, second_phone):
    """As if the phone had died between the order and the refresh."""
    certificate, _ = first_phone.certificates()
    become_primary(second_phone, inbox)
    stack.sql("UPDATE binding SET role = 'secondary' WHERE device_id = '%s'" % device_id(second_phone))
    assert verified(second_phone, b"old role", certificate)
    assert records_of(stack, second_phone) == "primary 3"
    assert verified(second_phone, b"new role", certificate)
    assert records_of(stack, second_phone) == "primary 3"


def test_a9_the_phone_says_it_in_chinese(inbox, first_phone, second_phone):
    said = become_primary(second_phone, inbox, language="zh-CN")
    assert "本设备现为主设备" in said and "已移除" in said and "将被永久移除" in said
    operations = {language: [line.split("  ")[1] for line in second_phone.do("records", language=language).splitlines()]
                  for language in ("en", "zh-CN")}
    assert "removing a device" in operations["en"] and "移除设备" in operations["zh-CN"]
    assert not [each for each in operations["en"] if re.search("[./]", each)], "no internal name is shown"
    assert not [each for each in operations["zh-CN"] if re.search("[a-z]", each)], "no internal name is shown"
