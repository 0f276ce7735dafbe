# SPDX-License-Identifier: Apache-2.0
"""Messages to people: from the outbox to the outside service, once, whatever dies or is away meanwhile."""

import itertools
import os
import signal
import time

import pytest

import stack as stack_module

_numbers = itertools.count(10000)
OUTSIDE_TIMEOUT_MS = 1500
LEASE_SECONDS = OUTSIDE_TIMEOUT_MS / 1000 + 5  # server/core/notice.h


@pytest.fixture(scope="module")
def stack():
    """One of its own: with a short deadline for outside services, and free to lose its processes."""
    stack = stack_module.Stack("--inbox", "--server", f"outside_timeout_ms={OUTSIDE_TIMEOUT_MS}")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def project(stack):
    return stack.admin.post("/admin/v1/projects", {"name": "公告 Project"}).ok(201)


@pytest.fixture
def number():
    return "+86138000%05d" % next(_numbers)


@pytest.fixture
def send(admin, project):
    def send(to, kind="sms"):
        return admin.post("/admin/v1/notices", {"project": project["id"], "kind": kind, "to": to}).ok(201)["notice"]

    return send


def wait_state(admin, notice, state, seconds=90):
    end = time.monotonic() + seconds
    seen = admin.get("/admin/v1/notices/" + notice["id"]).ok()["notice"]
    while seen["state"] != state and time.monotonic() < end:
        time.sleep(0.05)
        seen = admin.get("/admin/v1/notices/" + notice["id"]).ok()["notice"]
    assert seen["state"] == state, seen
    return seen


def metric(admin, name):
    line = next(line for line in admin.get("/metrics").content.decode().splitlines() if line.startswith(name + " "))
    return int(line.split()[1])


def wait_metric(admin, name, value, seconds=90):
    """What is counted is so a moment after its commit."""
    end = time.monotonic() + seconds
    while metric(admin, name) < value and time.monotonic() < end:
        time.sleep(0.05)
    assert metric(admin, name) == value


def test_a_text_message_arrives_and_nothing_of_it_stays(stack, admin, inbox, number, send):
    posted = send(number)
    assert posted["state"] == "waiting" and posted["attempts"] == 0
    message = inbox.next(number)
    assert message["kind"] == "sms"
    assert message["text"].startswith("【公告 Project】")
    assert message["language"] == "zh-CN" and message["template"] == "test" and message["values"] == []
    assert message["key"] == "sms " + posted["id"]
    ended = wait_state(admin, posted, "delivered")
    assert ended["attempts"] == 1 and "failure" not in ended and "next_attempt_at" not in ended
    assert stack.sql(f"select sealed is null from notice where notice_id = '{posted['id']}'") == "t"


def test_an_email_arrives_with_a_subject_in_the_projects_language(admin, inbox, project, send):
    admin.patch("/admin/v1/projects/" + project["id"], {"language": "en"}).ok()
    try:
        send(" Li@Example.com", kind="email")
        message = inbox.next("li@example.com")
    finally:
        admin.patch("/admin/v1/projects/" + project["id"], {"language": "zh-CN"}).ok()
    assert message["kind"] == "email" and message["subject"] == "[公告 Project] Test message"
    assert message["language"] == "en" and "arrive" in message["text"]


def test_each_delivery_is_in_the_audit_trail(stack, admin, number, send):
    posted = send(number)
    wait_state(admin, posted, "delivered")
    row = stack.sql(f"select actor, action, outcome, detail from audit_event where trace = '{posted['id']}'")
    assert row == "service|notice.deliver|ok|sms test"
    assert stack.sql("select count(*) from audit_event where action = 'notice.try' and outcome = 'ok'") != "0"


@pytest.mark.parametrize("kind, to, reason", [("sms", "12345", "mobile number"), ("sms", "li@example.com", "mobile number"),
                                              ("email", "13800138000", "e-mail"), ("email", "li@", "e-mail")])
def test_a_recipient_that_is_none_is_refused(admin, project, kind, to, reason):
    refused = admin.post("/admin/v1/notices", {"project": project["id"], "kind": kind, "to": to}).problem(400, "bad-field", field="to")
    assert reason in refused["reason"]


def test_the_form_of_a_test_message_is_checked(admin, project, number):
    admin.post("/admin/v1/notices", {"project": "no such project", "kind": "sms", "to": number}).problem(404, "not-found")
    admin.post("/admin/v1/notices", {"project": project["id"], "kind": "pigeon", "to": number}).problem(400, "bad-field", field="kind")
    admin.post("/admin/v1/notices", {"project": project["id"], "kind": "sms"}).problem(400, "missing-field", field="to")
    admin.get("/admin/v1/notices/0190a5f2-0000-7000-8000-000000000000").problem(404, "not-found")


def test_a_list_tells_what_became_of_messages_and_neither_to_whom_nor_what(admin, project, send):
    numbers = ["+86138111%05d" % next(_numbers) for _ in range(5)]
    sent = [send(number) for number in numbers]
    for notice in sent:  # one that is under way would meet what the next test has the service answer
        wait_state(admin, notice, "delivered")
    posted = [notice["id"] for notice in sent]
    listed, cursor = [], ""
    while len(listed) < 5:
        page = admin.get(f"/admin/v1/notices?project={project['id']}&limit=2{cursor}")
        assert not any(number.encode() in page.content for number in numbers)
        listed += [notice["id"] for notice in page.ok()["notices"]]
        cursor = "&cursor=" + page.json["next_cursor"]
    assert listed[:5] == posted[::-1], "newest first"


def test_the_operators_command_sends_and_lists(stack, inbox, number, project):
    said = stack.hufu("--lang", "en", "notice", "test", "--project", project["id"], "--sms", number)
    assert "on its way" in said
    inbox.next(number)
    assert "sms" in stack.hufu("--lang", "en", "notice", "list", "--project", project["id"])
    assert "短信" in stack.hufu("--lang", "zh-CN", "notice", "list")
    assert stack.hufu("notice", "test", "--project", project["id"], check=False).returncode == 2


def test_a_busy_service_is_asked_again_with_the_same_key(admin, inbox, number, send):
    inbox.fault(times=2, status=503)
    posted = send(number)
    message = inbox.next(number)
    ended = wait_state(admin, posted, "delivered")
    assert ended["attempts"] == 3 and ended["failure"] == "status 503"
    assert message["repeats"] == 0
    assert len(inbox.messages(number)) == 1


def test_a_service_that_says_when_is_left_alone_until_then(admin, inbox, number, send):
    inbox.fault(times=1, status=429, retry_after=4)
    begun = time.monotonic()
    posted = send(number)
    inbox.next(number)
    assert time.monotonic() - begun >= 3.9
    assert wait_state(admin, posted, "delivered")["failure"] == "status 429"


def test_a_message_refused_for_good_is_given_up_and_erased(stack, admin, inbox, number, send):
    failed = metric(admin, "hufu_notices_failed_total")
    inbox.fault(times=1, status=422)
    posted = send(number)
    assert wait_state(admin, posted, "refused")["failure"] == "status 422"
    wait_metric(admin, "hufu_notices_failed_total", failed + 1)
    assert stack.sql(f"select sealed is null from notice where notice_id = '{posted['id']}'") == "t"
    assert stack.sql(f"select outcome from audit_event where trace = '{posted['id']}'") == "notice-refused"
    assert inbox.messages(number) == []


def test_an_answer_that_is_lost_delivers_nothing_twice(admin, inbox, number, send):
    inbox.fault(times=1, hang_up=True)
    posted = send(number)
    wait_state(admin, posted, "delivered")
    assert [message["repeats"] for message in inbox.messages(number)] == [1]


def test_an_answer_that_comes_too_late_delivers_nothing_twice(admin, inbox, number, send):
    inbox.fault(times=1, delay_ms=OUTSIDE_TIMEOUT_MS + 500)
    posted = send(number)
    assert wait_state(admin, posted, "delivered")["attempts"] == 2
    assert [message["repeats"] for message in inbox.messages(number)] == [1]


def test_a_message_that_is_too_old_is_erased_and_not_sent(stack, admin, inbox, number, send):
    inbox.fault(times=1000, status=503)
    try:
        posted = send(number)
        stack.sql(f"update notice set expires_at = now() + interval '1 second' where notice_id = '{posted['id']}'")
        wait_state(admin, posted, "expired")
    finally:
        inbox.fault(times=0)
    assert stack.sql(f"select sealed is null from notice where notice_id = '{posted['id']}'") == "t"
    assert stack.sql(f"select outcome from audit_event where trace = '{posted['id']}'") == "notice-expired"
    assert inbox.messages(number) == []


def test_metrics_tell_how_many_were_posted_delivered_and_wait(admin, inbox, number, send):
    names = ("hufu_notices_posted_total", "hufu_notices_delivered_total")
    before = [metric(admin, name) for name in names]
    wait_state(admin, send(number), "delivered")
    for name, value in zip(names, before):
        wait_metric(admin, name, value + 1)


def test_with_the_inbox_away_messages_wait_and_arrive_once_when_it_is_back(stack, admin, send):
    numbers = ["+86138222%05d" % next(_numbers) for _ in range(5)]
    stack.process("down", "inbox")
    try:
        posted = [send(number) for number in numbers]
        end, seen = time.monotonic() + 90, []
        while not (seen and all("failure" in notice for notice in seen)) and time.monotonic() < end:
            seen = [admin.get("/admin/v1/notices/" + notice["id"]).ok()["notice"] for notice in posted]
        assert all(notice["state"] == "waiting" and notice["failure"] == "away" and notice["attempts"] >= 1 for notice in seen), seen
        wait_metric(admin, "hufu_notices_waiting", len(posted))
        stack.wait_ready(200)
    finally:
        stack.process("up", "inbox")
    for notice in posted:
        wait_state(admin, notice, "delivered")
    assert [len(stack.inbox.messages(number)) for number in numbers] == [1] * 5


def kill_between_send_and_commit(stack, inbox, number, send, name):
    """The outside service has the message, its answer is on the way, and then that process dies."""
    last = inbox.last
    pid = int(stack.environment["HUFU_SERVER_PID"])
    inbox.fault(times=1, delay_ms=1000)
    posted = send(number)
    inbox.next(number, after=last)
    if name == "server":
        os.kill(pid, signal.SIGKILL)  # at once: the tool may take longer than the answer does
    stack.process("kill9", name)
    inbox.fault(times=0)
    stack.process("up", name)
    stack.wait_ready(200)
    return posted


def test_a_server_killed_between_sending_and_noting_it_loses_and_repeats_nothing(stack, admin, inbox, number, send):
    posted = kill_between_send_and_commit(stack, inbox, number, send, "server")
    ended = wait_state(admin, posted, "delivered", seconds=LEASE_SECONDS + 90)
    assert ended["attempts"] == 2, "the dead server's attempt, and the one after its lease"
    assert [message["repeats"] for message in inbox.messages(number)] == [1]


def test_a_database_killed_between_sending_and_noting_it_loses_and_repeats_nothing(stack, admin, inbox, number, send):
    posted = kill_between_send_and_commit(stack, inbox, number, send, "db")
    wait_state(admin, posted, "delivered", seconds=LEASE_SECONDS + 90)
    assert [message["repeats"] for message in inbox.messages(number)] in ([0], [1])


def test_servers_killed_again_and_again_deliver_every_message_once(stack, admin, send):
    numbers = ["+86138333%05d" % next(_numbers) for _ in range(30)]
    posted = []
    for round in range(3):
        posted += [send(number) for number in numbers[10 * round:10 * round + 10]]
        stack.process("kill9", "server")
        stack.process("up", "server")
        stack.wait_ready(200)
    for notice in posted:
        wait_state(admin, notice, "delivered", seconds=LEASE_SECONDS + 90)
    assert [len(stack.inbox.messages(number)) for number in numbers] == [1] * 30


def test_a_stop_does_not_wait_for_a_service_that_hangs(stack, admin, inbox, number, send):
    inbox.fault(times=1, delay_ms=30000)
    last = inbox.last
    posted = send(number)
    inbox.next(number, after=last)
    stops = stack.log("server").count(b'"stopped"')
    stack.process("restart", "server")
    stack.wait_ready(200)
    assert stack.log("server").count(b'"stopped"') == stops + 1, "it ended by itself, before it would have been killed"
    wait_state(admin, posted, "delivered", seconds=LEASE_SECONDS + 90)


def test_a_copy_of_the_database_has_neither_recipient_nor_text(stack, admin, inbox, number, send):
    inbox.fault(times=1000, status=503)
    try:
        posted = send(number)
        end = time.monotonic() + 10
        while admin.get("/admin/v1/notices/" + posted["id"]).ok()["notice"]["attempts"] == 0 and time.monotonic() < end:
            time.sleep(0.05)
        dump = stack_module.run("/usr/lib/postgresql/15/bin/pg_dump", stack.environment["HUFU_DATABASE_ADMIN"]).stdout
        assert posted["id"].encode() in dump
        for needle in (number.encode(), number.encode().hex().encode(), number[3:].encode(), number[3:].encode().hex().encode(),
                       "测试消息".encode(), "测试消息".encode().hex().encode()):
            assert needle not in dump
        log = stack.log("server")
        assert number[3:].encode() not in log and "测试消息".encode() not in log
    finally:
        inbox.fault(times=0)
    wait_state(admin, posted, "delivered")


def test_without_an_outside_service_a_message_is_refused_at_once(number):
    other = stack_module.Stack("--http")
    try:
        admin = other.start().admin
        project = admin.post("/admin/v1/projects", {"name": "P"}).ok(201)
        refused = admin.post("/admin/v1/notices", {"project": project["id"], "kind": "sms", "to": number}).problem(409, "conflict")
        assert "no outside service" in refused["detail"]
    finally:
        other.remove()
