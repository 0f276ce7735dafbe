# SPDX-License-Identifier: Apache-2.0
"""Authorizations (A8): each state with each event, by each of the two; terms, rules, notices, and who sees what. A hand-over needs two
phones; what the service makes of it is tested by tests/unit/test_core_authorization.c, and here a binding is put there as one leaves it."""

import contextlib
import copy
import datetime
import itertools
import uuid

import pytest

import noon
import wire
from authentication import GOOD_PASSWORD, begin, confirm, forget_tries
from device import Device, code_of
from test_input import signature_body

_numbers = itertools.count(13600000001)

EVENTS = ("confirm", "refuse", "bind", "freeze", "unfreeze", "modify", "renew", "reset_password", "delete")
# docs/authorizations.md: state -> event -> state
TABLE = {
    "pending": {"confirm": "awaiting_device", "refuse": "deleted", "modify": "pending", "delete": "deleted"},
    "awaiting_device": {"bind": "awaiting_device", "freeze": "frozen", "modify": "awaiting_device",
                        "reset_password": "awaiting_device", "delete": "deleted"},
    "active": {"freeze": "frozen", "modify": "active", "reset_password": "active", "delete": "deleted"},
    "frozen": {"unfreeze": "active", "reset_password": "frozen", "delete": "deleted"},
    "expired": {"renew": "active", "delete": "deleted"},
    "deleted": {},
}
OF_HOLDER = {"freeze", "unfreeze", "modify", "renew", "reset_password", "delete"}
OF_AUTHORIZED = {"bind", "delete"}


def time_in(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (at.microsecond // 1000)


DAY = 86400


@pytest.fixture(scope="module")
def rules_project(stack):
    project = stack.admin.post("/admin/v1/projects", {"name": "Authorizations"}).ok(201)
    rules = {"device_mode": "primary", "secondary_limit": 1, "captcha_bits": 8, "language": "en", "time_zone": noon.NAME}
    stack.admin.patch(f"/admin/v1/projects/{project['id']}", rules).ok()
    return project


class Person:
    """A played device with a session, of a person who has a mobile number."""

    def __init__(self, stack, project, name):
        self.mobile = str(next(_numbers))
        body = {"project": project["id"], "name": name, "work_number": "A" + self.mobile[-6:], "mobile": self.mobile}
        self.user = stack.admin.post("/admin/v1/users", body).ok(201)
        self.account = self.user["account"]
        self.activate(stack, self.user)

    def activate(self, stack, issued):
        self.device = Device()
        code = code_of(issued["activation"]["text"])
        self.answer = stack.public.post("/v1/activations", self.device.activation(code)).ok(201)
        self.session = stack.public.with_token(self.answer["session_token"], self.device)

    def on_another_device(self, stack):
        """The same person on a second device, which waits for its half."""
        other = copy.copy(self)
        other.activate(stack, stack.admin.post(f"/admin/v1/users/{self.account['id']}/activations").ok(201))
        assert other.answer["device"]["state"] == "waiting"
        return other

    def give_key(self, stack, usage="sign"):
        """A usable key, as its generation and its certificate leave it."""
        key = self.session.post("/v1/keys", {"algorithm": "sm2", "usage": usage}).ok(201)
        stack.sql("update key set state = 'usable', public_key = decode(repeat('04', 65), 'hex') where key_id = '%s'; "
                  "update binding set state = 'active', key_state = 'usable', record = 'r' where key_id = '%s'" % (2 * (key["key_id"],)))
        return key

    def to(self, path, body=None, method="POST"):
        return self.session.request(method, "/v1/authorizations" + path, body=body)


@pytest.fixture
def holder(stack, rules_project):
    holder = Person(stack, rules_project, "Holder Zhang")
    holder.key = holder.give_key(stack)
    return holder


@pytest.fixture
def authorized(stack, rules_project):
    return Person(stack, rules_project, "User Li")


def application(holder, **changes):
    body = {"holder": holder.account["work_number"], "operations": ["sign"], "valid_until": time_in(DAY), "uses": 10}
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def apply(authorized, holder, **changes):
    return authorized.to("", application(holder, **changes)).ok(201)["authorization"]


def bind_as_handed_over(stack, authorized, made):
    """A hand-over that is over, with the terms as its policy."""
    asked = authorized.to(f"/{made['id']}/bindings", {"x25519_key": wire.encode(uuid.uuid4().bytes * 2)}).ok(201)
    stack.sql("update binding set state = 'active', record = 'r', handover_until = null where binding_id = '%s'; "
              "delete from handover where binding_id = '%s'; update delegation set sealed_from = valid_from, sealed_until = valid_until "
              "where authorization_id = '%s'" % (2 * (asked["binding_id"],) + (made["id"],)))
    return asked["binding_id"]


def bring_to(stack, holder, authorized, state):
    made = apply(authorized, holder)
    if state == "deleted":
        return holder.to(f"/{made['id']}/refuse").ok()["authorization"]
    if state != "pending":
        holder.to(f"/{made['id']}/confirm").ok()
    if state in ("active", "frozen", "expired"):
        bind_as_handed_over(stack, authorized, made)
    if state == "frozen":
        holder.to(f"/{made['id']}/freeze").ok()
    if state == "expired":
        stack.sql("update delegation set valid_from = now() - interval '2 day', valid_until = now() where authorization_id = '%s'" % made["id"])
    found = authorized.to("/" + made["id"], method="GET").ok()["authorization"]
    assert found["state"] == state
    return found


def do(person, made, event):
    path = "/" + made["id"]
    if event == "modify":
        return person.to(path, {"uses": 5}, "PATCH")
    if event == "delete":
        return person.to(path, method="DELETE")
    if event == "renew":
        return person.to(path + "/renew", {"valid_from": made["valid_from"], "valid_until": time_in(DAY // 2), "uses": 3})
    if event == "bind":
        return person.to(path + "/bindings", {"x25519_key": wire.encode(bytes(range(32)))})
    if event == "reset_password":
        return person.to(path + "/password-reset")
    return person.to(path + "/" + event)


def possible(state, events):
    return sorted(set(TABLE[state]) & events)


# ---- the table ----

@pytest.mark.parametrize("state, event", [(state, event) for state in TABLE for event in EVENTS])
def test_each_state_takes_each_event_as_the_table_says_and_no_other(stack, holder, authorized, state, event):
    forget_tries(stack)
    made = bring_to(stack, holder, authorized, state)
    asked_of_holder = OF_HOLDER | {"confirm", "refuse"}
    who, other, mine = (authorized, holder, OF_AUTHORIZED) if event == "bind" else (holder, authorized, asked_of_holder)
    assert sorted(made["possible"]) == possible(state, OF_AUTHORIZED)
    if event != "delete":
        do(other, made, event).problem(403, "not-allowed")
    answer = do(who, made, event)
    if event not in TABLE[state]:
        problem = answer.problem(409, "conflict", state=state)
        assert sorted(problem["possible"]) == possible(state, mine)
        assert holder.to("/" + made["id"], method="GET").ok()["authorization"]["state"] == state
        return
    after = answer.ok(201 if event == "bind" else 200)
    after = after.get("authorization") or holder.to("/" + made["id"], method="GET").ok()["authorization"]
    # What a device has still to do makes an active one wait: here a renewed one, whose sealed window is over.
    assert after["state"] == TABLE[state][event]
    recorded = stack.sql("select count(*) from audit_event where action = 'authorization.%s' and outcome = 'ok' and account_id = '%s' and "
                         "party_id = '%s'" % (event, who.account["id"], other.account["id"]))
    assert int(recorded) >= 1, "the event carries both accounts"


def test_of_a_grant_the_authorized_user_is_asked(stack, holder, authorized):
    made = holder.to("/grants", grant(authorized, operations=["sign", "login"], uses=0)).ok(201)["authorization"]
    assert (made["state"], made["begun_by"], made["as"]) == ("pending", "holder", "holder")
    assert "uses_left" not in made and made["possible"] == ["modify", "delete"]
    holder.to(f"/{made['id']}/confirm").problem(403, "not-allowed")
    assert authorized.to(f"/{made['id']}/confirm").ok()["authorization"]["state"] == "awaiting_device"


def grant(authorized, **changes):
    body = {"authorized": authorized.account["work_number"], "operations": ["sign"], "valid_until": time_in(DAY), "uses": 1}
    return {**body, **changes}


def test_a_grant_is_for_a_key_of_the_holders_that_could_be_handed_over(stack, rules_project, holder, authorized):
    other = Person(stack, rules_project, "Other Zhang").give_key(stack)
    decrypting = holder.give_key(stack, "decrypt")
    pending = "select count(*) from delegation where holder_id = '%s'" % holder.account["id"]
    for key_id in (str(uuid.uuid4()), other["key_id"], decrypting["key_id"]):
        holder.to("/grants", grant(authorized, key_id=key_id)).problem(400, "bad-field", field="key_id")
    holder.give_key(stack)
    holder.to("/grants", grant(authorized)).problem(400, "bad-field", field="key_id")
    assert stack.sql(pending) == "0"
    made = holder.to("/grants", grant(authorized, key_id=holder.key["key_id"])).ok(201)["authorization"]
    assert authorized.to(f"/{made['id']}/confirm").ok()["authorization"]["key_id"] == holder.key["key_id"]


def test_without_any_key_nothing_is_granted(stack, rules_project, authorized):
    Person(stack, rules_project, "Keyless").to("/grants", grant(authorized)).problem(409, "conflict")


def test_a_frozen_one_whose_window_ends_is_expired_and_one_without_uses_left_too(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "frozen")
    stack.sql("update delegation set valid_from = now() - interval '2 day', valid_until = now() where authorization_id = '%s'" % made["id"])
    found = holder.to("/" + made["id"], method="GET").ok()["authorization"]
    assert (found["state"], found["ended"]) == ("expired", "window")
    holder.to("/" + made["id"], method="DELETE").ok()
    made = bring_to(stack, holder, authorized, "active")
    stack.sql("update binding set uses_left = 0 where authorization_id = '%s'" % made["id"])
    found = holder.to("/" + made["id"], method="GET").ok()["authorization"]
    assert (found["state"], found["ended"], found["uses_left"]) == ("expired", "uses", 0)


def test_a_pending_one_whose_window_is_over_is_confirmed_when_it_was_modified(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "pending")
    stack.sql("update delegation set valid_from = now() - interval '2 day', valid_until = now() where authorization_id = '%s'" % made["id"])
    problem = holder.to(f"/{made['id']}/confirm").problem(403, "window-closed", state="pending")
    assert "modify" in problem["possible"]
    holder.to("/" + made["id"], {"valid_until": time_in(DAY)}, "PATCH").ok()
    holder.to(f"/{made['id']}/confirm").ok()


def test_deleting_destroys_the_record(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "active")
    authorized.to("/" + made["id"], method="DELETE").ok()
    assert stack.sql("select state || ' ' || (record is null)::text || ' ' || (next_record is null)::text from binding where "
                     "authorization_id = '%s'" % made["id"]) == "removed true true"


@pytest.mark.parametrize("by_operator", [True, False])
def test_with_the_holders_last_device_what_was_agreed_for_its_keys_ends(stack, admin, public, inbox, holder, authorized, rules_project,
                                                                        by_operator):
    others = [Person(stack, rules_project, "User %d" % number) for number in range(2)]
    since = inbox.last
    active = bring_to(stack, holder, authorized, "active")
    frozen = bring_to(stack, holder, others[0], "frozen")
    pending = bring_to(stack, holder, others[1], "pending")
    if by_operator:
        admin.delete("/admin/v1/devices/" + holder.answer["device"]["id"]).ok()
    else:
        given = confirm(holder.session)
        given.send_code().ok(201)
        given.sms(inbox.code("+86" + holder.mobile, after=since)).ok()
        holder.session.post(f"/v1/devices/{holder.answer['device']['id']}/remove", {"authentication": given.token}).ok()
    for person, made in ((authorized, active), (others[0], frozen)):
        now = person.to("/" + made["id"], method="GET").ok()["authorization"]
        assert (now["state"], now["ended"], now["possible"]) == ("deleted", "key", [])
    assert others[1].to("/" + pending["id"], method="GET").ok()["authorization"]["state"] == "pending"
    assert stack.sql("select string_agg(distinct state || ' ' || (record is null)::text, ',') from binding where key_id = '%s'"
                     % holder.key["key_id"]) == "removed true"
    told = inbox.wait("+86" + authorized.mobile, count=2, after=since)
    assert sorted(message["template"] for message in told) == ["authorization-confirmed", "authorization-deleted"]
    assert stack.sql("select count(*) from audit_event where action = 'authorization.delete' and outcome = 'ok' and party_id is not "
                     "null and key_id = '%s' and detail like '%% deleted: the key is dead'" % holder.key["key_id"]) == "2"


def test_an_operators_freezing_of_the_key_and_the_holders_of_the_authorization_do_not_undo_each_other(stack, admin, holder, authorized):
    made = bring_to(stack, holder, authorized, "frozen")
    path = f"/admin/v1/keys/{holder.key['key_id']}/"
    admin.post(path + "freeze").ok()
    admin.post(path + "unfreeze").ok()
    standing = "select standing(state, authorization_frozen) from binding where authorization_id = '%s'" % made["id"]
    assert stack.sql(standing) == "frozen"
    holder.to(f"/{made['id']}/unfreeze").ok()
    assert stack.sql(standing) == "active"


# ---- from which device ----

STATE_OF = {"confirm": "pending", "unfreeze": "frozen", "modify": "active", "renew": "expired", "reset_password": "active"}


def device_that_waits(stack, holder):
    return holder.on_another_device(stack), ("binding-not-active", {"state": "waiting"})


def device_whose_pin_is_locked(stack, holder):
    stack.sql("update device set locked = true where device_id = '%s'" % holder.answer["device"]["id"])
    return holder, ("pin-locked", {})


@pytest.mark.parametrize("event", STATE_OF)
@pytest.mark.parametrize("a_device", [device_that_waits, device_whose_pin_is_locked])
def test_nothing_is_extended_from_a_device_that_could_not_use_the_key(stack, inbox, holder, authorized, event, a_device):
    made = bring_to(stack, holder, authorized, STATE_OF[event])
    person, (key, members) = a_device(stack, holder)
    rows = "select a::text || coalesce(b::text, '') from delegation a left join binding b using (binding_id) where a.authorization_id = '%s'"
    before = stack.sql(rows % made["id"])
    do(person, made, event).problem(403, key, **members)
    assert stack.sql(rows % made["id"]) == before


@pytest.mark.parametrize("a_device", [device_that_waits, device_whose_pin_is_locked])
def test_such_a_device_does_not_renew_what_is_used_up_and_does_not_grant(stack, holder, authorized, a_device):
    made = bring_to(stack, holder, authorized, "active")
    stack.sql("update binding set uses_left = 0 where authorization_id = '%s'" % made["id"])
    person, (key, members) = a_device(stack, holder)
    do(person, made, "renew").problem(403, key, **members)
    assert authorized.to("/" + made["id"], method="GET").ok()["authorization"]["uses_left"] == 0
    person.to("/grants", grant(authorized)).problem(403, key, **members)


@pytest.mark.parametrize("a_device", [device_that_waits, device_whose_pin_is_locked])
def test_every_device_of_the_holders_refuses_freezes_and_deletes(stack, holder, authorized, a_device):
    made = bring_to(stack, holder, authorized, "active")
    person, _ = a_device(stack, holder)
    assert do(person, made, "freeze").ok()["authorization"]["state"] == "frozen"
    do(person, made, "delete").ok()
    do(person, apply(authorized, holder), "refuse").ok()


def test_the_authorized_user_confirms_a_grant_from_any_device(stack, holder, authorized):
    made = holder.to("/grants", grant(authorized)).ok(201)["authorization"]
    do(authorized.on_another_device(stack), made, "confirm").ok()


# ---- terms ----

def binding_window(stack, made):
    return stack.sql("select (b.valid_until = a.valid_until)::text || ' ' || (b.valid_until = a.sealed_until)::text from binding b join "
                     "delegation a using (binding_id) where a.authorization_id = '%s'" % made["id"])


def test_narrowing_holds_at_once_and_widening_when_the_device_has_sealed_it(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "active")
    changed = holder.to("/" + made["id"], {"valid_until": time_in(3600)}, "PATCH").ok()["authorization"]
    assert not changed["policy_due"] and binding_window(stack, made) == "true false"
    changed = holder.to("/" + made["id"], {"valid_until": time_in(9 * DAY)}, "PATCH").ok()["authorization"]
    assert changed["policy_due"] and changed["state"] == "active"
    assert binding_window(stack, made) == "false true"


def test_uses_count_anew_only_when_they_are_named(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "active")
    stack.sql("update binding set uses_left = 4 where authorization_id = '%s'" % made["id"])
    assert holder.to("/" + made["id"], {"valid_until": time_in(3600)}, "PATCH").ok()["authorization"]["uses_left"] == 4
    assert holder.to("/" + made["id"], {"uses": 10}, "PATCH").ok()["authorization"]["uses_left"] == 10


@pytest.mark.parametrize("rules, changes, field", [
    ({}, {"valid_until": time_in(-5)}, "valid_until"),
    ({}, {"valid_from": time_in(2 * DAY)}, "valid_until"),
    ({"authorization_days": 3}, {"valid_until": time_in(4 * DAY)}, "valid_until"),
    ({"authorization_unlimited": False}, {"uses": 0}, "uses"),
    ({"authorization_uses": 9}, {"uses": 10}, "uses"),
    ({"authorization_operations": ["login"]}, {"operations": ["login", "sign"]}, "operations"),
    ({}, {"operations": ["sign", "decrypt"]}, "operations"),
    ({"authorization_form": "full"}, {}, "reason"),
])
def test_a_project_limits_the_terms(stack, admin, holder, authorized, rules_project, rules, changes, field):
    path = f"/admin/v1/projects/{rules_project['id']}"
    before = admin.get(path).ok()
    admin.patch(path, rules).ok()
    try:
        authorized.to("", application(holder, **changes)).problem(400, "bad-field", field=field)
    finally:
        admin.patch(path, {name: before[name] for name in rules}).ok()


def test_a_holder_gives_as_many_as_the_project_allows(stack, admin, holder, authorized, rules_project):
    path = f"/admin/v1/projects/{rules_project['id']}"
    made = apply(authorized, holder)
    admin.patch(path, {"authorization_limit": 0}).ok()
    try:
        holder.to(f"/{made['id']}/confirm").problem(409, "conflict")
    finally:
        admin.patch(path, {"authorization_limit": 20}).ok()
    holder.to(f"/{made['id']}/confirm").ok()


def test_without_a_key_that_could_be_handed_over_nothing_is_confirmed(stack, rules_project, authorized):
    keyless = Person(stack, rules_project, "Keyless")
    made = apply(authorized, keyless)
    keyless.to(f"/{made['id']}/confirm").problem(409, "conflict")


# ---- who sees what ----

def test_whether_there_is_such_a_holder_is_not_told(stack, holder, authorized):
    known = apply(authorized, holder)
    unknown = authorized.to("", dict(application(holder), holder="NOBODY")).ok(201)["authorization"]
    assert set(known) == set(unknown) and known["possible"] == unknown["possible"]
    assert known["holder"] == {"work_number": holder.account["work_number"]} and unknown["holder"] == {"work_number": "NOBODY"}
    authorized.to("", application(holder)).problem(409, "conflict")
    authorized.to("", dict(application(holder), holder="NOBODY")).problem(409, "conflict")
    seen = holder.to("/" + known["id"], method="GET").ok()["authorization"]
    assert seen["authorized"]["name"] == "User Li" and seen["authorized"]["mobile"].endswith(authorized.mobile[-4:])
    assert "****" in seen["authorized"]["mobile"]


@pytest.mark.parametrize("way", ["apply", "grant"])
def test_neither_the_trail_nor_the_work_tells_whether_there_is_somebody(stack, inbox, holder, authorized, rules_project, way):
    """Each step is taken with somebody, with somebody who has no mobile number, and with nobody."""
    person, other, path, role = (authorized, holder, "", "holder") if way == "apply" else (holder, authorized, "/grants", "authorized")
    mute = {"project": rules_project["id"], "name": "Mute", "work_number": "M" + other.mobile}
    stack.admin.post("/admin/v1/users", mute).ok(201)
    posted = "select count(*) from notice where project_id = '%s'" % rules_project["id"]

    def traced(answer, status=200):
        made = answer.ok(status)["authorization"]
        event, = person.session.get("/v1/audit-events?limit=1").ok()["events"]
        assert event["detail"].startswith(made["id"])
        return made, (event["action"], event["detail"].partition(" ")[2], set(event), int(stack.sql(posted)))

    seen = []
    for number in (other.account["work_number"], mute["work_number"], "NOBODY"):
        before = int(stack.sql(posted))
        body = {role: number, "operations": ["sign"], "valid_until": time_in(DAY), "uses": 10}
        made, begun = traced(person.to(path, body), 201)
        seen.append([begun])
        for event in ("modify", "delete") if way == "grant" else ("delete",):
            seen[-1].append(traced(do(person, made, event))[1])
        seen[-1] = [each[:3] + (each[3] - before,) for each in seen[-1]]
        assert [each[3] for each in seen[-1]] == list(range(1, len(seen[-1]) + 1)), "one notice for each step"
    assert seen[0] == seen[1] == seen[2]


def test_an_operator_sees_both_people_of_an_event(admin, holder, authorized, rules_project):
    made = apply(authorized, holder)
    event, = [each for each in admin.get("/admin/v1/audit-events?limit=20&project=" + rules_project["id"]).ok()["events"]
              if each.get("detail", "").startswith(made["id"])]
    assert (event["account_id"], event["party_id"]) == (authorized.account["id"], holder.account["id"])


def test_who_was_refused_is_not_told_whom_the_search_had_found(stack, admin, inbox, holder, authorized, rules_project):
    path = f"/admin/v1/projects/{rules_project['id']}"
    admin.patch(path, {"authorization_search": True}).ok()
    since = inbox.last
    try:
        made = authorized.to("", dict(application(holder), holder=holder.account["id"])).ok(201)["authorization"]
    finally:
        admin.patch(path, {"authorization_search": False}).ok()
    holder.to(f"/{made['id']}/refuse").ok()
    told, = inbox.wait("+86" + authorized.mobile, after=since)
    assert (told["template"], told["values"]) == ("authorization-refused", ["H**"])


def test_a_third_person_is_told_of_none(stack, holder, authorized, rules_project):
    third = Person(stack, rules_project, "Third")
    made = bring_to(stack, holder, authorized, "awaiting_device")
    for event in EVENTS:
        do(third, made, event).problem(404, "not-found")
    third.to("/" + made["id"], method="GET").problem(404, "not-found")
    assert third.to("?as=holder", method="GET").ok()["authorizations"] == []


def test_oneself_is_no_other_person(holder):
    holder.to("", application(holder)).problem(400, "bad-field", field="holder")


def test_lists_have_those_of_each_party(stack, admin, holder, authorized, rules_project):
    made = apply(authorized, holder)
    assert [each["id"] for each in holder.to("?as=holder", method="GET").ok()["authorizations"]] == [made["id"]]
    assert holder.to("?as=authorized", method="GET").ok()["authorizations"] == []
    assert [each["as"] for each in authorized.to("?as=authorized", method="GET").ok()["authorizations"]] == ["authorized"]
    authorized.to("", method="GET").problem(400, "missing-field", field="as")
    all_of_them, query = [], "?project=%s&limit=500" % rules_project["id"]
    while query:
        page = admin.get("/admin/v1/authorizations" + query).ok()
        all_of_them += [each["id"] for each in page["authorizations"]]
        query = "?project=%s&limit=500&cursor=%s" % (rules_project["id"], page["next_cursor"]) if "next_cursor" in page else None
    assert made["id"] in all_of_them
    seen = admin.get("/admin/v1/authorizations/" + made["id"]).ok()["authorization"]
    assert seen["possible"] == ["delete"] and "as" not in seen and seen["holder"]["name"] == "Holder Zhang"
    assert admin.delete("/admin/v1/authorizations/" + made["id"]).ok()["authorization"]["ended"] == "deleted"


def test_the_operators_command_lists_shows_and_deletes(stack, holder, authorized, rules_project):
    made = bring_to(stack, holder, authorized, "active")
    line, = [each for each in stack.hufu("authorization", "list", "--project", rules_project["id"]).splitlines() if made["id"] in each]
    assert line.split()[1:4] == ["active", holder.account["work_number"], authorized.account["work_number"]]
    assert "已授权" in stack.hufu("--lang", "zh-CN", "authorization", "list", "--project", rules_project["id"])
    shown = stack.hufu("authorization", "show", made["id"]).splitlines()
    assert "state=active" in shown and "operations=sign" in shown and "holder.name=Holder Zhang" in shown
    assert "destroyed" in stack.hufu("authorization", "delete", made["id"])
    assert authorized.to("/" + made["id"], method="GET").ok()["authorization"]["state"] == "deleted"
    assert stack.hufu("authorization", "delete", made["id"], check=False).returncode == 1


def test_holders_are_found_by_name_where_the_project_wants_that_masked(stack, admin, holder, authorized, rules_project):
    authorized.to("/holders", {"name": "Holder"}).problem(403, "not-allowed")
    path = f"/admin/v1/projects/{rules_project['id']}"
    admin.patch(path, {"authorization_search": True}).ok()
    try:
        Person(stack, rules_project, "李雷")
        found = authorized.to("/holders", {"name": "李雷"}).ok()["holders"]
        assert found and found[0]["name"] == "李**" and found[0]["work_number"] == "A**"
        made = authorized.to("", dict(application(holder), holder=found[0]["holder"])).ok(201)["authorization"]
        assert made["holder"] == {"work_number": "李**"}
        forget_tries(stack)
        answers = [authorized.to("/holders", {"name": "李雷"}) for _ in range(31)]
        assert [answer.status for answer in answers] == 30 * [200] + [429]
    finally:
        forget_tries(stack)
        admin.patch(path, {"authorization_search": False}).ok()


@pytest.fixture
def search(stack, admin, authorized, rules_project):
    """A function that gives the masked names that are found."""
    path = f"/admin/v1/projects/{rules_project['id']}"
    admin.patch(path, {"authorization_search": True}).ok()
    forget_tries(stack)
    yield lambda name: [row["name"] for row in authorized.to("/holders", {"name": name}).ok()["holders"]]
    forget_tries(stack)
    admin.patch(path, {"authorization_search": False}).ok()


def test_a_name_is_found_by_any_part_of_it_and_first_by_its_beginning(stack, authorized, rules_project, search):
    for name in ("欧阳予倩", "予倩", "Zoe QUENTIN-予倩", "予%倩"):
        Person(stack, rules_project, name)
    assert search("予倩") == ["予**", "欧**", "Z**"]
    assert search("quen") == ["Z**"] and search("N-予") == ["Z**"]
    assert search("予%") == ["予**"] and search("予_") == [] and search("倩予") == []
    for name in ("予", "q"):
        authorized.to("/holders", {"name": name}).problem(400, "bad-field", field="name")


def test_a9_the_holder_sees_what_the_authorized_user_attempts_with_the_key_and_not_the_other_way_round(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "frozen")
    binding = stack.sql("select binding_id from delegation where authorization_id = '%s'" % made["id"])
    authorized.session.post(f"/v1/keys/{holder.key['key_id']}/signatures",
                            signature_body({**holder.key, "binding_id": binding})).problem(403, "binding-not-active")
    seen = holder.session.get("/v1/use-records").ok()["records"]
    attempt = next(record for record in seen if record["operation"] == "sm2/sign")
    assert attempt["person"] == {"name": "User Li", "work_number": authorized.account["work_number"]}
    assert attempt["reason"] == "binding-not-active" and attempt["key_id"] == holder.key["key_id"] and "device" not in attempt
    assert [record["operation"] for record in seen if "person" in record] == ["sm2/sign", "authorization.bind"]
    assert all("device" in record for record in seen if "person" not in record)
    of_authorized = authorized.session.get("/v1/use-records").ok()["records"]
    assert all("person" not in record and record["device"]["id"] == authorized.answer["device"]["id"] for record in of_authorized)
    assert "authorization.freeze" not in [record["operation"] for record in of_authorized]
    pages, cursor = [], ""
    while cursor is not None:
        page = holder.session.get("/v1/use-records?limit=1" + cursor).ok()
        pages += page["records"]
        cursor = "&cursor=" + page["next_cursor"] if "next_cursor" in page else None
    assert pages == seen


def test_twenty_applications_a_day(stack, holder, authorized):
    forget_tries(stack)
    for number in range(20):
        authorized.to("", dict(application(holder), holder="NOBODY%d" % number)).ok(201)
    authorized.to("", dict(application(holder), holder="NOBODY")).problem(429, "too-many-tries")
    forget_tries(stack)


def test_twenty_changes_of_one_authorization_a_day_and_freezing_always(stack, holder, authorized):
    made = bring_to(stack, holder, authorized, "active")
    for _ in range(9):
        do(holder, made, "freeze").ok()
        do(holder, made, "unfreeze").ok()
    for _ in range(10):
        do(holder, made, "modify").ok()
    do(holder, made, "reset_password").ok()
    for event in ("modify", "reset_password"):
        do(holder, made, event).problem(429, "too-many-tries")
    do(holder, made, "freeze").ok()
    do(holder, made, "unfreeze").problem(429, "too-many-tries")
    do(holder, made, "delete").ok()


# ---- authentication, notices, password ----

@contextlib.contextmanager
def confirmed_authorizations(admin, rules_project):
    path = f"/admin/v1/projects/{rules_project['id']}"
    admin.patch(path, {"confirm": ["authorizations"]}).ok()
    try:
        yield
    finally:
        admin.patch(path, {"confirm": []}).ok()


@pytest.mark.parametrize("event", EVENTS)
def test_a_project_wants_an_authentication_before_what_gives_something_away(stack, admin, inbox, holder, authorized, rules_project, event):
    """docs/authorizations.md: all but applying, refusing, freezing, and what devices do."""
    state = {**STATE_OF, "refuse": "pending", "bind": "awaiting_device", "freeze": "active", "delete": "active"}[event]
    made = bring_to(stack, holder, authorized, state)
    who = authorized if event == "bind" else holder
    with confirmed_authorizations(admin, rules_project):
        if event in ("refuse", "bind", "freeze"):
            assert do(who, made, event).status in (200, 201)
            return
        do(who, made, event).problem(403, "authentication-needed")
        assert who.to("/" + made["id"], method="GET").ok()["authorization"]["state"] == state
        authentication = confirm(who.session)
        authentication.send_code().ok(201)
        authentication.sms(inbox.code("+86" + who.mobile)).ok()
        do(who, made, event).ok()


def test_so_it_does_before_a_grant_and_neither_before_an_application_nor_before_a_policy(admin, holder, authorized, rules_project):
    with confirmed_authorizations(admin, rules_project):
        holder.to("/grants", grant(authorized)).problem(403, "authentication-needed")
        apply(authorized, holder)
        body = signature_body(holder.key)
        holder.session.post(f"/v1/keys/{holder.key['key_id']}/policies", body).problem(400, "frame-malformed")


def test_the_other_one_is_told(stack, inbox, holder, authorized):
    made = bring_to(stack, holder, authorized, "active")
    for event in ("freeze", "unfreeze", "modify", "delete"):
        do(holder, made, event).ok()
    told = stack.sql("select string_agg(text_name, ' ' order by created_at, notice_id) from notice where account_id = '%s' and text_name like "
                     "'authorization-%%'" % authorized.account["id"])
    assert told.split() == ["authorization-" + word for word in ("confirmed", "frozen", "unfrozen", "modified", "deleted")]
    assert stack.sql("select string_agg(text_name, ' ') from notice where account_id = '%s' and text_name like 'authorization-%%'"
                     % holder.account["id"]) == "authorization-applied"


def test_a_reset_password_goes_to_the_authorized_user_alone_and_is_to_be_changed(stack, public, inbox, holder, authorized, rules_project):
    made = bring_to(stack, holder, authorized, "active")
    told = "+86" + authorized.mobile
    inbox.wait(told)
    before = inbox.last
    answer = holder.to(f"/{made['id']}/password-reset")
    answer.ok()
    message = inbox.next(told, after=before)
    assert message["template"] == "authorization-password"
    password = message["values"][0]
    assert password.encode() not in answer.content
    begun = begin(public, rules_project["id"], authorized.account["work_number"])
    begun.password(password).problem(403, "password-change-needed")
    begun.password(password, new_password=GOOD_PASSWORD).ok()
