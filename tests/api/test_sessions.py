# SPDX-License-Identifier: Apache-2.0
"""Line A11: where one is signed in, and signing out of one application or of all; and what an operator may do."""

import uuid

import pytest

import phone as phone_module
import wire
from device import Device, code_of

SESSION = {"id", "application", "device", "created_at", "expires_at", "current"}


@pytest.fixture
def sign_in(public, admin):
    """A function that signs a device in to an application by a code of the account, and gives its client."""

    def enter(account, device, application=None):
        code = code_of(admin.post(f"/admin/v1/users/{account}/activations").ok(201)["activation"]["text"])
        answer = public.post("/v1/activations", device.activation(code, application=application)).ok(201)
        return public.with_token(answer["session_token"], device)

    return enter


def sessions_of(client):
    return client.get("/v1/sessions").ok()["sessions"]


def own(client):
    return [each for each in sessions_of(client) if each["current"]][0]


def test_a11_the_list_says_where_one_is_signed_in(session, sign_in):
    account = session.answer["account"]["id"]
    platform = sign_in(account, session.device, "招标平台")
    listed = sessions_of(session)
    assert [each["application"] for each in listed] == ["hufu", "招标平台"]
    assert [each["current"] for each in listed] == [True, False]
    assert [each["current"] for each in sessions_of(platform)] == [False, True]
    for each in listed:
        assert SESSION <= set(each)
        assert each["device"]["id"] == session.answer["device"]["id"]
    assert "last_used_at" in listed[0]


def test_a11_the_name_and_model_of_a_device_are_shown(public, new_user):
    device = Device()
    body = device.activation(code_of(new_user()["activation"]["text"]), device_name="我的手机", device_model="P-1")
    token = public.post("/v1/activations", body).ok(201)["session_token"]
    listed = sessions_of(public.with_token(token, device))
    assert listed[0]["device"]["name"] == "我的手机"
    assert listed[0]["device"]["model"] == "P-1"


def test_a11_signing_in_again_ends_the_session_of_that_application_alone(session, sign_in):
    account = session.answer["account"]["id"]
    first = sign_in(account, session.device, "platform")
    second = sign_in(account, session.device, "platform")
    first.get("/v1/keys").problem(401, "unauthenticated")
    second.get("/v1/keys").ok()
    session.get("/v1/keys").ok()
    assert len(sessions_of(session)) == 2


def test_a11_signing_out_of_one_application_leaves_the_others(session, sign_in):
    platform = sign_in(session.answer["account"]["id"], session.device, "platform")
    assert session.delete("/v1/sessions/" + own(platform)["id"]).ok() == {"ended": 1}
    platform.get("/v1/keys").problem(401, "unauthenticated")
    assert [each["application"] for each in sessions_of(session)] == ["hufu"]


def test_a11_one_signs_out_of_the_session_that_one_is_in(session):
    assert session.delete("/v1/sessions/" + own(session)["id"]).ok() == {"ended": 1}
    session.get("/v1/keys").problem(401, "unauthenticated")


def test_a11_signing_out_of_all_ends_every_session_of_the_account_and_no_other(session, sign_in, public, new_user):
    platform = sign_in(session.answer["account"]["id"], session.device, "platform")
    other = Device()
    token = public.post("/v1/activations", other.activation(code_of(new_user()["activation"]["text"]))).ok(201)
    stranger = public.with_token(token["session_token"], other)
    assert platform.delete("/v1/sessions").ok() == {"ended": 2}
    for client in (session, platform):
        client.get("/v1/keys").problem(401, "unauthenticated")
    stranger.get("/v1/keys").ok()


def test_a11_a_session_of_somebody_else_is_not_there(session, public, new_user):
    other = Device()
    answer = public.post("/v1/activations", other.activation(code_of(new_user()["activation"]["text"]))).ok(201)
    stranger = public.with_token(answer["session_token"], other)
    session.delete("/v1/sessions/" + own(stranger)["id"]).problem(404, "not-found")
    session.delete(f"/v1/sessions/{uuid.uuid4()}").problem(404, "not-found")
    session.delete("/v1/sessions/17").problem(400, "bad-field", field="id")
    stranger.get("/v1/keys").ok()


def test_a11_the_list_is_paged(session, sign_in):
    for number in range(4):
        sign_in(session.answer["account"]["id"], session.device, "application %d" % number)
    seen, cursor = [], ""
    while cursor is not None:
        page = session.get("/v1/sessions?limit=2" + cursor).ok()
        seen += [each["application"] for each in page["sessions"]]
        cursor = "&cursor=" + page["next_cursor"] if "next_cursor" in page else None
    assert seen == ["hufu"] + ["application %d" % number for number in range(4)]


# The state machine, cell by cell: {open, ended} × {use, end}, and what time makes of an open one.

def test_a11_an_open_session_is_used_and_stays_open(stack, session):
    session.get("/v1/keys").ok()
    session.get("/v1/keys").ok()
    assert state_of(stack, session) == "open"


def test_a11_an_open_session_is_ended(stack, session):
    session.delete("/v1/sessions/" + own(session)["id"]).ok()
    assert state_of(stack, session) == "ended"


def test_a11_an_ended_session_is_not_used_and_not_ended_again(stack, admin, session, sign_in):
    platform = sign_in(session.answer["account"]["id"], session.device, "platform")
    ended = own(session)["id"]
    session.delete("/v1/sessions/" + ended).ok()
    session.get("/v1/keys").problem(401, "unauthenticated")
    platform.delete("/v1/sessions/" + ended).problem(409, "conflict", state="ended")
    admin.post(f"/admin/v1/sessions/{ended}/end").problem(409, "conflict", state="ended")
    assert state_of(stack, session) == "ended"


def test_a11_an_expired_session_is_neither_used_nor_listed_nor_ended(stack, session, sign_in):
    platform = sign_in(session.answer["account"]["id"], session.device, "platform")
    expired = own(session)["id"]
    stack.sql(f"UPDATE session SET expires_at = now() - interval '1 second' WHERE session_id = '{expired}'")
    session.get("/v1/keys").problem(401, "unauthenticated")
    assert expired not in [each["id"] for each in sessions_of(platform)]
    platform.delete("/v1/sessions/" + expired).problem(409, "conflict")


def state_of(stack, session):
    return stack.sql("SELECT state FROM session WHERE token_hash = sha256('\\x%s')" % wire.decode(session.token).hex())


def test_a11_an_ended_session_carries_no_frame_either(session, key):
    session.delete("/v1/sessions").ok()
    body = {"frame": wire.encode(wire.frame("sm2/sign", key["key_id"], key["binding_id"])), "signature": wire.encode(bytes(64))}
    session.post(f"/v1/keys/{key['key_id']}/signatures", body).problem(401, "unauthenticated")


def test_a11_every_end_is_an_event(stack, session, sign_in):
    account = session.answer["account"]["id"]
    platform = sign_in(account, session.device, "platform")
    session.delete("/v1/sessions/" + own(platform)["id"]).ok()
    session.delete("/v1/sessions").ok()
    events = stack.sql("SELECT action || ':' || coalesce(detail, '') FROM audit_event WHERE outcome = 'ok' AND "
                       f"account_id = '{account}' AND action LIKE 'session%' ORDER BY at").split()
    assert events == ["session.end:platform", "session.end-all:"]


def test_a11_an_operator_sees_and_ends_any_session(stack, admin, session):
    mine = own(session)
    listed = [each for each in admin.get("/admin/v1/sessions?limit=500").ok()["sessions"] if each["id"] == mine["id"]]
    assert listed[0]["account"]["work_number"] == session.answer["account"]["work_number"]
    admin.post(f"/admin/v1/sessions/{mine['id']}/end").ok()
    session.get("/v1/keys").problem(401, "unauthenticated")
    event = stack.sql("SELECT actor LIKE 'operator:%' AND device_id = '" + session.answer["device"]["id"] + "' FROM audit_event "
                      f"WHERE action = 'session.end' AND account_id = '{session.answer['account']['id']}'")
    assert event == "t"
    admin.post(f"/admin/v1/sessions/{uuid.uuid4()}/end").problem(404, "not-found")


def test_a11_the_operators_command_does_the_same(stack, session):
    assert own(session)["id"] in stack.hufu("session", "list")
    stack.hufu("session", "end", own(session)["id"])
    session.get("/v1/keys").problem(401, "unauthenticated")
    assert stack.hufu("session", "end", str(uuid.uuid4()), check=False).returncode == 1


@pytest.mark.parametrize("application", ["", "x" * 65, "a\nb", 17])
def test_a11_a_name_of_an_application_has_limits(public, new_user, application):
    device = Device()
    body = device.activation(code_of(new_user()["activation"]["text"]), application=application)
    public.post("/v1/activations", body).problem(400, "bad-field", field="application")


def test_a11_the_phone_lists_its_sessions_and_signs_out(phone):
    said = phone.do("sessions")
    assert "hufu-phone" in said and "(here)" in said
    phone.do("sign-out")
    assert "session has ended" in phone.do("sessions", status=phone_module.REFUSED)
    phone.sign(b"x", status=phone_module.REFUSED)


def test_a11_the_phone_signs_out_everywhere(admin, new_user, sign_in):
    several = admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)["id"]
    admin.patch("/admin/v1/projects/" + several, {"device_mode": "primary"}).ok()
    user, phone = new_user(project=several), phone_module.Phone()
    phone.enrol(user["activation"]["text"])
    elsewhere = sign_in(user["account"]["id"], Device(), "platform")
    assert "platform" in phone.do("sessions")
    phone.do("sign-out", "--all")
    elsewhere.get("/v1/keys").problem(401, "unauthenticated")
    phone.do("status", status=phone_module.REFUSED)
    phone.do("sign-out", "--all", "17", status=phone_module.USAGE)


def test_a11_after_signing_out_a_new_code_goes_on_with_the_same_keys(admin, phone):
    keys = phone.do("keys")
    phone.do("sign-out")
    code = admin.post(f"/admin/v1/users/{phone.user['account']['id']}/activations").ok(201)["activation"]["text"]
    phone.enrol(code)
    assert phone.do("keys") == keys
    phone.sign(b"x")
