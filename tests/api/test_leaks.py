# SPDX-License-Identifier: Apache-2.0
"""What must not lie around: PIN, codes and session tokens are searched for in the dumped database, in the logs, and in
every file of the stack outside the token. (The halves, nonces and messages of the protocol, which only a program that
plays the device knows, are searched for by tests/secrecy.)"""

import base64
import os
import pathlib

import phone as phone_module
import wire
from device import Device, code_of
from stack import run

PG_DUMP = "/usr/lib/postgresql/15/bin/pg_dump"


def forms(secret):
    """The ways in which bytes get written: raw, hex, base64 at each of its three alignments."""
    yield "raw", secret
    yield "hex", secret.hex().encode()
    yield "HEX", secret.hex().upper().encode()
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            text = encode(bytes(shift) + secret).rstrip(b"=")
            # The first and last characters also depend on the neighbours.
            yield f"{name}+{shift}", text[(0, 2, 3)[shift]:-1 if (shift + len(secret)) % 3 else None]


def search(content, secrets):
    return [f"{name} ({form})" for name, secret in secrets.items() for form, needle in forms(secret) if needle in content]


def search_file(path, secrets):
    """A database's files come and go while they are looked at."""
    try:
        return search(path.read_bytes(), secrets)
    except FileNotFoundError:
        return []


def test_the_search_finds_each_form():
    secret = os.urandom(16)
    for before in range(3):
        for encode in (bytes, bytes.hex, base64.b64encode, base64.urlsafe_b64encode):
            text = encode(os.urandom(before) + secret + os.urandom(5))
            text = text.encode() if isinstance(text, str) else text
            assert search(b"xx" + text + b"yy", {"it": secret}), (before, encode)
    assert not search(os.urandom(100000), {"it": secret})


def test_no_secret_of_a_run_lies_in_dump_logs_or_files(stack, public, new_user):
    pin = "9f" + os.urandom(12).hex()
    secrets = {"the PIN": pin.encode()}
    phone = phone_module.Phone()
    user = new_user()
    secrets["the phone's code"] = code_of(user["activation"]["text"])
    phone.enrol(user["activation"]["text"], pin=pin)
    phone.sign(b"a document", pin=pin)
    phone.sign(b"a document", pin="wrong " + pin, status=phone_module.PIN_WRONG)
    other, code = Device(), code_of(new_user()["activation"]["text"])
    secrets["a code"] = code
    token = public.post("/v1/activations", other.activation(code)).ok(201)["session_token"]
    secrets["a session token"] = wire.decode(token)
    public.with_token(token, other).get("/v1/keys").ok()
    public.post("/v1/activations", other.activation(code))
    secrets["an unused code"] = code_of(new_user()["activation"]["text"])

    dump = run(PG_DUMP, stack.environment["HUFU_DATABASE_ADMIN"]).stdout
    assert user["account"]["id"].encode() in dump, "this is the database of that run"
    assert search(dump, secrets) == []
    stack.process("restart", "db")  # so that what PostgreSQL holds in memory is in its files
    stack.wait_ready(200)
    token_directory = pathlib.Path(stack.environment["HUFU_TOKEN_DIRECTORY"])
    searched = 0
    for path in [path for top in (stack.home, stack.folder) for path in sorted(top.rglob("*"))] + sorted(phone.home.rglob("*")):
        if path.is_file() and token_directory not in path.parents:
            assert search_file(path, secrets) == [], path
            searched += 1
    assert searched > 1000
