# SPDX-License-Identifier: Apache-2.0
"""The time of an answer does not tell whether there is such an account (feature A4): Welch's t-test over answers for one
that exists and one that does not, in random order on one connection. Short here (half a minute); with HUFU_TEST_LONG=1, 10,000 of each and
of every answer: 40 minutes on two cores, of which 24 are wrong passwords, each with its Argon2id."""

import http.client
import json
import math
import os
import random
import secrets
import ssl
import statistics
import subprocess
import time

import pytest

import authentication
import wire

SAMPLES = 10000 if os.environ.get("HUFU_TEST_LONG", "0") != "0" else 150
LIMIT = 4.5
ROUNDS = 3  # all of them must differ: one does by chance about once in a thousand runs
KEPT = (1, 0.9, 0.5)  # shares of the answers, the quickest, that are compared
TRIES = 4  # of one authentication; the fifth would end it


def welch(a, b):
    if min(len(a), len(b)) < 2:
        return math.inf  # all the quick ones are of one kind
    spread = math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b))
    return (statistics.fmean(a) - statistics.fmean(b)) / spread


class Line:
    """One connection to the service that stays, and one to its database."""

    def __init__(self, stack):
        url = stack.public._url
        context = ssl.create_default_context(cafile=stack.environment["HUFU_TLS_CERTIFICATE"])
        self._http = http.client.HTTPSConnection(url.hostname, url.port, timeout=60, context=context)
        self._sql = subprocess.Popen(["/usr/lib/postgresql/15/bin/psql", "-X", "-q", "-A", "-t", stack.environment["HUFU_DATABASE_ADMIN"]],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def post(self, path, body):
        """Status, body, and how long it took."""
        raw = json.dumps(body)
        started = time.perf_counter()
        self._http.request("POST", path, body=raw, headers={"Content-Type": "application/json"})
        answer = self._http.getresponse()
        content = answer.read()
        return answer.status, json.loads(content), time.perf_counter() - started

    def forget_tries(self):
        self._sql.stdin.write("delete from attempt; delete from address_attempt; select 'done';\n")
        self._sql.stdin.flush()
        assert self._sql.stdout.readline().strip() == "done"

    def close(self):
        self._http.close()
        self._sql.communicate()


@pytest.fixture
def line(stack):
    line = Line(stack)
    yield line
    line.close()


@pytest.fixture
def place(admin, new_user, public):
    """A project that asks for no captcha, and the work numbers of somebody there and of nobody."""
    project = admin.post("/admin/v1/projects", {"name": "Times " + secrets.token_hex(4)}).ok(201)
    admin.patch(f"/admin/v1/projects/{project['id']}", {"captcha_bits": 0}).ok()
    account = new_user(project=project["id"], work_number="REAL-0001", mobile="13700000001")["account"]
    authentication.set_password(public, admin, project["id"], account)
    return project["id"], {"there": "REAL-0001", "nobody": "NONE-0001"}


def begin(line, project, number):
    status, begun, _ = line.post("/v1/authentications", {"project": project, "work_number": number, "purpose": "sign-in"})
    assert status == 201, begun
    return begun["authentication"]


def differences(times, what):
    """Of all answers, and of the quickest of them: what the machine does besides hides small differences in the slow ones."""
    both = sorted(times["there"] + times["nobody"])
    found = []
    for kept in KEPT:
        limit = both[int(kept * len(both)) - 1]
        found.append(welch(*([value for value in times[which] if value <= limit] for which in ("there", "nobody"))))
    means = [statistics.fmean(times[which]) * 1000 for which in ("there", "nobody")]
    print("%s: %d samples each, %.3f ms and %.3f ms, t = %s" % (
        what, len(times["there"]), *means, ", ".join("%.2f (%d %%)" % (t, 100 * kept) for t, kept in zip(found, KEPT))))
    return found


def judge(measure, what):
    """measure gives the times of a round. What tells something does so in every round, and chance in none of the next."""
    seen = []
    for _ in range(ROUNDS):
        seen.append(differences(measure(), what))
        if all(abs(t) < LIMIT for t in seen[-1]):
            return
    raise AssertionError(seen)


def order(samples=SAMPLES):
    both = ["there", "nobody"] * samples
    random.shuffle(both)
    return both


def try_wrongly(line, place, path, body, prepare=lambda token: None):
    """The times of wrong tries at a method; prepare gets each authentication before them."""
    project, numbers = place
    times = {"there": [], "nobody": []}
    used = {which: TRIES for which in numbers}
    tokens = {}
    for which in order():
        if used[which] == TRIES:
            line.forget_tries()
            tokens[which] = begin(line, project, numbers[which])
            prepare(tokens[which])
            used[which] = 0
        used[which] += 1
        status, answer, took = line.post(path, {"authentication": tokens[which], **body})
        if status == 200:  # a code in a million is the one that is tried
            used[which] = TRIES
            continue
        assert (status, answer["message_key"]) == (403, "authentication-failed")
        times[which].append(took)
    return times


def test_a4_the_time_of_a_beginning_tells_nothing(line, place):
    project, numbers = place

    def measure():
        times = {"there": [], "nobody": []}
        for which in order():
            line.forget_tries()
            body = {"project": project, "work_number": numbers[which], "purpose": "sign-in"}
            status, answer, took = line.post("/v1/authentications", body)
            assert status == 201, answer
            times[which].append(took)
        return times

    judge(measure, "beginning")


def test_a4_the_time_of_a_wrong_password_tells_nothing(line, place):
    judge(lambda: try_wrongly(line, place, "/v1/authentications/password", {"password": "Wrong horse 7"}), "wrong password")


def test_a4_the_time_of_a_wrong_remembered_password_tells_nothing(line, place):
    body = {"remembered": wire.encode(bytes(32)), "proof": wire.encode(bytes(64))}
    judge(lambda: try_wrongly(line, place, "/v1/authentications/remembered", body), "wrong remembered password")


def test_a4_the_time_of_a_wrong_code_tells_nothing(line, place):
    def send(token):
        status, answer, _ = line.post("/v1/authentications/sms-codes", {"authentication": token})
        assert status == 201, answer

    judge(lambda: try_wrongly(line, place, "/v1/authentications/sms", {"code": "000000"}, send), "wrong code")


def test_a4_the_time_of_a_code_asked_for_too_soon_tells_nothing(line, place):
    """Refused before anything is counted, and so as often as one likes."""
    project, numbers = place

    def measure():
        times = {"there": [], "nobody": []}
        tokens, until = {}, 0
        for which in order():
            if time.monotonic() > until:
                line.forget_tries()
                until = time.monotonic() + 30  # of the minute between two
                for each, number in numbers.items():
                    tokens[each] = begin(line, project, number)
                    assert line.post("/v1/authentications/sms-codes", {"authentication": tokens[each]})[0] == 201
            status, answer, took = line.post("/v1/authentications/sms-codes", {"authentication": tokens[which]})
            assert (status, answer["message_key"]) == (429, "too-many-tries")
            times[which].append(took)
        return times

    judge(measure, "code asked for too soon")


def test_a4_the_time_of_a_request_for_a_code_tells_nothing(line, place):
    project, numbers = place

    def measure():
        times = {"there": [], "nobody": []}
        for which in order():
            line.forget_tries()
            token = begin(line, project, numbers[which])
            status, answer, took = line.post("/v1/authentications/sms-codes", {"authentication": token})
            assert status == 201, answer
            times[which].append(took)
        return times

    judge(measure, "request for a code")
