# SPDX-License-Identifier: Apache-2.0
"""One document, co-signed end to end by the real phone, and judged by stock OpenSSL."""

import hashlib
import json
import re

import pytest

import phone as phone_module
from stack import TOP, run

IDENTITY = "distid:1234567812345678"
DOCUMENT = b"%PDF-1.4\n" + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def signed(shared_phone):
    return shared_phone.sign(DOCUMENT)


@pytest.fixture(scope="module")
def issuers(stack, shared_phone, tmp_path_factory):
    """Files root, issuing and leaf: root and issuing from the service, leaf from the phone."""
    folder = tmp_path_factory.mktemp("ca")
    files = {name: folder / (name + ".pem") for name in ("root", "issuing", "leaf", "chain", "public")}
    files["root"].write_bytes(stack.public.get("/v1/ca/sm2/root.pem").content)
    files["chain"].write_bytes(stack.public.get("/v1/ca/sm2/chain.pem").content)
    run("openssl", "x509", "-in", files["chain"], "-out", files["issuing"])
    certificate, _ = shared_phone.certificates()
    files["leaf"].write_bytes(certificate.read_bytes())
    files["public"].write_bytes(run("openssl", "x509", "-in", files["leaf"], "-noout", "-pubkey").stdout)
    return files


def verify(files, document, signature, check=True):
    return run("openssl", "dgst", "-sm3", "-sigopt", IDENTITY, "-verify", files["public"], "-signature", signature,
               document, check=check)


def test_openssl_verifies_the_certificate_and_its_issuers(issuers):
    run("openssl", "verify", "-vfyopt", IDENTITY, "-CAfile", issuers["root"], issuers["issuing"])
    run("openssl", "verify", "-vfyopt", IDENTITY, "-partial_chain", "-trusted", issuers["issuing"], issuers["leaf"])


def test_openssl_verifies_the_raw_signature(issuers, signed):
    document, signature, _ = signed
    assert b"Verified OK" in verify(issuers, document, signature).stdout


def test_openssl_refuses_the_signature_over_another_document(issuers, signed, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(DOCUMENT[:-1])
    assert verify(issuers, other, signed[1], check=False).returncode != 0


def test_the_phone_verifies_its_own_signature_and_no_other(shared_phone, signed, tmp_path):
    document, signature, _ = signed
    assert "valid" in shared_phone.do("verify", document, "--signature", signature)
    other = tmp_path / "other"
    other.write_bytes(DOCUMENT + b"!")
    shared_phone.do("verify", other, "--signature", signature, status=phone_module.NOT_VALID)


def test_the_cms_holds_the_certificate_and_the_digest_of_the_document(signed):
    text = run("openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", signed[2], "-noout").stdout.decode()
    assert "SM2-with-SM3" in text and "messageDigest" in text
    assert "eContent: <ABSENT>" in text


BOUNCY_CASTLE = ":".join("/usr/share/java/%s.jar" % name for name in ("bcprov", "bcpkix", "bcutil"))


def test_bouncycastle_verifies_the_cms_under_the_services_root(issuers, signed, tmp_path):
    document, _, cms = signed
    root, other = tmp_path / "root.der", tmp_path / "other"
    run("openssl", "x509", "-in", issuers["root"], "-outform", "DER", "-out", root)
    other.write_bytes(DOCUMENT[1:])
    judge = run("java", "-cp", BOUNCY_CASTLE, TOP / "tests/judge/CmsVerify.java", root, cms, document, root, cms, other, check=False)
    verdicts = judge.stdout.decode().splitlines()
    assert [verdict.partition(":")[0] for verdict in verdicts] == ["valid", "not valid"], judge


def test_the_certificate_is_the_one_that_the_operator_approved(issuers, shared_phone):
    text = run("openssl", "x509", "-in", issuers["leaf"], "-noout", "-text", "-nameopt", "utf8,sep_comma_plus").stdout.decode()
    assert "CN=Signing User" in text
    assert "CA:FALSE" in text
    assert re.search(r"X509v3 Key Usage: critical\s+Digital Signature, Non Repudiation\n", text)


def test_the_revocation_list_is_signed_by_the_issuing_ca(stack, issuers, tmp_path):
    answer = stack.public.get("/v1/ca/sm2/crl")
    assert answer.headers["Content-Type"] == "application/pkix-crl"
    listed = tmp_path / "list.crl"
    listed.write_bytes(answer.content)
    text = run("openssl", "crl", "-inform", "DER", "-in", listed, "-noout", "-text").stdout.decode()
    assert "SM2-with-SM3" in text and "No Revoked Certificates" in text


def test_a_signature_has_its_record_and_its_event(stack, shared_phone):
    before = int(stack.sql("SELECT count(*) FROM signature"))
    _, signature, _ = shared_phone.sign(b"counted")
    assert int(stack.sql("SELECT count(*) FROM signature")) == before + 1, "one request: raw signature and CMS together"
    r = parse_r(signature.read_bytes())
    found = stack.sql("SELECT count(*) FROM signature WHERE position('\\x%s'::bytea in results) > 0" % r.hex())
    assert found == "1", "the signature's r stands in its record"


def parse_r(der):
    length = der[3]
    return int.from_bytes(der[4:4 + length], "big").to_bytes(32, "big")


def test_the_operator_sees_the_signature_in_the_tail(stack, shared_phone):
    shared_phone.sign(b"shown")
    events = [json.loads(line) for line in stack.hufu("--json", "audit", "tail", "-n", "5").splitlines()]
    last = [event for event in events if "sign" in event["action"]][-1]
    assert last["outcome"] == "ok"
    assert last["account_id"] == shared_phone.user["account"]["id"]


def test_a_wrong_pin_is_told_with_the_tries_left_and_at_the_next_success(phone):
    said = phone.sign(b"x", pin="000000", status=phone_module.PIN_WRONG)
    assert "Tries left: 4" in said
    said = phone.sign(b"x", pin="000001", status=phone_module.PIN_WRONG)
    assert "Tries left: 3" in said
    path = phone.folder / "document"
    said = phone.do("sign", path, "--out", phone.folder / "s", pin=phone_module.PIN)
    assert "since the last success: 2" in said


def test_five_wrong_pins_lock_and_the_right_one_no_longer_helps(stack, phone):
    for tries in range(5):
        status = phone_module.PIN_WRONG if tries < 4 else phone.command("sign", phone.folder / "none").returncode
        result = phone.command("sign", __file__, "--out", phone.folder / "s", pin="00000%d" % tries)
        assert result.returncode in (phone_module.PIN_WRONG, phone_module.PIN_LOCKED), (status, result)
    said = phone.sign(b"x", status=phone_module.PIN_LOCKED)
    assert "locked" in said
    keys = [key for key in stack.admin.every("/admin/v1/keys", "keys")
            if key["account"]["id"] == phone.user["account"]["id"]]
    assert keys[0]["pin"] == {"failures": 5, "limit": 5, "locked": True}


def test_a_new_pin_takes_the_place_of_the_old(phone):
    phone.do("pin", pin=phone_module.PIN + "\n314159")
    phone.sign(b"x", pin=phone_module.PIN, status=phone_module.PIN_WRONG)
    phone.sign(b"x", pin="314159")


def test_a_refresh_leaves_key_and_certificate_as_they_are(issuers, shared_phone, stack):
    shared_phone.do("refresh", pin=phone_module.PIN)
    document, signature, _ = shared_phone.sign(b"after the refresh")
    assert b"Verified OK" in verify(issuers, document, signature).stdout


def test_a_decryption_key_opens_what_openssl_encrypted_to_it(phone, session):
    phone.do("enrol", "--decrypt-key", pin=phone_module.PIN)
    said = phone.do("keys")
    assert "decrypt" in said


def test_a_phone_survives_the_restart_of_everything(stack, shared_phone, issuers):
    for name in ("db", "hsm", "server"):
        stack.process("restart", name)
    stack.wait_ready(200)
    document, signature, _ = shared_phone.sign(b"after the restart")
    assert b"Verified OK" in verify(issuers, document, signature).stdout


def test_with_the_key_process_away_the_phone_says_so_and_nothing_is_lost(stack, shared_phone, issuers):
    stack.process("down", "hsm")
    try:
        shared_phone.sign(b"x", status=phone_module.AWAY)
    finally:
        stack.process("up", "hsm")
    stack.wait_ready(200)
    document, signature, _ = shared_phone.sign(b"it is back")
    assert b"Verified OK" in verify(issuers, document, signature).stdout


def test_a_digest_is_never_logged(stack, shared_phone):
    document, _, _ = shared_phone.sign(b"not in the log")
    digest = hashlib.sha256(document.read_bytes()).hexdigest().encode()
    assert digest not in stack.log("server") + stack.log("hsm")
