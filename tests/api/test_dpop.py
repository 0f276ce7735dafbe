# SPDX-License-Identifier: Apache-2.0
"""A session's token alone opens nothing: every request proves by the device's key that the device itself makes it (RFC 9449).
The proofs of an independent implementation are taken as our own are."""

import concurrent.futures
import json
import re

import pytest
from jwcrypto import jwk, jws

import device as device_module
import wire
from test_input import signature_body

KEYS = "/v1/keys"


def proof(session, method="GET", path=KEYS, **changes):
    return session.device.dpop(method, session.url + path, session.token, **changes)


def get(session, *proofs, path=KEYS, authorization=None):
    headers = {"DPoP": proofs[0] if proofs else None}
    if authorization:
        headers["Authorization"] = authorization
    return session.get(path, headers=headers)


def assert_invalid(answer):
    answer.problem(401, "dpop-proof-invalid")
    assert answer.headers["WWW-Authenticate"] == 'DPoP error="invalid_dpop_proof", algs="ES256"'


def test_a_proof_for_the_request_is_taken(session):
    get(session, proof(session)).ok()
    session.get(KEYS + "?limit=1").ok()  # the address goes without query
    get(session, proof(session, method="HEAD")).problem(401, "dpop-proof-invalid")
    assert session.request("HEAD", KEYS).status == 200


def test_without_a_proof_the_token_is_worth_nothing(session):
    assert_invalid(get(session))


def test_a_token_is_no_bearers(session):
    answer = get(session, proof(session), authorization="Bearer " + session.token)
    answer.problem(401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'DPoP algs="ES256"'


def test_a_proof_without_a_session_says_nothing(public, session):
    other = wire.encode(bytes(32))
    answer = public.with_token(other).get(KEYS, headers={"DPoP": session.device.dpop("GET", session.url + KEYS, other)})
    answer.problem(401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == 'DPoP error="invalid_token", algs="ES256"'


@pytest.mark.parametrize("changes", [
    {"htm": "POST"}, {"htm": "get"}, {"htm": None}, {"htu": "https://elsewhere.example/v1/keys"}, {"htu": None},
    {"ath": wire.encode(bytes(32))}, {"ath": None}, {"jti": ""}, {"jti": None}, {"jti": "x" * 129}, {"iat": None},
    {"iat": "1"}, {"header": {"typ": "JWT"}}, {"header": {"alg": "none"}}, {"header": {"alg": "HS256"}},
    {"header": {"jwk": None}}, {"header": {"crit": ["exp"]}},
], ids=str)
def test_a_proof_of_another_form_or_for_something_else_is_refused(session, changes):
    assert_invalid(get(session, proof(session, **changes)))


def test_a_proof_for_another_path_is_refused(session, key):
    assert_invalid(get(session, proof(session, path=KEYS + "/" + key["key_id"])))
    assert_invalid(get(session, proof(session), path=KEYS + "/" + key["key_id"]))


def test_a_proof_by_another_key_is_refused(session):
    thief = device_module.Device()
    assert_invalid(get(session, thief.dpop("GET", session.url + KEYS, session.token)))
    # The right key in the header, and a signature by another.
    assert_invalid(get(session, proof(session, signer=thief)))


@pytest.mark.parametrize("garbage", ["", "x", "a.b.c", "..", "é", "A" * 9000])
def test_garbage_is_no_proof(session, garbage):
    answer = get(session, garbage.encode().decode("latin-1"))
    assert answer.status == 401
    assert_invalid(answer)


def test_two_proofs_are_none(stack, session):
    connection = session._connection()
    connection.putrequest("GET", KEYS)
    connection.putheader("Authorization", "DPoP " + session.token)
    connection.putheader("DPoP", proof(session))
    connection.putheader("DPoP", proof(session))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 401
    assert json.loads(answer.read())["message_key"] == "dpop-proof-invalid"
    connection.close()


def test_a_proof_is_good_once(session):
    once = proof(session)
    get(session, once).ok()
    assert_invalid(get(session, once))
    # The identifier is what counts, not the bytes.
    assert_invalid(get(session, proof(session, jti=_jti(once))))


def _jti(text):
    return json.loads(wire.decode(text.split(".")[1]))["jti"]


def test_of_many_at_once_with_one_proof_exactly_one_is_served(session):
    once = proof(session)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: get(session, once).status, range(30)))
    assert sorted(set(answers)) == [200, 401]
    assert answers.count(200) == 1


@pytest.mark.parametrize("seconds, taken", [(-90, True), (115, True), (-130, False), (180, False), (-86400, False)])
def test_a_proof_has_two_minutes_and_a_refusal_tells_the_time(session, seconds, taken):
    answer = get(session, proof(session, iat=wire.now_ms() // 1000 + seconds))
    if taken:
        answer.ok()
        return
    document = answer.problem(401, "dpop-proof-time")
    assert re.fullmatch(r"\d{4}-.*Z", document["service_time"])
    assert answer.headers["WWW-Authenticate"] == 'DPoP error="invalid_dpop_proof", algs="ES256"'


def test_a_spent_proof_is_kept_as_a_hash_and_forgotten_when_it_is_too_old_to_be_used(stack, session):
    once = proof(session)
    get(session, once).ok()
    found = "SELECT count(*) FROM dpop_proof WHERE jti_hash = sha256('%s')" % _jti(once)
    assert stack.sql(found) == "1"
    stack.sql("SELECT prune_dpop_proofs()")
    assert stack.sql(found) == "1"
    stack.sql("UPDATE dpop_proof SET spent_at = spent_at - interval '11 minutes'")
    stack.sql("SELECT prune_dpop_proofs()")
    assert stack.sql(found) == "0"


def test_a_frame_is_its_own_proof(session, key):
    path = f"/v1/keys/{key['key_id']}/signatures"
    answer = session.post(path, signature_body(key), headers={"DPoP": None})
    answer.problem(403, "binding-not-active")  # the session was found, and the key has no halves


def test_a_refused_proof_of_a_good_session_is_on_record(stack, session):
    assert_invalid(get(session))
    trail = stack.sql("SELECT action || ' ' || outcome || ' ' || (device_id = '%s') FROM audit_event WHERE account_id = '%s' "
                      "ORDER BY at DESC LIMIT 1" % (session.answer["device"]["id"], session.answer["account"]["id"]))
    assert trail == "session.use dpop-proof-invalid true"


def written_of(stack, session):
    return int(stack.sql("SELECT count(*) FROM audit_event WHERE account_id = '%s' AND outcome <> 'ok'" % session.answer["account"]["id"]))


def unwritten(stack):
    return int(re.search(r"^hufu_refusals_unwritten_total (\d+)$", stack.admin.get("/metrics").content.decode(), re.M)[1])


def test_who_has_the_token_alone_fills_no_trail(stack, session, key):
    """Twenty an hour of a session are written, whatever of it is wrong; all are answered alike, and what is right is served."""
    before, spent, old = unwritten(stack), proof(session), proof(session, iat=wire.now_ms() // 1000 - 130)
    get(session, spent).ok()
    frames = f"/v1/keys/{key['key_id']}/signatures"
    for _ in range(10):
        assert_invalid(get(session))
        assert_invalid(get(session, spent))
        get(session, old).problem(401, "dpop-proof-time")
        session.post(frames, {"frame": "AAAA"}, headers={"DPoP": None}).problem(400, "missing-field", field="signature")
    assert written_of(stack, session) == 20
    assert unwritten(stack) == before + 20
    session.get(KEYS).ok()
    # What the device itself does is written, however much of it is wrong before.
    session.get(KEYS + "?limit=0").problem(400, "bad-field", field="limit")
    assert written_of(stack, session) == 21


def test_fifty_at_once_with_a_token_alone_leave_twenty_events(stack, session):
    with concurrent.futures.ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda _: get(session).status, range(50)))
    assert answers == [401] * 50
    assert written_of(stack, session) == 20


def test_after_an_hour_the_trail_takes_some_again(stack, session):
    for _ in range(25):
        assert_invalid(get(session))
    stack.sql("UPDATE attempt SET times = (SELECT array_agg(t - 3600000000) FROM unnest(times) t) WHERE kind = 'unproved'")
    assert_invalid(get(session))
    assert written_of(stack, session) == 21


def test_proofs_of_another_implementation_are_taken(public, new_user):
    key = jwk.JWK.generate(kty="EC", crv="P-256")
    public_part = json.loads(key.export_public())
    device = device_module.Device(key.export_to_pem(private_key=True, password=None))
    code = device_module.code_of(new_user()["activation"]["text"])
    token = public.post("/v1/activations", device.activation(code)).ok(201)["session_token"]
    claims = json.loads(wire.decode(device.dpop("GET", public.url + KEYS, token).split(".")[1]))
    made = jws.JWS(json.dumps(claims))
    made.add_signature(key, protected=json.dumps({"typ": "dpop+jwt", "alg": "ES256", "jwk": {
        name: public_part[name] for name in ("kty", "crv", "x", "y")}}))
    public.with_token(token).get(KEYS, headers={"DPoP": made.serialize(compact=True)}).ok()
