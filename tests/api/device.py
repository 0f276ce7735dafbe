# SPDX-License-Identifier: Apache-2.0
"""A device as far as REST alone goes: a P-256 key and a session. The co-signing itself is done by the real phone
(phone.py)."""

import hashlib
import json
import os
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import wire


def code_of(text):
    """The 16 bytes of the code in an activation text."""
    query = urllib.parse.parse_qs(text.partition("?")[2], keep_blank_values=True)
    return wire.decode(query["c"][0])


class Device:
    def __init__(self, pem=None):
        self._key = serialization.load_pem_private_key(pem, None) if pem else ec.generate_private_key(ec.SECP256R1())
        self.public_key = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def sign(self, message):
        """ECDSA P-256 with SHA-256, r and s in 32 bytes each."""
        r, s = utils.decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def jwk(self):
        return {"kty": "EC", "crv": "P-256", "x": wire.encode(self.public_key[1:33]), "y": wire.encode(self.public_key[33:])}

    def dpop(self, method, url, token, signer=None, header=None, **changes):
        """A proof of RFC 9449 for one request; changes replace a claim, header a member of the header, None leaves it out."""
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk(), **(header or {})}
        claims = {"jti": wire.encode(os.urandom(16)), "htm": method, "htu": url.partition("?")[0], "iat": wire.now_ms() // 1000,
                  "ath": wire.encode(hashlib.sha256(token.encode()).digest()), **changes}
        parts = [wire.encode(json.dumps({name: value for name, value in part.items() if value is not None}).encode())
                 for part in (head, claims)]
        return ".".join(parts + [wire.encode((signer or self).sign(".".join(parts).encode()))])

    def activation(self, code, /, time_ms=None, **changes):
        """The body of POST /v1/activations; changes replace a field, None leaves it out."""
        time_ms = time_ms or wire.now_ms()
        message = wire.fields("hufu/activation", code, self.public_key, wire.u64(time_ms))
        body = {"code": wire.encode(code), "device_key": wire.encode(self.public_key), "time": time_ms,
                "proof": wire.encode(self.sign(message))}
        body.update(changes)
        return {name: value for name, value in body.items() if value is not None}
