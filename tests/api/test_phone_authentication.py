# SPDX-License-Identifier: Apache-2.0
"""hufu-phone proves who holds it (features A4, A10), two phones where one answers for the other."""

import itertools
import threading

import pytest

import authentication
import phone as phone_module
from authentication import GOOD_PASSWORD

pytestmark = pytest.mark.usefixtures("nothing_was_tried")

_mobiles = itertools.count(13600000001)


@pytest.fixture
def holder(public, admin, project, new_user):
    """An enrolled phone whose person has a mobile number and a password."""
    mobile = str(next(_mobiles))
    phone = phone_module.Phone()
    phone.user = new_user(mobile=mobile)
    phone.mobile = "+86" + mobile
    authentication.set_password(public, admin, project["id"], phone.user["account"])
    phone.enrol(phone.user["activation"]["text"])
    return phone


def with_code(inbox, phone):
    """A line that is known only once the code has come."""
    last = inbox.last
    return lambda: inbox.code(phone.mobile, after=last)


def test_a10_the_phone_changes_its_password(holder):
    assert "does not prove" in holder.do("password", "change", passwords=["Wrong horse 7", "Another horse 8"], status=phone_module.REFUSED)
    assert "8 or more characters" in holder.do("password", "change", passwords=[GOOD_PASSWORD, "weak"], status=phone_module.USAGE)
    holder.do("password", "change", passwords=[GOOD_PASSWORD, "Another horse 8"])
    holder.do("authenticate", passwords=["Another horse 8"])


def test_a10_the_phone_recovers_its_password_by_a_code(holder, inbox):
    holder.do("password", "recover", passwords=[with_code(inbox, holder), "Another horse 8"])
    # All sessions ended, this one too.
    assert holder.command("authenticate", passwords=["Another horse 8"]).returncode == phone_module.REFUSED


def test_a10_an_initial_password_is_changed_on_the_way(admin, holder, inbox):
    initial = admin.post(f"/admin/v1/users/{holder.user['account']['id']}/password").ok(201)["password"]
    assert holder.command("authenticate", passwords=[initial, "Another horse 8"]).returncode == phone_module.REFUSED
    said = holder.do("sign-in", passwords=[initial, "Another horse 8", with_code(inbox, holder)])
    assert "one-time password" in said
    holder.do("authenticate", passwords=["Another horse 8"])


def test_a4_the_phone_remembers_the_password_and_forgets_it(stack, holder):
    holder.do("password", "remember", passwords=[GOOD_PASSWORD])
    holder.do("authenticate")
    assert GOOD_PASSWORD.encode() not in b"".join(path.read_bytes() for path in holder.home.rglob("*") if path.is_file())
    holder.do("password", "forget")
    holder.do("authenticate", passwords=[GOOD_PASSWORD])
    # One that the service has ended is asked for, and forgotten.
    holder.do("password", "remember", passwords=[GOOD_PASSWORD])
    stack.sql("update remembered_password set state = 'revoked'")
    holder.do("authenticate", passwords=[GOOD_PASSWORD])


def test_a4_signing_out_ends_a_remembered_password(stack, holder):
    holder.do("password", "remember", passwords=[GOOD_PASSWORD])
    holder.do("sign-out")
    assert stack.sql("select count(*) from remembered_password where account_id = '%s' and state = 'active'"
                     % holder.user["account"]["id"]) == "0"


def test_a4_one_phone_answers_for_another(admin, project, holder, new_user):
    """The other is a second device of the same account: its page shows the code, the first scans it."""
    path = f"/admin/v1/projects/{project['id']}"
    admin.patch(path, {"device_mode": "primary"}).ok()
    try:
        code = admin.post(f"/admin/v1/users/{holder.user['account']['id']}/activations").ok(201)["activation"]["text"]
        other = phone_module.Phone()
        shown = []
        scanned = threading.Event()

        def show(line):
            if line.startswith("hufu:bind"):
                scanned.set()
            if line.startswith("hufu:authenticate?a="):
                shown.append(line.strip())
                scanned.set()

        # It has joined, and is not bound yet: it has a session and no key.
        other.command("bind", "-", given=code.encode() + b"\n")
        thread = threading.Thread(target=lambda: shown.append(other.command("authenticate", "--qr", tell=show).returncode))
        thread.start()
        assert scanned.wait(120), shown
        said = holder.do("approve", shown[0], "--yes")
        assert "confirming something" in said
        thread.join(120)
        assert shown[1] == phone_module.DONE
        assert other.command("approve", shown[0], "--yes").returncode != phone_module.DONE
    finally:
        admin.patch(path, {"device_mode": "single"}).ok()


def test_a4_what_is_no_code_is_not_asked_about(holder):
    assert holder.command("approve", "hufu:activate?x=1", "--yes").returncode == phone_module.USAGE
    assert holder.command("approve", "hufu:authenticate?a=" + "A" * 43, "--yes").returncode == phone_module.USAGE


def test_a4_the_phone_speaks_chinese(holder):
    result = holder.command("authenticate", passwords=["Wrong horse 7"], language="zh-CN")
    assert "身份认证未通过" in result.stderr.decode()
