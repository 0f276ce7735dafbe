# SPDX-License-Identifier: Apache-2.0
"""Lines A3 and A12: a certificate is shown with the personal parts of its subject masked until the person has
authenticated; a user is removed from a device with all that is cached; and what the service says about itself."""

import uuid

import pytest

import authentication
import phone as phone_module


@pytest.fixture(scope="module")
def holder(stack):
    """A phone with a certificate, whose holder has a password that confirms; .user and .project belong to it."""
    project = stack.admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)
    rules = {"methods_sign_in": ["password"], "methods_confirm": ["password"], "captcha_bits": 1}
    stack.admin.patch("/admin/v1/projects/" + project["id"], rules).ok()
    user = stack.admin.post("/admin/v1/users", {"project": project["id"], "name": "李韩梅", "work_number": "W-2047",
                                                "organization": "第一医院"}).ok(201)
    phone = phone_module.Phone()
    phone.user, phone.project = user, project
    authentication.forget_tries(stack)
    authentication.set_password(stack.public, stack.admin, project["id"], user["account"])
    phone.enrol(user["activation"]["text"])
    return phone


def test_a3_personal_parts_are_masked_until_one_has_authenticated(holder):
    masked = holder.do("certificate")
    assert "CN = 李**" in masked and "serialNumber = W****7" in masked
    assert "O = 第一医院" in masked and "masked until you authenticate" in masked
    assert "李韩梅" not in masked and "W-2047" not in masked
    holder.do("authenticate", passwords=[authentication.GOOD_PASSWORD])
    whole = holder.do("certificate")
    assert "CN = 李韩梅" in whole and "serialNumber = W-2047" in whole and "masked" not in whole


def test_a3_a_mask_returns_when_the_authentication_no_longer_holds(stack, holder):
    holder.do("authenticate", passwords=[authentication.GOOD_PASSWORD])
    assert "李韩梅" in holder.do("certificate")
    stack.sql("UPDATE authentication SET passed_at = passed_at - interval '1 day' WHERE account_id = '%s'"
              % holder.user["account"]["id"])
    assert "李**" in holder.do("certificate")


def test_a3_only_what_is_personal_is_masked_and_the_rest_is_the_certificates(holder):
    said = holder.do("certificate")
    serial = holder.do("status")
    assert said.split()[1] in serial
    assert "C = CN" in said


def test_a3_a_key_without_a_certificate_shows_none(session, key):
    session.get(f"/v1/keys/{key['key_id']}/certificate/view").problem(404, "not-found")
    session.get(f"/v1/keys/{uuid.uuid4()}/certificate/view").problem(404, "not-found")
    session.get("/v1/keys/17/certificate/view").problem(400, "bad-field", field="id")


def test_a3_a_user_is_removed_from_a_device_with_everything(stack, new_user):
    phone = phone_module.Phone()
    user = new_user(name="Forgotten Person")
    phone.enrol(user["activation"]["text"])
    phone.do("forget", status=phone_module.USAGE)
    phone.sign(b"x")
    phone.do("forget", "--yes")
    assert sorted(path.name for path in phone.home.iterdir() if path.is_file()) == ["lock", "storage.key"] or \
        not any("device" in path.name or "key-" in path.name or "certificate" in path.name for path in phone.home.iterdir())
    phone.do("status", status=phone_module.NOT_READY)
    assert "no keys" in phone.do("keys")
    open_ones = stack.sql("SELECT count(*) FROM session WHERE state = 'open' AND account_id = '%s'" % user["account"]["id"])
    assert open_ones == "0"


def test_a3_a_user_is_removed_also_when_the_service_is_away(stack, new_user):
    phone = phone_module.Phone()
    phone.enrol(new_user()["activation"]["text"])
    stack.process("down", "server")
    try:
        phone.do("forget", "--yes")
    finally:
        stack.process("up", "server")
    stack.wait_ready(200)
    phone.do("status", status=phone_module.NOT_READY)


def test_a3_a_device_that_was_cleared_takes_a_new_user(stack, admin, new_user):
    phone = phone_module.Phone()
    phone.enrol(new_user()["activation"]["text"])
    phone.do("forget", "--yes")
    phone.enrol(new_user(name="Next Person")["activation"]["text"])
    assert "Next Person" in phone.do("status")
    phone.sign(b"x")


def test_a11_the_session_that_asks_is_ended_by_its_own_name(session):
    assert session.delete("/v1/sessions/current").ok() == {"ended": 1}
    session.get("/v1/keys").problem(401, "unauthenticated")


def test_a12_the_service_tells_address_versions_and_licences(stack, public):
    told = public.get("/v1/service").ok()
    assert told["address"] == stack.environment["HUFU_URL"]
    assert told["version"].count(".") == 2 and told["licence"] == "Apache-2.0"
    names = {each["name"]: each["licence"] for each in told["components"]}
    assert names["libmicrohttpd"] == "LGPL-2.1-or-later" and names["OpenSSL"] == "Apache-2.0"


def test_a12_the_phone_shows_them_with_its_own(stack, shared_phone):
    said = shared_phone.do("about")
    assert "hufu-phone and libhufu, version" in said and "libsodium: ISC" in said
    assert f"Service {stack.environment['HUFU_URL']}, version" in said and "libmicrohttpd: LGPL-2.1-or-later" in said


def test_a12_a_phone_that_is_not_enrolled_shows_its_own():
    said = phone_module.Phone().do("about")
    assert "hufu-phone and libhufu" in said and "Service" not in said
