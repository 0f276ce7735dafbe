# SPDX-License-Identifier: Apache-2.0
"""Who may read, reach and do what on the host."""

import os
import pathlib
import socket

import pytest

from stack import BIN, run

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="separate users need root")


def as_user(user, *command, check=True, **environment):
    settings = [f"{name}={value}" for name, value in environment.items()]
    return run("setpriv", "--reuid", user, "--regid", user, "--init-groups", "--", "env", *settings, *command, check=check)


@pytest.fixture
def confined():
    if b"__asan_init" in (BIN / "hufu-hsm").read_bytes():
        pytest.skip("sanitizer builds are not confined")


@as_root
def test_each_forbidden_act_of_the_key_process_fails(stack, confined):
    values = stack.environment
    program = pathlib.Path(values["HUFU_BIN"]) / "hufu-hsm"
    said = as_user("hufu-hsm", program, "--config", values["HUFU_HSM_CONF"], "--check-confinement",
                   SOFTHSM2_CONF=values["SOFTHSM2_CONF"]).stdout.decode()
    assert "confinement: complete" in said
    assert said.count("refused") >= 10


@as_root
@pytest.mark.parametrize("user, name", [("hufu-server", "hsm"), ("hufu-db", "hsm"), ("hufu-hsm", "server"), ("hufu-db", "server"),
                                        ("hufu-hsm", "db"), ("hufu-server", "db"), ("hufu-server", "log"), ("hufu-hsm", "log")])
def test_no_process_user_reads_another_ones_files(stack, user, name):
    assert as_user(user, "ls", stack.home / name, check=False).returncode != 0


@as_root
@pytest.mark.parametrize("user", ["hufu-db", "nobody"])
def test_other_users_do_not_reach_the_key_process(stack, user):
    code = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    path = stack.environment["HUFU_HSM_SOCKET"]
    group = "nogroup" if user == "nobody" else user
    result = run("setpriv", "--reuid", user, "--regid", group, "--clear-groups", "/usr/bin/python3", "-c", code, path, check=False)
    assert result.returncode != 0


@as_root
def test_root_itself_is_not_served_by_the_key_process(stack):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(stack.environment["HUFU_HSM_SOCKET"])
    try:
        assert connection.recv(1) == b"", "closed without an answer"
    except ConnectionResetError:
        pass


@as_root
def test_an_unknown_user_is_no_operator(stack):
    code = ("import http.client, socket, sys\n"
            "connection = http.client.HTTPConnection('localhost')\n"
            "connection.sock = socket.socket(socket.AF_UNIX); connection.sock.connect(sys.argv[1])\n"
            "connection.request('GET', '/admin/v1/projects'); sys.exit(connection.getresponse().status != 200)\n")
    path = stack.environment["HUFU_ADMIN_SOCKET"]
    assert as_user("hufu-db", "/usr/bin/python3", "-c", code, path, check=False).returncode != 0


def test_the_server_role_cannot_rewrite_history(stack):
    for statement in ("DELETE FROM audit_event", "UPDATE signature SET results = ''", "DELETE FROM signature",
                      "UPDATE audit_event SET outcome = 'ok'", "CREATE TABLE mine (a int)", "DROP TABLE request"):
        result = run("/usr/lib/postgresql/15/bin/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", stack.environment["HUFU_DATABASE_ADMIN"],
                     "-c", "SET ROLE hufu_server", "-c", statement, check=False)
        assert result.returncode != 0 and b"permission denied" in result.stderr or b"must be owner" in result.stderr, statement
