# SPDX-License-Identifier: Apache-2.0
"""The face service of a private stack (tools/stack.sh --face), asked as hufu-server asks it, and authentication by face (A4) on it:
the right person passes, another one does not, and a service that is away costs nobody a try."""

import itertools
import json
import urllib.error
import urllib.request

import pytest

import authentication
import device as device_module
import face
import stack as stack_module
import wire
from authentication import GOOD_PASSWORD, begin, confirm
from test_response_times import SAMPLES, TRIES, Line, judge, order

pytestmark = pytest.mark.usefixtures("nothing_was_tried")

_mobiles = itertools.count(13700000001)
_numbers = itertools.count(1)
SMALL = {"step": 2, "quality": 80}  # a picture has at most 64 KiB


@pytest.fixture(scope="module")
def stack():
    stack = stack_module.Stack("--inbox", "--face")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def project(stack):
    project = stack.admin.post("/admin/v1/projects", {"name": "Faces"}).ok(201)
    stack.admin.patch(f"/admin/v1/projects/{project['id']}", {"captcha_bits": 8}).ok()
    return project


@pytest.fixture
def compare(stack):
    token = (stack.home / "face/token").read_text().strip()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def compare(reference, probe):
        body = json.dumps({"reference": face.encode(reference), "probe": face.encode(probe)}).encode()
        request = urllib.request.Request(stack.environment["HUFU_FACE_URL"] + "/compare", data=body, headers={
            "Authorization": "Bearer " + token, "Content-Type": "application/json"})
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    return compare


def test_a4_two_pictures_of_one_person_are_the_same_and_of_two_are_not(compare):
    status, answer = compare(face.jpeg("anna"), face.png("anna", move=20, grow=30))
    assert (status, answer["same"]) == (200, True), answer
    status, answer = compare(face.jpeg("anna"), face.jpeg("berta"))
    assert (status, answer["same"]) == (200, False), answer


def test_a4_a_picture_must_show_exactly_one_face(compare):
    assert compare(face.jpeg("anna"), face.several()) == (422, {"error": "several-faces", "picture": "probe"})
    assert compare(face.nobody(), face.jpeg("anna")) == (422, {"error": "no-face", "picture": "reference"})
    assert compare(face.jpeg("anna"), b"no picture at all, but long enough") == (422, {"error": "not-a-picture", "picture": "probe"})


def test_the_servers_configuration_names_the_service_and_a_token_of_its_own(stack):
    configuration = (stack.home / "server/hufu-server.conf").read_text()
    assert f'face_url = "{stack.environment["HUFU_FACE_URL"]}/compare"' in configuration
    assert (stack.home / "server/face.token").read_text() == (stack.home / "face/token").read_text()
    assert (stack.home / "server/face.token").stat().st_mode & 0o077 == 0


def test_it_comes_back_after_a_kill(stack, compare):
    stack.process("kill9", "face")
    stack.process("up", "face")
    assert compare(face.jpeg("clara"), face.jpeg("clara", light=0.6, grow=20))[1]["same"]


def picture(person, **changes):
    return face.encode(face.jpeg(person, **SMALL, **changes))


@pytest.fixture
def anna(stack, public, admin, inbox, project):
    """Somebody with a session whose own picture is enrolled, which needed password and code."""
    mobile = str(next(_mobiles))
    user = admin.post("/admin/v1/users", {"project": project["id"], "name": "Anna", "work_number": "F%d" % next(_numbers),
                                          "mobile": mobile}).ok(201)
    account = user["account"]
    authentication.set_password(public, admin, project["id"], account)
    device = device_module.Device()
    answer = public.post("/v1/activations", device.activation(device_module.code_of(user["activation"]["text"]))).ok(201)
    session = public.with_token(answer["session_token"], device)
    begun = confirm(session)
    begun.password(GOOD_PASSWORD).ok()
    last = inbox.last
    begun.send_code().ok(201)
    begun.sms(inbox.code("+86" + mobile, after=last)).ok()
    last = inbox.last
    session.request("PUT", "/v1/account/face", {"picture": picture("anna")}).ok()
    assert inbox.next("+86" + mobile, after=last)["template"] == "face-changed"
    session.account = account
    return session


def try_face(begun, shown):
    return begun.public.post("/v1/authentications/face", {"authentication": begun.token, "picture": shown})


def test_a4_the_same_person_passes_with_password_and_face(public, project, anna):
    begun = begin(public, project["id"], anna.account["work_number"])
    begun.password(GOOD_PASSWORD).ok()
    assert try_face(begun, picture("anna", move=20, grow=30)).ok() == {"state": "passed", "passed": ["password", "face"], "remaining": []}


def test_a4_another_person_does_not_pass(public, project, anna):
    begun = begin(public, project["id"], anna.account["work_number"])
    begun.password(GOOD_PASSWORD).ok()
    for other in ("berta", "clara"):
        try_face(begun, picture(other)).problem(403, "authentication-failed")
    assert begun.state().ok()["passed"] == ["password"]


def test_a4_a_face_for_an_account_that_is_not_there_is_answered_like_a_wrong_one(public, project, anna):
    begun = begin(public, project["id"], "nobody")
    try_face(begun, picture("anna")).problem(403, "authentication-failed")


@pytest.mark.parametrize("shown", [face.nobody, lambda: b"\xff\xd8\xff no picture"])
def test_a4_a_picture_without_one_face_is_refused_as_such(public, project, anna, shown):
    begun = begin(public, project["id"], anna.account["work_number"])
    try_face(begun, face.encode(shown())).problem(400, "bad-field", field="picture")
    anna.request("PUT", "/v1/account/face", {"picture": face.encode(shown())}).problem(400, "bad-field", field="picture")


def test_a4_a_picture_without_a_face_is_refused_for_everybody_and_recorded_of_nobody(stack, public, project, anna):
    records = lambda: stack.sql("select count(*) from audit_event where action = 'authentication.face'")
    before = records()
    for number in (anna.account["work_number"], "nobody"):
        begun = begin(public, project["id"], number)
        for shown in (face.nobody(), b"\xff\xd8\xff no picture"):
            try_face(begun, face.encode(shown)).problem(400, "bad-field", field="picture")
    assert records() == before


@pytest.mark.parametrize("shown, samples, expected", [
    pytest.param(lambda: picture("berta"), SAMPLES // 30, (403, "authentication-failed"), id="of-another",
                 marks=pytest.mark.skipif(SAMPLES < 10000, reason="the long form: each takes seconds")),
    pytest.param(lambda: face.encode(face.nobody()), SAMPLES // 10, (400, "bad-field"), id="of-nobody"),
    pytest.param(lambda: face.encode(b"\xff\xd8\xff no picture"), SAMPLES, (400, "bad-field"), id="none")])
def test_a4_the_time_of_a_picture_tells_nothing(stack, admin, project, anna, shown, samples, expected):
    """Comparisons take seconds: fewer of them than of anything else (test_response_times)."""
    numbers = {"there": anna.account["work_number"], "nobody": "nobody"}
    given, line = shown(), Line(stack)

    def measure():
        times = {"there": [], "nobody": []}
        used = {which: TRIES for which in numbers}
        tokens = {}
        for which in order(samples):
            if used[which] == TRIES:
                line.forget_tries()
                tokens[which] = begin(stack.public, project["id"], numbers[which]).token
                used[which] = 0
            used[which] += 1
            status, answer, took = line.post("/v1/authentications/face", {"authentication": tokens[which], "picture": given})
            assert (status, answer["message_key"]) == expected
            times[which].append(took)
        return times

    judge(measure, "picture")
    line.close()


def test_a4_without_the_face_service_nobody_loses_a_try_and_the_rest_goes_on(stack, public, project, anna):
    begun = begin(public, project["id"], anna.account["work_number"])
    stack.process("down", "face")
    try:
        for _ in range(12):
            try_face(begun, picture("anna")).problem(503, "service-unavailable")
        begun.password(GOOD_PASSWORD).ok()
    finally:
        stack.process("up", "face")
    assert try_face(begun, picture("anna", light=0.7)).ok()["state"] == "passed"


def test_a4_the_picture_is_not_in_the_database(stack, anna):
    dump = stack_module.run("/usr/lib/postgresql/15/bin/pg_dump", stack.environment["HUFU_DATABASE_ADMIN"]).stdout
    shown = face.jpeg("anna", **SMALL)
    assert shown[600:664].hex().encode() not in dump
    assert anna.account["id"].encode() in dump
