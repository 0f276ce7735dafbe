# SPDX-License-Identifier: Apache-2.0
"""What a client does to prove who somebody is: captchas, passwords, codes by SMS."""

import hashlib
import itertools

import wire
from device import code_of

GOOD_PASSWORD = "Correct horse 7"


def solve(challenge, bits, right=True):
    """The answer to a captcha (docs/api.md): eight bytes that make the hash begin with so many zero bits; or a wrong one."""
    base = hashlib.sha256(wire.decode(challenge))
    for number in itertools.count():
        answer = number.to_bytes(8, "big")
        attempt = hashlib.sha256(base.digest() + answer).digest()
        if (int.from_bytes(attempt, "big") >> (256 - bits) == 0) == right:
            return wire.encode(answer)


def captcha(public, project, right=True):
    """An answered one, for a body."""
    given = public.post("/v1/captchas", {"project": project}).ok(201)
    return {"challenge": given["challenge"], "answer": solve(given["challenge"], given["bits"], right)}


class Authentication:
    """One on its way; every call gives the client's Answer."""

    def __init__(self, public, begun):
        self.public = public
        self.begun = begun
        self.token = begun["authentication"]

    def _post(self, what, **members):
        return self.public.post("/v1/authentications" + what, {"authentication": self.token, **members})

    def state(self):
        return self._post("/state")

    def password(self, password, **members):
        return self._post("/password", password=password, **members)

    def send_code(self):
        return self._post("/sms-codes")

    def sms(self, code):
        return self._post("/sms", code=code)

    def remembered(self, remembered, proof):
        return self._post("/remembered", remembered=remembered, proof=proof)

    def qr(self):
        return self._post("/qr")


def begin(public, project, work_number, purpose="sign-in", **members):
    body = {"project": project, "work_number": work_number, "purpose": purpose, "captcha": captcha(public, project), **members}
    return Authentication(public, public.post("/v1/authentications", body).ok(201))


def confirm(session):
    """Of a session, which needs no captcha."""
    return Authentication(session, session.post("/v1/account/authentications").ok(201))


def set_password(public, admin, project, account, password=GOOD_PASSWORD):
    """By the operator's one-time password, as a person does it first."""
    initial = admin.post(f"/admin/v1/users/{account['id']}/password").ok(201)["password"]
    begun = begin(public, project, account["work_number"])
    begun.password(initial, new_password=password).ok(200)


def set_password_of(public, admin, project, session):
    """The same for somebody with a session: it ends by that, and is begun anew by a code of the operator's."""
    account = session.user["account"]
    set_password(public, admin, project, account)
    text = admin.post(f"/admin/v1/users/{account['id']}/activations").ok(201)["activation"]["text"]
    session.token = public.post("/v1/activations", session.device.activation(code_of(text))).ok(201)["session_token"]


def forget_tries(stack):
    """As if everybody's hour, day and minute were over: tests do not wait for them."""
    stack.sql("delete from attempt; delete from address_attempt")
