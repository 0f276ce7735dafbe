# SPDX-License-Identifier: Apache-2.0
"""Verifies a proof of possession (RFC 9449) with jwcrypto: dpop_verify.py PROOF METHOD FACTS. FACTS has a line each of the
device key (hex, uncompressed), the address and the token that the proof has to be for. Exit status 1: it does not hold."""

import base64
import hashlib
import json
import pathlib
import sys
import time

from jwcrypto import jwk, jws


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main():
    proof = pathlib.Path(sys.argv[1]).read_text()
    device_key, url, token = pathlib.Path(sys.argv[3]).read_text().split()
    point = bytes.fromhex(device_key)
    key = jwk.JWK(kty="EC", crv="P-256", x=encode(point[1:33]), y=encode(point[33:]))
    signed = jws.JWS()
    signed.allowed_algs = ["ES256"]
    signed.deserialize(proof, key)
    header, claims = json.loads(signed.objects["protected"]), json.loads(signed.payload)
    assert header["typ"] == "dpop+jwt" and header["alg"] == "ES256"
    assert jwk.JWK(**header["jwk"]).thumbprint() == key.thumbprint() and not jwk.JWK(**header["jwk"]).has_private
    assert claims["htm"] == sys.argv[2] and claims["htu"] == url
    assert claims["ath"] == encode(hashlib.sha256(token.encode()).digest())
    assert abs(claims["iat"] - time.time()) < 120 and len(claims["jti"]) >= 16


try:
    main()
except Exception as error:
    sys.exit("%s: %s" % (type(error).__name__, error))
