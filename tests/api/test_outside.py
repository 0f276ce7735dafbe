# SPDX-License-Identifier: Apache-2.0
"""What the confined hufu-server can do to reach an outside service: resolve a name, and trust who may be trusted."""

import http.server
import json
import ssl
import threading
import time

import pytest

import inbox as inbox_module
import stack as stack_module
from stack import run


class _Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.arrived.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def stack():
    stack = stack_module.Stack("--http", "--inbox")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def folder(stack):
    """With a certificate for localhost that signs itself, readable by the server's user."""
    folder = stack.folder / "outside"
    folder.mkdir()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=outside",
        "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem")
    (folder / "certificate.pem").chmod(0o644)
    return folder


@pytest.fixture(scope="module")
def service(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Service)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.arrived = []
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def configure(stack, **values):
    """As an operator does it: other values in the file, and a restart."""
    options = [part for name, value in values.items() for part in ("--server", f"{name}={value}")]
    run(stack_module.TOP / "tools/stack.sh", "start", stack.folder, *options)
    stack.process("restart", "server")
    stack.wait_ready(200)


def send(stack, kind, to):
    projects = stack.admin.get("/admin/v1/projects").ok()["projects"]
    project = projects[0] if projects else stack.admin.post("/admin/v1/projects", {"name": "P"}).ok(201)
    return stack.admin.post("/admin/v1/notices", {"project": project["id"], "kind": kind, "to": to}).ok(201)["notice"]


def wait(stack, posted, holds, seconds=60):
    end = time.monotonic() + seconds
    seen = {}
    while time.monotonic() < end:
        seen = stack.admin.get("/admin/v1/notices/" + posted["id"]).ok()["notice"]
        if holds(seen):
            return
        time.sleep(0.1)
    assert False, seen


def test_a_name_is_resolved_in_confinement(stack):
    port = stack.environment["HUFU_INBOX_URL"].rsplit(":", 1)[1]
    configure(stack, sms_url=f"http://localhost:{port}/sms")
    send(stack, "sms", "+8613700000001")
    inbox_module.Inbox(stack.environment["HUFU_INBOX_URL"]).next("+8613700000001")


def test_a_certificate_of_no_known_authority_is_refused_and_a_given_one_is_trusted(stack, folder, service):
    url = f"https://localhost:{service.server_address[1]}/email"
    configure(stack, email_url=url)
    posted = send(stack, "email", "li@example.com")
    wait(stack, posted, lambda seen: "failure" in seen)
    assert not service.arrived
    # The reason shows that the system's authorities could be read, and did not know this one.
    assert b"SSL peer certificate or SSH remote key was not OK" in stack.log("server")
    assert b"setting certificate" not in stack.log("server")
    configure(stack, email_url=url, outside_ca_file=folder / "certificate.pem")
    wait(stack, posted, lambda seen: seen["state"] == "delivered")
    token = (stack.home / "server/inbox.token").read_text()
    assert [(bearer, body["to"]) for bearer, body in service.arrived] == [("Bearer " + token, "li@example.com")]


def test_a_token_that_others_can_read_keeps_the_server_from_starting(stack):
    token = stack.home / "server/inbox.token"
    stack.process("down", "server")
    token.chmod(0o644)
    try:
        refused = run(stack_module.TOP / "tools/stack.sh", "up", "server", stack.folder, check=False)
        assert refused.returncode != 0
        assert b"sms_token_file: must be a file that its owner alone can read" in stack.log("server")
    finally:
        token.chmod(0o600)
        stack.process("up", "server")
