# SPDX-License-Identifier: Apache-2.0
"""The devices of an account (A7, A9): one, or a primary with secondaries that get their half of its key by hand-over."""

import concurrent.futures
import itertools
import os
import subprocess
import threading
import time
import uuid

import pytest

import authentication
import phone as phone_module
import stack as stack_module
import wire
from authentication import GOOD_PASSWORD, confirm
from device import Device, code_of
from stack import run

IDENTITY = "distid:1234567812345678"
SECONDARY_PIN = "662607"

_mobiles = itertools.count(13700000001)


@pytest.fixture(scope="module")
def devices_project(stack):
    """A project with secondary devices."""
    project = stack.admin.post("/admin/v1/projects", {"name": "Project with secondaries"}).ok(201)
    change = {"device_mode": "primary", "secondary_limit": 2, "captcha_bits": 8}
    assert stack.admin.patch(f"/admin/v1/projects/{project['id']}", change).ok()["secondary_limit"] == 2
    return project


@pytest.fixture
def holder(new_user, devices_project):
    return new_user(project=devices_project["id"])


@pytest.fixture
def new_code(admin):
    def code(user):
        answer = admin.post(f"/admin/v1/users/{user['account']['id']}/activations").ok(201)
        return answer["activation"]["text"]

    return code


@pytest.fixture
def primary(holder):
    """The holder's primary device, enrolled."""
    phone = phone_module.Phone()
    phone.user = holder
    phone.enrol(holder["activation"]["text"])
    return phone


class Binding:
    """hufu-phone bind in a process of its own: it shows its code, waits, and takes the primary's."""

    def __init__(self, phone, *arguments, pin=SECONDARY_PIN):
        self.process = phone.start("bind", *arguments, "--name", "second phone", pin=pin)
        self.code = ""
        for line in self.process.stdout:
            if line.startswith(b"hufu:bind?"):
                self.code = line.decode().strip()
                break

    def finish(self, back, status=phone_module.DONE):
        out, err = self.process.communicate((back + "\n").encode(), timeout=60)
        said = (out + err).decode()
        assert self.process.returncode in (status if isinstance(status, tuple) else (status,)), said
        return said


def code_in(said):
    return [line for line in said.splitlines() if line.startswith("hufu:bound?")][0]


def hand_over(primary, code, **kwargs):
    """What the primary shows; or, refused, what it said."""
    said = primary.do("handover", "-", given=code.encode() + b"\n", **{"pin": phone_module.PIN, **kwargs})
    return said if kwargs.get("status") else code_in(said)


@pytest.fixture
def secondary(primary, new_code):
    """A second device of the same holder, bound by hand-over."""
    phone = bound_by(primary, new_code(primary.user))
    phone.user = primary.user
    return phone


def session_of(public, holder_code):
    """A played device with a session, and what the service says of it."""
    device = Device()
    answer = public.post("/v1/activations", device.activation(code_of(holder_code))).ok(201)
    client = public.with_token(answer["session_token"], device)
    client.device, client.answer = device, answer
    return client


def devices_of(admin, user):
    return [device for device in admin.every("/admin/v1/devices", "devices") if device["account"]["id"] == user["account"]["id"]]


def device_id(phone):
    return [line for line in phone.do("devices").splitlines() if "this device" in line][0].split()[0]


def verified(phone, document, certificate):
    path, signature, _ = phone.sign(document, pin=getattr(phone, "pin", phone_module.PIN))
    public = certificate.with_suffix(".public")
    public.write_bytes(run("openssl", "x509", "-in", certificate, "-noout", "-pubkey").stdout)
    return b"Verified OK" in run("openssl", "dgst", "-sm3", "-sigopt", IDENTITY, "-verify", public, "-signature", signature,
                                 path).stdout


# ---- A7: binding ----

def test_a7_two_phones_sign_with_one_certificate(stack, admin, primary, secondary):
    secondary.pin = SECONDARY_PIN
    first, _ = primary.certificates()
    second, _ = secondary.certificates()
    assert first.read_bytes() == second.read_bytes()
    assert verified(primary, b"by the primary", first)
    assert verified(secondary, b"by the secondary", first)
    roles = {device["role"]: device["state"] for device in devices_of(admin, primary.user)}
    assert roles == {"primary": "active", "secondary": "active"}


def test_a7_what_the_hand_over_needed_is_gone_when_it_is_over(stack, primary, secondary):
    account = primary.user["account"]["id"]
    assert stack.sql("SELECT count(*) FROM handover h JOIN binding b USING (binding_id) WHERE b.account_id = '%s'" % account) == "0"
    generations = stack.sql("SELECT string_agg(role || ' ' || state || ' ' || generation, ',' ORDER BY role) FROM binding "
                            "WHERE account_id = '%s'" % account)
    assert generations == "primary active 0,secondary active 1"
    assert stack.sql("SELECT count(*) FROM binding WHERE handover_until IS NOT NULL AND account_id = '%s'" % account) == "0"


def test_a7_each_device_has_a_pin_of_its_own(primary, secondary):
    secondary.sign(b"x", pin=phone_module.PIN, status=phone_module.PIN_WRONG)
    secondary.sign(b"x", pin=SECONDARY_PIN)
    primary.sign(b"x")


def test_a7_a_second_device_waits_until_a_half_was_handed_over(admin, public, primary, new_code):
    session = session_of(public, new_code(primary.user))
    assert session.answer["device"]["role"] == "secondary"
    assert session.answer["device"]["state"] == "waiting"
    assert session.get("/v1/keys").ok()["keys"] == []
    session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).problem(403, "handover-needed")
    keys = session.get("/v1/account/keys").ok()["keys"]
    assert [key["usage"] for key in keys] == ["sign"]
    asked = session.post(f"/v1/keys/{keys[0]['key_id']}/bindings", {"x25519_key": wire.encode(os.urandom(32))}).ok(201)
    key = session.get("/v1/keys/" + keys[0]["key_id"]).ok()
    assert (key["binding_state"], key["role"], key["binding_id"]) == ("waiting", "secondary", asked["binding_id"])
    body = {"frame": wire.encode(wire.frame("sm2/sign", key["key_id"], key["binding_id"])), "signature": wire.encode(bytes(64))}
    refused = session.post(f"/v1/keys/{key['key_id']}/signatures", body).problem(403, "binding-not-active")
    assert refused["state"] == "waiting"
    body = {"frame": wire.encode(wire.frame("sm2/refresh", key["key_id"], key["binding_id"])), "signature": wire.encode(bytes(64))}
    session.post(f"/v1/keys/{key['key_id']}/refreshes", body).problem(403, "binding-not-active")


def test_a7_the_same_x25519_key_again_is_the_same_binding_and_another_replaces_it(stack, public, primary, new_code):
    session = session_of(public, new_code(primary.user))
    path = "/v1/keys/%s/bindings" % session.get("/v1/account/keys").ok()["keys"][0]["key_id"]
    first = {"x25519_key": wire.encode(os.urandom(32))}
    asked = session.post(path, first).ok(201)
    assert session.post(path, first).ok(201) == asked
    other = session.post(path, {"x25519_key": wire.encode(os.urandom(32))}).ok(201)
    assert other["binding_id"] != asked["binding_id"]
    session.get(f"{path}/{asked['binding_id']}").problem(404, "not-found")
    assert stack.sql("SELECT state FROM binding WHERE binding_id = '%s'" % asked["binding_id"]) == "removed"
    assert session.get(f"{path}/{other['binding_id']}").ok()["handed_over"] is False


def test_a7_a_project_with_single_devices_takes_no_second(public, new_user, new_code):
    user = new_user()
    session_of(public, user["activation"]["text"])
    other = Device()
    public.post("/v1/activations", other.activation(code_of(new_code(user)))).problem(409, "device-limit")


def test_a7_no_more_secondaries_than_the_project_allows(public, primary, new_code):
    for _ in range(2):
        session_of(public, new_code(primary.user))
    other = Device()
    public.post("/v1/activations", other.activation(code_of(new_code(primary.user)))).problem(409, "device-limit")


def test_a7_a_primary_asks_for_no_hand_over(public, holder):
    session = session_of(public, holder["activation"]["text"])
    assert session.answer["device"]["role"] == "primary"
    session.post(f"/v1/keys/{uuid.uuid4()}/bindings", {"x25519_key": wire.encode(bytes(32))}).problem(403, "not-allowed")


def test_a7_another_accounts_key_cannot_be_asked_for(public, primary, new_user, devices_project, new_code):
    key = primary.do("keys").split()[0]
    stranger = new_user(project=devices_project["id"])
    session_of(public, stranger["activation"]["text"])
    second = session_of(public, new_code(stranger))
    second.post(f"/v1/keys/{key}/bindings", {"x25519_key": wire.encode(os.urandom(32))}).problem(404, "not-found")
    assert second.get("/v1/account/keys").ok()["keys"] == []


# ---- A7: what somebody between the two devices could try ----

@pytest.fixture
def asked(primary, new_code):
    """A second phone that shows its code and waits for the primary's."""
    phone = phone_module.Phone()
    binding = Binding(phone, new_code(primary.user))
    binding.phone = phone
    assert binding.code
    yield binding
    if binding.process.poll() is None:
        binding.process.kill()
        binding.process.communicate()


def binding_of(code):
    value = code.partition("&b=")[2].partition("&")[0]
    return str(uuid.UUID(bytes=wire.decode(value)))


def test_a7_a_swapped_x25519_key_is_noticed_by_the_primary(stack, primary, asked):
    stack.sql("UPDATE handover SET x25519_key = sha256('swapped') WHERE binding_id = '%s'" % binding_of(asked.code))
    hand_over(primary, asked.code, status=phone_module.FAULT)
    assert stack.sql("SELECT sealed_half IS NULL FROM handover WHERE binding_id = '%s'" % binding_of(asked.code)) == "t"


def test_a7_a_swapped_device_key_is_noticed_by_the_primary(stack, primary, asked):
    stack.sql("UPDATE device SET device_key = '\\x04' || sha256(device_id::text::bytea) || sha256('y') WHERE device_id = "
              "(SELECT device_id FROM binding WHERE binding_id = '%s')" % binding_of(asked.code))
    hand_over(primary, asked.code, status=phone_module.FAULT)


def test_a7_a_wrong_fingerprint_hands_nothing_over(stack, primary, asked):
    wrong = asked.code.partition("&f=")[0] + "&f=" + wire.encode(os.urandom(32))
    hand_over(primary, wrong, status=phone_module.FAULT)
    asked.finish(hand_over(primary, asked.code))


def test_a7_a_binding_is_handed_over_once(primary, asked):
    back = hand_over(primary, asked.code)
    hand_over(primary, asked.code, status=phone_module.REFUSED)
    asked.finish(back)


def test_a7_a_swapped_half_is_noticed_by_the_new_device(stack, primary, asked):
    back = hand_over(primary, asked.code)
    stack.sql("UPDATE handover SET sealed_half = set_byte(sealed_half, 40, 255 - get_byte(sealed_half, 40)) WHERE binding_id = '%s'"
              % binding_of(asked.code))
    asked.finish(back, status=phone_module.FAULT)


def test_a7_another_primarys_code_is_noticed_by_the_new_device(primary, asked):
    back = hand_over(primary, asked.code)
    other = back.partition("&h=")[0] + "&h=" + wire.encode(os.urandom(32))
    asked.finish(other, status=phone_module.FAULT)


def test_a7_a_code_before_the_hand_over_is_told_to_wait(asked):
    code = "hufu:bound?b=%s&a=%s&h=%s" % (asked.code.partition("&b=")[2][:22], wire.encode(bytes(65)), wire.encode(bytes(32)))
    asked.finish(code, status=phone_module.NOT_READY)


def test_a7_a_secondary_does_not_hand_over(primary, secondary, new_code):
    phone = phone_module.Phone()
    binding = Binding(phone, new_code(primary.user))
    assert "not-allowed" in hand_over(secondary, binding.code, pin=SECONDARY_PIN, status=phone_module.REFUSED)
    binding.finish(hand_over(primary, binding.code))


def test_a7_a_hand_over_that_took_longer_than_a_day_is_over(stack, primary, asked):
    back = hand_over(primary, asked.code)
    stack.sql("UPDATE handover SET expires_at = now() - interval '1 second' WHERE binding_id = '%s'; UPDATE binding SET "
              "handover_until = now() - interval '1 second' WHERE binding_id = '%s'" % (2 * (binding_of(asked.code),)))
    # Whether the service's own round has been there already or not.
    asked.finish(back, status=(phone_module.REFUSED, phone_module.USAGE))


def test_a7_an_expired_hand_over_is_refused_to_the_primary(stack, primary, asked):
    stack.sql("UPDATE handover SET expires_at = now() - interval '1 second' WHERE binding_id = '%s'; UPDATE binding SET "
              "handover_until = now() - interval '1 second' WHERE binding_id = '%s'" % (2 * (binding_of(asked.code),)))
    result = primary.command("handover", "-", given=asked.code.encode() + b"\n", pin=phone_module.PIN)
    assert result.returncode in (phone_module.REFUSED, phone_module.USAGE), result


# ---- A9: the list, names, freezing ----

def test_a9_the_list_shows_role_state_name_and_which_is_this(primary, secondary):
    lines = secondary.do("devices").splitlines()
    assert len(lines) == 2
    assert "primary device" in lines[0] and "this device" not in lines[0]
    assert "secondary device" in lines[1] and "this device" in lines[1] and "second phone" in lines[1]
    assert "last use -" not in lines[0]


def test_a9_a_device_names_itself_and_the_primary_names_all(primary, secondary):
    second = device_id(secondary)
    secondary.do("devices", "rename", second, "my tablet")
    assert "my tablet" in primary.do("devices")
    primary.do("devices", "rename", second, "the tablet")
    assert "the tablet" in secondary.do("devices")
    secondary.do("devices", "rename", device_id(primary), "not mine", status=phone_module.REFUSED)


def test_a9_the_primary_freezes_and_unfreezes_a_secondary(primary, secondary):
    second = device_id(secondary)
    primary.do("devices", "freeze", second)
    secondary.sign(b"x", pin=SECONDARY_PIN, status=phone_module.REFUSED)
    primary.do("devices", "freeze", second, status=phone_module.REFUSED)
    primary.sign(b"x")
    primary.do("devices", "unfreeze", second)
    secondary.sign(b"x", pin=SECONDARY_PIN)
    primary.do("devices", "unfreeze", second, status=phone_module.REFUSED)


def test_a9_a_secondary_freezes_nobody_and_nobody_freezes_himself(primary, secondary):
    secondary.do("devices", "freeze", device_id(primary), status=phone_module.REFUSED)
    primary.do("devices", "freeze", device_id(primary), status=phone_module.REFUSED)


def test_a9_a_stranger_does_not_see_or_change_a_device(public, admin, primary, new_user, devices_project):
    stranger = session_of(public, new_user(project=devices_project["id"])["activation"]["text"])
    first = devices_of(admin, primary.user)[0]["id"]
    assert first not in [device["id"] for device in stranger.get("/v1/devices").ok()["devices"]]
    stranger.post(f"/v1/devices/{first}/freeze").problem(404, "not-found")
    stranger.patch(f"/v1/devices/{first}", {"name": "mine"}).problem(404, "not-found")


def test_a9_a_waiting_device_is_neither_frozen_nor_unfrozen(admin, public, primary, new_code):
    session = session_of(public, new_code(primary.user))
    for step in ("freeze", "unfreeze"):
        refused = admin.post(f"/admin/v1/devices/{session.answer['device']['id']}/{step}").problem(409, "conflict")
        assert refused["state"] == "waiting"


# ---- A9: removal ----

def test_a9_a_removed_devices_half_is_destroyed_and_its_old_one_is_worthless(stack, admin, primary, secondary):
    second = device_id(secondary)
    binding = stack.sql("SELECT binding_id FROM binding WHERE device_id = '%s'" % second)
    removal = admin.request("DELETE", "/admin/v1/devices/" + second).ok()
    assert removal["device"]["state"] == "removed" and removal["dead_keys"] == []
    assert stack.sql("SELECT state || ' ' || (record IS NULL) || ' ' || (next_record IS NULL) FROM binding WHERE binding_id = '%s'"
                     % binding) == "removed true true"
    # The session is over; and with a session of its own again, the half that the phone still has opens nothing.
    secondary.sign(b"x", pin=SECONDARY_PIN, status=phone_module.REFUSED)
    stack.sql("UPDATE session SET state = 'open' WHERE device_id = '%s'" % second)
    secondary.sign(b"x", pin=SECONDARY_PIN, status=phone_module.REFUSED)
    stack.sql("UPDATE session SET state = 'ended' WHERE device_id = '%s'" % second)
    # Not the other device's.
    certificate, _ = primary.certificates()
    assert verified(primary, b"goes on", certificate)
    admin.request("DELETE", "/admin/v1/devices/" + second).problem(409, "conflict")


def test_a9_a_removed_primary_leaves_its_secondaries_alone(admin, primary, secondary):
    secondary.pin = SECONDARY_PIN
    certificate, _ = secondary.certificates()
    removal = admin.request("DELETE", "/admin/v1/devices/" + device_id(primary)).ok()
    assert removal["dead_keys"] == []
    primary.sign(b"x", status=phone_module.REFUSED)
    assert verified(secondary, b"goes on", certificate)


def test_a9_with_its_last_device_a_key_is_dead_and_everybody_is_told(stack, primary):
    said = stack.hufu("device", "remove", device_id(primary))
    assert "dead" in said and "reissued" in said and primary.do("keys").split()[0] in said


def test_a9_the_operators_command_lists_freezes_and_unfreezes(stack, devices_project, primary, secondary):
    listed = stack.hufu("device", "list", "--project", devices_project["id"])
    assert device_id(primary) in listed and device_id(secondary) in listed
    stack.hufu("device", "freeze", device_id(secondary))
    secondary.sign(b"x", pin=SECONDARY_PIN, status=phone_module.REFUSED)
    stack.hufu("device", "unfreeze", device_id(secondary))
    secondary.sign(b"x", pin=SECONDARY_PIN)


def test_a9_after_a_removal_there_is_room_for_another(public, admin, primary, secondary, new_code):
    session_of(public, new_code(primary.user))
    admin.request("DELETE", "/admin/v1/devices/" + device_id(secondary)).ok()
    session_of(public, new_code(primary.user))


def bound_by(primary, code):
    """A second phone of the primary's holder, by hand-over."""
    phone = phone_module.Phone()
    binding = Binding(phone, code)
    assert binding.code, binding.process.stderr.read()
    binding.finish(hand_over(primary, binding.code))
    return phone


def sign_while_removed(stack, admin, secondary, delay):
    """The statuses of signatures until one is refused; the device is removed so long after the first."""
    second = device_id(secondary)

    def sign(number):
        return secondary.command("sign", __file__, "--out", secondary.folder / f"s{number}", pin=SECONDARY_PIN).returncode

    def count():
        return int(stack.sql("SELECT count(*) FROM signature WHERE device_id = '%s'" % second))

    signed = threading.Event()

    def sign_on():
        statuses = []
        while (not statuses or statuses[-1] == phone_module.DONE) and len(statuses) < 1000:
            statuses.append(sign(len(statuses)))
            signed.set()
        return statuses

    def remove():
        signed.wait()
        time.sleep(delay)
        admin.request("DELETE", "/admin/v1/devices/" + second).ok()

    before = count()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        signing, removing = pool.submit(sign_on), pool.submit(remove)
        statuses = signing.result()
        removing.result()
    assert statuses.count(phone_module.DONE) == count() - before, statuses
    assert statuses == sorted(statuses), "nothing is signed after the first refusal"
    assert sign(99) == phone_module.REFUSED
    return statuses


def test_a9_removed_while_signing_each_signature_is_whole_or_refused(stack, admin, primary, new_code):
    """As many records as signatures came out, and none afterwards."""
    for delay in (0, 0.1):
        statuses = sign_while_removed(stack, admin, bound_by(primary, new_code(primary.user)), delay)
        assert set(statuses) == {phone_module.DONE, phone_module.REFUSED}, statuses
    primary.sign(b"x")


def test_a9_every_change_of_a_device_is_an_event(stack, admin, primary, secondary):
    second = device_id(secondary)
    primary.do("devices", "freeze", second)
    primary.do("devices", "unfreeze", second)
    admin.request("DELETE", "/admin/v1/devices/" + second).ok()

    def actions(column, actor):
        return stack.sql("SELECT string_agg(DISTINCT action, ' ') FROM audit_event WHERE %s = '%s' AND outcome = 'ok' AND actor "
                         "LIKE '%s%%'" % (column, second, actor)).split()

    own = actions("device_id", "device")
    assert {"device.activate", "binding.ask", "sm2/refresh", "sm2/pin/check"} <= set(own), own
    # What another device did to it stands under that device, and names it apart.
    by_primary = actions("target_id", "device")
    assert by_primary == ["binding.handover", "device.freeze", "device.unfreeze"], by_primary
    assert not set(by_primary) & set(own)
    assert "device.remove" in actions("device_id", "operator:")


def test_a9_freezing_a_lost_phone_is_no_use_of_it(stack, primary, secondary):
    lost = device_id(secondary)

    def last_use():
        line = [line for line in primary.do("devices").splitlines() if line.startswith(lost)][0]
        return line.partition("last use")[2]

    before = last_use()
    stack.sql("UPDATE session SET created_at = created_at - interval '3 days', last_used_at = last_used_at - interval '3 days' "
              "WHERE device_id = '%s'; UPDATE signature SET at = at - interval '3 days' WHERE device_id = '%s'" % (lost, lost))
    long_ago = last_use()
    assert long_ago != before
    primary.do("devices", "rename", lost, "lost")
    primary.do("devices", "freeze", lost)
    assert last_use() == long_ago
    records = stack.sql("SELECT count(*) FROM audit_event WHERE device_id = '%s' AND action LIKE 'device.%%' AND target_id = '%s'"
                        % (device_id(primary), lost))
    assert records == "2"


# ---- The PIN: tries left, unlocking ----

def lock_pin(phone):
    for number in range(5):
        phone.command("sign", __file__, "--out", phone.folder / "s", pin="00000%d" % number)
    phone.sign(b"x", pin=SECONDARY_PIN, status=phone_module.PIN_LOCKED)


def test_a9_another_device_sees_the_tries_left_and_unlocks_the_pin(primary, secondary):
    second = device_id(secondary)
    secondary.command("sign", __file__, "--out", secondary.folder / "s", pin="000000")
    assert "Tries left: 4" in primary.do("devices")
    secondary.sign(b"x", pin=SECONDARY_PIN)
    lock_pin(secondary)
    assert "PIN is locked" in primary.do("devices")
    # With itself it needs a password and a code, and a project that allows it.
    secondary.do("devices", "unlock", second, status=phone_module.USAGE)
    primary.do("devices", "unlock", second)
    said = secondary.do("sign", __file__, "--out", secondary.folder / "s", pin=SECONDARY_PIN)
    assert "locked" not in said
    primary.do("devices", "unlock", second, status=phone_module.REFUSED)


def test_a9_the_operator_unlocks_a_pin_and_the_lifes_count_is_never_forgiven(stack, primary, secondary):
    second = device_id(secondary)
    lock_pin(secondary)
    stack.hufu("device", "unlock", second)
    secondary.sign(b"x", pin=SECONDARY_PIN)
    assert stack.sql("SELECT pin_failures_life FROM device WHERE device_id = '%s'" % second) == "5"
    stack.sql("UPDATE device SET pin_failures_life = 45 WHERE device_id = '%s'" % second)
    lock_pin(secondary)
    assert stack.hufu("device", "unlock", second, check=False).returncode != 0
    primary.do("devices", "unlock", second, status=phone_module.REFUSED)
    assert stack.hufu("device", "remove", second)


def test_a9_a_change_of_pin_is_a_refresh(stack, primary):
    def generation():
        return stack.sql("SELECT max(generation) FROM binding WHERE account_id = '%s'" % primary.user["account"]["id"])

    assert generation() == "0"
    primary.do("pin", pin=phone_module.PIN + "\n314159")
    assert generation() == "1"
    primary.sign(b"x", pin="314159")


# ---- Halves that renew themselves ----

def generation_of(stack, phone):
    return int(stack.sql("SELECT generation FROM binding WHERE device_id = '%s'" % device_id(phone)))


# A phone asks once an hour at most whether it is time; so each of these begins with one that has not asked yet.

def test_a9_young_halves_stay_behind_a_signature(stack, primary):
    primary.sign(b"young")
    assert generation_of(stack, primary) == 0


def test_a9_halves_are_renewed_behind_a_signature_after_the_projects_days(stack, primary):
    certificate, _ = primary.certificates()
    stack.sql("UPDATE binding SET refreshed_at = now() - interval '31 days' WHERE device_id = '%s'" % device_id(primary))
    assert verified(primary, b"old", certificate)
    assert generation_of(stack, primary) == 1
    assert verified(primary, b"young again", certificate)
    assert generation_of(stack, primary) == 1


@pytest.mark.parametrize("number, generation", [(4, 0), (3, 1)])
def test_a9_or_after_its_number_of_signatures(stack, admin, devices_project, primary, number, generation):
    path = "/admin/v1/projects/" + devices_project["id"]
    admin.patch(path, {"refresh_signatures": 10001}).problem(400, "bad-field")
    admin.patch(path, {"refresh_signatures": 10000}).ok()
    # The certificate's request, and each raw signature with its CMS, are signatures.
    admin.patch(path, {"refresh_signatures": number, "refresh_days": 0}).ok()
    try:
        primary.sign(b"second and third")
        assert generation_of(stack, primary) == generation
        primary.sign(b"not asked again")
        assert generation_of(stack, primary) == generation
    finally:
        admin.patch(path, {"refresh_signatures": 0, "refresh_days": 30}).ok()


# ---- A9: removal by a person, confirmed by an SMS code ----

@pytest.fixture
def reachable(stack, public, admin, new_user, devices_project):
    """A holder with a mobile number and a password."""
    authentication.forget_tries(stack)
    mobile = str(next(_mobiles))
    user = new_user(project=devices_project["id"], mobile=mobile)
    user["mobile_number"] = "+86" + mobile
    authentication.set_password(public, admin, devices_project["id"], user["account"])
    return user


def proven(session, inbox, user, password=True, sms=True):
    """An authentication of the session that has passed these methods."""
    begun = confirm(session)
    if password:
        begun.password(GOOD_PASSWORD).ok()
    if sms:
        last = inbox.last
        begun.send_code().ok(201)
        begun.sms(inbox.code(user["mobile_number"], after=last)).ok()
    return {"authentication": begun.token}


def test_a9_the_primary_removes_a_secondary_after_an_sms_code(stack, inbox, public, reachable, new_code):
    primary = session_of(public, reachable["activation"]["text"])
    second = session_of(public, new_code(reachable))
    path = "/v1/devices/" + second.answer["device"]["id"] + "/remove"
    primary.post(path, {"authentication": wire.encode(bytes(32))}).problem(403, "authentication-needed")
    by_password = proven(primary, inbox, reachable, sms=False)
    primary.post(path, by_password).problem(403, "authentication-needed")
    token = proven(primary, inbox, reachable, password=False)
    last = inbox.last
    removed = primary.post(path, token).ok()
    assert removed["device"]["state"] == "removed" and removed["dead_keys"] == []
    second.get("/v1/devices").problem(401, "unauthenticated")
    # The holder is told, in no words of a device's, and the authentication is spent.
    told = inbox.next(reachable["mobile_number"], after=last)
    assert told["template"] == "device-removed" and not told["values"]
    third = session_of(public, new_code(reachable))
    primary.post("/v1/devices/" + third.answer["device"]["id"] + "/remove", token).problem(403, "authentication-needed")


def test_a9_a_secondary_removes_nobody_but_itself(stack, inbox, public, reachable, new_code):
    primary = session_of(public, reachable["activation"]["text"])
    second = session_of(public, new_code(reachable))
    token = proven(second, inbox, reachable, password=False)
    second.post("/v1/devices/" + primary.answer["device"]["id"] + "/remove", token).problem(403, "binding-not-active")
    # What was refused has spent nothing.
    second.post("/v1/devices/" + second.answer["device"]["id"] + "/remove", token).ok()
    second.get("/v1/devices").problem(401, "unauthenticated")


def test_a9_another_persons_authentication_confirms_nothing(stack, inbox, public, admin, reachable, new_user, new_code, devices_project):
    primary = session_of(public, reachable["activation"]["text"])
    mobile = str(next(_mobiles))
    other = new_user(project=devices_project["id"], mobile=mobile)
    other["mobile_number"] = "+86" + mobile
    stranger = session_of(public, other["activation"]["text"])
    token = proven(stranger, inbox, other, password=False)
    primary.post("/v1/devices/" + primary.answer["device"]["id"] + "/remove", token).problem(403, "authentication-needed")


def test_a9_all_secondaries_are_removed_at_once(inbox, public, reachable, new_code):
    primary = session_of(public, reachable["activation"]["text"])
    seconds = [session_of(public, new_code(reachable)) for _ in range(2)]
    token = proven(primary, inbox, reachable, password=False)
    assert primary.post("/v1/devices/remove-secondaries", token).ok() == {"removed": 2, "dead_keys": [], "destroyed": True}
    assert [device["role"] for device in primary.get("/v1/devices").ok()["devices"]] == ["primary"]
    for second in seconds:
        second.get("/v1/devices").problem(401, "unauthenticated")


def test_a9_keys_that_die_with_the_secondaries_are_named(stack, inbox, public, reachable, new_code):
    primary = session_of(public, reachable["activation"]["text"])
    second = session_of(public, new_code(reachable)).answer["device"]["id"]
    key = primary.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)["key_id"]
    # As if the primary that made the key had been replaced.
    stack.sql("UPDATE binding SET state = 'active', record = 'r', role = 'secondary', device_id = '%s' WHERE key_id = '%s'"
              % (second, key))
    token = proven(primary, inbox, reachable, password=False)
    assert primary.post("/v1/devices/remove-secondaries", token).ok() == {"removed": 1, "dead_keys": [key], "destroyed": True}


def test_a9_an_authentication_confirms_in_its_own_session_alone(stack, inbox, public, reachable, new_code):
    primary = session_of(public, reachable["activation"]["text"])
    second = session_of(public, new_code(reachable))
    of_second = proven(second, inbox, reachable, password=False)
    primary.post("/v1/devices/remove-secondaries", of_second).problem(403, "authentication-needed")
    primary.post("/v1/devices/" + second.answer["device"]["id"] + "/remove", of_second).problem(403, "authentication-needed")


def test_a9_the_primary_removes_itself(stack, inbox, public, reachable):
    primary = session_of(public, reachable["activation"]["text"])
    token = proven(primary, inbox, reachable, password=False)
    primary.post("/v1/devices/" + primary.answer["device"]["id"] + "/remove", token).ok()
    primary.get("/v1/devices").problem(401, "unauthenticated")


def test_a9_the_phone_asks_for_the_code_and_says_that_the_key_is_dead(inbox, reachable):
    phone = phone_module.Phone()
    phone.enrol(reachable["activation"]["text"])
    read_end, write_end = os.pipe()
    last = inbox.last
    process = subprocess.Popen(
        [str(stack_module.BIN / "hufu-phone"), "devices", "remove", device_id(phone), "--home", str(phone.home), "--lang", "en",
         "--password-fd", str(read_end)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        pass_fds=[read_end])
    os.close(read_end)
    os.write(write_end, inbox.code(reachable["mobile_number"], after=last).encode() + b"\n")
    os.close(write_end)
    said = process.communicate(timeout=60)[0].decode()
    assert process.returncode == phone_module.DONE, said
    assert "is removed" in said and "the key is dead" in said and "reissued" in said
    phone.sign(b"x", status=phone_module.REFUSED)


def test_a9_the_device_in_hand_is_unlocked_by_password_and_code_where_the_project_allows_it(
        stack, inbox, public, admin, devices_project, reachable):
    session = session_of(public, reachable["activation"]["text"])
    device = session.answer["device"]["id"]
    path = f"/v1/devices/{device}/unlock"
    stack.sql("UPDATE device SET locked = true, pin_failures = 5, pin_failures_life = 5 WHERE device_id = '%s'" % device)
    token = proven(session, inbox, reachable)
    session.post(path, token).problem(403, "not-allowed")
    admin.patch("/admin/v1/projects/" + devices_project["id"], {"pin_unlock": True}).ok()
    try:
        session.post(path).problem(403, "not-allowed")
        session.post(path, proven(session, inbox, reachable, sms=False)).problem(403, "authentication-needed")
        pin = session.post(path, token).ok()["device"]["pin"]
        assert pin == {"failures": 0, "limit": 5, "tries_left": 5, "locked": False}
    finally:
        admin.patch("/admin/v1/projects/" + devices_project["id"], {"pin_unlock": False}).ok()


# ---- A7: binding by an authentication ----

def authentication_to_bind(stack, public, inbox, user, password=True, sms=True, purpose="bind-device"):
    """A token of somebody who has no session, who has passed these methods."""
    authentication.forget_tries(stack)
    begun = authentication.begin(public, user["account"]["project_id"], user["account"]["work_number"], purpose=purpose)
    if password:
        begun.password(GOOD_PASSWORD).ok()
    if sms:
        last = inbox.last
        begun.send_code().ok(201)
        begun.sms(inbox.code(user["mobile_number"], after=last)).ok()
    return begun.token


def bind(public, device, token, **changes):
    """POST /v1/devices."""
    time_ms = wire.now_ms()
    message = wire.fields("hufu/sign-in", wire.decode(token), device.public_key, wire.u64(time_ms))
    return public.post("/v1/devices", {
        "authentication": token, "device_key": wire.encode(device.public_key), "time": time_ms,
        "proof": wire.encode(device.sign(message)), **changes})


def test_a7_an_authentication_binds_a_second_device_which_waits(stack, inbox, public, reachable):
    primary = session_of(public, reachable["activation"]["text"])
    token = authentication_to_bind(stack, public, inbox, reachable)
    device, last = Device(), inbox.last
    bound = bind(public, device, token, device_name="second phone", device_model="Model 2").ok(201)
    assert (bound["device"]["role"], bound["device"]["state"]) == ("secondary", "waiting")
    assert bound["account"]["id"] == reachable["account"]["id"]
    assert inbox.next(reachable["mobile_number"], after=last)
    session = public.with_token(bound["session_token"], device)
    session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).problem(403, "handover-needed")
    listed = {each["id"]: each for each in primary.get("/v1/devices").ok()["devices"]}[bound["device"]["id"]]
    assert (listed["name"], listed["model"], listed["state"]) == ("second phone", "Model 2", "waiting")
    actions = stack.sql("SELECT string_agg(action, ' ') FROM audit_event WHERE device_id = '%s' AND outcome = 'ok'"
                        % bound["device"]["id"])
    assert "device.bind" in actions


def test_a7_a_binding_needs_what_the_projects_rule_says(stack, inbox, public, reachable):
    session_of(public, reachable["activation"]["text"])
    for passed in ({"sms": False}, {"password": False}, {"purpose": "sign-in"}):
        token = authentication_to_bind(stack, public, inbox, reachable, **passed)
        bind(public, Device(), token).problem(403, "authentication-needed")
    bind(public, Device(), wire.encode(os.urandom(32))).problem(403, "authentication-needed")
    assert stack.sql("SELECT count(*) FROM device WHERE account_id = '%s'" % reachable["account"]["id"]) == "1"


def test_a7_a_binding_needs_the_proof_of_the_devices_key(stack, inbox, public, reachable):
    session_of(public, reachable["activation"]["text"])
    token = authentication_to_bind(stack, public, inbox, reachable)
    device, other = Device(), Device()
    bind(public, device, token, device_key=wire.encode(other.public_key)).problem(403, "device-signature-invalid")
    bind(public, device, token, time=wire.now_ms() - 180000).problem(403, "frame-time")
    # Neither spent the authentication.
    bind(public, device, token).ok(201)


def test_a7_a_device_of_somebody_else_is_not_bound(stack, inbox, public, reachable, new_user, devices_project):
    session_of(public, reachable["activation"]["text"])
    stranger = session_of(public, new_user(project=devices_project["id"])["activation"]["text"])
    token = authentication_to_bind(stack, public, inbox, reachable)
    bind(public, stranger.device, token).problem(409, "conflict")


def test_a7_the_first_device_that_is_bound_is_the_primary(stack, inbox, public, reachable):
    token = authentication_to_bind(stack, public, inbox, reachable)
    device = bind(public, Device(), token).ok(201)["device"]
    assert (device["role"], device["state"]) == ("primary", "active")


def test_a7_a_suspended_account_binds_no_device(stack, inbox, public, reachable):
    token = authentication_to_bind(stack, public, inbox, reachable)
    stack.sql("UPDATE account SET state = 'suspended' WHERE account_id = '%s'" % reachable["account"]["id"])
    bind(public, Device(), token).problem(403, "authentication-needed")


def test_a7_one_authentication_binds_one_of_fifty_devices_at_once(stack, inbox, public, reachable):
    session_of(public, reachable["activation"]["text"])
    token = authentication_to_bind(stack, public, inbox, reachable)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: bind(public, Device(), token), range(50)))
    statuses = [answer.status for answer in answers]
    assert statuses.count(201) == 1 and set(statuses) <= {201, 403, 503}, statuses  # 503: too many waited too long
    assert stack.sql("SELECT count(*) FROM device WHERE account_id = '%s'" % reachable["account"]["id"]) == "2"


def test_a7_authentications_at_once_bind_no_more_than_the_project_allows(stack, inbox, public, reachable, new_code):
    session_of(public, reachable["activation"]["text"])
    session_of(public, new_code(reachable))
    tokens = [authentication_to_bind(stack, public, inbox, reachable) for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda token: bind(public, Device(), token), tokens))
    statuses = [answer.status for answer in answers]
    assert statuses.count(201) == 1 and set(statuses) <= {201, 409, 503}, statuses
    assert stack.sql("SELECT count(*) FROM device WHERE account_id = '%s'" % reachable["account"]["id"]) == "3"
