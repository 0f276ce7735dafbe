# SPDX-License-Identifier: Apache-2.0
"""People: accounts that operators make, one by one and from files; their states; and nothing personal in clear."""

import concurrent.futures
import itertools
import time
import uuid

import pytest

import device as device_module
import phone as phone_module
import wire

_numbers = itertools.count(1)
MOBILE, IDENTITY, EMAIL = "13912345679", "11010519491231002X", "han.meimei@example.com"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
DETAILS = {
    "organization": "First Hospital", "mobile": MOBILE, "identity_kind": "resident-card", "identity_number": IDENTITY,
    "email": EMAIL, "department": "Cardiology", "occupation": "Physician", "country": "CN", "province": "浙江省",
    "city": "杭州市", "sex": "female", "remark": "On leave until May", "seal_picture": wire.encode(PNG),
}


def number():
    return "P%05d" % next(_numbers)


@pytest.fixture(scope="module")
def people(stack):
    """A project of this file's own."""
    return stack.admin.post("/admin/v1/projects", {"name": "People " + uuid.uuid4().hex}).ok(201)


@pytest.fixture
def add(admin, people):
    """A function that adds a user to it and returns the account; status: the answer instead."""

    def add(status=201, **changes):
        body = {"project": people["id"], "name": "Han Meimei", "work_number": number(), **changes}
        answer = admin.post("/admin/v1/users", {name: value for name, value in body.items() if value is not None})
        return answer.ok(201)["account"] if status == 201 else answer

    return add


def encode_csv(text):
    return wire.encode(text.encode() if isinstance(text, str) else text)


# ---- A2: every field ----

def test_a2_every_field_is_kept_and_what_is_personal_is_shown_masked(admin, add):
    account = add(**DETAILS)
    shown = admin.get("/admin/v1/users/" + account["id"]).ok()["account"]
    assert shown == account
    for name in ("organization", "identity_kind", "department", "occupation", "country", "province", "city", "sex", "remark"):
        assert shown[name] == DETAILS[name]
    assert (shown["mobile"], shown["identity_number"], shown["email"]) == ("139****5679", "110***********002X", "h****@example.com")
    assert shown["has_seal_picture"] and not shown["requested"]
    assert shown["subject"] == (f"serialNumber={account['work_number']},CN=Han Meimei,OU=Cardiology,O=First Hospital,L=杭州市,"
                                "ST=浙江省,C=CN")


@pytest.mark.parametrize("picture, kind", [(PNG, "image/png"), (JPEG, "image/jpeg"), (PNG[:8] + b"\1" * 65528, "image/png")])
def test_a2_the_picture_of_the_seal_comes_back_as_it_was(admin, add, picture, kind):
    account = add(seal_picture=wire.encode(picture))
    answer = admin.get(f"/admin/v1/users/{account['id']}/seal-picture")
    assert answer.status == 200 and answer.content == picture and answer.headers["Content-Type"] == kind


def test_a2_an_account_without_a_picture_has_none(admin, add):
    admin.get(f"/admin/v1/users/{add()['id']}/seal-picture").problem(404, "not-found")
    admin.get(f"/admin/v1/users/{uuid.uuid4()}/seal-picture").problem(404, "not-found")


@pytest.mark.parametrize("field, value, limit", [
    ("mobile", "12345", None), ("mobile", "+861234", None), ("mobile", "1" * 33, 32), ("identity_number", IDENTITY[:-1] + "1", None),
    ("identity_number", "110105194902300020", None), ("identity_kind", "library-card", None), ("email", "han@", None),
    ("email", "h" * 255, 254), ("country", "cn", None), ("country", "CHN", 2), ("sex", "none", None),
    ("seal_picture", wire.encode(b"GIF89a"), None), ("seal_picture", wire.encode(PNG + bytes(65536)), 65536),
    ("department", "x" * 201, 200), ("occupation", "", 1), ("province", "x" * 129, 128), ("city", "x" * 129, 128),
    ("remark", "x" * 1001, 1000), ("organization", "x" * 201, 200), ("work_number", "x" * 65, 64), ("name", "x" * 201, 200),
])
def test_a2_a_field_that_is_not_of_its_form_is_named_with_its_limit(add, field, value, limit):
    document = add(status=400, **{field: value}).problem(400, "bad-field", field=field)
    assert document.get("limit") == limit


def test_a2_a_kind_of_document_needs_its_number(add):
    add(status=400, identity_kind="passport").problem(400, "bad-field", field="identity_number")
    assert add(identity_kind="passport", identity_number="e1234 5678")["identity_number"] == "E*******8"


def test_a2_a_mobile_number_is_found_however_it_is_written_and_in_its_project_alone(admin, people, project, add, new_user):
    mobile = "137%08d" % (uuid.uuid4().int % 10 ** 8)
    mine = add(mobile=mobile)
    other = new_user(mobile=mobile)["account"]
    for text in (mobile, "%2B86" + mobile, f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}"):
        found = admin.get(f"/admin/v1/users?project={people['id']}&mobile={text}").ok()["users"]
        assert [account["id"] for account in found] == [mine["id"]]
        found = admin.get(f"/admin/v1/users?project={project['id']}&mobile={text}").ok()["users"]
        assert [account["id"] for account in found] == [other["id"]]
    admin.get(f"/admin/v1/users?mobile={mobile}").problem(400, "missing-field", field="project")
    admin.get(f"/admin/v1/users?project={people['id']}&mobile=123").problem(400, "bad-field", field="mobile")


def test_a2_a_list_can_be_of_one_state_or_work_number(admin, people, add):
    account = add()
    admin.post(f"/admin/v1/users/{account['id']}/suspend").ok()
    path = f"/admin/v1/users?project={people['id']}&limit=500"
    assert account["id"] in [one["id"] for one in admin.get(path + "&state=suspended").ok()["users"]]
    assert account["id"] not in [one["id"] for one in admin.get(path + "&state=active").ok()["users"]]
    assert [one["id"] for one in admin.get(path + "&work_number=" + account["work_number"]).ok()["users"]] == [account["id"]]
    admin.get(path + "&state=sleeping").problem(400, "bad-field", field="state")


def test_nothing_personal_stands_in_database_log_or_audit_in_clear(stack, add):
    mobile = "136%08d" % (uuid.uuid4().int % 10 ** 8)
    add(**{**DETAILS, "mobile": mobile, "email": "needle-in-clear@example.com"})
    add(status=400, mobile=mobile, email="needle-in-clear@example.com", country="xx").problem(400, "bad-field")
    dump = stack.dump()
    for needle in (mobile, mobile[1:], IDENTITY, IDENTITY[:-1], "needle-in-clear", PNG.hex()):
        assert needle.encode() not in dump, needle
        assert needle.encode().hex().encode() not in dump, needle
        for name in ("server", "hsm"):
            assert needle.encode() not in stack.log(name), (name, needle)


# ---- Corrections ----

def test_what_is_known_of_a_person_is_corrected_and_the_rest_stays(stack, admin, people, add):
    account = add(mobile="137%08d" % (uuid.uuid4().int % 10 ** 8), department="Cardiology", seal_picture=wire.encode(PNG))
    path = "/admin/v1/users/" + account["id"]
    mobile = "137%08d" % (uuid.uuid4().int % 10 ** 8)
    changed = admin.patch(path, {"mobile": mobile, "email": EMAIL, "sex": "male", "seal_picture": wire.encode(JPEG)}).ok()["account"]
    assert changed == {**account, "mobile": f"{mobile[:3]}****{mobile[-4:]}", "email": "h****@example.com", "sex": "male"}
    assert admin.get(path + "/seal-picture").content == JPEG
    found = admin.get(f"/admin/v1/users?project={people['id']}&mobile={mobile}").ok()["users"]
    assert [one["id"] for one in found] == [account["id"]]
    stack.hufu("user", "set", account["id"], "--city", "Ningbo")
    assert admin.get(path).ok()["account"] == {**changed, "city": "Ningbo"}
    details = stack.sql(f"SELECT detail FROM audit_event WHERE account_id = '{account['id']}' AND action = 'account.set' ORDER BY at")
    assert details.split("\n") == ["mobile email sex seal_picture", "city"]


CLEARED = {"mobile": "mobile", "identity_number": "identity_number", "email": "email", "department": "department",
           "occupation": "occupation", "country": "country", "province": "province", "city": "city", "sex": "sex", "remark": "remark",
           "seal_picture": "has_seal_picture"}


@pytest.fixture
def whole(add):
    """Somebody of whom all is known."""
    return add(**{**DETAILS, "mobile": "137%08d" % (uuid.uuid4().int % 10 ** 8), "seal_picture": wire.encode(PNG)})


@pytest.mark.parametrize("field", sorted(CLEARED))
def test_null_clears_a_field_and_leaves_the_rest(stack, admin, whole, field):
    path = "/admin/v1/users/" + whole["id"]
    gone = {field, "identity_kind"} if field == "identity_number" else {field}
    expected = {name: value for name, value in whole.items() if name not in gone}
    if field == "seal_picture":
        expected["has_seal_picture"] = False
    assert admin.patch(path, {field: None}).ok()["account"] == expected != whole
    assert admin.get(path).ok()["account"] == expected
    if field == "seal_picture":
        admin.get(path + "/seal-picture").problem(404, "not-found")
    assert admin.patch(path, {field: None}).ok()["account"] == expected
    detail = stack.sql(f"SELECT DISTINCT detail FROM audit_event WHERE account_id = '{whole['id']}' AND action = 'account.set'")
    assert detail == "-" + field


def test_a_cleared_mobile_number_leaves_nothing_to_find_it_by(stack, admin, people, add):
    mobile = "137%08d" % (uuid.uuid4().int % 10 ** 8)
    account = add(mobile=mobile)
    found = lambda: admin.get(f"/admin/v1/users?project={people['id']}&mobile={mobile}").ok()["users"]
    assert [one["id"] for one in found()] == [account["id"]]
    admin.patch("/admin/v1/users/" + account["id"], {"mobile": None, "city": "Ningbo"}).ok()
    assert found() == []
    left = "SELECT num_nonnulls(mobile_sealed, mobile_hash), city FROM account WHERE account_id = '%s'" % account["id"]
    assert stack.sql(left) == "0|Ningbo"
    assert stack.sql(f"SELECT detail FROM audit_event WHERE account_id = '{account['id']}' AND action = 'account.set'") == "-mobile city"


def test_the_operators_command_clears_what_it_is_given_empty(stack, admin, whole):
    stack.hufu("user", "set", whole["id"], "--email", "", "--sex", "", "--city", "Ningbo")
    expected = {**{name: value for name, value in whole.items() if name not in ("email", "sex")}, "city": "Ningbo"}
    assert admin.get("/admin/v1/users/" + whole["id"]).ok()["account"] == expected


def test_what_cannot_be_cleared_is_refused_by_name(admin, whole):
    path = "/admin/v1/users/" + whole["id"]
    admin.patch(path, {"identity_kind": None}).problem(400, "bad-field", field="identity_kind")
    admin.patch(path, {"identity_number": None, "identity_kind": "passport"}).problem(400, "bad-field", field="identity_number")
    for field in ("name", "work_number", "organization"):
        admin.patch(path, {field: None}).problem(400, "unknown-field", field=field)
    assert admin.get(path).ok()["account"] == whole


def test_null_is_refused_where_nothing_was_known_yet(admin, people):
    for field in CLEARED:
        body = {"project": people["id"], "name": "Zhao", "work_number": "N" + uuid.uuid4().hex, field: None}
        admin.post("/admin/v1/users", body).problem(400, "bad-field", field=field)


def test_a_correction_that_is_none_is_refused(admin, add):
    account = add(mobile=MOBILE)
    path = "/admin/v1/users/" + account["id"]
    admin.patch(path, {"mobile": "12"}).problem(400, "bad-field", field="mobile")
    admin.patch(path, {"work_number": "X"}).problem(400, "unknown-field", field="work_number")
    admin.patch(path, {"name": "X"}).problem(400, "unknown-field", field="name")
    admin.patch(path, {"seal_picture": wire.encode(b"x" * 20)}).problem(400, "bad-field", field="seal_picture")
    admin.patch(f"/admin/v1/users/{uuid.uuid4()}", {"city": "X"}).problem(404, "not-found")
    assert admin.get(path).ok()["account"] == account
    admin.post(path + "/close").ok()
    admin.patch(path, {"city": "X"}).problem(409, "conflict", state="closed")


def test_a3_a_person_sees_what_is_known_of_them_masked(public, admin, session):
    account = session.user["account"]
    admin.patch("/admin/v1/users/" + account["id"], {"mobile": MOBILE, "identity_number": IDENTITY, "city": "Ningbo"}).ok()
    own = session.get("/v1/account").ok()["account"]
    assert own == admin.get("/admin/v1/users/" + account["id"]).ok()["account"]
    assert (own["mobile"], own["identity_number"], own["city"]) == ("139****5679", "110***********002X", "Ningbo")
    public.get("/v1/account").problem(401, "unauthenticated")
    admin.post(f"/admin/v1/users/{account['id']}/close").ok()
    session.get("/v1/account").problem(401, "unauthenticated")


# ---- Organizations ----

def test_an_organization_is_made_with_its_first_account_and_shared(admin, people, add):
    name = "Organization " + uuid.uuid4().hex
    first, second = add(organization=name), add(organization=name)
    assert first["organization_id"] == second["organization_id"]
    listed = admin.get(f"/admin/v1/organizations?project={people['id']}&limit=500").ok()["organizations"]
    assert [one for one in listed if one["id"] == first["organization_id"]][0]["name"] == name


def test_an_organization_has_a_name_and_a_credit_code_of_its_own(admin, people):
    name = "Organization " + uuid.uuid4().hex
    body = {"project": people["id"], "name": name, "credit_code": "91350100M000100Y43"}
    made = admin.post("/admin/v1/organizations", body).ok(201)
    assert (made["name"], made["credit_code"]) == (name, body["credit_code"])
    admin.post("/admin/v1/organizations", body).problem(409, "conflict")
    admin.post("/admin/v1/organizations", {**body, "name": name + "!"}).problem(409, "conflict")
    admin.post("/admin/v1/organizations", {**body, "credit_code": "91350100M000100Y44"}).problem(400, "bad-field", field="credit_code")
    admin.post("/admin/v1/organizations", {**body, "project": str(uuid.uuid4())}).problem(404, "not-found")


# ---- Work numbers ----

def test_a_work_number_is_unique_in_its_project_while_its_account_lives(admin, add, new_user):
    account = add()
    add(status=409, work_number=account["work_number"]).problem(409, "conflict")
    new_user(work_number=account["work_number"])  # another project
    admin.post(f"/admin/v1/users/{account['id']}/suspend").ok()
    add(status=409, work_number=account["work_number"]).problem(409, "conflict")
    admin.post(f"/admin/v1/users/{account['id']}/close").ok()
    assert add(work_number=account["work_number"])["id"] != account["id"]


def test_of_two_accounts_of_one_work_number_at_once_exactly_one_is_made(stack, people, add):
    for _ in range(5):
        work_number = number()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: add(status=None, work_number=work_number), range(8)))
        assert sorted(answer.status for answer in answers) == [201] + 7 * [409]
        assert stack.sql(f"SELECT count(*) FROM account WHERE work_number = '{work_number}' "
                         f"AND project_id = '{people['id']}'") == "1"


# ---- States: every cell over the interface ----

EVENTS = {"approve": None, "refuse": {"reason": "Not one of ours"}, "suspend": None, "resume": None, "close": None}
TABLE = {
    "requested": {"approve": "active", "refuse": "closed", "close": "closed"},
    "active": {"suspend": "suspended", "close": "closed"},
    "suspended": {"resume": "active", "close": "closed"},
    "closed": {},
}


@pytest.mark.parametrize("state", TABLE)
@pytest.mark.parametrize("event", EVENTS)
def test_each_step_of_an_account_is_allowed_or_refused_as_its_table_has_it(stack, admin, add, state, event):
    account = add()
    stack.sql(f"UPDATE account SET state = '{state}', requested = {state == 'requested'} WHERE account_id = '{account['id']}'")
    answer = admin.post(f"/admin/v1/users/{account['id']}/{event}", EVENTS[event])
    if event in TABLE[state]:
        assert answer.ok()["account"]["state"] == TABLE[state][event]
    else:
        answer.problem(409, "conflict", state=state)
    assert stack.sql(f"SELECT state FROM account WHERE account_id = '{account['id']}'") == TABLE[state].get(event, state)
    outcome = stack.sql(f"SELECT outcome FROM audit_event WHERE account_id = '{account['id']}' AND action = 'account.{event}'")
    assert outcome == ("ok" if event in TABLE[state] else "conflict")


@pytest.mark.parametrize("event", EVENTS)
def test_a_step_of_no_account_is_not_found(admin, event):
    admin.post(f"/admin/v1/users/{uuid.uuid4()}/{event}", EVENTS[event]).problem(404, "not-found")
    admin.post(f"/admin/v1/users/17/{event}", EVENTS[event]).problem(400, "bad-field", field="id")


def test_a_refusal_has_its_reason(stack, admin, add):
    account = add()
    stack.sql(f"UPDATE account SET state = 'requested', requested = true WHERE account_id = '{account['id']}'")
    admin.post(f"/admin/v1/users/{account['id']}/refuse", {}).problem(400, "missing-field", field="reason")
    admin.post(f"/admin/v1/users/{account['id']}/refuse", {"reason": "x" * 201}).problem(400, "bad-field", field="reason", limit=200)
    assert admin.post(f"/admin/v1/users/{account['id']}/refuse", {"reason": "谁？"}).ok()["account"]["refusal"] == "谁？"


@pytest.mark.parametrize("event, template", [("approve", "account-approved"), ("refuse", "account-refused")])
def test_a2_who_asked_for_an_account_is_told_what_became_of_it(stack, admin, inbox, add, event, template):
    mobile = "+86135%08d" % (uuid.uuid4().int % 10 ** 8)
    account = add(mobile=mobile)
    stack.sql(f"UPDATE account SET state = 'requested', requested = true WHERE account_id = '{account['id']}'")
    admin.post(f"/admin/v1/users/{account['id']}/{event}", EVENTS[event]).ok()
    told = inbox.next(mobile)
    assert told["template"] == template and account["work_number"] in told["text"]
    assert event == "approve" or EVENTS["refuse"]["reason"] in told["text"]
    admin.post(f"/admin/v1/users/{account['id']}/{event}", EVENTS[event]).problem(409, "conflict")
    assert len(inbox.messages(mobile)) == 1


def test_a_request_for_a_number_that_is_taken_is_not_approved(stack, admin, add):
    living, request = add(), add()
    stack.sql(f"UPDATE account SET state = 'requested', requested = true, work_number = '{living['work_number']}' "
              f"WHERE account_id = '{request['id']}'")
    admin.post(f"/admin/v1/users/{request['id']}/approve").problem(409, "conflict")
    admin.post(f"/admin/v1/users/{living['id']}/close").ok()
    assert admin.post(f"/admin/v1/users/{request['id']}/approve").ok()["account"]["state"] == "active"


def test_a_closed_account_signs_no_more_and_its_session_is_over(stack, admin, phone):
    account = phone.user["account"]["id"]
    phone.sign(b"x")
    admin.post(f"/admin/v1/users/{account}/close").ok()
    phone.sign(b"x", status=phone_module.REFUSED)
    assert stack.sql("SELECT string_agg(DISTINCT d.account_state || ' ' || b.account_state || ' ' || s.state, ',') FROM device d "
                     "JOIN binding b USING (device_id) JOIN session s USING (device_id) "
                     f"WHERE d.account_id = '{account}'") == "closed closed ended"
    admin.post(f"/admin/v1/users/{account}/activations").problem(403, "account-not-active", state="closed")


def test_a_closed_accounts_activation_code_is_worthless(public, admin, new_user, device):
    user = new_user()
    admin.post(f"/admin/v1/users/{user['account']['id']}/close").ok()
    code = device_module.code_of(user["activation"]["text"])
    public.post("/v1/activations", device.activation(code)).problem(401, "activation-invalid")


# ---- Files ----

def test_a_file_adds_all_of_its_people_with_a_code_for_each(public, admin, people, device):
    numbers = [number(), number()]
    csv = f"工号,姓名,手机号,性别\r\n{numbers[0]},李雷,138 0000 1111,男\r\n{numbers[1]},\"Han, Meimei\",,\r\n"
    users = admin.post("/admin/v1/users/csv", {"project": people["name"], "csv": encode_csv("\ufeff" + csv)}).ok(201)["users"]
    assert [user["work_number"] for user in users] == numbers
    shown = [admin.get("/admin/v1/users/" + user["id"]).ok()["account"] for user in users]
    assert [account["name"] for account in shown] == ["李雷", "Han, Meimei"]
    assert (shown[0]["mobile"], shown[0]["sex"]) == ("138****1111", "male")
    code = device_module.code_of(users[1]["activation"]["text"])
    assert public.post("/v1/activations", device.activation(code)).ok(201)["account"]["work_number"] == numbers[1]


def test_a_file_with_errors_adds_nobody_and_names_each_line_and_column(stack, admin, people, add):
    taken, fresh = add()["work_number"], number()
    csv = f"work_number,name,mobile,sex\n{fresh},A,13800001111,male\n{taken},B,,\n{fresh}x,,,\n{fresh}y,C,123,x\n"
    before = stack.sql("SELECT count(*) FROM account")
    answer = admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": encode_csv(csv)})
    errors = answer.problem(400, "csv-invalid")["errors"]
    assert [(error["line"], error["field"]) for error in errors] == [(4, "name"), (5, "sex")]
    assert all(error["reason"] for error in errors)
    csv = f"work_number,name\n{fresh},A\n{taken},B\n{fresh},C\n"
    errors = admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": encode_csv(csv)}).problem(400, "csv-invalid")["errors"]
    assert [(error["line"], error["field"]) for error in errors] == [(3, "work_number"), (4, "work_number")]
    assert stack.sql("SELECT count(*) FROM account") == before


@pytest.mark.parametrize("csv, line", [(b"", 1), (b"\xff\xfe", 1), (b"work_number,name\n", 2), (b"work_number,name\n\"1,A\n", 2),
                                       (b"work_number\n1\n", 1), (b"work_number,name,colour\n1,A,red\n", 1)])
def test_what_is_no_file_of_people_is_refused(admin, people, csv, line):
    errors = admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": wire.encode(csv)}).problem(400, "csv-invalid")["errors"]
    assert [error["line"] for error in errors] == [line]


def test_a_file_beyond_the_limits_is_refused_with_them(admin, people):
    many = "work_number,name\n" + "".join(f"many{i},A\n" for i in range(501))
    errors = admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": encode_csv(many)}).problem(400, "csv-invalid")["errors"]
    assert errors[0]["limit"] == 500
    answer = admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": encode_csv("x" * 65537)})
    answer.problem(400, "bad-field", field="csv", limit=65536)


def test_of_two_files_with_one_person_at_once_exactly_one_is_taken(stack, admin, people):
    shared = number()
    files = ["work_number,name\n" + f"{shared}-{i},A\n{shared},B\n" for i in range(6)]
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda csv: admin.post("/admin/v1/users/csv", {"project": people["id"], "csv": encode_csv(csv)}), files))
    assert sorted(answer.status for answer in answers) == [201] + 5 * [400]
    assert stack.sql(f"SELECT count(*) FROM account WHERE work_number LIKE '{shared}%'") == "2"


# ---- The operator's command ----

def test_the_operators_command_adds_shows_and_decides(stack, admin, people):
    work_number = number()
    stack.hufu("user", "add", "--project", people["id"], "--name", "Li Lei", "--work-number", work_number, "--mobile", MOBILE,
               "--identity-number", IDENTITY, "--sex", "male", "--city", "Hangzhou", "--no-qr")
    listed = stack.hufu("user", "list", "--project", people["id"], "--mobile", MOBILE, "--work-number", work_number)
    assert work_number in listed and "139****5679" in listed and MOBILE not in listed
    account = admin.get(f"/admin/v1/users?project={people['id']}&work_number={work_number}").ok()["users"][0]
    shown = stack.hufu("user", "show", account["id"])
    assert "identity_number=110***********002X" in shown and "city=Hangzhou" in shown
    for event, arguments in (("approve", []), ("refuse", ["--reason", "No"])):
        stack.sql(f"UPDATE account SET state = 'requested' WHERE account_id = '{account['id']}'")
        stack.hufu("user", event, account["id"], *arguments)
        assert stack.hufu("user", event, account["id"], *arguments, check=False).returncode == 1
    stack.sql(f"UPDATE account SET state = 'active' WHERE account_id = '{account['id']}'")
    stack.hufu("user", "close", account["id"])
    assert "state=closed" in stack.hufu("user", "show", account["id"])
    assert stack.hufu("user", "refuse", account["id"], check=False).returncode == 2


def test_the_operators_command_imports_a_file(stack, people, tmp_path):
    work_number, file = number(), tmp_path / "people.csv"
    file.write_text(f"work_number,name,sex\n{work_number},A,male\n,B,\n{work_number}b,C,x\n")
    refused = stack.hufu("user", "import", "--project", people["id"], str(file), check=False)
    assert refused.returncode == 1
    assert b"line 3 work_number" in refused.stderr and b"line 4 sex" in refused.stderr
    file.write_text(f"work_number,name,sex\n{work_number},A,male\n")
    assert f"{work_number}\thufu:activate?" in stack.hufu("user", "import", "--project", people["id"], str(file))
    file.write_bytes(b"x" * 65537)
    assert stack.hufu("user", "import", "--project", people["id"], str(file), check=False).returncode == 2
    assert stack.hufu("user", "import", "--project", people["id"], str(tmp_path / "none"), check=False).returncode == 2


def test_the_operators_command_keeps_organizations(stack, people):
    stack.hufu("organization", "add", "--project", people["id"], "--name", "第二医院", "--credit-code", "91110000600037341L")
    listed = stack.hufu("organization", "list", "--project", people["id"])
    assert "第二医院" in listed and "91110000600037341L" in listed


# ---- The data key ----

def test_without_its_data_key_the_service_goes_on_and_shows_nothing_personal_until_it_has_it(stack, admin, add):
    account = add(mobile=MOBILE)
    path = "/admin/v1/users/" + account["id"]
    stack.sql("UPDATE data_key SET sealed = sealed || '\\x00'")
    try:
        stack.process("restart", "server")
        shown = stack.admin.get(path).ok()["account"]
        assert shown["mobile"] == "****" and shown["name"] == account["name"]
        add(status=503, mobile=MOBILE).problem(503, "service-unavailable")
        assert add()["state"] == "active"
        assert b"data_key.foreign" in stack.log("server")
    finally:
        stack.sql("UPDATE data_key SET sealed = substr(sealed, 1, length(sealed) - 1)")
    end = time.monotonic() + 90
    while admin.get(path).ok()["account"]["mobile"] == "****" and time.monotonic() < end:
        time.sleep(0.1)
    assert admin.get(path).ok()["account"]["mobile"] == "139****5679"
    assert stack.sql("SELECT count(*) FROM data_key") == "1"
