# SPDX-License-Identifier: Apache-2.0
"""Authorizations (A8) with real phones: a holder's primary device hands a half over with a policy, an authorized user's signs under the
holder's certificate. The table of states is test_authorizations.py's."""

import datetime
import itertools
import os
import re

import pytest

import authentication
import phone as phone_module
from authentication import GOOD_PASSWORD
from phone import DONE, PIN, REFUSED, USAGE
from stack import run

IDENTITY = "distid:1234567812345678"
USER_PIN = "662607"
_mobiles = itertools.count(13800000001)


@pytest.fixture(scope="module")
def authorizations_project(stack):
    project = stack.admin.post("/admin/v1/projects", {"name": "Project of authorizations"}).ok(201)
    stack.admin.patch(f"/admin/v1/projects/{project['id']}", {"captcha_bits": 8, "language": "en", "authorization_search": True, "authorization_limit": 50}).ok()
    return project


def new_phone(stack, project, name, pin, with_password=False):
    """An enrolled phone: its person has a key of their own, and, if wanted, a password."""
    phone = phone_module.Phone()
    phone.pin, phone.mobile = pin, str(next(_mobiles))
    phone.number = "P" + phone.mobile[-6:]
    person = {"project": project["id"], "name": name, "work_number": phone.number, "mobile": phone.mobile}
    phone.user = stack.admin.post("/admin/v1/users", person).ok(201)
    if with_password:
        authentication.set_password(stack.public, stack.admin, project["id"], phone.user["account"])
    phone.enrol(phone.user["activation"]["text"], pin=pin)
    return phone


@pytest.fixture(scope="module")
def holder(stack, authorizations_project):
    """One for all: each test has an authorized user of its own."""
    return new_phone(stack, authorizations_project, "Zhang San", PIN)


@pytest.fixture
def user(stack, authorizations_project):
    return new_phone(stack, authorizations_project, "Li Si", USER_PIN)


TODAY = datetime.date.today()  # once: midnight may come while these tests run


def day(days):
    return (TODAY + datetime.timedelta(days=days)).isoformat()


def terms(**changes):
    options = {"for": "sign", "until": day(30), "uses": "10"}
    options.update(changes)
    return [part for name, value in options.items() for part in ("--" + name, value)]


def apply(user, holder, **changes):
    """Its id."""
    said = user.do("authorizations", "apply", holder.number, *terms(**changes))
    return re.search(r"Authorization (\S+) now waits", said)[1]


class Asking:
    """hufu-phone authorizations bind in a process of its own: it shows its code, waits, and takes the primary's."""

    def __init__(self, user, authorization):
        self.process = user.start("authorizations", "bind", authorization, pin=user.pin)
        self.code = ""
        for line in self.process.stdout:
            if line.startswith(b"hufu:authorize?"):
                self.code = line.decode().strip()
                break
        assert self.code, self.process.stderr.read()

    def finish(self, back, status=DONE):
        out, err = self.process.communicate((back + "\n").encode(), timeout=60)
        said = (out + err).decode()
        assert self.process.returncode == status, said
        return said


def back_in(said):
    return [line for line in said.splitlines() if line.startswith("hufu:bound?")][0]


def hand_over(holder, code, **kwargs):
    return holder.do("handover", "-", "--yes", given=code.encode() + b"\n", **{"pin": holder.pin, **kwargs})


def bind(user, holder, authorization):
    """The id of the holder's key, as the user's phone tells it."""
    asking = Asking(user, authorization)
    said = asking.finish(back_in(hand_over(holder, asking.code)))
    return re.search(r"--key (\S+)", said)[1]


@pytest.fixture
def lent(holder, user):
    """An authorization for ten signatures, bound: its id, and that of the holder's key."""
    authorization = apply(user, holder)
    assert "Confirmed" in holder.do("authorizations", "confirm", authorization)
    return authorization, bind(user, holder, authorization)


def sign(phone, *arguments, status=DONE):
    """Signs something; gives what was said and the paths of document and signature."""
    document = phone.folder / "document"
    document.write_bytes(os.urandom(100))
    said = phone.do("sign", document, *arguments, pin=phone.pin, status=status)
    return said, document, document.with_suffix(".sig")


def certificate_of(phone, *arguments):
    path = phone.folder / "certificate.pem"
    phone.do("certificate", "--out", path, *arguments)
    return path


def openssl_verifies(phone, signed, certificate):
    """Stock OpenSSL judges, by the public key of a certificate."""
    _, document, signature = signed
    public = phone.folder / "public.pem"
    public.write_bytes(run("openssl", "x509", "-in", certificate, "-pubkey", "-noout").stdout)
    judged = run("openssl", "dgst", "-sm3", "-verify", public, "-sigopt", IDENTITY, "-signature", signature, document, check=False)
    return judged.returncode == 0


def refused(said, *words):
    assert all(word in said for word in words), said


# ---- from the application to the signature ----

def test_a8_an_authorized_user_signs_under_the_holders_certificate(holder, user, lent):
    authorization, key = lent
    theirs, own = certificate_of(holder), certificate_of(user)
    signed = sign(user, "--key", key)
    refused(signed[0], "With the key of Zhang San (work number %s)" % holder.number, "Uses left: 9", "Authorized until " + day(31))
    assert openssl_verifies(user, signed, theirs)
    assert not openssl_verifies(user, signed, own)
    # By the authorization's id as well; and what the phone has stored of the certificate is the holder's.
    assert openssl_verifies(user, sign(user, "--key", authorization), certificate_of(user, "--key", key))
    # Without a word about it the phone signs with the user's own key.
    signed = sign(user)
    assert openssl_verifies(user, signed, certificate_of(user))
    assert "Uses left" not in signed[0]
    assert "Uses left: 8" in user.do("authorizations", "show", authorization)
    assert openssl_verifies(holder, sign(holder), certificate_of(holder))
    seen = [line for line in holder.do("records").splitlines() if f"by Li Si ({user.number})" in line]
    assert sum("co-signing" in line for line in seen) == 2, seen
    assert " by " not in user.do("records")


def test_a8_the_uses_run_down_to_none_and_one_is_renewed(holder, user):
    authorization = apply(user, holder, uses="2")
    holder.do("authorizations", "confirm", authorization)
    key = bind(user, holder, authorization)
    for left in ("1", "0"):
        assert "Uses left: " + left in sign(user, "--key", key)[0]
    refused(sign(user, "--key", key, status=REFUSED)[0], "no uses left")
    assert "expired, its uses are used up" in user.do("authorizations", "show", authorization)
    refused(user.do("authorizations", "renew", authorization, *terms()[2:], status=REFUSED), "not allowed")
    # The holder's primary signs the new window at once.
    said = holder.do("authorizations", "renew", authorization, *terms(uses="1", until=day(60))[2:], "--yes", pin=holder.pin)
    refused(said, "these terms hold")
    assert openssl_verifies(user, sign(user, "--key", key), certificate_of(holder))
    sign(user, "--key", key, status=REFUSED)


def test_a8_frozen_it_signs_nothing_and_unfrozen_again(holder, user, lent):
    authorization, key = lent
    holder.do("authorizations", "freeze", authorization)
    refused(sign(user, "--key", key, status=REFUSED)[0], "not active")
    said = holder.do("authorizations", "freeze", authorization, status=REFUSED)
    refused(said, "The authorization is frozen: this cannot be done", "You can: unfreeze, reset-password, delete")
    sign(user)  # the user's own key is another matter
    holder.do("authorizations", "unfreeze", authorization)
    assert openssl_verifies(user, sign(user, "--key", key), certificate_of(holder))


def test_a8_a_longer_window_is_signed_by_the_holders_device(holder, user, lent):
    authorization, key = lent
    # Without the PIN it stays wanted: as from a browser.
    said = holder.do("authorizations", "modify", authorization, "--until", day(90), "--yes", "--pin-fd", "0", status=USAGE)
    assert "active" in said
    refused(user.do("authorizations"), "holds only once", "until " + day(91))
    refused(sign(user, "--key", key)[0], "Authorized until " + day(31))
    refused(holder.do("authorizations", "seal", authorization, "--yes", pin="000000", status=phone_module.PIN_WRONG), "Tries left")
    assert "holds only once" in holder.do("authorizations", "show", authorization)
    said = holder.do("authorizations", "seal", authorization, pin=holder.pin, given=b"y\n")
    user.do("authorizations", "seal", authorization, pin=user.pin, status=REFUSED)
    refused(said, "Authorized user: Li Si", "For: signing", "until " + day(91), "Let this person", "these terms hold")
    assert "holds only once" not in holder.do("authorizations")
    refused(sign(user, "--key", key)[0], "Authorized until " + day(91))
    # A shorter one is the service's alone.
    assert "Let this person" not in holder.do("authorizations", "modify", authorization, "--until", day(5), "--uses", "3")
    refused(sign(user, "--key", key)[0], "Authorized until " + day(6), "Uses left: 2")


def test_a8_the_holder_confirms_and_hands_over_in_one_go(holder, user):
    authorization = apply(user, holder)
    process = holder.start("authorizations", "confirm", authorization, "--yes", pin=holder.pin)
    assert b"Confirmed" in process.stdout.readline()
    asking = Asking(user, authorization)
    out, err = process.communicate(asking.code.encode() + b"\n", timeout=60)
    asking.finish(back_in(out.decode()))
    assert process.returncode == DONE, err
    assert "active" in holder.do("authorizations", "show", authorization)


def test_a8_what_the_holder_is_asked_comes_before_the_pin(holder, user):
    authorization = apply(user, holder, uses="0", **{"for": "sign,login", "reason": "on leave"})
    holder.do("authorizations", "confirm", authorization)
    asking = Asking(user, authorization)
    # A no; and a yes with a wrong PIN.
    said = holder.do("handover", asking.code, pin=holder.pin, given=b"n\n", status=USAGE)
    refused(said, "Certificate holder: Zhang San, " + holder.number, "Authorized user: Li Si, " + user.number,
            "For: signing, logging in", "until " + day(31), "Number of uses: any", "Reason: on leave", "Let this person")
    hand_over(holder, asking.code, pin="000000", status=phone_module.PIN_WRONG)
    assert "waiting for the devices" in holder.do("authorizations", "show", authorization)
    asking.finish(back_in(hand_over(holder, asking.code)))
    sign(user, "--key", authorization)


def test_a8_an_authorized_user_hands_nothing_on(stack, authorizations_project, holder, user, lent):
    third = new_phone(stack, authorizations_project, "Wang Wu", "141421")
    authorization = apply(third, holder)
    holder.do("authorizations", "confirm", authorization)
    asking = Asking(third, authorization)
    hand_over(user, asking.code, status=USAGE)
    asking.process.kill()
    asking.process.communicate()
    assert "waiting for the devices" in third.do("authorizations", "show", authorization)


@pytest.mark.parametrize("by_holder", (True, False))
def test_a8_deleted_it_signs_nothing(holder, user, lent, by_holder):
    authorization, key = lent
    (holder if by_holder else user).do("authorizations", "delete", authorization)
    if by_holder:
        refused(sign(user, "--key", key, status=REFUSED)[0], "not active")
        # One key that is gone keeps the phone from none of the others.
        user.do("enrol", "--decrypt-key", pin=user.pin)
        said = user.do("status")
        refused(said, "The service does not have it any more")
        assert said.count("Wrong PINs") == 2, said
        refused(user.do("refresh", pin=user.pin, status=REFUSED), "Key %s was not renewed" % key)
        assert user.do("keys").count("generation 1") == 3  # that of the half which was lent began there
    else:  # this phone has erased what it had
        assert key not in user.do("keys")
        sign(user, "--key", key, status=USAGE)
    refused(user.do("authorizations", "delete", authorization, status=REFUSED), "The authorization is deleted")
    assert key not in user.do("keys")
    # The same again, for the same key.
    assert openssl_verifies(user, sign(user, "--key", bind_again(user, holder)), certificate_of(holder))


def bind_again(user, holder):
    authorization = apply(user, holder)
    holder.do("authorizations", "confirm", authorization)
    return bind(user, holder, authorization)


def test_a8_a_holder_grants_and_the_other_confirms(holder, user):
    said = holder.do("authorizations", "grant", user.number, *terms(**{"for": "sign"}))
    authorization = re.search(r"Authorization (\S+) now waits", said)[1]
    said = user.do("authorizations", "confirm", authorization)
    refused(said, "Confirmed", "authorizations bind " + authorization)
    assert openssl_verifies(user, sign(user, "--key", bind(user, holder, authorization)), certificate_of(holder))


def test_a8_one_whose_time_was_over_before_it_was_confirmed_is_modified(stack, holder, user):
    authorization = apply(user, holder)
    stack.sql("update delegation set valid_from = now() - interval '2 day', valid_until = now() - interval '1 day' "
              "where authorization_id = '%s'" % authorization)
    refused(holder.do("authorizations", "confirm", authorization, status=REFUSED), "outside the time", "You can: confirm, refuse, modify")
    holder.do("authorizations", "modify", authorization, "--until", day(3))
    holder.do("authorizations", "confirm", authorization)


def test_a8_one_for_logging_in_signs_no_document(holder, user):
    authorization = apply(user, holder, **{"for": "login"})
    holder.do("authorizations", "confirm", authorization)
    sign(user, "--key", bind(user, holder, authorization), status=REFUSED)


def test_a8_a_window_that_has_not_begun_is_handed_over_and_signs_later(holder, user):
    authorization = apply(user, holder, **{"from": day(2)})
    holder.do("authorizations", "confirm", authorization)
    key = bind(user, holder, authorization)
    refused(sign(user, "--key", key, status=REFUSED)[0], "outside the time")
    holder.do("authorizations", "modify", authorization, "--from", day(0), "--yes", pin=holder.pin)
    sign(user, "--key", key)


def test_a8_an_authorized_user_decrypts_with_the_holders_key(holder, user):
    holder.do("enrol", "--decrypt-key", pin=holder.pin)
    authorization = apply(user, holder, uses="1", **{"for": "decrypt"})
    holder.do("authorizations", "confirm", authorization)
    key = bind(user, holder, authorization)
    public, plain, sealed, opened = (user.folder / name for name in ("public.pem", "plain", "sealed", "opened"))
    holder.do("public-key", "--key", key, "--out", public)
    plain.write_bytes(b"for the holder")
    run("openssl", "pkeyutl", "-encrypt", "-pubin", "-inkey", public, "-in", plain, "-out", sealed)
    said = user.do("decrypt", sealed, "--out", opened, "--key", key, pin=user.pin)
    assert "Uses left: 0" in said and opened.read_bytes() == plain.read_bytes()
    user.do("decrypt", sealed, "--out", opened, "--key", key, pin=user.pin, status=REFUSED)


# ---- a phone with an own key and somebody else's ----

def test_a8_one_pin_for_both_keys(holder, user, lent):
    authorization, key = lent
    refused(user.do("keys"), "of Zhang San (work number %s), by authorization %s" % (holder.number, authorization))
    user.do("pin", pin=user.pin + "\n667788")
    user.pin = "667788"
    sign(user)
    sign(user, "--key", key)
    # The holder's freeze keeps it from signing and not from getting the new PIN; once it is deleted, its half is erased.
    holder.do("authorizations", "freeze", authorization)
    user.do("pin", pin=user.pin + "\n112233")
    user.pin = "112233"
    sign(user)
    sign(user, "--key", key, status=REFUSED)
    holder.do("authorizations", "unfreeze", authorization)
    sign(user, "--key", key)
    holder.do("authorizations", "delete", authorization)
    user.do("pin", pin=user.pin + "\n223344")
    user.pin = "223344"
    assert key not in user.do("keys")
    sign(user)


def test_a8_a_holder_is_found_by_name_and_applied_to(holder, user):
    said = user.do("authorizations", "search", "Zhang")
    found = said.splitlines()[0].split()[0]
    assert "Zhang San" not in said
    user.do("authorizations", "apply", found, *terms())
    assert "Nobody" in user.do("authorizations", "search", "Nobody at all")


def test_a8_what_is_no_term_is_not_sent(user):
    for changes, word in (({"until": "tomorrow"}, "--until"), ({"uses": "-1"}, "--uses"), ({"for": "all"}, "--for")):
        refused(user.do("authorizations", "apply", "A1", *terms(**changes), status=USAGE), word)
    refused(user.do("authorizations", "apply", "A1", "--for", "sign", status=USAGE), "--until must be told")
    refused(user.do("authorizations", "apply", "A1", *terms(**{"for": "sign,decrypt"}), status=REFUSED), "What it is for")
    user.do("authorizations", "modify", "A1", status=USAGE)


def test_a8_the_password_of_an_authorized_user_is_reset(holder, user, lent, inbox):
    last = inbox.last
    assert "one-time password has been sent" in holder.do("authorizations", "reset-password", lent[0])
    inbox.next("+86" + user.mobile, after=last, template="authorization-password")


def test_a8_where_the_project_wants_it_the_holder_proves_first_who_they_are(stack, admin, authorizations_project, user):
    holder = new_phone(stack, authorizations_project, "Zhao Liu", PIN, with_password=True)
    path = f"/admin/v1/projects/{authorizations_project['id']}"
    authorization = apply(user, holder)
    admin.patch(path, {"confirm": ["authorizations"]}).ok()
    try:
        refused(holder.do("authorizations", "confirm", authorization, status=REFUSED), "hufu-phone authenticate")
        holder.do("authenticate", passwords=[GOOD_PASSWORD])
        holder.do("authorizations", "confirm", authorization)
    finally:
        admin.patch(path, {"confirm": []}).ok()


def test_a8_the_phone_speaks_chinese(holder, user, lent):
    said = user.command("authorizations", "show", lent[0], language="zh-CN").stdout.decode()
    refused(said, "已授权", "证书用户：Zhang San", "授权用户：Li Si", "用途：签名", "使用次数：10", "可进行的操作：delete")
