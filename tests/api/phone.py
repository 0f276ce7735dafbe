# SPDX-License-Identifier: Apache-2.0
"""The real hufu-phone, in a folder of its own."""

import os
import pathlib
import pty
import subprocess
import tempfile
import threading

import stack

PIN = "271828"
DONE, NOT_VALID, USAGE, PIN_WRONG, PIN_LOCKED, REFUSED, AWAY, FAULT, DEVICE, NOT_READY = range(10)


def rest_of(terminal):
    """What is shown on a pseudo terminal until nobody has its other end any more."""
    shown = b""
    try:
        while piece := os.read(terminal, 65536):
            shown += piece
    except OSError:  # the other end is closed
        pass
    return shown.decode()


class Phone:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="hufu-phone.")
        self.folder = pathlib.Path(self._folder.name)
        self.home = self.folder / "home"

    def command(self, *arguments, pin=None, passwords=(), given=b"", language="en", tell=None):
        """Runs hufu-phone to its end; PINs, passwords and codes go through pipes, never through the command line. A password may be a
        function that is asked when its turn comes (a code that is only then sent). tell: gets each line of its output, while
        .process runs."""
        command = [str(stack.BIN / "hufu-phone"), *map(str, arguments), "--home", str(self.home), "--lang", language]
        pipes = {"--pin-fd": os.pipe(), "--password-fd": os.pipe()}
        if pin is not None:
            os.write(pipes["--pin-fd"][1], (pin + "\n").encode())
        for option, (read_end, _) in pipes.items():
            if option == "--password-fd" or pin is not None:
                command += [option, str(read_end)]
        self.process = process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                                  pass_fds=[read_end for read_end, _ in pipes.values()])
        for read_end, _ in pipes.values():
            os.close(read_end)
        os.close(pipes["--pin-fd"][1])
        feeder = threading.Thread(target=self._feed, args=(pipes["--password-fd"][1], passwords), daemon=True)
        feeder.start()
        if tell is not None:
            process.stdin.close()
            out = b""
            for line in process.stdout:
                tell(line.decode())
                out += line
            err = process.stderr.read()
            process.wait(timeout=120)
        else:
            out, err = process.communicate(given, timeout=120)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def start(self, *arguments, pin=PIN, passwords=(), given=None):
        """Starts hufu-phone and does not wait for it. given: the first line for its standard input, which is closed then."""
        read_end, write_end = os.pipe()
        password_end, feed_end = os.pipe()
        os.write(write_end, (pin + "\n").encode())
        os.close(write_end)
        process = subprocess.Popen([str(stack.BIN / "hufu-phone"), *map(str, arguments), "--home", str(self.home), "--lang", "en",
                                    "--pin-fd", str(read_end), "--password-fd", str(password_end)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   pass_fds=[read_end, password_end])
        os.close(read_end)
        os.close(password_end)
        threading.Thread(target=self._feed, args=(feed_end, passwords), daemon=True).start()
        if given is not None:
            process.stdin.write(given.encode() + b"\n")
            process.stdin.close()
        return process

    @staticmethod
    def _feed(end, passwords):
        try:
            for password in passwords:
                os.write(end, ((password() if callable(password) else password) + "\n").encode())
        except (OSError, AssertionError):  # it is not asked for, or nobody is there any more
            pass
        finally:
            os.close(end)

    def on_terminal(self, *arguments):
        """Runs it on a pseudo terminal, without a PIN; gives what is shown."""
        master, slave = pty.openpty()
        command = [str(stack.BIN / "hufu-phone"), *map(str, arguments), "--home", str(self.home), "--lang", "en"]
        process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        shown = rest_of(master)
        os.close(master)
        assert process.wait(timeout=120) == DONE, shown
        return shown

    def do(self, *arguments, status=DONE, **kwargs):
        """As command, but its exit status must be that one; gives what it said, both streams."""
        result = self.command(*arguments, **kwargs)
        said = (result.stdout + result.stderr).decode()
        assert result.returncode == status, (arguments, result.returncode, said)
        return said

    def enrol(self, code, pin=PIN):
        return self.do("enrol", "-", pin=pin, given=code.encode() + b"\n")

    def sign(self, document, pin=PIN, status=DONE):
        """Signs the bytes; gives the paths of document, raw signature and CMS."""
        path = self.folder / "document"
        path.write_bytes(document)
        raw, cms = path.with_suffix(".sig"), path.with_suffix(".p7s")
        said = self.do("sign", path, "--out", raw, "--cms", cms, pin=pin, status=status)
        return said if status else (path, raw, cms)

    def certificates(self):
        """Paths of the certificate and of its issuers."""
        certificate, issuers = self.folder / "certificate.pem", self.folder / "issuers.pem"
        self.do("certificate", "--out", certificate, "--chain", issuers)
        return certificate, issuers
