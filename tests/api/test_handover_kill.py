# SPDX-License-Identifier: Apache-2.0
"""A hand-over in which a device or the service is killed by SIGKILL at any moment: the primary signs afterwards, and the new device
is bound by going on where it stopped, or by a hand-over that is begun anew. 7 times; with HUFU_TEST_LONG=1, 140 times."""

import os
import random
import signal
import time

import pytest

import phone as phone_module
from test_devices import SECONDARY_PIN, Binding, code_in, device_id, hand_over, verified

KILLS = 140 if os.environ.get("HUFU_TEST_LONG") == "1" else 7
# What is going on, and who is killed in it.
ROUNDS = [("handing over", "primary"), ("taking", "second"), ("handing over", "server"), ("taking", "server"), ("handing over", "hsm"),
          ("taking", "second"), ("taking", "hsm")]


@pytest.fixture(scope="module")
def primary(supervised):
    project = supervised.admin.post("/admin/v1/projects", {"name": "Hand-overs"}).ok(201)
    change = {"device_mode": "primary", "secondary_limit": 2}
    supervised.admin.patch(f"/admin/v1/projects/{project['id']}", change).ok()
    user = supervised.admin.post("/admin/v1/users", {"project": project["id"], "name": "Holder", "work_number": "H1"}).ok(201)
    phone = phone_module.Phone()
    phone.user = user
    phone.enrol(user["activation"]["text"])
    return phone


def new_phone():
    phone = phone_module.Phone()
    phone.pin = SECONDARY_PIN
    return phone


def new_code(stack, primary):
    return stack.admin.post(f"/admin/v1/users/{primary.user['account']['id']}/activations").ok(201)["activation"]["text"]


def start_taking(binding, back):
    binding.process.stdin.write(back.encode() + b"\n")
    binding.process.stdin.close()
    return binding.process


def kill_within(stack, seconds, victim, process):
    time.sleep(random.uniform(0, 0.8 * seconds))
    if victim in ("primary", "second"):
        process.send_signal(signal.SIGKILL)
    else:
        stack.process("kill9", victim)


def is_bound(phone):
    return phone.command("certificate", "--out", phone.folder / "bound.pem").returncode == phone_module.DONE


def bind_in_the_end(primary, phone):
    """How: it went on without a code, or a hand-over was begun anew."""
    said = []
    for _ in range(3):
        if is_bound(phone):
            return "was bound"
        binding = Binding(phone)
        if binding.code:
            binding.finish(hand_over(primary, binding.code))
            return "began anew"
        out, err = binding.process.communicate(timeout=60)
        if binding.process.returncode == phone_module.DONE:
            return "went on"
        said.append((binding.process.returncode, out, err))
    raise AssertionError(said)


@pytest.fixture(scope="module")
def seconds(supervised, primary):
    """What each part of an undisturbed hand-over takes here."""
    phone = new_phone()
    binding = Binding(phone, new_code(supervised, primary))
    begun = time.monotonic()
    back = hand_over(primary, binding.code)
    handed_over = time.monotonic()
    binding.finish(back)
    taken = time.monotonic()
    supervised.hufu("device", "remove", device_id(phone))
    return {"handing over": handed_over - begun, "taking": taken - handed_over}


def disturbed_hand_over(stack, primary, phone, seconds, part, victim):
    binding = Binding(phone, new_code(stack, primary))
    handing_over = primary.start("handover", "-", given=binding.code)
    if part == "handing over":
        kill_within(stack, seconds[part], victim, handing_over)
    said = handing_over.stdout.read().decode()
    if handing_over.wait(timeout=60) != phone_module.DONE:
        binding.process.kill()
    else:
        taking = start_taking(binding, code_in(said))
        if part == "taking":
            kill_within(stack, seconds[part], victim, taking)
    binding.process.wait(timeout=60)


def test_a_hand_over_killed_at_any_moment_by_either_side_loses_no_key(supervised, primary, seconds):
    certificate, _ = primary.certificates()
    ends = {"was bound": 0, "went on": 0, "began anew": 0}
    for number in range(KILLS):
        part, victim = ROUNDS[number % len(ROUNDS)]
        phone = new_phone()
        disturbed_hand_over(supervised, primary, phone, seconds, part, victim)
        supervised.wait_until_at_rest()
        assert verified(primary, b"primary after kill %d" % number, certificate), (part, victim)
        how = bind_in_the_end(primary, phone)
        ends[how] += 1
        assert verified(phone, b"second after kill %d" % number, certificate), (part, victim)
        assert verified(primary, b"primary after the hand-over %d" % number, certificate), (part, victim)
        supervised.hufu("device", "remove", device_id(phone))
    assert supervised.sql("SELECT sum(pin_failures_life) FROM device") == "0"
    print("ends:", ends)
