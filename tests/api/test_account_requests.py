# SPDX-License-Identifier: Apache-2.0
"""People ask for accounts themselves (A2): a captcha, a code by SMS, every field; an operator or the project's rule decides."""

import concurrent.futures
import itertools
import uuid

import pytest

import authentication
from test_accounts import DETAILS

pytestmark = pytest.mark.usefixtures("nothing_was_tried")

_numbers = itertools.count(1)


@pytest.fixture
def ask(public, inbox):
    """A function that asks for an account as a person does: a captcha, a code by SMS, the request. Its answer."""

    def ask(project, mobile, /, code=None, **changes):
        if code is None:
            after = inbox.last
            body = {"project": project["id"], "mobile": mobile, "captcha": authentication.captcha(public, project["id"])}
            public.post("/v1/account-requests/codes", body).ok(202)
            code = inbox.code(mobile, after=after)
        body = {"project": project["id"], "name": "Han Meimei", "work_number": "R%05d" % next(_numbers), "mobile": mobile,
                "code": code, **changes}
        return public.post("/v1/account-requests", {name: value for name, value in body.items() if value is not None})

    return ask


def accounts_of(admin, project, **query):
    path = f"/admin/v1/users?project={project['id']}&limit=500" + "".join(f"&{name}={value}" for name, value in query.items())
    return admin.get(path).ok()["users"]


def test_a2_a_request_with_every_field_waits_for_an_operator_who_approves_it(admin, inbox, new_project, ask, mobile):
    project = new_project(signup="operator")
    assert ask(project, mobile, **{**DETAILS, "mobile": mobile}).ok(202) == {"received": True}
    account, = accounts_of(admin, project, state="requested")
    assert account["requested"] and account["has_seal_picture"] and "organization_id" not in account
    for name in ("organization", "identity_kind", "department", "occupation", "country", "province", "city", "sex", "remark"):
        assert account[name] == DETAILS[name]
    assert account["mobile"] == f"{mobile[3:6]}****{mobile[-4:]}"
    after = inbox.last
    approved = admin.post(f"/admin/v1/users/{account['id']}/approve").ok()["account"]
    assert approved["state"] == "active" and approved["organization_id"]
    assert account["work_number"] in inbox.next(mobile, after=after)["text"]
    assert inbox.next(mobile, after=after)["template"] == "account-approved"


def test_a2_a_request_is_refused_with_a_reason_that_the_person_is_told(admin, inbox, new_project, ask, mobile):
    project = new_project(signup="operator")
    ask(project, mobile).ok(202)
    account, = accounts_of(admin, project, state="requested")
    after = inbox.last
    admin.post(f"/admin/v1/users/{account['id']}/refuse", {"reason": "Not on our list"}).ok()
    told = inbox.next(mobile, after=after)
    assert told["template"] == "account-refused" and "Not on our list" in told["text"]
    assert accounts_of(admin, project, state="closed")[0]["refusal"] == "Not on our list"


def test_a2_a_request_is_granted_by_the_projects_rule(stack, admin, inbox, new_project, ask, mobile):
    project = new_project(signup="automatic")
    ask(project, mobile).ok(202)
    account, = accounts_of(admin, project)
    assert account["state"] == "active" and account["requested"]
    assert [message["template"] for message in inbox.wait(mobile, count=2)] == ["code-request", "account-approved"]
    events = stack.sql("SELECT string_agg(actor || ' ' || action || ' ' || outcome, ',' ORDER BY at) FROM audit_event "
                       f"WHERE account_id = '{account['id']}'")
    assert "service account.approve ok" in events.split(",") and "anonymous account.request ok" in events.split(",")


def test_a2_a_request_that_cannot_be_granted_just_now_stands_and_waits(stack, admin, new_project, ask, mobile):
    project = new_project(signup="automatic")
    stack.sql("CREATE FUNCTION not_now() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE lock_not_available; END $$; "
              "CREATE TRIGGER not_now BEFORE UPDATE OF state ON account FOR EACH ROW EXECUTE FUNCTION not_now()")
    try:
        ask(project, mobile).ok(202)
    finally:
        stack.sql("DROP TRIGGER not_now ON account; DROP FUNCTION not_now()")
    account, = accounts_of(admin, project, state="requested")
    assert admin.post(f"/admin/v1/users/{account['id']}/approve").ok()["account"]["state"] == "active"


def test_a2_a_project_that_takes_no_requests_sends_no_code_and_takes_none(public, admin, inbox, new_project, ask, mobile):
    project = new_project(signup="off")
    body = {"project": project["id"], "mobile": mobile, "captcha": authentication.captcha(public, project["id"])}
    public.post("/v1/account-requests/codes", body).problem(403, "not-allowed")
    ask(project, mobile, code="123456").problem(403, "not-allowed")
    assert inbox.messages(mobile) == [] and accounts_of(admin, project) == []
    unknown = {"id": str(uuid.uuid4())}
    ask(unknown, mobile, code="123456").problem(404, "not-found")


def test_a2_without_a_captcha_no_code_is_sent(public, inbox, new_project, mobile):
    project = new_project(signup="operator")
    body = {"project": project["id"], "mobile": mobile}
    assert public.post("/v1/account-requests/codes", body).json["message_key"] == "captcha-needed"
    body["captcha"] = authentication.captcha(public, project["id"], right=False)
    public.post("/v1/account-requests/codes", body).problem(403, "captcha-needed")
    assert inbox.messages(mobile) == []


def test_a2_without_the_right_code_nothing_is_taken(stack, admin, new_project, ask, mobile):
    project = new_project(signup="operator")
    ask(project, mobile, code="000000").problem(403, "code-invalid")
    ask(project, mobile, code="12345").problem(400, "bad-field", field="code", limit=6)
    assert accounts_of(admin, project) == []
    assert stack.sql(f"SELECT count(*) FROM audit_event WHERE project_id = '{project['id']}' AND account_id IS NOT NULL") == "0"


def test_a2_the_code_is_good_once_and_for_its_own_number(public, inbox, new_project, ask, mobile):
    project = new_project(signup="operator")
    body = {"project": project["id"], "mobile": mobile, "captcha": authentication.captcha(public, project["id"])}
    public.post("/v1/account-requests/codes", body).ok(202)
    code = inbox.code(mobile)
    other = mobile[:-1] + str((int(mobile[-1]) + 1) % 10)
    ask(project, other, code=code).problem(403, "code-invalid")
    ask(project, mobile, code=code).ok(202)
    ask(project, mobile, code=code).problem(403, "code-invalid")


@pytest.mark.parametrize("changes, slug, field", [
    ({"name": None}, "missing-field", "name"), ({"work_number": None}, "missing-field", "work_number"),
    ({"mobile": None}, "missing-field", "mobile"), ({"identity_number": "110105194912310021"}, "bad-field", "identity_number"),
    ({"email": "x"}, "bad-field", "email"), ({"seal_picture": "R0lGODlh"}, "bad-field", "seal_picture"),
    ({"mobile": "123"}, "bad-field", "mobile"), ({"country": "xx"}, "bad-field", "country"), ({"subject": {}}, "unknown-field", "subject"),
])
def test_a2_a_field_that_is_not_of_its_form_is_named_and_costs_no_code(public, inbox, new_project, ask, mobile, changes, slug, field):
    project = new_project(signup="operator")
    body = {"project": project["id"], "mobile": mobile, "captcha": authentication.captcha(public, project["id"])}
    public.post("/v1/account-requests/codes", body).ok(202)
    code = inbox.code(mobile)
    ask(project, mobile, code=code, **changes).problem(400, slug, field=field)
    ask(project, mobile, code=code).ok(202)


@pytest.mark.parametrize("signup", ["operator", "automatic"])
def test_a2_nobody_learns_by_asking_whether_a_work_number_is_taken(admin, inbox, new_project, ask, mobile, signup):
    project = new_project(signup=signup)
    taken = admin.post("/admin/v1/users", {"project": project["id"], "name": "A", "work_number": "TAKEN"}).ok(201)["account"]
    other = mobile[:-1] + str((int(mobile[-1]) + 1) % 10)
    free, same = ask(project, mobile, work_number="FREE"), ask(project, other, work_number="TAKEN")
    assert (free.status, free.content) == (same.status, same.content)
    assert set(free.headers) == set(same.headers)
    waiting = [account for account in accounts_of(admin, project, work_number="TAKEN") if account["id"] != taken["id"]]
    assert [account["state"] for account in waiting] == ["requested"]
    admin.post(f"/admin/v1/users/{waiting[0]['id']}/approve").problem(409, "conflict")


def test_a2_whoever_asks_again_takes_the_place_of_the_first_request(stack, admin, new_project, ask, mobile):
    project = new_project(signup="operator")
    ask(project, mobile, name="Han Meime").ok(202)
    authentication.forget_tries(stack)
    ask(project, mobile, name="Han Meimei").ok(202)
    assert [account["name"] for account in accounts_of(admin, project, state="requested")] == ["Han Meimei"]
    assert [account["name"] for account in accounts_of(admin, project, state="closed")] == ["Han Meime"]


@pytest.fixture
def send_code(public, inbox):
    """A function that has a code sent and gives it."""

    def send_code(project, mobile):
        body = {"project": project["id"], "mobile": mobile, "captcha": authentication.captcha(public, project["id"])}
        public.post("/v1/account-requests/codes", body).ok(202)
        return inbox.code(mobile)

    return send_code


def test_a2_of_many_requests_for_one_work_number_at_once_the_rule_approves_exactly_one(admin, new_project, ask, send_code):
    project = new_project(signup="automatic")
    mobiles = ["+86133%08d" % (uuid.uuid4().int % 10 ** 8) for _ in range(6)]
    codes = [send_code(project, mobile) for mobile in mobiles]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda mobile, code: ask(project, mobile, code=code, work_number="ONE"), mobiles, codes))
    assert [answer.status for answer in answers] == [202] * 6
    states = sorted(account["state"] for account in accounts_of(admin, project, work_number="ONE"))
    assert states == ["active"] + ["requested"] * 5


def test_a2_one_code_takes_one_request_however_many_show_it_at_once(admin, new_project, ask, send_code, mobile):
    project = new_project(signup="operator")
    code = send_code(project, mobile)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(project, mobile, code=code), range(10)))
    assert [answer.status for answer in answers].count(202) == 1
    assert len(accounts_of(admin, project)) == 1


def test_a2_nothing_of_a_request_stands_in_database_or_log_in_clear(stack, new_project, ask, mobile):
    ask(new_project(signup="automatic"), mobile, **{**DETAILS, "mobile": mobile, "email": "needle-of-request@example.com"}).ok(202)
    dump = stack.dump()
    for needle in (mobile, mobile[3:], DETAILS["identity_number"], "needle-of-request"):
        assert needle.encode() not in dump, needle
        assert needle.encode() not in stack.log("server"), needle
