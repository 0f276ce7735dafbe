# SPDX-License-Identifier: Apache-2.0
"""Line A9, use records: each attempt with time, device, operation, application, result and reason. Today's for anybody who is
signed in, a period's for the primary device alone."""

import datetime
import zoneinfo

import pytest

import device as device_module
import noon
import phone as phone_module
import wire
from test_input import signature_body

PATH = "/v1/use-records"


def records_of(client, query=""):
    return client.get(PATH + query).ok()["records"]


def today(zone=noon.ZONE):
    return datetime.datetime.now(zone).date()


def add_event(stack, session, moment, action="sm2/sign", outcome="ok"):
    """An event of the account at another time, as the trail of another day has it."""
    stack.sql("INSERT INTO audit_event (project_id, at, event_id, actor, action, outcome, account_id, device_id) SELECT project_id, "
              f"'{moment}', gen_random_uuid(), 'device', '{action}', '{outcome}', account_id, device_id FROM device WHERE "
              f"device_id = '{session.answer['device']['id']}'")


def test_a9_each_attempt_has_time_device_operation_application_result_and_reason(session, key):
    session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key)).problem(403, "binding-not-active")
    newest = records_of(session)[0]
    assert newest["operation"] == "sm2/sign"
    assert newest["result"] == "refused"
    assert newest["reason"] == "binding-not-active"
    assert newest["device"]["id"] == session.answer["device"]["id"]
    assert newest["application"] == "hufu"
    assert newest["key_id"] == key["key_id"]
    assert [each["operation"] for each in records_of(session)] == ["sm2/sign", "key.create", "device.activate"]


def test_a9_signing_in_is_a_record_with_its_application(session):
    sign_in = records_of(session)[-1]
    assert (sign_in["operation"], sign_in["result"], sign_in["application"]) == ("device.activate", "ok", "hufu")
    assert "reason" not in sign_in


def test_a9_signatures_of_a_real_phone_are_records_with_their_application(stack, admin, phone, public):
    phone.sign(b"x")
    phone.sign(b"x", pin="000000", status=phone_module.PIN_WRONG)
    said = phone.do("records").splitlines()
    assert "co-signing" in said[0] and "hufu-phone" in said[0] and said[0].endswith("The PIN is wrong.")
    assert "co-signing" in said[1] and said[1].endswith("done")
    assert "activating the device" in said[-1]


def test_a9_what_an_operator_does_is_no_use(admin, session):
    admin.post(f"/admin/v1/users/{session.answer['account']['id']}/suspend").ok()
    admin.post(f"/admin/v1/users/{session.answer['account']['id']}/resume").ok()
    assert [each["operation"] for each in records_of(session)] == ["device.activate"]


def test_a9_today_begins_at_midnight_of_the_projects_time_zone(stack, session):
    midnight = datetime.datetime.combine(today(), datetime.time(), noon.ZONE)
    add_event(stack, session, (midnight - datetime.timedelta(milliseconds=1)).isoformat(), "yesterday")
    add_event(stack, session, midnight.isoformat(), "today")
    answer = session.get(PATH).ok()
    assert answer["from"] == answer["to"] == today().isoformat()
    operations = [each["operation"] for each in answer["records"]]
    assert "today" in operations and "yesterday" not in operations


def test_a9_the_time_zone_is_a_rule_of_the_project(admin, stack, public, session, project):
    path = "/admin/v1/projects/" + project["id"]
    other = "UTC" if noon.NAME != "UTC" else "Asia/Shanghai"
    admin.patch(path, {"time_zone": other}).ok()
    try:
        before = today(zoneinfo.ZoneInfo(other))
        answer = session.get(PATH).ok()
        assert answer["from"] in [day.isoformat() for day in (before, today(zoneinfo.ZoneInfo(other)))]
        admin.patch(path, {"time_zone": "Mars/Olympus"}).problem(400, "bad-field", field="time_zone")
    finally:
        admin.patch(path, {"time_zone": noon.NAME}).ok()


def test_a9_a_period_is_for_the_primary_device(stack, session, key):
    begin, end = (datetime.datetime(2026, 3, day, tzinfo=noon.ZONE) for day in (1, 3))
    moment = datetime.timedelta(milliseconds=1)
    for at, action in ((begin - moment, "before"), (begin, "first"), (end - moment, "last"), (end, "after")):
        add_event(stack, session, at.isoformat(), action)
    answer = session.get(PATH + "?from=2026-03-01&to=2026-03-02").ok()
    assert [each["operation"] for each in answer["records"]] == ["last", "first"]
    assert (answer["from"], answer["to"]) == ("2026-03-01", "2026-03-02")
    assert len(records_of(session, "?from=2026-02-28")) >= 5


def test_a9_a_period_is_not_for_another_device(stack, session, key):
    stack.sql(f"UPDATE device SET role = 'secondary' WHERE device_id = '{session.answer['device']['id']}'")
    session.get(PATH + "?from=2026-03-01").problem(403, "not-allowed")
    session.get(PATH + "?to=" + today().isoformat()).problem(403, "not-allowed")
    records_of(session)


@pytest.mark.parametrize("query, field", [
    ("?from=2026-02-30", "from"), ("?from=2026-13-01", "from"), ("?from=yesterday!", "from"), ("?from=", "from"),
    ("?to=2026-1-1", "to"), ("?to=20260101ab", "to"), ("?from=2026-03-02&to=2026-03-01", "from"), ("?limit=0", "limit"),
    ("?limit=201", "limit"), ("?cursor=x", "cursor"), ("?from=1969-12-31", "from"),
])
def test_a9_a_question_of_another_form_is_refused_by_name(session, key, query, field):
    session.get(PATH + query).problem(400, "bad-field", field=field)


def test_a9_a_cursor_that_nobody_gave_is_no_harm(session):
    at = lambda us: session.get(PATH + "?cursor=" + wire.encode(wire.u64(us) + bytes(16)))
    for us in (0, 2**63 - 1):
        at(us).ok()
    for us in (2**64 - 1, 2**63):  # before 1970
        at(us).problem(400, "bad-field", field="cursor")


def test_a9_records_are_paged_back_in_time(stack, session, key):
    for second in range(7):
        add_event(stack, session, f"2026-03-01T00:00:{second:02d}Z", "use%d" % second)
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        page = session.get(PATH + "?from=2026-03-01&to=2026-03-01&limit=3" + cursor).ok()
        seen += [each["operation"] for each in page["records"]]
        cursor = "&cursor=" + page["next_cursor"] if "next_cursor" in page else None
        pages += 1
    assert seen == ["use%d" % second for second in reversed(range(7))]
    assert pages == 3


def test_a9_nobody_sees_the_records_of_somebody_else(stack, session, phone):
    phone.sign(b"x")
    assert all(each["device"]["id"] == session.answer["device"]["id"] for each in records_of(session))


def test_a9_a_page_is_read_by_an_index(stack, session):
    """Not that the planner takes it for a table that fits on a page: that there is one for all that decides."""
    plan = stack.sql("SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN SELECT at FROM audit_event WHERE "
                     "account_id = '%s' AND actor = 'device' AND at >= now() - interval '1 day' AND at < now() + interval '1 day' ORDER BY at DESC, event_id DESC LIMIT 50"
                     % session.answer["account"]["id"])
    assert "Seq Scan" not in plan, plan
    assert "Index Cond: ((account_id =" in plan and "Sort  " not in plan, plan


def test_a9_the_phone_shows_days_and_says_what_it_may_not(stack, phone):
    days = ["--from", (today() - datetime.timedelta(days=1)).isoformat(), "--to", today().isoformat()]
    assert "activating the device" in phone.do("records", *days)
    assert "no records" in phone.do("records", "--from", "2026-01-01", "--to", "2026-01-02")
    phone.do("records", "--from", "today", status=phone_module.USAGE)


def test_a9_on_a_terminal_failures_are_red_with_their_reason(phone):
    phone.sign(b"x", pin="000000", status=phone_module.PIN_WRONG)
    said = phone.on_terminal("records")
    line = [each for each in said.splitlines() if "The PIN is wrong." in each][0]
    assert line.startswith("\033[31m") and line.rstrip().endswith("\033[0m")
    assert "\033" not in [each for each in said.splitlines() if "activating" in each][0]


def test_a11_the_life_of_a_session_is_a_rule_of_the_project(admin, public, new_user, project, device):
    path = "/admin/v1/projects/" + project["id"]
    admin.patch(path, {"session_days": 7}).ok()
    try:
        code = device_module.code_of(new_user()["activation"]["text"])
        answer = public.post("/v1/activations", device.activation(code)).ok(201)
    finally:
        admin.patch(path, {"session_days": 90}).ok()
    until = datetime.datetime.fromisoformat(answer["session_expires_at"].replace("Z", "+00:00"))
    left = until - datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(days=6, hours=23) < left < datetime.timedelta(days=7, hours=1)
    for days in (0, 3651):
        admin.patch(path, {"session_days": days}).problem(400, "bad-field", field="session_days")
