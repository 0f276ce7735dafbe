# SPDX-License-Identifier: Apache-2.0
"""Whoever has a copy of the whole database and of the server's configuration has no mobile number, identity number,
password, session or code: what a run made of them is looked for there, in every form in which bytes get written. (PINs,
activation codes and the halves of keys: test_leaks.py, tests/secrecy.)"""

import hashlib
import re
import secrets
import uuid

import pytest

import authentication
import wire
from device import Device, code_of
from stack import run
from test_leaks import PG_DUMP, forms, search
from test_sessions import signed_in

MOBILE = "13912345098"
IDENTITY = "11010519491231002X"
EMAIL = "li.lei.6174@example.com"
STROKE = [(211, 47, 13, 509), (229, 59, 31, 521), (241, 83, 47, 541)]


class Loot:
    """What the thief has: the dump of the whole database, and the files of the server's user."""

    def __init__(self, stack):
        self.dump = run(PG_DUMP, stack.environment["HUFU_DATABASE_ADMIN"]).stdout
        self.files = {path: path.read_bytes() for path in (stack.home / "server").rglob("*") if path.is_file()}
        assert any(path.name == "hufu-server.conf" for path in self.files)

    def __iter__(self):
        yield "the database", self.dump
        yield from self.files.items()

    def find(self, sought):
        return [(str(where), found) for where, content in self for found in search(content, sought)]


def stand_alone(content, digits):
    """Whether these few digits stand there by themselves, and not within some other number, identifier, time or hexadecimal."""
    return re.search(rb"(?<![0-9A-Za-z.:_-])" + digits.encode() + rb"(?![0-9A-Za-z.:_-])", content)


def hex_stands_alone(content, digits):
    """The same for bytes in hexadecimal: neither letter nor digit beside it. Certificates, which lie there so, are full of times."""
    beside = b"(?:3[0-9]|[4-7][0-9a-f])"
    return re.search(b"(?<!%s)%s(?!%s)" % (beside, digits.encode().hex().encode(), beside), content)


@pytest.fixture(scope="module")
def stolen(stack):
    """A person who did everything there is to do, her secrets, and the loot of right afterwards."""
    public, admin, inbox = stack.public, stack.admin, stack.inbox
    authentication.forget_tries(stack)
    project = admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)
    admin.patch("/admin/v1/projects/" + project["id"], {
        "captcha_bits": 1, "methods_sign_in": ["password+sms"], "methods_confirm": ["password"]}).ok()
    user = admin.post("/admin/v1/users", {
        "project": project["id"], "name": "Li Lei", "work_number": "STOLEN", "mobile": MOBILE, "email": EMAIL,
        "identity_kind": "resident-card", "identity_number": IDENTITY}).ok(201)
    sought = {"mobile": MOBILE.encode(), "identity": IDENTITY.encode(), "e-mail": EMAIL.encode()}
    account, device = user["account"], Device()
    initial = admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)["password"]
    password = "Tr0ub4dor & " + secrets.token_hex(8)
    authentication.begin(public, project["id"], account["work_number"]).password(initial, new_password=password).ok()
    sought.update({"the operator's password": initial.encode(), "the password": password.encode()})

    answer = public.post("/v1/activations", device.activation(code_of(user["activation"]["text"]))).ok(201)
    session = public.with_token(answer["session_token"], device)
    sought["a session"] = wire.decode(session.token)
    sought["a session, as text"] = session.token.encode()

    begun = authentication.begin(public, project["id"], account["work_number"])
    begun.password(password).ok()
    last = inbox.last
    begun.send_code().ok(201)
    code = inbox.code("+86" + MOBILE, after=last)
    begun.sms(code).ok()
    sought["an authentication"] = wire.decode(begun.token)
    signed = signed_in(public, device, begun.token, application="another").ok(201)
    sought["a session begun by it"] = wire.decode(signed["session_token"])

    authentication.confirm(session).password(password).ok()
    sought["a remembered password"] = wire.decode(session.post("/v1/account/remembered-password").ok(201)["remembered"])
    drawing = {"width": 400, "height": 200, "strokes": [
        {name: [point[i] for point in STROKE] for i, name in enumerate(("x", "y", "time", "pressure"))}]}
    session.put("/v1/account/handwriting", drawing).ok()
    sought["the handwriting"] = b"".join(x.to_bytes(2, "big") + y.to_bytes(2, "big") + time.to_bytes(4, "big") +
                                         pressure.to_bytes(2, "big") for x, y, time, pressure in STROKE[:2])

    # A code that nobody has used yet lies there as a hash; and a message that could not be delivered lies there whole.
    authentication.forget_tries(stack)
    last = inbox.last
    authentication.begin(public, project["id"], account["work_number"]).send_code().ok(201)
    unused = inbox.code("+86" + MOBILE, after=last)
    inbox.fault(status=503, times=1000)
    try:
        admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)
        authentication.forget_tries(stack)
        authentication.begin(public, project["id"], account["work_number"]).send_code().ok(201)
        loot = Loot(stack)
    finally:
        inbox.fault(times=0)
    assert b"COPY public.notice " in loot.dump
    return {"loot": loot, "sought": sought, "codes": {code, unused}, "account": account}


def test_the_loot_is_of_that_run(stolen):
    assert stolen["account"]["id"].encode() in stolen["loot"].dump
    assert b"STOLEN" in stolen["loot"].dump


def test_a_stolen_copy_has_no_number_no_password_and_no_session(stolen):
    assert stolen["loot"].find(stolen["sought"]) == []


def test_a_stolen_copy_has_no_part_of_a_number_that_would_do(stolen):
    """Nor without the first digits, by which a mobile number is often known, nor without a check digit. Eight digits occur
    by chance in megabytes of hexadecimal, so as text they count where they stand alone."""
    for digits in (MOBILE[3:], IDENTITY[6:17]):
        encoded = [needle for form, needle in forms(digits.encode()) if form != "raw"]
        for where, content in stolen["loot"]:
            assert not stand_alone(content, digits), where
            assert all(needle not in content for needle in encoded), where


def test_a_stolen_copy_has_no_code(stolen):
    for code in stolen["codes"]:
        assert len(code) == 6 and code.isdigit()
        for where, content in stolen["loot"]:
            assert not stand_alone(content, code), where
            assert not hex_stands_alone(content, code), where


def test_digits_that_stand_alone_are_found():
    for content in (b"x\t123456\ty", b"123456", b"code=123456\n", b'"123456"', b"{123456,1}"):
        assert stand_alone(content, "123456"), content
    for content in (b"a123456", b"1234567", b"12:34.123456+00", b"ff123456ff"):
        assert not stand_alone(content, "123456"), content
    for content in (b"123456", b"\0\x06123456\0", b'"123456"', b" 123456,"):
        assert hex_stands_alone(content.hex().encode(), "123456"), content
    for content in (b"261128123456Z", b"W123456", b"123456Z", b"1234567"):
        assert not hex_stands_alone(content.hex().encode(), "123456"), content


def guesses(salts):
    """Every way in which a code of six digits could have been hashed by somebody who has what lies in the database."""
    hashes = [lambda text: hashlib.sha256(text).digest(), lambda text: hashlib.blake2b(text, digest_size=32).digest()]
    for salt in salts:
        begun = hashlib.sha256(salt)

        def salted(text, begun=begun):
            more = begun.copy()
            more.update(text)
            return more.digest()

        hashes.append(salted)
        hashes.append(lambda text, salt=salt: hashlib.blake2b(text, digest_size=32, key=salt).digest())
    for number in range(1000000):
        text = b"%06d" % number
        for each in hashes:
            yield text, each(text)


def crack(stored, salts):
    return next((text for text, guess in guesses(salts) if guess == stored), None)


def test_a_weak_hash_would_be_cracked():
    salt = bytes(range(16))
    assert crack(hashlib.sha256(b"001234").digest(), []) == b"001234"
    assert crack(hashlib.sha256(salt + b"001234").digest(), [salt]) == b"001234"
    assert crack(hashlib.blake2b(b"001234", digest_size=32, key=salt).digest(), [salt]) == b"001234"


def test_a_code_cannot_be_found_from_its_hash_without_the_data_key(stolen):
    dump = stolen["loot"].dump.decode(errors="replace")
    header, rows = re.search(r"^COPY public\.code \(([^)]*)\) FROM stdin;\n(.*?)^\\\.$", dump, re.M | re.S).groups()
    names = header.split(", ")
    newest = max((dict(zip(names, row.split("\t"))) for row in rows.splitlines()), key=lambda row: row["created_at"])
    stored = bytes.fromhex(newest["code_hash"][3:])
    assert newest["state"] == "sent" and len(stored) == 32
    assert crack(stored, [uuid.UUID(newest["code_id"]).bytes, bytes.fromhex(newest["subject"][3:])]) is None


def test_a_mobile_number_is_not_its_plain_hash(stolen):
    dump = stolen["loot"].dump
    for form in (MOBILE, "+86" + MOBILE, "86" + MOBILE):
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5, lambda text: hashlib.blake2b(text, digest_size=32)):
            assert digest(form.encode()).hexdigest().encode() not in dump


def test_the_data_key_does_not_lie_with_what_it_seals(stack, stolen):
    """It is in the database once, sealed by the token's key, and in no file of the server's."""
    rows = stack.sql("SELECT encode(sealed, 'hex') FROM data_key").split()
    assert rows and all(len(row) > 2 * 32 for row in rows)
    for path, content in stolen["loot"].files.items():
        assert all(bytes.fromhex(row) not in content for row in rows), path
