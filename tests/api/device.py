# SPDX-License-Identifier: Apache-2.0
"""A device as far as REST alone goes: a P-256 key in a file (stock openssl signs with it) and a session. The
co-signing itself is done by the real phone (phone.py)."""

import pathlib
import tempfile
import urllib.parse

import stack
import wire


def code_of(text):
    """The 16 bytes of the code in an activation text."""
    query = urllib.parse.parse_qs(text.partition("?")[2], keep_blank_values=True)
    return wire.decode(query["c"][0])


class Device:
    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="hufu-device.")
        self._key = pathlib.Path(self._folder.name) / "device.pem"
        stack.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self._key)
        der = stack.run("openssl", "pkey", "-in", self._key, "-pubout", "-outform", "DER").stdout
        self.public_key = der[-65:]

    def sign(self, message):
        """ECDSA P-256 with SHA-256, r and s in 32 bytes each."""
        der = stack.run("openssl", "dgst", "-sha256", "-sign", self._key, input=message).stdout
        r_len = der[3]
        r = int.from_bytes(der[4:4 + r_len], "big")
        s = int.from_bytes(der[6 + r_len:], "big")
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def activation(self, code, /, time_ms=None, **changes):
        """The body of POST /v1/activations; changes replace a field, None leaves it out."""
        time_ms = time_ms or wire.now_ms()
        message = wire.fields("hufu/activation", code, self.public_key, wire.u64(time_ms))
        body = {"code": wire.encode(code), "device_key": wire.encode(self.public_key), "time": time_ms,
                "proof": wire.encode(self.sign(message))}
        body.update(changes)
        return {name: value for name, value in body.items() if value is not None}
