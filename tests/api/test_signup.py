# SPDX-License-Identifier: Apache-2.0
"""A phone without an activation code (A1, A4, A7): service and organization by a QR code's text, binding by authentication."""

import itertools
import re
import urllib.parse
import uuid

import pytest

import authentication
import phone as phone_module
import wire
from authentication import GOOD_PASSWORD
from test_accounts import PNG

pytestmark = pytest.mark.usefixtures("nothing_was_tried")

_numbers = itertools.count(1)


def text_of(admin, project):
    return admin.get(f"/admin/v1/projects/{project['id']}/service-text").ok()["text"]


@pytest.fixture
def chosen(admin):
    """A function that gives a phone which has chosen the project's service."""

    def choose(project):
        phone = phone_module.Phone()
        phone.do("service", "-", given=text_of(admin, project).encode() + b"\n")
        return phone

    return choose


@pytest.fixture
def holder(public, admin, mobile):
    """A function that adds a person with mobile number and password to a project; gives the account."""

    def add(project):
        account = admin.post("/admin/v1/users", {"project": project["id"], "name": "Li Lei", "work_number": "S%05d" % next(_numbers),
                                                 "mobile": mobile}).ok(201)["account"]
        authentication.set_password(public, admin, project["id"], account)
        return account

    return add


@pytest.fixture
def bind(inbox, mobile):
    """A function that runs bind without a code, proving who holds the phone by password and SMS code."""

    def bind(phone, account, status=phone_module.DONE, **kwargs):
        after = inbox.last
        return phone.do("bind", "--work-number", account["work_number"], pin=phone_module.PIN, status=status,
                        passwords=[GOOD_PASSWORD, lambda: inbox.code(mobile, after=after)], **kwargs)

    return bind


def replaced(text, name, value):
    """The text with another value of one parameter."""
    return re.sub(rf"([?&]{name}=)[^&]*", lambda match: match.group(1) + value, text)


# ---- A1: service and organization ----


def test_a1_the_qr_code_of_a_project_names_address_keys_and_project(stack, public, admin, new_project):
    project = new_project()
    text = stack.hufu("project", "qr", project["id"], "--no-qr").strip()
    assert text == text_of(admin, project)
    kind, _, query = text.partition("?")
    values = urllib.parse.parse_qs(query, keep_blank_values=True, strict_parsing=True)
    assert kind == "hufu:service" and set(values) == {"u", "t", "k", "p"}
    assert values["u"] == [stack.environment["HUFU_URL"]]
    assert wire.decode(values["p"][0]) == uuid.UUID(project["id"]).bytes
    activation = admin.post("/admin/v1/users", {"project": project["id"], "name": "A", "work_number": "A"}).ok(201)["activation"]["text"]
    of_code = urllib.parse.parse_qs(activation.partition("?")[2], keep_blank_values=True)
    assert all(of_code[name] == values[name] for name in "utk"), "it pins what an activation code pins"
    assert "█" in stack.hufu("project", "qr", project["id"], "--qr")
    admin.get(f"/admin/v1/projects/{uuid.uuid4()}/service-text").problem(404, "not-found")


def test_a1_a_phone_chooses_service_and_organization_by_the_qr_code(admin, new_project, chosen):
    project = new_project(signup="operator")
    names = ["Hospital %03d" % i for i in range(230)]  # three pages of the phone's
    for name in names:
        admin.post("/admin/v1/organizations", {"project": project["id"], "name": name}).ok(201)
    phone = chosen(project)
    said = phone.do("service")
    assert project["name"] in said and "hufu-phone request" in said and "hufu-phone organizations" in said
    lines = phone.do("organizations").splitlines()
    assert sorted(line.split("  ", 1)[1] for line in lines) == names  # those of one millisecond have no order
    assert "身份已核对" in phone.do("service", language="zh-CN")


def test_a1_the_list_of_organizations_says_ids_and_names_alone_and_is_paged(public, admin, new_project):
    project = new_project()
    made = [admin.post("/admin/v1/organizations", {"project": project["id"], "name": name}).ok(201) for name in ("One", "Two", "Three")]
    path = f"/v1/projects/{project['id']}/organizations"
    expected = [{"id": organization["id"], "name": organization["name"]} for organization in sorted(made, key=lambda one: one["id"])]
    assert public.get(path).ok() == {"organizations": expected}
    first = public.get(path + "?limit=2").ok()
    assert first["organizations"] == expected[:2]
    assert public.get(path + "?limit=2&cursor=" + first["next_cursor"]).ok() == {"organizations": expected[2:]}
    public.get(f"/v1/projects/{uuid.uuid4()}/organizations").problem(404, "not-found")
    public.get(path + "?limit=0").problem(400, "bad-field", field="limit")


def test_a1_a_project_may_keep_its_organizations_to_itself(public, admin, new_project, chosen):
    project = new_project(organization_list=False)
    admin.post("/admin/v1/organizations", {"project": project["id"], "name": "Secret Hospital"}).ok(201)
    public.get(f"/v1/projects/{project['id']}/organizations").problem(403, "not-allowed")
    assert public.get("/v1/projects/" + project["id"]).ok()["organization_list"] is False
    phone = chosen(project)
    assert "organizations" not in phone.do("service")
    assert "Secret" not in phone.do("organizations", status=phone_module.REFUSED)


def test_a1_listing_counts_as_tries_of_the_address(stack, public, new_project):
    path = f"/v1/projects/{new_project()['id']}/organizations"
    public.get(path).ok()
    stack.sql("update address_attempt set ahead = clock_timestamp() + interval '3 hours'")
    public.get(path).problem(429, "too-many-tries")


def test_a1_a_service_that_is_not_the_one_of_the_text_is_not_chosen(admin, new_project):
    text = text_of(admin, new_project())
    phone = phone_module.Phone()
    other_key = replaced(text, "k", "A" * 43)
    assert "not the service" in phone.do("service", other_key, status=phone_module.FAULT)
    phone.do("service", replaced(text, "p", wire.encode(uuid.uuid4().bytes)), status=phone_module.USAGE)
    phone.do("service", replaced(text, "u", "http://service.example"), status=phone_module.USAGE)
    phone.do("service", text[:-1], status=phone_module.USAGE)
    phone.do("service", status=phone_module.NOT_READY)
    phone.do("organizations", status=phone_module.NOT_READY)
    assert "Work number" not in phone.do("bind", given=b"A-1\n", status=phone_module.NOT_READY), "nothing is asked for in vain"


# ---- A2: a request for an account ----

REQUEST = ["name=Han Meimei", "organization=Second Hospital", "identity_kind=resident-card", "identity_number=11010519491231002X",
           "email=han@example.org", "department=Ward 3", "occupation=Doctor", "country=CN", "province=浙江", "city=杭州", "sex=female",
           "remark=Soon, please"]


@pytest.fixture
def ask(inbox, mobile):
    """A function that asks for an account in the terminal, by options; the code comes from the inbox."""

    def ask(phone, work_number, *fields, status=phone_module.DONE, **kwargs):
        after = inbox.last
        return phone.do("request", "work_number=" + work_number, "mobile=" + mobile, *fields, status=status,
                        passwords=[lambda: inbox.code(mobile, after=after)], **kwargs)

    return ask


def account_of(admin, project, work_number):
    account, = admin.get(f"/admin/v1/users?project={project['id']}&work_number={work_number}").ok()["users"]
    return account


def test_a2_asked_in_the_terminal_with_every_field_and_approved_by_an_operator(stack, admin, inbox, new_project, chosen, ask, bind, mobile):
    project = new_project(signup="operator")
    phone = chosen(project)
    phone.do("request", "state", status=phone_module.USAGE)
    picture = phone.folder / "seal.png"
    picture.write_bytes(PNG)
    assert "received" in ask(phone, "H-1", *REQUEST, f"seal_picture={picture}")
    assert "waiting for approval" in phone.do("request", "state")
    assert "待审批" in phone.do("request", "state", language="zh-CN")
    account = account_of(admin, project, "H-1")
    told = dict(field.split("=", 1) for field in REQUEST if not field.startswith(("identity_number", "email")))
    assert {name: account[name] for name in told} == told
    assert account["state"] == "requested" and account["has_seal_picture"]
    stack.hufu("user", "approve", account["id"])
    assert "active" in phone.do("request", "state")
    # And on: a password by an SMS code, the device by both.
    authentication.forget_tries(stack)
    after = inbox.last
    phone.do("password", "recover", "--work-number", "H-1", passwords=[lambda: inbox.code(mobile, after=after), GOOD_PASSWORD])
    authentication.forget_tries(stack)
    assert "Han Meimei" in bind(phone, account)
    phone.sign(b"by somebody who asked")


def test_a2_what_is_missing_is_named_before_a_code_is_sent(inbox, new_project, chosen, mobile):
    phone = chosen(new_project(signup="operator"))
    after = inbox.last
    said = phone.do("request", "mobile=" + mobile, "name=Han Meimei", status=phone_module.USAGE)
    assert "Work number: must be told" in said and "code" not in said
    assert "手机号：必填" in phone.do("request", given="H-9\n韩梅梅\n".encode(), status=phone_module.USAGE, language="zh-CN")
    assert "must be told" in phone.do("request", "work_number=H-9", "mobile=" + mobile, "name=", status=phone_module.USAGE)
    assert not inbox.messages(mobile, after=after)


def test_a2_asked_field_by_field_and_granted_by_the_projects_rule(admin, inbox, new_project, chosen, mobile):
    project = new_project(signup="automatic")
    phone = chosen(project)
    after = inbox.last
    # In the order in which they are asked for: work number, name, mobile number, organization, then nothing but the city.
    typed = ["H-2", "Han Meimei", mobile, "Second Hospital"] + [""] * 7 + ["Hangzhou"] + [""] * 3
    said = phone.do("request", passwords=[lambda: inbox.code(mobile, after=after)], given=("\n".join(typed) + "\n").encode())
    assert "Work number (*):" in said and "Identity number:" in said
    account = account_of(admin, project, "H-2")
    assert account["state"] == "active" and account["city"] == "Hangzhou" and account["organization"] == "Second Hospital"
    assert "email" not in account
    assert "active" in phone.do("request", "state")


def test_a2_a_request_that_was_refused_says_why(admin, stack, new_project, chosen, ask):
    project = new_project(signup="operator")
    phone = chosen(project)
    ask(phone, "H-3", "name=Han Meimei")
    stack.hufu("user", "refuse", account_of(admin, project, "H-3")["id"], "--reason", "Not on our list")
    assert "Not on our list" in phone.do("request", "state")


def test_a2_what_is_wrong_with_a_request_is_named_and_costs_no_code(stack, admin, new_project, chosen, ask):
    project = new_project(signup="operator")
    phone = chosen(project)
    assert "Identity number" in ask(phone, "H-4", "name=Han Meimei", "identity_kind=resident-card", "identity_number=110105194912310021",
                                    status=phone_module.REFUSED)
    phone.do("request", "state", status=phone_module.USAGE)
    phone.do("request", "work_number=H-4", "colour=red", status=phone_module.USAGE)
    phone.do("request", "work_number=H-4", "mobile=123", "name=x", status=phone_module.REFUSED)
    phone.do("request", "work_number=H-4", status=phone_module.USAGE)
    assert "does not prove" in phone.do("request", "work_number=H-4", "mobile=+8613700000000", "name=x", passwords=["000000"],
                                        status=phone_module.REFUSED)
    assert not admin.get(f"/admin/v1/users?project={project['id']}").ok()["users"]


def test_a2_a_project_that_takes_no_requests_says_so(new_project, chosen, ask, mobile):
    phone = chosen(new_project(signup="off"))
    assert "hufu-phone request" not in phone.do("service")
    assert "not allowed" in phone.do("request", "work_number=H-5", "name=x", "mobile=" + mobile, status=phone_module.REFUSED)


def test_a2_the_state_of_a_request_is_told_to_its_token_alone(stack, public, new_project, chosen, ask):
    phone = chosen(new_project(signup="operator"))
    ask(phone, "H-6", "name=Han Meimei")
    public.post("/v1/account-requests/state", {"request": wire.encode(bytes(32))}).problem(404, "not-found")
    public.post("/v1/account-requests/state", {"request": "AAAA"}).problem(400, "bad-field", field="request")
    assert stack.sql("select count(*) from account where work_number = 'H-6' and octet_length(request_hash) = 32") == "1"
    stack.sql("update address_attempt set ahead = clock_timestamp() + interval '3 hours'")
    public.post("/v1/account-requests/state", {"request": wire.encode(bytes(32))}).problem(429, "too-many-tries")


def test_a2_a_later_request_of_the_same_phone_is_the_one_that_is_told_of(admin, stack, new_project, chosen, ask):
    project = new_project(signup="operator")
    phone = chosen(project)
    ask(phone, "H-7", "name=Han Meimei")
    stack.hufu("user", "refuse", account_of(admin, project, "H-7")["id"], "--reason", "Which ward?")
    authentication.forget_tries(stack)
    ask(phone, "H-8", "name=Han Meimei", "department=Ward 3")
    said = phone.do("request", "state")
    assert "waiting for approval" in said and "Which ward" not in said


# ---- A4, A7: binding without an activation code ----


def test_a7_a_phone_without_a_code_is_bound_by_password_and_sms_and_signs(admin, new_project, chosen, holder, bind):
    project = new_project()
    account = holder(project)
    phone = chosen(project)
    said = bind(phone, account)
    assert "Li Lei" in said and account["work_number"] in said and "code …" not in said
    phone.sign(b"bound without a code")
    # It is done: nothing is asked for again, and the service of a bound phone stays.
    phone.do("bind", pin=phone_module.PIN)
    other = text_of(admin, new_project())
    assert "somebody's already" in phone.do("service", other, status=phone_module.USAGE)
    for command in (["bind"], ["password", "recover"]):
        assert "somebody's already" in phone.do(*command, "--work-number", "OTHER", pin=phone_module.PIN, status=phone_module.USAGE)
        assert "已绑定用户" in phone.do(*command, "--work-number", "OTHER", status=phone_module.USAGE, language="zh-CN")
    phone.do("bind", "--work-number", account["work_number"], pin=phone_module.PIN)
    phone.sign(b"and it signs on")


@pytest.mark.parametrize("step", ["Becoming a device", "Setting up the key", "Generating the two halves", "Requesting the certificate"])
def test_a7_a_phone_that_is_killed_while_it_is_bound_goes_on(stack, admin, inbox, new_project, chosen, holder, mobile, step):
    def passwords():
        authentication.forget_tries(stack)
        after = inbox.last
        return [GOOD_PASSWORD, lambda: inbox.code(mobile, after=after)]

    def kill(line):
        if line.startswith(step):
            phone.process.kill()

    ended, tries = phone_module.DONE, 0
    while ended == phone_module.DONE and tries < 10:  # it was through before it could be killed
        project = new_project(device_mode="single")
        account, phone = holder(project), chosen(project)
        bind = ("bind", "--work-number", account["work_number"])
        ended = phone.command(*bind, pin=phone_module.PIN, passwords=passwords(), tell=kill).returncode
        tries += 1
    assert ended == -9
    phone.do(*bind, pin=phone_module.PIN, passwords=passwords())
    phone.sign(b"killed and bound")
    devices = [device for device in admin.every("/admin/v1/devices", "devices") if device["account"]["id"] == account["id"]]
    assert len(devices) == 1, "the project allows one, and it is the same"


def test_a7_what_is_no_work_number_is_said_to_be_none(new_project, chosen):
    phone = chosen(new_project())
    for said in (phone.do("bind", given=b"\n", status=phone_module.USAGE),
                 phone.do("bind", "--work-number", "", status=phone_module.USAGE),
                 phone.do("password", "recover", "--work-number", "x" * 300, status=phone_module.USAGE)):
        assert "no work number" in said
    assert "工号不正确" in phone.do("bind", given=b"", status=phone_module.USAGE, language="zh-CN")


def test_a4_what_the_projects_rule_asks_for_is_asked_for(new_project, chosen, holder, inbox, mobile):
    project = new_project(methods_bind_device=["password"])
    account = holder(project)
    phone = chosen(project)
    after = inbox.last
    phone.do("bind", "--work-number", account["work_number"], pin=phone_module.PIN, passwords=["Wrong horse 7"],
             status=phone_module.REFUSED)
    phone.do("bind", "--work-number", account["work_number"], pin=phone_module.PIN, passwords=[GOOD_PASSWORD])
    assert not [message for message in inbox.messages(mobile, after=after) if message["template"].startswith("code-")]
    phone.sign(b"by the password alone")


def test_a4_an_unknown_work_number_is_answered_as_a_wrong_password_is(new_project, chosen, holder):
    project = new_project(methods_bind_device=["password"])
    account = holder(project)
    said = [re.sub(r"request [^)]*", "", chosen(project).do("bind", "--work-number", number, passwords=["Wrong horse 7"], pin=phone_module.PIN,
                                                            status=phone_module.REFUSED)) for number in (account["work_number"], "NOBODY")]
    assert said[0] == said[1]


def test_a7_a_second_phone_is_refused_where_there_may_be_one(new_project, chosen, holder, bind, stack):
    project = new_project(device_mode="single")
    account = holder(project)
    bind(chosen(project), account)
    authentication.forget_tries(stack)
    second = chosen(project)
    assert "device-limit" in bind(second, account, status=phone_module.REFUSED)


def test_a7_a_secondary_bound_by_authentication_waits_for_the_hand_over(new_project, chosen, holder, bind, stack, mobile, inbox):
    project = new_project(device_mode="primary", secondary_limit=1)
    account = holder(project)
    primary = chosen(project)
    bind(primary, account)
    authentication.forget_tries(stack)
    secondary = chosen(project)
    after = inbox.last
    back = []

    def hand_over(line):
        if line.startswith("hufu:bind?"):
            back.append(line.strip())

    # The first run shows its code and ends; what it is bound to stays.
    secondary.command("bind", "--work-number", account["work_number"], pin=phone_module.PIN, tell=hand_over,
                      passwords=[GOOD_PASSWORD, lambda: inbox.code(mobile, after=after)])
    assert back
    process = secondary.start("bind")
    code = next(line for line in process.stdout if line.startswith(b"hufu:bind?")).decode().strip()
    shown = primary.do("handover", code, pin=phone_module.PIN)
    answer = next(line for line in shown.splitlines() if line.startswith("hufu:bound?"))
    out, err = process.communicate(answer.encode() + b"\n", timeout=120)
    assert process.returncode == phone_module.DONE, (out, err)
    secondary.sign(b"by the secondary")
    authentication.forget_tries(stack)
    third = chosen(project)
    assert "device-limit" in bind(third, account, status=phone_module.REFUSED)


def test_a10_a_phone_that_is_nobodys_recovers_the_password_and_binds(new_project, chosen, holder, bind, stack, inbox, mobile):
    project = new_project()
    account = holder(project)
    phone = chosen(project)
    after = inbox.last
    phone.do("password", "recover", "--work-number", account["work_number"],
             passwords=[lambda: inbox.code(mobile, after=after), GOOD_PASSWORD + "!"])
    authentication.forget_tries(stack)
    after = inbox.last
    phone.do("bind", "--work-number", account["work_number"], pin=phone_module.PIN,
             passwords=[GOOD_PASSWORD + "!", lambda: inbox.code(mobile, after=after)])
    phone.sign(b"after recovery")
