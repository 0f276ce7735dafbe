# SPDX-License-Identifier: Apache-2.0
"""hufu-phone at a terminal of its own, without a service."""

import os
import pathlib
import pty
import signal
import termios
import time

import pytest
import stack
from phone import Phone, rest_of

# The shell keeps the terminal when the program ends, and tells what has become of both.
SHELL = 'trap : INT QUIT; "$@"; ended=$?; stty -a; echo "ended $ended"'


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def wait_until(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def child_of(shell):
    return int(pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0])


@pytest.mark.parametrize("key, number", ((b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT),
                                         (None, signal.SIGTERM), (None, signal.SIGHUP)))
def test_a8_what_ends_the_program_at_the_pin_leaves_the_terminal_with_its_echo(key, number):
    phone = Phone()
    command = [str(stack.BIN / "hufu-phone"), "enrol", "hufu:activate?u=x", "--home", str(phone.home), "--lang", "en"]
    shell, terminal = pty.fork()
    if shell == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
        os.execv("/bin/sh", ["sh", "-c", SHELL, "sh", *command])
    wait_until(lambda: not echoes(terminal))
    if key:
        os.write(terminal, key)
    else:
        os.kill(child_of(shell), number)
    time.sleep(0.2)
    os.write(terminal, b"\n")  # it waits for the end of the line
    shown = rest_of(terminal)
    os.waitpid(shell, 0)
    os.close(terminal)
    assert "ended %d" % (128 + number) in shown, shown
    assert " echo " in shown and "-echo " not in shown, shown
