# SPDX-License-Identifier: Apache-2.0
"""A private stack of real processes (tools/stack.sh) in a temporary folder."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import time

import client
import inbox

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = (TOP / os.environ.get("HUFU_TEST_BIN", "build/bin")).resolve()


def run(*command, check=True, **kwargs):
    """A command to its end, without a terminal; input= and pass_fds= as subprocess.run takes them."""
    if "input" not in kwargs:
        kwargs["stdin"] = subprocess.DEVNULL
    result = subprocess.run([str(part) for part in command], capture_output=True, timeout=120, **kwargs)
    assert not check or result.returncode == 0, (command, result.stdout, result.stderr)
    return result


class Stack:
    def __init__(self, *options):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hufu-api."))
        self.folder.chmod(0o755)
        self._options = options

    def start(self):
        self._tool("start", "--bin", BIN, *self._options)
        return self

    def stop(self):
        self._tool("stop")

    def remove(self):
        """Ends it all. A sanitizer's complaint, also of what leaked until now, is a failure of the run."""
        self._tool("stop")
        complaints = [line for name in ("hsm", "hsm2", "server", "server2") for line in self.log(name).decode(errors="replace").splitlines()
                      if "Sanitizer" in line or "runtime error" in line]
        self._tool("clean")
        shutil.rmtree(self.folder, ignore_errors=True)
        assert not complaints, complaints

    def process(self, command, name):
        """up, down, restart or kill9 of hsm, hsm2, server, server2, db or inbox."""
        run(TOP / "tools/stack.sh", command, name, self.folder)

    def _tool(self, command, *options):
        run(TOP / "tools/stack.sh", command, self.folder, *options)

    @property
    def environment(self):
        values = {}
        for line in (self.folder / "stack.env").read_text().splitlines():
            name, value = line.split("=", 1)
            values[name] = "".join(shlex.split(value))
        return values

    @property
    def home(self):
        return pathlib.Path((self.folder / "home").read_text().strip())

    @property
    def public(self):
        values = self.environment
        return client.Client(values["HUFU_URL"], values.get("HUFU_TLS_CERTIFICATE"))

    @property
    def admin(self):
        return client.Client(socket_path=self.environment["HUFU_ADMIN_SOCKET"])

    @property
    def inbox(self):
        return inbox.Inbox(self.environment["HUFU_INBOX_URL"])

    def hufu(self, *arguments, check=True):
        """The operator's command; its output as text."""
        result = run(BIN / "hufu", "--socket", self.environment["HUFU_ADMIN_SOCKET"], *arguments, check=check)
        return result.stdout.decode() if check else result

    def sql(self, statement):
        """Looks into the database behind the service's back, as its superuser."""
        return run("/usr/lib/postgresql/15/bin/psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1",
                   self.environment["HUFU_DATABASE_ADMIN"], "-c", statement).stdout.decode().strip()

    def dump(self):
        """The whole database as its superuser's pg_dump writes it."""
        return run("/usr/lib/postgresql/15/bin/pg_dump", self.environment["HUFU_DATABASE_ADMIN"]).stdout

    def log(self, name):
        """Empty when the process was never started."""
        path = self.home / "log" / (name + ".log")
        return path.read_bytes() if path.exists() else b""

    def wait_until_it_serves(self, seconds=60):
        """After a process was killed: until /readyz is answered, and with 200."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.public.get("/readyz").status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise AssertionError("it does not serve again")

    def wait_until_at_rest(self, seconds=60):
        """After a client or a process was killed: until it serves and nothing that had begun goes on, neither a request of a
        client that is gone nor a statement of a server that is gone."""
        self.wait_until_it_serves(seconds)
        busy = ("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
                "AND state <> 'idle' AND pid <> pg_backend_pid()")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connections = re.search(r"^hufu_http_connections (\d+)$", self.admin.get("/metrics").content.decode(), re.M)[1]
            if connections == "1" and self.sql(busy) == "0":  # the one that asks
                return
            time.sleep(0.02)
        raise AssertionError("it does not come to rest")

    def wait_ready(self, status=200, seconds=90):
        """Until /readyz answers with that status."""
        end = time.monotonic() + seconds
        answer = self.public.get("/readyz")
        while answer.status != status and time.monotonic() < end:
            time.sleep(0.05)
            answer = self.public.get("/readyz")
        assert answer.status == status, answer.content
        return answer
