# SPDX-License-Identifier: Apache-2.0
"""A secondary takes the primary's place while it or the service is killed by SIGKILL at any moment: afterwards one device is the
primary, the same command completes what was interrupted, and the new primary hands its key over, which only a record with the new
role can. Each round's new primary is the next one's lost one. 6 rounds; with HUFU_TEST_LONG=1, 60."""

import os
import random
import signal
import threading
import time

import pytest

import authentication
import phone as phone_module
import stack as stack_module
from authentication import GOOD_PASSWORD
from test_devices import SECONDARY_PIN, Binding, device_id, hand_over, verified

KILLS = 60 if os.environ.get("HUFU_TEST_LONG") == "1" else 6
MOBILE = "+8613800000001"
VICTIMS = ["phone", "server", "phone", "hsm", "phone", "server"]


@pytest.fixture(scope="module")
def supervised():
    """With an inbox besides: codes arrive by SMS."""
    stack = stack_module.Stack("--ca", "sm2", "--supervise", "--inbox", "--server", "password_memory_mib=19", "--server",
                               "password_passes=2")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def holder(supervised):
    project = supervised.admin.post("/admin/v1/projects", {"name": "Lost primaries"}).ok(201)
    change = {"device_mode": "primary", "secondary_limit": 2, "captcha_bits": 8}
    supervised.admin.patch("/admin/v1/projects/" + project["id"], change).ok()
    body = {"project": project["id"], "name": "Holder", "work_number": "H1", "mobile": MOBILE[3:]}
    user = supervised.admin.post("/admin/v1/users", body).ok(201)
    authentication.set_password(supervised.public, supervised.admin, project["id"], user["account"])
    return user


class Promotion:
    """devices primary in a process of its own; code_given is set when it has all that it asks for."""

    def __init__(self, stack, phone):
        authentication.forget_tries(stack)
        self.last = stack.inbox.last
        self.inbox = stack.inbox
        self.started, self.code_given = threading.Event(), threading.Event()
        self.begun = None
        self.process = phone.start("devices", "primary", pin=phone.pin, passwords=[GOOD_PASSWORD, self._code])
        self.started.set()

    def _code(self):
        self.started.wait()
        while not self.inbox.messages(MOBILE, after=self.last):
            assert self.process.poll() is None, "it asked for no code"
            time.sleep(0.05)
        code = self.inbox.code(MOBILE, after=self.last)
        self.begun = time.monotonic()
        self.code_given.set()
        return code

    def end(self):
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, (out + err).decode()


def new_secondary(stack, user, primary):
    phone = phone_module.Phone()
    phone.pin = SECONDARY_PIN
    code = stack.admin.post(f"/admin/v1/users/{user['account']['id']}/activations").ok(201)["activation"]["text"]
    binding = Binding(phone, code)
    assert binding.code, binding.process.stderr.read()
    binding.finish(hand_over(primary, binding.code, pin=primary.pin))
    return phone


@pytest.fixture(scope="module")
def primary(supervised, holder):
    phone = phone_module.Phone()
    phone.pin = phone_module.PIN
    phone.enrol(holder["activation"]["text"])
    return phone


def roles(stack, user):
    rows = stack.sql("SELECT device_id || ' ' || role FROM device WHERE account_id = '%s' AND state <> 'removed'" % user["account"]["id"])
    return dict(row.split() for row in rows.splitlines())


def disturb(stack, promotion, victim, seconds):
    """Kills it at some moment after it has all that it asks for."""
    assert promotion.code_given.wait(60)
    time.sleep(max(0, random.uniform(0, 0.9 * seconds) - (time.monotonic() - promotion.begun)))
    if victim == "phone":
        promotion.process.send_signal(signal.SIGKILL)
    else:
        stack.process("kill9", victim)
    return promotion.end()


def complete(stack, phone):
    """By the same command again, which asks for a code only if nothing was ordered."""
    for _ in range(3):
        code, said = Promotion(stack, phone).end()
        if code == phone_module.DONE:
            return said
    raise AssertionError((code, said))


@pytest.fixture(scope="module")
def seconds(supervised, holder, primary):
    """What an undisturbed one takes here, from the code on; and the primary that it leaves."""
    second = new_secondary(supervised, holder, primary)
    promotion = Promotion(supervised, second)
    code, said = promotion.end()
    assert code == phone_module.DONE, said
    return time.monotonic() - promotion.begun, second


def test_a_promotion_killed_at_any_moment_by_either_side_leaves_one_primary_and_no_key_without_its_role(
        supervised, holder, seconds):
    duration, primary = seconds
    certificate, _ = primary.certificates()
    ends = {"before the order": 0, "after the order": 0, "through": 0}
    for number in range(KILLS):
        second = new_secondary(supervised, holder, primary)
        ids = device_id(primary), device_id(second)
        code, said = disturb(supervised, Promotion(supervised, second), VICTIMS[number % len(VICTIMS)], duration)
        supervised.wait_until_at_rest()
        now = roles(supervised, holder)
        assert now in ({ids[0]: "primary", ids[1]: "secondary"}, {ids[1]: "primary"}), (now, ids, said)
        ordered = now[ids[1]] == "primary"
        ends["through" if code == phone_module.DONE else "after the order" if ordered else "before the order"] += 1
        if not ordered:
            assert verified(primary, b"the primary goes on %d" % number, certificate)
        assert verified(second, b"the second goes on %d" % number, certificate)
        complete(supervised, second)
        assert roles(supervised, holder) == {ids[1]: "primary"}
        primary.sign(b"x", pin=primary.pin, status=phone_module.REFUSED)
        assert verified(second, b"the new primary %d" % number, certificate)
        primary = second
    assert verified(new_secondary(supervised, holder, primary), b"of the last primary", certificate)
    print(ends)
