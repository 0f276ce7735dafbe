# SPDX-License-Identifier: Apache-2.0
"""Freezing a key and suspending an account take effect at once, and are undone as simply."""

import re
import uuid

import pytest

import phone as phone_module
import stack as stack_module
from test_input import signature_body


def key_of(admin, phone):
    keys = admin.every("/admin/v1/keys", "keys")
    return [key for key in keys if key["account"]["id"] == phone.user["account"]["id"]][0]


def test_a_frozen_key_does_not_sign_until_it_is_unfrozen(admin, phone):
    key = key_of(admin, phone)
    admin.post(f"/admin/v1/keys/{key['key_id']}/freeze").ok()
    assert key_of(admin, phone)["binding_state"] == "frozen"
    assert "binding-not-active" in phone.sign(b"x", status=phone_module.REFUSED) or "not active" in phone.sign(
        b"x", status=phone_module.REFUSED)
    admin.post(f"/admin/v1/keys/{key['key_id']}/unfreeze").ok()
    phone.sign(b"x")


def test_a_suspended_account_does_not_sign_until_it_is_resumed(admin, phone):
    account = phone.user["account"]["id"]
    admin.post(f"/admin/v1/users/{account}/suspend").ok()
    phone.sign(b"x", status=phone_module.REFUSED)
    admin.post(f"/admin/v1/users/{account}/resume").ok()
    phone.sign(b"x")


def test_a_suspended_accounts_session_is_told_why(admin, session, key):
    admin.post(f"/admin/v1/users/{session.user['account']['id']}/suspend").ok()
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key))
    answer.problem(403, "account-not-active")


def test_a_key_without_its_halves_does_not_sign(session, key):
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key))
    document = answer.problem(403, "binding-not-active")
    assert document["state"] == "waiting"


def test_freezing_twice_is_a_conflict_or_nothing_new(admin, phone):
    key = key_of(admin, phone)
    admin.post(f"/admin/v1/keys/{key['key_id']}/freeze").ok()
    assert admin.post(f"/admin/v1/keys/{key['key_id']}/freeze").status in (200, 204, 409)


@pytest.mark.parametrize("column, value, slug", [
    ("valid_until", "now() - interval '1 second'", "window-closed"),
    ("valid_from", "now() + interval '1 hour'", "window-closed"),
    ("uses_left", "0", "uses-exhausted"),
])
def test_outside_its_window_or_uses_a_binding_does_not_sign(stack, admin, phone, column, value, slug):
    key = key_of(admin, phone)
    stack.sql(f"UPDATE binding SET {column} = {value} WHERE key_id = '{key['key_id']}'")
    before = stack.sql("SELECT count(*) FROM signature")
    phone.sign(b"x", status=phone_module.REFUSED)
    assert stack.sql("SELECT count(*) FROM signature") == before
    outcome = stack.sql(f"SELECT outcome FROM audit_event WHERE key_id = '{key['key_id']}' ORDER BY at DESC LIMIT 1")
    assert outcome == slug


def test_each_digest_costs_one_use(stack, admin, phone):
    key = key_of(admin, phone)
    stack.sql(f"UPDATE binding SET uses_left = 5 WHERE key_id = '{key['key_id']}'")
    phone.sign(b"x")
    left = int(stack.sql(f"SELECT uses_left FROM binding WHERE key_id = '{key['key_id']}'"))
    assert left in (3, 4), left


def test_every_change_of_state_is_an_event(stack, admin, phone):
    key, account = key_of(admin, phone), phone.user["account"]["id"]
    for path in (f"keys/{key['key_id']}/freeze", f"keys/{key['key_id']}/unfreeze", f"users/{account}/suspend",
                 f"users/{account}/resume"):
        admin.post("/admin/v1/" + path).ok()
    actions = stack.sql(f"SELECT string_agg(action, ' ' ORDER BY at) FROM audit_event WHERE account_id = '{account}' "
                        "AND actor LIKE 'operator:%'").split()
    for word in ("freeze", "unfreeze", "suspend", "resume"):
        assert any(word in action for action in actions), actions


def test_the_operators_command_does_the_same(stack, admin, phone):
    key = key_of(admin, phone)
    stack.hufu("key", "freeze", key["key_id"])
    phone.sign(b"x", status=phone_module.REFUSED)
    stack.hufu("key", "unfreeze", key["key_id"])
    phone.sign(b"x")
    assert key["key_id"] in stack.hufu("key", "list")
    assert phone.user["account"]["work_number"] in stack.hufu("user", "list")
    assert stack.hufu("key", "freeze", str(uuid.uuid4()), check=False).returncode != 0


# ---- What a session may do while its device is frozen, or its account not active ----

SIGN_OUT = ("DELETE", "/v1/sessions/{id}")
OWN_STATE = [("GET", "/v1/account"), ("GET", "/v1/keys"), ("GET", "/v1/keys/{id}"), ("GET", "/v1/devices"), ("GET", "/v1/sessions")]


def routes(access):
    table = (stack_module.TOP / "server/api/api.c").read_text()
    return re.findall(r'\{"([A-Z]+)", "(/v1/[^"]*)", %s,' % access, table)


def restrict(stack, session, how):
    account, device = session.user["account"]["id"], session.answer["device"]["id"]
    if how == "frozen":
        stack.admin.post(f"/admin/v1/devices/{device}/freeze").ok()
        return "binding-not-active"
    stack.admin.post(f"/admin/v1/users/{account}/suspend").ok()
    return "account-not-active"


@pytest.mark.parametrize("how", ["frozen", "suspended"])
def test_a_frozen_device_and_a_suspended_account_see_their_state_and_sign_out_and_nothing_else(stack, public, session, key, how):
    assert sorted(routes("ROUTE_SESSION_ANY")) == sorted(OWN_STATE + [SIGN_OUT])
    refused = restrict(stack, session, how)
    others = routes("ROUTE_SESSION")
    assert len(others) > 20
    for method, path in others:
        path = path.replace("{id}", key["key_id"]).replace("{binding}", str(uuid.uuid4()))
        assert session.request(method, path).problem(403, refused)["state"] == how, path
    for method, path in OWN_STATE:
        session.request(method, path.replace("{id}", key["key_id"])).ok()
    other = str(uuid.uuid4())
    session.delete("/v1/sessions/" + other).problem(403, "not-allowed")
    session.delete("/v1/sessions/current").ok()
    session.get("/v1/devices").problem(401, "unauthenticated")


def test_what_was_frozen_goes_on_with_its_session_when_it_is_unfrozen(stack, admin, session):
    device = session.answer["device"]["id"]
    restrict(stack, session, "frozen")
    session.patch("/v1/devices/" + device, {"name": "mine"}).problem(403, "binding-not-active")
    admin.post(f"/admin/v1/devices/{device}/unfreeze").ok()
    session.patch("/v1/devices/" + device, {"name": "mine"}).ok()
