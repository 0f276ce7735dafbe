# SPDX-License-Identifier: Apache-2.0
"""Bad input: each is refused by a problem document that names the field and the limit."""

import json
import uuid

import pytest

import device as device_module
import wire

BODY_MAX = 98304
FRAME_ENDPOINTS = {
    "keygen/begin": "sm2/keygen/begin",
    "keygen/finish": "sm2/keygen/finish",
    "signatures": "sm2/sign",
    "decryptions": "sm2/decrypt",
    "refreshes": "sm2/refresh",
    "pin-checks": "sm2/pin/check",
}


def signature_body(key, operation="sm2/sign", **changes):
    body = {"frame": wire.encode(wire.frame(operation, key["key_id"], key["binding_id"])),
            "signature": wire.encode(bytes(64))}
    body.update(changes)
    return {name: value for name, value in body.items() if value is not None}


def test_a_path_that_does_not_exist_is_not_found(public):
    public.get("/v1/nothing").problem(404, "not-found")


def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(public):
    answer = public.request("DELETE", "/v1/activations")
    answer.problem(405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("endpoint", FRAME_ENDPOINTS)
def test_an_unknown_key_is_not_found(session, key, endpoint):
    unknown = {"key_id": str(uuid.uuid4()), "binding_id": key["binding_id"]}
    body = signature_body(unknown, FRAME_ENDPOINTS[endpoint])
    session.post(f"/v1/keys/{unknown['key_id']}/{endpoint}", body).problem(404, "not-found")


def test_a_key_of_somebody_else_is_not_found(public, new_user, key):
    other = device_module.Device()
    code = device_module.code_of(new_user()["activation"]["text"])
    token = public.post("/v1/activations", other.activation(code)).ok(201)["session_token"]
    public.with_token(token, other).get("/v1/keys/" + key["key_id"]).problem(404, "not-found")
    public.with_token(token, other).post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key)).problem(404, "not-found")


@pytest.mark.parametrize("path", ["/v1/keys/17", "/v1/keys/" + "0" * 36, "/v1/keys/%00"])
def test_a_key_id_that_is_no_uuid_is_refused(session, path):
    assert session.get(path).status in (400, 404)


@pytest.mark.parametrize("token", [None, "x", wire.encode(bytes(32)), wire.encode(bytes(31)), "é" * 10, "A" * 5000])
def test_without_a_valid_session_nothing_is_told(public, token):
    client = public.with_token(token.encode().decode("latin-1") if token else None)
    answer = client.get("/v1/keys")
    answer.problem(401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("DPoP ")


def test_another_content_type_is_refused(session):
    session.post("/v1/keys", raw=b"algorithm=sm2", headers={"Content-Type": "application/x-www-form-urlencoded"}).problem(
        415, "unsupported-media-type")
    session.post("/v1/keys", raw=b"{}", headers={"Content-Type": "text/plain"}).problem(415, "unsupported-media-type")


def test_an_oversized_body_is_refused_with_its_limit(session, key):
    body = signature_body(key, frame="A" * (BODY_MAX + 1))
    session.post(f"/v1/keys/{key['key_id']}/signatures", body).problem(413, "body-too-large", limit=BODY_MAX)


def test_an_oversized_body_without_a_length_is_refused_with_its_limit(session, key):
    def pieces():
        for _ in range(BODY_MAX // 1024 + 8):
            yield b"A" * 1024

    answer = session.request("POST", f"/v1/keys/{key['key_id']}/signatures", raw=pieces())  # goes out in chunks
    answer.problem(413, "body-too-large", limit=BODY_MAX)


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"17", b"null", b'"text"', b'{"a":1}x', b"\xff\xfe", b'{"a":1,"a":2}',
                                 b"[" * 3000, b'{"algorithm":"sm2\\u0000"}'])
def test_a_body_that_is_not_one_json_object_is_refused(session, raw):
    answer = session.post("/v1/keys", raw=raw)
    assert answer.status == 400, answer.content
    assert answer.json["message_key"] in ("bad-json", "bad-field")


def test_an_unknown_field_is_named(session, key):
    session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign", "colour": "red"}).problem(400, "unknown-field", field="colour")
    session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key, extra=1)).problem(400, "unknown-field", field="extra")


@pytest.mark.parametrize("name", ["frame", "signature"])
@pytest.mark.parametrize("endpoint", FRAME_ENDPOINTS)
def test_an_absent_field_is_named(session, key, endpoint, name):
    body = signature_body(key, FRAME_ENDPOINTS[endpoint], **{name: None})
    answer = session.post(f"/v1/keys/{key['key_id']}/{endpoint}", body)
    answer.problem(400, "missing-field", field=name)


@pytest.mark.parametrize("value", ["", "====", "A", "a b", "ab+/", "AB==", "Zm9vYmFyé", 17, True, None, [], {}])
def test_bad_base64_is_named(session, key, value):
    body = signature_body(key)
    body["frame"] = value
    session.post(f"/v1/keys/{key['key_id']}/signatures", body).problem(400, "bad-field", field="frame")


@pytest.mark.parametrize("size", [0, 63, 65, 200])
def test_a_device_signature_of_another_length_is_refused_with_its_limit(session, key, size):
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key, signature=wire.encode(bytes(size))))
    document = answer.problem(400, "bad-field", field="signature")
    assert document["limit"] == 64


@pytest.mark.parametrize("cut", [1, 10, 40, 200])
def test_a_frame_of_another_form_is_refused(session, key, cut):
    frame = wire.frame("sm2/sign", key["key_id"], key["binding_id"])
    body = signature_body(key, frame=wire.encode(frame[:-cut]))
    session.post(f"/v1/keys/{key['key_id']}/signatures", body).problem(400, "frame-malformed")


def test_a_frame_for_another_key_than_the_path_names_is_refused(session, key):
    other = session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(other))
    answer.problem(400, "frame-malformed")


def test_a_frame_of_another_operation_than_the_path_names_is_refused(session, key):
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key, "sm2/pin/check"))
    answer.problem(400, "frame-malformed")


@pytest.mark.parametrize("field, value", [("algorithm", "rsa"), ("algorithm", 1), ("usage", "both"), ("usage", "")])
def test_a_value_that_is_not_offered_is_named(session, field, value):
    body = {"algorithm": "sm2", "usage": "sign", field: value}
    session.post("/v1/keys", body).problem(400, "bad-field", field=field)


@pytest.mark.parametrize("field", ["code", "device_key", "time", "proof"])
def test_an_activation_without_one_of_its_fields_names_it(public, device, field):
    public.post("/v1/activations", device.activation(bytes(16), **{field: None})).problem(400, "missing-field", field=field)


@pytest.mark.parametrize("field, size, limit", [("code", 15, 16), ("code", 17, 16), ("device_key", 64, 65), ("proof", 63, 64)])
def test_an_activation_field_of_another_length_names_its_limit(public, device, field, size, limit):
    answer = public.post("/v1/activations", device.activation(bytes(16), **{field: wire.encode(bytes(size))}))
    answer.problem(400, "bad-field", field=field, limit=limit)


def test_headers_beyond_reason_do_not_hurt(public):
    try:
        answer = public.get("/v1/service", headers={"X-Long": "a" * 100000})
        assert answer.status in (413, 431, 400), answer.content
    except (ConnectionError, OSError, AssertionError):
        pass
    public.get("/healthz").ok(200)


def test_a_problem_never_repeats_what_was_sent(session, key):
    marker = "UmVwZWF0ZWRNYXJrZXI"
    answer = session.post(f"/v1/keys/{key['key_id']}/signatures", signature_body(key, frame=marker))
    assert answer.status == 400
    assert marker not in answer.content.decode()


def test_operators_input_is_checked_too(admin, project):
    admin.post("/admin/v1/projects", {}).problem(400, "missing-field", field="name")
    admin.post("/admin/v1/projects", {"name": "x" * 5000}).problem(400, "bad-field", field="name")
    admin.post("/admin/v1/users", {"project": project["id"], "name": "A"}).problem(400, "missing-field", field="work_number")
    admin.post("/admin/v1/users", {"project": str(uuid.uuid4()), "name": "A", "work_number": "1"}).problem(404, "not-found")
    admin.post(f"/admin/v1/keys/{uuid.uuid4()}/freeze").problem(404, "not-found")


def test_administration_is_not_on_the_public_port(public):
    public.get("/metrics").problem(404, "not-found")
    public.post("/admin/v1/projects", {"name": "x"}).problem(404, "not-found")


@pytest.mark.parametrize("place", [b"", bytes(23), bytes(25), wire.u64(2**63) + bytes(16), wire.u64(2**64 - 1) + bytes(16)])
def test_a_cursor_that_no_list_gave_is_refused(session, admin, place):
    session.get("/v1/audit-events?cursor=" + wire.encode(place)).problem(400, "bad-field", field="cursor")
    admin.get("/admin/v1/audit-events?after=" + wire.encode(place)).problem(400, "bad-field", field="after")
