# SPDX-License-Identifier: Apache-2.0
"""Whose address is counted where a reverse proxy stands in front: the client's that a trusted proxy names, and nobody else's word."""

import concurrent.futures
import ipaddress
import re

import pytest

import authentication
import stack as stack_module

TRIES = 8


@pytest.fixture(scope="module")
def proxied():
    """A service that trusts its proxies: this host, and one network."""
    stack = stack_module.Stack("--http", "--server", f"address_tries_per_hour={TRIES}", "--server",
                               "trusted_proxies=127.0.0.1, 10.0.0.0/8")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def asking(proxied):
    """A function that begins an authentication with these headers and gives the status; each counts as a try of its address."""
    project = proxied.admin.post("/admin/v1/projects", {"name": "Proxied"}).ok(201)["id"]
    proxied.admin.patch("/admin/v1/projects/" + project, {"captcha_bits": 0}).ok()
    body = {"project": project, "work_number": "W-1", "purpose": "sign-in"}
    return lambda *lines: ask(proxied, body, lines).status


def ask(stack, body, lines):
    return stack.public.post("/v1/authentications", body, headers={"Forwarded": ", ".join(lines) if lines else None})


def counted(stack):
    """The addresses that have a count."""
    found = stack.sql("select encode(address, 'hex') from address_attempt").split()
    addresses = [ipaddress.IPv6Address(bytes.fromhex(each)) for each in found]
    return sorted(str(each.ipv4_mapped or each) for each in addresses)


def ignored(stack):
    return int(re.search(r"^hufu_forwarded_ignored_total (\d+)$", stack.admin.get("/metrics").content.decode(), re.M)[1])


@pytest.fixture(autouse=True)
def nobody_is_counted(proxied):
    authentication.forget_tries(proxied)


@pytest.mark.parametrize("header, address", [
    (None, "127.0.0.1"),
    ("for=203.0.113.9", "203.0.113.9"),
    ("for=198.51.100.1, for=203.0.113.9", "203.0.113.9"),
    ("for=203.0.113.9, for=10.1.2.3", "203.0.113.9"),
    ("for=\"203.0.113.9:4711\";proto=https", "203.0.113.9"),
    ("for=\"[2001:db8:1:2:3:4:5:6]\"", "2001:db8:1:2::"),
    ("for=unknown", "127.0.0.1"),
])
def test_the_client_that_the_proxy_names_is_counted(proxied, asking, header, address):
    before = ignored(proxied)
    assert asking(*([header] if header else [])) == 201
    assert counted(proxied) == [address]
    assert ignored(proxied) == before


@pytest.mark.parametrize("header", ["203.0.113.9", "for=203.0.113.999", "for=\"203.0.113.9", "for=203.0.113.9, garbage", "for=_" + "x" * 1100])
def test_a_malformed_header_is_ignored_and_counted(proxied, asking, header):
    before = ignored(proxied)
    assert asking(header) == 201
    assert counted(proxied) == ["127.0.0.1"]
    assert ignored(proxied) == before + 1


def test_two_headers_are_one_list(proxied):
    connection = proxied.public._connection()
    connection.putrequest("POST", "/v1/authentications")
    for line in ("for=198.51.100.1", "for=203.0.113.9"):
        connection.putheader("Forwarded", line)
    body = b'{"project": "Proxied", "work_number": "W-1", "purpose": "sign-in"}'
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    assert connection.getresponse().status == 201
    connection.close()
    assert counted(proxied) == ["203.0.113.9"]


def test_each_client_has_its_own_count_whatever_it_writes_before_its_address(proxied, asking):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: asking(f"for=198.51.100.{i}", "for=203.0.113.9"), range(3 * TRIES)))
    assert sorted(answers) == [201] * TRIES + [429] * 2 * TRIES
    assert asking("for=203.0.113.10") == 201
    assert asking() == 201  # the proxy itself


def test_nobody_is_believed_unless_the_configuration_says_so(stack, public, project):
    """The stack that the other tests share has no trusted proxy."""
    authentication.forget_tries(stack)
    before = ignored(stack)
    for header in ("for=203.0.113.9", "garbage"):
        body = {"project": project["id"], "work_number": "W-1", "purpose": "sign-in",
                "captcha": authentication.captcha(public, project["id"])}
        assert ask(stack, body, [header]).status == 201
    assert counted(stack) == ["127.0.0.1"]
    assert ignored(stack) == before
