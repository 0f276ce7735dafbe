#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many tries a second the service repels once an account's are used up, and how many it looks at: python3
tests/bench/bench_authentication.py [SECONDS]. On a private stack of its own, over HTTP on loopback, by raw sockets in
processes of their own, which share the machine with what they measure."""

import json
import multiprocessing
import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "api"))

import authentication
import stack as stack_module

PROCESSES = 2
LINES = 8  # of each process


def request(port, path, body):
    raw = json.dumps(body).encode()
    head = "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (path, port, len(raw))
    return head.encode() + raw


def answer_of(line):
    """The status of the next answer, read whole."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += line.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(int(field.split(b":")[1]) for field in head.split(b"\r\n") if field.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += line.recv(65536)
    return int(head.split(b" ", 2)[1])


def hammer(port, what, seconds, counts):
    """Sends it on every line at once, again and again."""
    lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(LINES)]
    statuses = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for line in lines:
            line.sendall(what)
        for line in lines:
            status = answer_of(line)
            statuses[status] = statuses.get(status, 0) + 1
    counts.put(statuses)


def measure(port, what, seconds):
    counts = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=hammer, args=(port, what, seconds, counts)) for _ in range(PROCESSES)]
    started = time.monotonic()
    for worker in workers:
        worker.start()
    statuses = {}
    for _ in workers:
        for status, count in counts.get().items():
            statuses[status] = statuses.get(status, 0) + count
    for worker in workers:
        worker.join()
    return {status: count / (time.monotonic() - started) for status, count in sorted(statuses.items())}


def main(seconds):
    stack = stack_module.Stack("--http", "--server", "address_tries_per_hour=100000")
    try:
        stack.start()
        project = stack.admin.post("/admin/v1/projects", {"name": "Bench"}).ok(201)
        stack.admin.request("PATCH", f"/admin/v1/projects/{project['id']}", {"captcha_bits": 0}).ok()
        account = stack.admin.post("/admin/v1/users", {"project": project["id"], "name": "A", "work_number": "1"}).ok(201)["account"]
        authentication.set_password(stack.public, stack.admin, project["id"], account)
        port = stack.public._url.port
        begun = authentication.begin(stack.public, project["id"], "1")
        guess = request(port, "/v1/authentications/password", {"authentication": begun.token, "password": "Wrong horse 7"})
        stack.sql("update attempt set times = array(select (extract(epoch from now()) * 1000000)::bigint from generate_series(1, 10));"
                  " insert into attempt (project_id, kind, subject, times) select distinct project_id, 'authentication', subject,"
                  " array(select (extract(epoch from now()) * 1000000)::bigint from generate_series(1, 10)) from authentication"
                  " on conflict (project_id, kind, subject) do update set times = excluded.times")
        print("load average when it began: %.2f" % __import__("os").getloadavg()[0])
        print("repelled, account locked out: ", {status: round(rate) for status, rate in measure(port, guess, seconds).items()}, "a second")
        stack.sql("update attempt set times = '{}'; update authentication set tries = 0")
        stack.sql("update project set lock_out_tries = 10")
        nobody = request(port, "/v1/authentications/password", {"authentication": begun.token[:-1] + "A", "password": "Wrong horse 7"})
        print("refused, no such authentication: ", {status: round(rate) for status, rate in measure(port, nobody, seconds).items()}, "a second")
        hashes = stack.sql("select count(*) from audit_event where action = 'authentication.password'")
        print("wrong passwords looked at in all of this:", hashes)
    finally:
        stack.remove()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 10)
