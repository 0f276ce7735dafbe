# SPDX-License-Identifier: Apache-2.0
"""A refresh that is killed by SIGKILL at any moment, on either side, loses no key: it signs afterwards, with the certificate it
had. 20 times; with HUFU_TEST_LONG=1, 200 times."""

import os
import random
import signal
import time

import pytest

import phone as phone_module
from stack import run

MEASURED = 3  # the shortest of so many undisturbed ones is what one takes
KILLS = 200 if os.environ.get("HUFU_TEST_LONG") == "1" else 20
IDENTITY = "distid:1234567812345678"


@pytest.fixture(scope="module")
def enrolled(supervised):
    project = supervised.admin.post("/admin/v1/projects", {"name": "Refresh"}).ok(201)
    user = supervised.admin.post("/admin/v1/users", {"project": project["id"], "name": "Refresher", "work_number": "R1"}).ok(201)
    phone = phone_module.Phone()
    phone.enrol(user["activation"]["text"])
    return phone


def measured_refresh(phone):
    begun = time.monotonic()
    assert phone.start("refresh").wait(timeout=60) == phone_module.DONE
    return time.monotonic() - begun


@pytest.fixture(scope="module")
def seconds(enrolled):
    """What an undisturbed refresh takes here."""
    return min(measured_refresh(enrolled) for _ in range(MEASURED))


def sign_and_kill(phone, document):
    """Signs, and kills the phone as soon as it says that the signature has been written; gives the paths of document and signature,
    and whether it was killed before it had ended by itself."""
    path = phone.folder / "due"
    path.write_bytes(document)
    process = phone.start("sign", path)
    assert b"due.sig" in process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    return path, phone.folder / "due.sig", process.returncode == -signal.SIGKILL


def test_a_refresh_killed_at_any_moment_by_either_side_leaves_a_key_that_signs(supervised, enrolled, seconds):
    certificate, _ = enrolled.certificates()
    public = certificate.with_suffix(".public")
    public.write_bytes(run("openssl", "x509", "-in", certificate, "-noout", "-pubkey").stdout)
    killed = {"phone": 0, "server": 0, "hsm": 0, "db": 0}
    for number in range(KILLS):
        victim = ("phone", "server", "phone", "hsm", "phone", "db")[number % 6]
        process = enrolled.start("refresh")
        time.sleep(random.uniform(0, 0.9 * seconds))
        if victim == "phone":
            killed[victim] += process.poll() is None
            process.send_signal(signal.SIGKILL)
        else:
            supervised.process("kill9", victim)
            killed[victim] += 1
        process.wait(timeout=60)
        supervised.wait_until_at_rest()
        document, signature, _ = enrolled.sign(b"after kill %d" % number)
        judged = run("openssl", "dgst", "-sm3", "-sigopt", IDENTITY, "-verify", public, "-signature", signature, document)
        assert b"Verified OK" in judged.stdout
    assert killed["phone"] > KILLS // 20, killed
    assert supervised.sql("SELECT pin_failures_life FROM device") == "0"
    generation = int(supervised.sql("SELECT generation FROM binding"))
    assert 0 < generation <= KILLS + MEASURED, "some went through"
    print("killed:", killed, "generation:", generation)


def test_a_signature_is_whole_when_the_refresh_behind_it_is_killed(supervised):
    project = supervised.admin.post("/admin/v1/projects", {"name": "Due"}).ok(201)
    for number in range(10):  # a phone asks once an hour whether a refresh is due: another one for each try
        user = supervised.admin.post("/admin/v1/users", {"project": project["id"], "name": "Due", "work_number": "D%d" % number}).ok(201)
        phone = phone_module.Phone()
        phone.enrol(user["activation"]["text"])
        certificate, _ = phone.certificates()
        public = certificate.with_suffix(".public")
        public.write_bytes(run("openssl", "x509", "-in", certificate, "-noout", "-pubkey").stdout)
        supervised.sql("UPDATE binding SET refreshed_at = now() - interval '31 days'")
        document, signature, killed = sign_and_kill(phone, b"halves that are due")
        assert b"Verified OK" in run("openssl", "dgst", "-sm3", "-sigopt", IDENTITY, "-verify", public, "-signature", signature,
                                     document).stdout
        phone.sign(b"afterwards")
        if killed:
            return
    pytest.fail("it was never killed in time")
