# SPDX-License-Identifier: Apache-2.0
"""Who somebody is (features A4, A10): passwords, codes by SMS, captchas, and what guessing meets."""

import concurrent.futures
import itertools
import secrets
import uuid

import pytest

import authentication
import device as device_module
import stack as stack_module
import wire
from authentication import GOOD_PASSWORD, begin, confirm

pytestmark = pytest.mark.usefixtures("nothing_was_tried")

_mobiles = itertools.count(13900000001)


@pytest.fixture(autouse=True, scope="module")
def little_work(stack, project):
    """Python is slow at captchas; test_a4_a_captcha_is_needed_and_good_once answers one of the default's work."""
    path = f"/admin/v1/projects/{project['id']}"
    stack.admin.patch(path, {"captcha_bits": 8}).ok()
    yield
    stack.admin.patch(path, {"captcha_bits": 18}).ok()


@pytest.fixture
def person(public, admin, project, new_user):
    """Somebody with a mobile number and a password of her own."""
    mobile = str(next(_mobiles))
    account = new_user(mobile=mobile)["account"]
    account["mobile_number"] = "+86" + mobile
    authentication.set_password(public, admin, project["id"], account)
    return account


@pytest.mark.parametrize("purpose, words", [("sign-in", "用于登录"), ("bind-device", "用于绑定新设备"), ("recover", "用于重新设置登录口令")])
def test_a4_a_code_says_what_it_is_for(public, inbox, project, person, purpose, words):
    last = inbox.last
    begin(public, project["id"], person["work_number"], purpose).send_code().ok(201)
    message = inbox.next(person["mobile_number"], after=last)
    assert message["template"] == "code-" + purpose and words in message["text"]


def wrong_code(right):
    return "%06d" % ((int(right) + 1) % 1000000)


def a_code(inbox, begun, person):
    last = inbox.last
    begun.send_code().ok(201)
    return inbox.code(person["mobile_number"], after=last)


# ---- A4: passing ----


def test_a4_the_project_sets_which_combination_a_purpose_needs(public, admin, project, person):
    path = f"/admin/v1/projects/{project['id']}"
    before = admin.get(path).ok()["methods_sign_in"]
    admin.patch(path, {"methods_sign_in": ["password"]}).ok()
    try:
        begun = begin(public, project["id"], person["work_number"])
        assert begun.begun["methods"] == [["password"]]
        begun.sms("000000").problem(403, "not-allowed")
        begun.send_code().problem(403, "not-allowed")
        assert begun.password(GOOD_PASSWORD).ok()["state"] == "passed"
    finally:
        admin.patch(path, {"methods_sign_in": before}).ok()
    assert public.get(f"/v1/projects/{project['id']}").ok()["methods"]["sign-in"] == [["qr"], ["password", "sms"], ["password", "face"]]


def test_a4_what_is_malformed_is_named(public, project, person):
    begun = begin(public, project["id"], person["work_number"])
    begun.sms("12345").problem(400, "bad-field", field="code")
    begun.password("x" * 600).problem(400, "bad-field", field="password")
    begun.password("x" * 300).problem(400, "bad-field", field="password")
    body = {"project": project["id"], "work_number": "1", "purpose": "confirm"}
    public.post("/v1/authentications", body).problem(400, "bad-field", field="purpose")
    body.update(project=str(uuid.uuid4()), purpose="sign-in")
    public.post("/v1/authentications", body).problem(404, "not-found")


def test_a4_password_and_sms_together_sign_in_by_default(public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    assert begun.begun["methods"] == [["qr"], ["password", "sms"], ["password", "face"]]
    answer = begun.password(GOOD_PASSWORD).ok()
    assert answer == {"state": "open", "passed": ["password"], "remaining": [["qr"], ["sms"], ["face"]]}
    answer = begun.sms(a_code(inbox, begun, person)).ok()
    assert answer == {"state": "passed", "passed": ["password", "sms"], "remaining": []}
    assert begun.state().ok() == answer


def test_a4_the_order_of_methods_does_not_matter(public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"], "bind-device")
    assert begun.sms(a_code(inbox, begun, person)).ok()["state"] == "open"
    assert begun.password(GOOD_PASSWORD).ok()["state"] == "passed"


def test_a4_a_session_confirms_without_captcha_and_may_pass_more_than_it_must(stack, inbox, admin, project, public, session):
    authentication.set_password_of(public, admin, project["id"], session)
    begun = confirm(session)
    assert ["password"] in begun.begun["methods"]
    assert begun.password(GOOD_PASSWORD).ok()["state"] == "passed"
    # There is no mobile number, and nothing shows it.
    begun.send_code().ok(201)
    begun.sms("123456").problem(403, "authentication-failed")
    assert begun.state().ok()["state"] == "passed"


def test_a4_a_session_has_at_most_twenty_confirmations_under_way(stack, public, admin, project, session):
    authentication.set_password_of(public, admin, project["id"], session)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: session.post("/v1/account/authentications"), range(30)))
    assert sorted(answer.status for answer in answers) == [201] * 20 + [429] * 10
    session.post("/v1/account/authentications").problem(429, "too-many-tries")
    # Those that are over leave room.
    stack.sql("update authentication set expires_at = clock_timestamp() where authentication_id in"
              " (select authentication_id from authentication where account_id = '%s' and purpose = 'confirm' and state = 'open' limit 1)" % session.user["account"]["id"])
    confirm(session)
    session.post("/v1/account/authentications").problem(429, "too-many-tries")


@pytest.mark.parametrize("seconds, right", [(0, False), (59, False), (60, True), (86400, True), (86401, False)])
def test_a4_a_project_holds_an_authentication_for_a_minute_at_least(admin, project, seconds, right):
    answer = admin.patch(f"/admin/v1/projects/{project['id']}", {"hold_seconds": seconds})
    if right:
        assert answer.ok()["hold_seconds"] == seconds
        admin.patch(f"/admin/v1/projects/{project['id']}", {"hold_seconds": 300}).ok()
    else:
        answer.problem(400, "bad-field", field="hold_seconds")


# ---- captcha ----


def test_a4_a_captcha_is_needed_and_good_once(public, admin, project, person):
    admin.patch(f"/admin/v1/projects/{project['id']}", {"captcha_bits": 18}).ok()
    body = {"project": project["id"], "work_number": person["work_number"], "purpose": "sign-in"}
    public.post("/v1/authentications", body).problem(403, "captcha-needed")
    body["captcha"] = authentication.captcha(public, project["id"])
    public.post("/v1/authentications", body).ok(201)
    public.post("/v1/authentications", body).problem(403, "captcha-needed")
    # Of another project, of another service, without the work, or older than it says.
    other = admin.post("/admin/v1/projects", {"name": "Captcha " + secrets.token_hex(4)}).ok(201)
    given = authentication.captcha(public, other["id"])
    public.post("/v1/authentications", {**body, "captcha": given}).problem(403, "captcha-needed")
    challenge = bytearray(wire.decode(public.post("/v1/captchas", {"project": project["id"]}).ok(201)["challenge"]))
    for place in (0, 16, 24, 25, 56):
        forged = bytearray(challenge)
        forged[place] ^= 1
        text = wire.encode(bytes(forged))
        answer = {"challenge": text, "answer": authentication.solve(text, 18)}
        public.post("/v1/authentications", {**body, "captcha": answer}).problem(403, "captcha-needed")
    lazy = authentication.captcha(public, project["id"], right=False)
    public.post("/v1/authentications", {**body, "captcha": lazy}).problem(403, "captcha-needed")
    admin.patch(f"/admin/v1/projects/{project['id']}", {"captcha_bits": 8}).ok()


def test_a4_one_captcha_sent_many_times_at_once_begins_one_authentication(public, project, person):
    body = {"project": project["id"], "work_number": person["work_number"], "purpose": "sign-in",
            "captcha": authentication.captcha(public, project["id"])}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: public.post("/v1/authentications", body).status, range(16)))
    assert sorted(answers) == [201] + [403] * 15


# ---- guessing ----


def test_a4_an_authentication_ends_after_five_wrong_tries(public, project, person):
    begun = begin(public, project["id"], person["work_number"])
    for _ in range(5):
        begun.password("Wrong horse 7").problem(403, "authentication-failed")
    begun.password(GOOD_PASSWORD).problem(403, "authentication-failed")
    begun.state().problem(403, "authentication-failed")


def test_a4_an_account_has_ten_wrong_tries_an_hour_and_right_ones_cost_none(stack, public, project, person):
    for _ in range(3):
        assert begin(public, project["id"], person["work_number"]).password(GOOD_PASSWORD).ok()["state"] == "open"
    statuses = []
    for _ in range(3):
        begun = begin(public, project["id"], person["work_number"])
        statuses += [begun.password("Wrong horse %d" % i).status for i in range(5)]
    assert statuses == [403] * 10 + [429] * 5
    begun = begin(public, project["id"], person["work_number"])
    begun.password(GOOD_PASSWORD).problem(429, "too-many-tries")
    begun.send_code().problem(429, "too-many-tries")
    begun.sms("123456").problem(429, "too-many-tries")
    # An hour later.
    stack.sql("update attempt set times = array(select t - 3600 * 1000000::bigint from unnest(times) t)")
    assert begun.password(GOOD_PASSWORD).ok()["passed"] == ["password"]


def test_a4_fifty_guesses_at_once_are_ten(stack, public, project, person):
    begun = [begin(public, project["id"], person["work_number"]) for _ in range(10)]

    def guess(i):
        answer = begun[i % 10].password("Wrong horse %d" % i)
        while answer.status == 503:
            answer = begun[i % 10].password("Wrong horse %d" % i)
        return answer.status

    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        statuses = list(pool.map(guess, range(50)))
    assert statuses.count(403) == 10 and statuses.count(429) == 40, statuses
    evaluated = stack.sql("select count(*) from audit_event where account_id = '%s' and action = 'authentication.password'"
                          " and outcome = 'authentication-failed'" % person["id"])
    assert evaluated == "10"


def test_a4_an_authentication_lasts_ten_minutes(stack, public, project, person):
    begun = begin(public, project["id"], person["work_number"])
    stack.sql("update authentication set expires_at = clock_timestamp()")
    begun.password(GOOD_PASSWORD).problem(403, "authentication-failed")
    begun.state().problem(403, "authentication-failed")


def test_a4_tries_of_one_address_are_bounded_whatever_they_try(stack, public, project):
    begun = begin(public, project["id"], "nobody-" + secrets.token_hex(4))
    stack.sql("update address_attempt set ahead = clock_timestamp() + interval '2 hours'")
    begun.password("Wrong horse 7").problem(429, "too-many-tries")
    body = {"project": project["id"], "work_number": "x", "purpose": "sign-in", "captcha": authentication.captcha(public, project["id"])}
    public.post("/v1/authentications", body).problem(429, "too-many-tries")


def test_a4_fifty_tries_at_one_code_are_five(stack, public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    code = a_code(inbox, begun, person)
    wrong = ["%06d" % ((int(code) + i) % 1000000) for i in range(1, 51)]
    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(begun.sms, wrong))
    assert all(answer.status == 403 for answer in answers)
    assert stack.sql("select tries || ' ' || state from code order by created_at desc limit 1") == "5 exhausted"
    evaluated = stack.sql("select count(*) from audit_event where account_id = '%s' and action = 'authentication.sms'" % person["id"])
    assert evaluated == "5"
    begun.sms(code).problem(403, "authentication-failed")


def test_a4_the_right_code_sent_fifty_times_at_once_is_accepted_once(stack, public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    code = a_code(inbox, begun, person)
    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        statuses = sorted(answer.status for answer in pool.map(begun.sms, [code] * 50))
    assert statuses == [200] + [403] * 49
    assert stack.sql("select tries || ' ' || state from code order by created_at desc limit 1") == "1 used"


def test_a4_the_right_code_among_forty_nine_wrong_ones_is_accepted_at_most_once(stack, public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    code = a_code(inbox, begun, person)
    guesses = [code if i == 20 else wrong_code(code) for i in range(50)]
    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        statuses = [answer.status for answer in pool.map(begun.sms, guesses)]
    tries, state = stack.sql("select tries || ' ' || state from code order by created_at desc limit 1").split()
    # It came among the five that are looked at, or it came too late.
    assert (statuses.count(200), state) in [(1, "used"), (0, "exhausted")], (statuses, tries, state)
    assert int(tries) == 5 if state == "exhausted" else 1 <= int(tries) <= 5
    passed = begun.state()
    assert passed.status == 403 if state == "exhausted" else passed.ok()["passed"] == ["sms"]


def test_a4_a_code_is_good_for_five_minutes_and_the_newest_alone(stack, public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    first = a_code(inbox, begun, person)
    authentication.forget_tries(stack)
    second = a_code(inbox, begun, person)
    if first != second:
        begun.sms(first).problem(403, "authentication-failed")
    stack.sql("update code set expires_at = clock_timestamp() where state = 'sent'")
    begun.sms(second).problem(403, "authentication-failed")
    authentication.forget_tries(stack)
    last = a_code(inbox, begun, person)
    lifetime = stack.sql("select extract(epoch from expires_at - created_at)::int from code order by created_at desc limit 1")
    assert lifetime == "300"
    assert begun.sms(last).ok()["passed"] == ["sms"]


def test_a4_a_code_a_minute_and_ten_a_day_for_an_account(stack, public, inbox, project, person):
    minute = "update attempt set times = array(select t - 60 * 1000000::bigint from unnest(times) t)"
    for _ in range(10):
        begin(public, project["id"], person["work_number"]).send_code().ok(201)
        begin(public, project["id"], person["work_number"]).send_code().problem(429, "too-many-tries")
        stack.sql(minute)
    begin(public, project["id"], person["work_number"]).send_code().problem(429, "too-many-tries")


def test_a4_a_mobile_number_has_its_own_count_and_nobody_learns_whose_it_is(stack, public, inbox, project, new_user):
    mobile = str(next(_mobiles))
    accounts = [new_user(mobile=mobile)["account"] for _ in range(2)]
    last = inbox.last
    for account in accounts:
        begin(public, project["id"], account["work_number"]).send_code().ok(201)
    inbox.next("+86" + mobile, after=last)
    assert stack.sql("select count(*) from notice where state = 'expired'") != "0"
    assert len(inbox.messages("+86" + mobile, after=last)) == 1


def test_a4_a_code_that_is_refused_leaves_a_record_of_nobody(stack, public, inbox, project, person):
    records = lambda: stack.sql("select count(*) from audit_event where action = 'authentication.code'")
    for number in (person["work_number"], "nobody"):
        begun = begin(public, project["id"], number)
        before = records()
        begun.send_code().ok(201)
        assert int(records()) == int(before) + 1
        before = records()
        for _ in range(3):
            begun.send_code().problem(429, "too-many-tries")
        assert records() == before


def test_a4_nobody_learns_whether_an_account_exists(stack, public, admin, inbox, project, person, new_user):
    suspended = new_user()["account"]
    admin.post(f"/admin/v1/users/{suspended['id']}/suspend").ok()
    bare = new_user()["account"]

    def walk(work_number):
        """All that an outsider sees, without what differs every time."""
        authentication.forget_tries(stack)
        begun = begin(public, project["id"], work_number)
        seen = [sorted(begun.begun), begun.begun["methods"]]
        for answer in (begun.send_code(), begun.send_code(), begun.sms("123456"), begun.password("Wrong horse 7"),
                       begun.password("Wrong horse 7", new_password="Another horse 8"), begun.state()):
            document = answer.json
            document.pop("request_id", None)
            document.pop("expires_at", None)
            seen.append((answer.status, document, sorted(answer.headers.keys())))
        for _ in range(3):
            seen.append(begun.password("Wrong horse 7").status)
        begun = begin(public, project["id"], work_number)
        seen += [begun.password("Wrong horse 7").status for _ in range(7)]
        return seen

    walks = [walk(number) for number in (person["work_number"], "nobody", suspended["work_number"], bare["work_number"])]
    assert all(seen == walks[0] for seen in walks)


def test_a4_a_copy_of_the_database_has_no_password_code_or_token(stack, public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    code = a_code(inbox, begun, person)
    dump = stack_module.run("/usr/lib/postgresql/15/bin/pg_dump", "--data-only", stack.environment["HUFU_DATABASE_ADMIN"]).stdout.decode(errors="replace")
    hashes = stack.sql("select string_agg(hash, ' ') from password")
    assert hashes.startswith("$argon2id$v=19$m=") and GOOD_PASSWORD not in dump
    assert person["mobile_number"] not in dump and person["mobile_number"][3:] not in dump
    assert begun.token not in dump and wire.decode(begun.token).hex() not in dump
    for line in dump.splitlines():
        assert "\t%s\t" % code not in line


# ---- a remembered password, and a QR code ----


@pytest.fixture
def known(public, admin, project, session, device):
    """The account of a session whose person has a password and has just given it."""
    authentication.set_password_of(public, admin, project["id"], session)
    confirm(session).password(GOOD_PASSWORD).ok()
    return session.user["account"]


def remembered_proof(device, begun, remembered):
    message = wire.fields("hufu/remembered-password", wire.decode(begun.token), wire.decode(remembered))
    return {"remembered": remembered, "proof": wire.encode(device.sign(message))}


def test_a4_a_remembered_password_passes_on_its_own_device_alone(public, project, session, device, known):
    remembered = session.post("/v1/account/remembered-password").ok(201)["remembered"]
    begun = begin(public, project["id"], known["work_number"])
    proof = remembered_proof(device, begun, remembered)
    begun.remembered(**{**proof, "proof": remembered_proof(device_module.Device(), begun, remembered)["proof"]}).problem(
        403, "authentication-failed")
    other = begin(public, project["id"], known["work_number"])
    other.remembered(**proof).problem(403, "authentication-failed")
    assert begun.remembered(**proof).ok()["passed"] == ["password"]
    begun = begin(public, project["id"], "nobody")
    begun.remembered(**remembered_proof(device, begun, remembered)).problem(403, "authentication-failed")


def test_a4_a_password_is_remembered_only_after_it_was_given(stack, admin, project, session, known):
    stack.sql("update authentication set passed_at = passed_at - interval '301 seconds'")
    answer = session.post("/v1/account/remembered-password").problem(403, "authentication-needed")
    assert answer["methods"] == ["password"]
    path = f"/admin/v1/projects/{project['id']}"
    admin.patch(path, {"remember_days": 0}).ok()
    try:
        confirm(session).password(GOOD_PASSWORD).ok()
        session.post("/v1/account/remembered-password").problem(403, "not-allowed")
    finally:
        admin.patch(path, {"remember_days": 30}).ok()


def test_a4_a_remembered_password_does_not_renew_itself(stack, public, inbox, project, session, device, known):
    remembered = session.post("/v1/account/remembered-password").ok(201)["remembered"]
    stack.sql("update authentication set passed_at = passed_at - interval '301 seconds'")
    begun = confirm(session)
    passed = begun.remembered(**remembered_proof(device, begun, remembered)).ok()
    assert passed == {"state": "passed", "passed": ["password"], "remaining": []}
    answer = session.post("/v1/account/remembered-password").problem(403, "authentication-needed")
    assert answer["methods"] == ["password"]
    # Nor does it enrol a face beside a code, nor serve where a way in is made.
    stack.sql("update authentication set passed = passed | 2 where token_hash = sha256('\\x%s')" % wire.decode(begun.token).hex())
    answer = session.request("PUT", "/v1/account/face", {"picture": wire.encode(b"\xff\xd8\xff")}).problem(403, "authentication-needed")
    assert answer["methods"] == ["password"]
    begun.password(GOOD_PASSWORD).ok()


def test_a4_a_remembered_password_neither_binds_a_device_nor_recovers(stack, public, admin, project, session, device, known):
    remembered = session.post("/v1/account/remembered-password").ok(201)["remembered"]
    path = f"/admin/v1/projects/{project['id']}"
    admin.patch(path, {"methods_recover": ["password"]}).ok()
    try:
        for purpose in ("bind-device", "recover"):
            for number in (known["work_number"], "nobody"):
                begun = begin(public, project["id"], number, purpose)
                begun.remembered(**remembered_proof(device, begun, remembered)).problem(403, "not-allowed")
    finally:
        admin.patch(path, {"methods_recover": ["sms"]}).ok()


def test_a4_a_later_method_makes_none_before_it_younger(stack, inbox, public, admin, project, session, known):
    session.post("/v1/account/remembered-password").ok(201)
    stack.sql("update authentication set passed_at = passed_at - interval '301 seconds'")
    begun = confirm(session)
    begun.password(GOOD_PASSWORD).ok()
    session.post("/v1/account/remembered-password").ok(201)
    stack.sql("update authentication set passed_at = passed_at - interval '301 seconds'")
    begun.password(GOOD_PASSWORD).ok()
    session.post("/v1/account/remembered-password").problem(403, "authentication-needed")


@pytest.mark.parametrize("end", ["change", "forget", "replace", "remove", "expire", "issue"])
def test_a4_a_remembered_password_ends(stack, public, admin, project, session, device, known, end):
    remembered = session.post("/v1/account/remembered-password").ok(201)["remembered"]
    if end == "change":
        session.request("PUT", "/v1/account/password", {"old": GOOD_PASSWORD, "new": "Another horse 8"}).ok()
    elif end == "forget":
        session.request("DELETE", "/v1/account/remembered-password").ok()
    elif end == "replace":
        session.post("/v1/account/remembered-password").ok(201)
    elif end == "remove":
        stack.sql("update device set state = 'removed' where account_id = '%s'" % known["id"])
    elif end == "expire":
        stack.sql("update remembered_password set expires_at = clock_timestamp()")
    else:
        admin.post(f"/admin/v1/users/{known['id']}/password").ok(201)
    begun = begin(public, project["id"], known["work_number"])
    begun.remembered(**remembered_proof(device, begun, remembered)).problem(403, "authentication-failed")


def make_bound(stack, session):
    """As if its key had been generated: tests of keys do it for real."""
    key = session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)
    stack.sql("update binding set state = 'active', record = 'x' where binding_id = '%s'" % key["binding_id"])


def begin_elsewhere(public, project, work_number, purpose="sign-in"):
    """On another device than the session's."""
    return begin(public, project["id"], work_number, purpose, device_key=wire.encode(device_module.Device().public_key))


def test_a4_a_bound_device_scans_a_code_and_says_yes(stack, public, project, session, known):
    begun = begin_elsewhere(public, project, known["work_number"])
    text = begun.qr().ok(201)["text"]
    prefix, code = text.split("=", 1)
    assert prefix == "hufu:authenticate?a" and begun.token not in text
    session.post("/v1/authentications/qr/approvals", {"code": code}).problem(403, "binding-not-active")
    make_bound(stack, session)
    asked = session.post("/v1/authentications/qr/requests", {"code": code}).ok()
    assert asked["purpose"] == "sign-in"
    assert begun.state().ok()["state"] == "open"
    session.post("/v1/authentications/qr/approvals", {"code": code}).ok()
    assert begun.state().ok() == {"state": "passed", "passed": ["qr"], "remaining": []}
    session.post("/v1/authentications/qr/approvals", {"code": code}).problem(404, "not-found")


def test_a4_who_only_sees_the_code_can_do_nothing_with_it(stack, public, project, session, known, new_user):
    begun = begin_elsewhere(public, project, known["work_number"])
    code = begun.qr().ok(201)["text"].split("=", 1)[1]
    public.post("/v1/authentications/qr/approvals", {"code": code}).problem(401, "unauthenticated")
    authentication.Authentication(public, {"authentication": code}).state().problem(403, "authentication-failed")
    stranger = device_module.Device()
    text = new_user()["activation"]["text"]
    answer = public.post("/v1/activations", stranger.activation(device_module.code_of(text))).ok(201)
    other = public.with_token(answer["session_token"], stranger)
    make_bound(stack, other)
    other.post("/v1/authentications/qr/requests", {"code": code}).problem(404, "not-found")
    other.post("/v1/authentications/qr/approvals", {"code": code}).problem(404, "not-found")
    # A newer code takes its place; one of nobody's account is shown like any other.
    begun.qr().ok(201)
    make_bound(stack, session)
    session.post("/v1/authentications/qr/approvals", {"code": code}).problem(404, "not-found")
    begin_elsewhere(public, project, "nobody").qr().ok(201)


def test_a4_a_device_does_not_answer_itself(stack, public, project, session, device, known):
    make_bound(stack, session)
    begun = confirm(session)
    code = begun.qr().ok(201)["text"].split("=", 1)[1]
    session.post("/v1/authentications/qr/approvals", {"code": code}).problem(403, "not-allowed")
    begun = begin(public, project["id"], known["work_number"], device_key=wire.encode(device.public_key))
    code = begun.qr().ok(201)["text"].split("=", 1)[1]
    session.post("/v1/authentications/qr/approvals", {"code": code}).problem(403, "not-allowed")


@pytest.mark.parametrize("purpose", ["sign-in", "bind-device"])
def test_a4_a_device_that_does_not_say_which_it_is_shows_no_code(stack, public, admin, project, session, known, purpose):
    make_bound(stack, session)
    rule = {"methods_" + purpose.replace("-", "_"): ["qr", "password"]}
    admin.patch(f"/admin/v1/projects/{project['id']}", rule).ok()
    try:
        for number in (known["work_number"], "nobody"):
            begun = begin(public, project["id"], number, purpose)
            begun.qr().problem(403, "not-allowed")
        begun = begin(public, project["id"], known["work_number"], purpose)
        begun.password(GOOD_PASSWORD).ok()
        begun.qr().problem(403, "not-allowed")
        # Nor is one approved that was shown all the same.
        begun = begin(public, project["id"], known["work_number"], purpose)
        code = secrets.token_bytes(32)
        stack.sql("update authentication set qr_hash = sha256('\\x%s') where token_hash = sha256('\\x%s')"
                  % (code.hex(), wire.decode(begun.token).hex()))
        session.post("/v1/authentications/qr/approvals", {"code": wire.encode(code)}).problem(403, "not-allowed")
        assert begun.state().ok()["state"] == "open"
    finally:
        defaults = {"methods_sign_in": ["qr", "password+sms", "password+face"], "methods_bind_device": ["password+sms"]}
        admin.patch(f"/admin/v1/projects/{project['id']}", defaults).ok()


def test_a4_another_devices_yes_does_not_sign_in_the_device_that_said_it(stack, public, project, session, device, known):
    make_bound(stack, session)
    begun = begin_elsewhere(public, project, known["work_number"])
    code = begun.qr().ok(201)["text"].split("=", 1)[1]
    session.post("/v1/authentications/qr/approvals", {"code": code}).ok()
    time_ms = wire.now_ms()
    message = wire.fields("hufu/sign-in", wire.decode(begun.token), device.public_key, wire.u64(time_ms))
    body = {"authentication": begun.token, "device_key": wire.encode(device.public_key), "time": time_ms,
            "proof": wire.encode(device.sign(message))}
    public.post("/v1/sessions", body).problem(403, "authentication-needed")


# ---- face ----


def test_a4_a_face_is_enrolled_only_after_password_and_code(session, known):
    picture = wire.encode(b"\xff\xd8\xff not a face")
    answer = session.request("PUT", "/v1/account/face", {"picture": picture}).problem(403, "authentication-needed")
    assert answer["methods"] == ["sms"]
    session.request("PUT", "/v1/account/face", {"picture": wire.encode(bytes(65537))}).problem(400, "bad-field", field="picture")


# ---- A10: passwords ----


def test_a10_an_initial_password_serves_for_choosing_another_one(public, admin, project, new_user):
    account = new_user()["account"]
    initial = admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)
    begun = begin(public, project["id"], account["work_number"])
    begun.password(initial["password"]).problem(403, "password-change-needed")
    begun.password(initial["password"], new_password="short").problem(400, "bad-field", field="new_password")
    begun.password(initial["password"], new_password=initial["password"]).problem(400, "bad-field", field="new_password")
    begun.password("Wrong horse 7", new_password=GOOD_PASSWORD).problem(403, "authentication-failed")
    begun.password(initial["password"], new_password=GOOD_PASSWORD).ok()
    begun = begin(public, project["id"], account["work_number"])
    begun.password(initial["password"], new_password=GOOD_PASSWORD).problem(403, "authentication-failed")
    assert begun.password(GOOD_PASSWORD).ok()["passed"] == ["password"]


def test_a10_an_initial_password_ends_every_session_and_what_was_remembered(stack, public, admin, project, session, device, known, new_user):
    remembered = session.post("/v1/account/remembered-password").ok(201)["remembered"]
    code = device_module.code_of(admin.post(f"/admin/v1/users/{known['id']}/activations").ok(201)["activation"]["text"])
    platform = public.with_token(
        public.post("/v1/activations", device.activation(code, application="platform")).ok(201)["session_token"], device)
    begun = begin(public, project["id"], known["work_number"])
    somebody = device_module.Device()
    code = device_module.code_of(new_user()["activation"]["text"])
    other = public.with_token(public.post("/v1/activations", somebody.activation(code)).ok(201)["session_token"], somebody)
    for client in (session, platform, other):
        client.get("/v1/keys").ok()
    initial = admin.post(f"/admin/v1/users/{known['id']}/password").ok(201)["password"]
    for client in (session, platform):
        client.get("/v1/keys").problem(401, "unauthenticated")
    other.get("/v1/keys").ok()
    begun.password(initial, new_password="Another horse 8").problem(403, "authentication-failed")
    begun = begin(public, project["id"], known["work_number"])
    begun.remembered(**remembered_proof(device, begun, remembered)).problem(403, "authentication-failed")
    assert stack.sql("select count(*) from session where account_id = '%s' and state = 'open'" % known["id"]) == "0"
    assert stack.sql("select outcome from audit_event where account_id = '%s' and action = 'password.issue' order by at desc limit 1"
                     % known["id"]) == "ok"
    begun.password(initial, new_password="Another horse 8").ok()


def test_a10_the_operators_command_gives_an_initial_password(stack, public, project, new_user):
    account = new_user()["account"]
    said = stack.hufu("--lang", "en", "user", "password", account["id"]).splitlines()
    assert said[0].startswith("one-time password, good until ")
    assert stack.hufu("--lang", "zh-CN", "user", "password", account["id"]).startswith("一次性初始口令")
    begun = begin(public, project["id"], account["work_number"])
    begun.password(said[1]).problem(403, "authentication-failed")  # the second took its place
    assert stack.hufu("user", "password", str(uuid.uuid4()), check=False).returncode == 1


def test_a10_an_initial_password_ends_after_three_days(stack, public, admin, project, new_user):
    account = new_user()["account"]
    initial = admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)["password"]
    stack.sql("update password set initial_until = clock_timestamp() where account_id = '%s'" % account["id"])
    begun = begin(public, project["id"], account["work_number"])
    begun.password(initial, new_password=GOOD_PASSWORD).problem(403, "authentication-failed")


@pytest.mark.parametrize("password", ["Aa3!567", "aaaaaaaa1", "ABCDEFG12", "12345678!", "abcdefgh", "Ａ７", "密码密码密码密码"])
def test_a10_a_password_has_eight_characters_of_three_classes(public, admin, project, new_user, password):
    account = new_user()["account"]
    initial = admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)["password"]
    begun = begin(public, project["id"], account["work_number"])
    begun.password(initial, new_password=password).problem(400, "bad-field", field="new_password")


@pytest.mark.parametrize("password", ["Aa345678", "abcdefg1!", "A" * 252 + "bc1!", "密码abc 123", "ABCDEFG 1"])
def test_a10_longer_ones_and_any_characters_are_welcome(public, admin, project, new_user, password):
    authentication.set_password(public, admin, project["id"], new_user()["account"], password)


def test_a10_the_same_characters_are_the_same_password(public, admin, project, new_user):
    account = new_user()["account"]
    authentication.set_password(public, admin, project["id"], account, "Cafe\u0301 1234")
    assert begin(public, project["id"], account["work_number"]).password("Caf\u00e9 1234").ok()["passed"] == ["password"]


def test_a4_another_mobile_number_ends_what_was_begun_with_the_one_before(public, admin, project, person):
    begun = begin(public, project["id"], person["work_number"])
    begun.password(GOOD_PASSWORD).ok()
    admin.patch(f"/admin/v1/users/{person['id']}", {"mobile": str(next(_mobiles))}).ok()
    begun.state().problem(403, "authentication-failed")


def test_a10_changing_counts_wrong_tries_like_signing_in(public, admin, project, session):
    authentication.set_password_of(public, admin, project["id"], session)
    statuses = [session.request("PUT", "/v1/account/password", {"old": "Wrong horse %d" % i, "new": "Another horse 8"}).status
                for i in range(12)]
    assert statuses == [403] * 10 + [429] * 2


def test_a10_changing_needs_the_old_one_and_ends_other_sessions(stack, public, admin, inbox, project, session, device):
    account = session.user["account"]
    authentication.set_password_of(public, admin, project["id"], session)
    put = lambda old, new: session.request("PUT", "/v1/account/password", {"old": old, "new": new})
    put("Wrong horse 7", "Another horse 8").problem(403, "authentication-failed")
    put(GOOD_PASSWORD, "short").problem(400, "bad-field", field="new")
    put(GOOD_PASSWORD, GOOD_PASSWORD).problem(400, "bad-field", field="new")
    stack.sql("insert into session (project_id, session_id, account_id, device_id, token_hash, state, expires_at, application)"
              " select project_id, gen_random_uuid(), account_id, device_id, sha256('other'), 'open', expires_at, 'other' from session"
              " where account_id = '%s' and state = 'open'" % account["id"])
    put(GOOD_PASSWORD, "Another horse 8").ok()
    assert stack.sql("select count(*) from session where account_id = '%s' and state = 'open'" % account["id"]) == "1"
    session.get("/v1/keys").ok()
    begin(public, project["id"], account["work_number"]).password(GOOD_PASSWORD).problem(403, "authentication-failed")
    begin(public, project["id"], account["work_number"]).password("Another horse 8").ok()


def test_a10_recovering_by_captcha_and_code(stack, public, admin, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"], "recover")
    assert begun.begun["methods"] == [["sms"]]
    recover = lambda password: public.post("/v1/password-recoveries", {"authentication": begun.token, "password": password})
    recover("Another horse 8").problem(403, "authentication-needed")
    last = inbox.last
    begun.sms(a_code(inbox, begun, person)).ok()
    recover("short").problem(400, "bad-field", field="password")
    recover("Another horse 8").ok()
    recover("Another horse 9").problem(403, "authentication-needed")
    told = inbox.wait(person["mobile_number"], count=2, after=last)
    assert told[-1]["template"] == "password-changed"
    begin(public, project["id"], person["work_number"]).password(GOOD_PASSWORD).problem(403, "authentication-failed")
    begin(public, project["id"], person["work_number"]).password("Another horse 8").ok()


def test_a10_an_authentication_for_something_else_recovers_nothing(public, inbox, project, person):
    begun = begin(public, project["id"], person["work_number"])
    begun.password(GOOD_PASSWORD).ok()
    begun.sms(a_code(inbox, begun, person)).ok()
    answer = public.post("/v1/password-recoveries", {"authentication": begun.token, "password": "Another horse 8"})
    answer.problem(403, "authentication-needed")
