# SPDX-License-Identifier: Apache-2.0
"""Line A11: where one is signed in, and signing out of one application or of all; and what an operator may do."""

import concurrent.futures
import uuid

import pytest

import authentication
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
    listed = [each for each in admin.every("/admin/v1/sessions", "sessions") if each["id"] == mine["id"]]
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


# ---- signing in on a device that is bound already ----

def signed_in(public, device, authentication_token, **changes):
    """POST /v1/sessions; changes replace a field, None leaves it out."""
    time_ms = changes.pop("time", wire.now_ms())
    message = wire.fields("hufu/sign-in", wire.decode(authentication_token), device.public_key, wire.u64(time_ms))
    body = {"authentication": authentication_token, "device_key": wire.encode(device.public_key), "time": time_ms,
            "proof": wire.encode(device.sign(message)), **changes}
    return public.post("/v1/sessions", {name: value for name, value in body.items() if value is not None})


@pytest.fixture
def by_password(admin):
    """A project where a password alone signs in and confirms."""
    project = admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)
    rules = {"methods_sign_in": ["password"], "methods_confirm": ["password"], "captcha_bits": 1}
    return admin.patch("/admin/v1/projects/" + project["id"], rules).ok()


@pytest.fixture
def member(public, admin, new_user, by_password):
    """Somebody of that project with a device; .account and .device belong to the client."""
    user, device = new_user(project=by_password["id"]), Device()
    authentication.set_password(public, admin, by_password["id"], user["account"])
    answer = public.post("/v1/activations", device.activation(code_of(user["activation"]["text"]))).ok(201)
    client = public.with_token(answer["session_token"], device)
    client.account, client.answer = user["account"], answer
    return client


def authenticated(public, project, account, **members):
    begun = authentication.begin(public, project["id"], account["work_number"], **members)
    assert begun.password(authentication.GOOD_PASSWORD).ok()["state"] == "passed"
    return begun.token


def test_a11_an_authentication_begins_a_session_on_a_bound_device(public, by_password, member, stack):
    token = authenticated(public, by_password, member.account)
    answer = signed_in(public, member.device, token, application="平台").ok(201)
    assert answer["device"]["id"] == member.answer["device"]["id"]
    again = public.with_token(answer["session_token"], member.device)
    assert [each["application"] for each in sessions_of(again)] == ["hufu", "平台"]
    event = stack.sql("SELECT outcome || ' ' || detail FROM audit_event WHERE action = 'session.open' AND account_id = '%s'"
                      % member.account["id"])
    assert event == "ok 平台"


def test_a11_an_authentication_begins_one_session(public, by_password, member):
    token = authenticated(public, by_password, member.account)
    signed_in(public, member.device, token).ok(201)
    signed_in(public, member.device, token).problem(403, "authentication-needed")


def test_a11_of_many_at_once_with_one_authentication_exactly_one_signs_in(public, by_password, member):
    token = authenticated(public, by_password, member.account)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda i: signed_in(public, member.device, token, application="a%d" % i).status, range(30)))
    assert answers.count(201) == 1
    assert set(answers) <= {201, 403, 503}


@pytest.mark.parametrize("seconds", [-130, 130])
def test_a11_signing_in_with_a_wrong_clock_tells_the_time(public, by_password, member, seconds):
    token = authenticated(public, by_password, member.account)
    answer = signed_in(public, member.device, token, time=wire.now_ms() + 1000 * seconds)
    assert answer.problem(403, "frame-time")["service_time"]
    signed_in(public, member.device, token).ok(201)


def test_a11_without_what_it_needs_nobody_signs_in(public, admin, by_password, member):
    open_one = authentication.begin(public, by_password["id"], member.account["work_number"]).token
    signed_in(public, member.device, open_one).problem(403, "authentication-needed")
    signed_in(public, member.device, wire.encode(bytes(32))).problem(403, "authentication-needed")
    token = authenticated(public, by_password, member.account)
    signed_in(public, member.device, token, proof=wire.encode(bytes(64))).problem(403, "device-signature-invalid")
    signed_in(public, Device(), token).problem(403, "not-allowed")
    admin.post(f"/admin/v1/users/{member.account['id']}/suspend").ok()
    signed_in(public, member.device, token).problem(403, "authentication-needed")  # suspending ended it
    admin.post(f"/admin/v1/users/{member.account['id']}/resume").ok()
    signed_in(public, member.device, authenticated(public, by_password, member.account)).ok(201)


def test_a11_an_authentication_for_one_device_signs_in_no_other(public, by_password, member):
    token = authenticated(public, by_password, member.account, device_key=wire.encode(Device().public_key))
    signed_in(public, member.device, token).problem(403, "authentication-needed")
    token = authenticated(public, by_password, member.account, device_key=wire.encode(member.device.public_key))
    signed_in(public, member.device, token).ok(201)


def test_a11_nobody_signs_in_on_the_device_of_somebody_else(public, by_password, member, session):
    token = authenticated(public, by_password, member.account)
    signed_in(public, session.device, token).problem(403, "not-allowed")


@pytest.mark.parametrize("field, value, slug", [
    ("authentication", None, "missing-field"), ("authentication", wire.encode(bytes(31)), "bad-field"),
    ("device_key", wire.encode(bytes(64)), "bad-field"), ("proof", wire.encode(bytes(65)), "bad-field"),
    ("application", "", "bad-field"), ("colour", "red", "unknown-field"),
])
def test_a11_a_sign_in_of_another_form_is_refused_by_name(public, field, value, slug):
    body = {"authentication": wire.encode(bytes(32)), "device_key": wire.encode(bytes(65)), "proof": wire.encode(bytes(64)),
            "time": wire.now_ms(), field: value}
    answer = public.post("/v1/sessions", {name: value for name, value in body.items() if value is not None})
    answer.problem(400, slug, field=field)


def test_a4_signing_out_needs_an_authentication_where_the_project_says_so(public, admin, by_password, member):
    path = "/admin/v1/projects/" + by_password["id"]
    assert admin.get(path).ok()["confirm"] == []
    admin.patch(path, {"confirm": ["sign-out", "handwriting"]}).ok()
    one = "/v1/sessions/" + own(member)["id"]
    for answer in (member.delete(one), member.delete("/v1/sessions")):
        answer.problem(403, "authentication-needed")
    authentication.confirm(member).password(authentication.GOOD_PASSWORD).ok()
    member.delete(one).ok()


def test_a4_a_session_begun_by_an_authentication_is_authenticated(public, admin, by_password, member):
    admin.patch("/admin/v1/projects/" + by_password["id"], {"confirm": ["sign-out"]}).ok()
    answer = signed_in(public, member.device, authenticated(public, by_password, member.account)).ok(201)
    public.with_token(answer["session_token"], member.device).delete("/v1/sessions").ok()


def test_a5_a_signature_is_submitted_after_an_authentication_where_the_project_says_so(admin, by_password, member):
    admin.patch("/admin/v1/projects/" + by_password["id"], {"confirm": ["handwriting"]}).ok()
    drawing = {"width": 100, "height": 100, "strokes": [{"x": [1, 9], "y": [1, 9], "time": [0, 5], "pressure": [500, 500]}]}
    member.put("/v1/account/handwriting", drawing).problem(403, "authentication-needed")
    member.delete("/v1/account/handwriting").problem(403, "authentication-needed")
    authentication.confirm(member).password(authentication.GOOD_PASSWORD).ok()
    member.put("/v1/account/handwriting", drawing).ok()
    member.delete("/v1/account/handwriting").ok()


def test_a11_the_phone_signs_in_again_without_a_code(public, admin, new_user, by_password):
    user, phone = new_user(project=by_password["id"]), phone_module.Phone()
    authentication.set_password(public, admin, by_password["id"], user["account"])
    phone.enrol(user["activation"]["text"])
    phone.do("sign-out")
    phone.do("status", status=phone_module.REFUSED)
    phone.do("sign-in", passwords=[authentication.GOOD_PASSWORD])
    phone.sign(b"x")
    assert phone.do("sessions").count("hufu-phone") == 1
