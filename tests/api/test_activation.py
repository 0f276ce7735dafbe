# SPDX-License-Identifier: Apache-2.0
"""The rules of an activation code: one use, five tries, an end, and a proof by the device's own key."""

import wire
from device import Device, code_of

TWO_MINUTES = 120_000


def test_a_code_and_a_proof_give_a_session(public, new_user, device):
    user = new_user(name="Activated User")
    answer = public.post("/v1/activations", device.activation(code_of(user["activation"]["text"]))).ok(201)
    assert len(wire.decode(answer["session_token"])) == 32
    assert answer["account"]["name"] == "Activated User"
    assert answer["account"]["work_number"] == user["account"]["work_number"]
    assert public.with_token(answer["session_token"], device).get("/v1/keys").ok()["keys"] == []


def test_a_code_is_used_by_one_device(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    public.post("/v1/activations", device.activation(code)).ok(201)
    public.post("/v1/activations", Device().activation(code)).problem(401, "activation-invalid")


def test_a_lost_answer_is_given_again_to_the_same_device(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    first = public.post("/v1/activations", device.activation(code)).ok(201)
    again = public.post("/v1/activations", device.activation(code)).ok(201)
    assert again["device"] == first["device"]
    assert again["session_token"] != first["session_token"]


def test_an_unknown_code_is_refused_in_the_same_words(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    public.post("/v1/activations", device.activation(code)).ok(201)
    used = public.post("/v1/activations", Device().activation(code)).problem(401, "activation-invalid")
    unknown = public.post("/v1/activations", device.activation(bytes(16))).problem(401, "activation-invalid")
    used.pop("request_id"), unknown.pop("request_id")
    assert used == unknown


def test_four_wrong_proofs_leave_the_code_and_five_end_it(public, new_user, device):
    for tries, works in ((4, True), (5, False)):
        code = code_of(new_user()["activation"]["text"])
        for _ in range(tries):
            wrong = device.activation(code, proof=wire.encode(bytes(31) + b"\1" + bytes(31) + b"\1"))
            public.post("/v1/activations", wrong).problem(401, "activation-invalid")
        answer = public.post("/v1/activations", device.activation(code))
        if works:
            answer.ok(201)
        else:
            answer.problem(401, "activation-invalid")


def test_a_proof_by_another_key_is_refused(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    body = device.activation(code, device_key=wire.encode(Device().public_key))
    public.post("/v1/activations", body).problem(401, "activation-invalid")


def test_a_proof_from_another_time_is_refused_and_is_no_try(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    for difference in [-TWO_MINUTES - 10_000, TWO_MINUTES + 10_000] * 5:
        answer = public.post("/v1/activations", device.activation(code, time_ms=wire.now_ms() + difference))
        assert answer.problem(403, "frame-time")["service_time"].endswith("Z")
    public.post("/v1/activations", device.activation(code)).ok(201)


def test_a_device_key_that_is_no_point_is_refused(public, new_user, device):
    code = code_of(new_user()["activation"]["text"])
    for key in (b"\4" + bytes(64), b"\4" + b"\xff" * 64, b"\2" + device.public_key[1:]):
        answer = public.post("/v1/activations", device.activation(code, device_key=wire.encode(key)))
        assert answer.status in (400, 401), answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_code_ends_with_its_time(stack, public, new_user, device):
    user = new_user()
    code = code_of(user["activation"]["text"])
    stack.sql("UPDATE activation SET expires_at = now() - interval '1 second' "
              f"WHERE account_id = '{user['account']['id']}'")
    public.post("/v1/activations", device.activation(code)).problem(401, "activation-invalid")


def test_the_operator_can_hand_out_another_code(admin, public, new_user, device):
    user = new_user()
    again = admin.post(f"/admin/v1/users/{user['account']['id']}/activations").ok(201)
    text = again["activation"]["text"]
    assert text != user["activation"]["text"]
    public.post("/v1/activations", device.activation(code_of(text))).ok(201)


def test_a_code_is_stored_as_a_hash_alone(stack, new_user):
    code = code_of(new_user()["activation"]["text"])
    found = stack.sql("SELECT count(*) FROM activation WHERE code_hash = sha256('\\x%s')" % code.hex())
    assert found == "1"


def test_a_suspended_account_is_not_activated(admin, public, new_user, device):
    user = new_user()
    admin.post(f"/admin/v1/users/{user['account']['id']}/suspend").ok()
    answer = public.post("/v1/activations", device.activation(code_of(user["activation"]["text"])))
    assert answer.status in (401, 403), answer.content
