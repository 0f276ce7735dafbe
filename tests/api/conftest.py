# SPDX-License-Identifier: Apache-2.0
"""One stack for all files (and for each process that runs some of them), with a project; each test adds the users it needs.

A name that begins with test_aN_ tells what a person does: A1 begins with a service, A2 asks for an account, A3 sees certificates,
A4 authenticates, A5 gives a handwritten signature, A6 signs and decrypts, A7 binds a device, A8 lends a key, A9 manages devices and
sees what they did, A10 changes or recovers a password, A11 signs out, A12 sees what runs."""

import itertools
import pathlib
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import pytest

import authentication
import device as device_module
import noon
import phone as phone_module
import stack as stack_module

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def stack():
    # Little memory for passwords, and no end of tries for the one address that all tests have.
    stack = stack_module.Stack("--ca", "sm2,p256,rsa", "--inbox", "--server", "password_memory_mib=19",
                               "--server", "password_passes=2", "--server", "address_tries_per_hour=100000")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="module")
def supervised():
    """A stack of a module's own: a process that dies is started again."""
    stack = stack_module.Stack("--ca", "sm2", "--supervise")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture(scope="session")
def project(stack):
    made = stack.admin.post("/admin/v1/projects", {"name": "Test Project"}).ok(201)
    return stack.admin.patch("/admin/v1/projects/" + made["id"], {"time_zone": noon.NAME}).ok()


@pytest.fixture
def public(stack):
    return stack.public


@pytest.fixture
def admin(stack):
    return stack.admin


@pytest.fixture
def inbox(stack):
    return stack.inbox


@pytest.fixture
def new_user(admin, project):
    """A function that adds a user and returns account and activation."""

    def add(**changes):
        body = {"project": project["id"], "name": "Test User", "work_number": "W%05d" % next(_numbers),
                "organization": "Test Organization"}
        body.update(changes)
        return admin.post("/admin/v1/users", body).ok(201)

    return add


@pytest.fixture
def nothing_was_tried(stack):
    """The tests before this one used up what this host's address may try."""
    authentication.forget_tries(stack)


@pytest.fixture
def new_project(admin):
    """A function that adds a project with these rules; nobody's captcha costs more than it must."""

    def add(**rules):
        made = admin.post("/admin/v1/projects", {"name": "Project " + uuid.uuid4().hex}).ok(201)
        return admin.patch("/admin/v1/projects/" + made["id"], {"language": "en", "captcha_bits": 4, **rules}).ok()

    return add


@pytest.fixture
def mobile():
    """A mobile number that nobody else has."""
    return "+86135%08d" % (uuid.uuid4().int % 10 ** 8)


@pytest.fixture
def device():
    return device_module.Device()


@pytest.fixture
def session(public, new_user, device):
    """A client with the session of a freshly activated device; .account and .device belong to it."""
    user = new_user()
    answer = public.post("/v1/activations", device.activation(device_module.code_of(user["activation"]["text"]))).ok(201)
    client = public.with_token(answer["session_token"], device)
    client.user = user
    client.answer = answer
    return client


@pytest.fixture
def key(session):
    return session.post("/v1/keys", {"algorithm": "sm2", "usage": "sign"}).ok(201)


@pytest.fixture
def phone(new_user):
    """An enrolled phone with a usable signing key; .user is what the operator's command gave."""
    phone = phone_module.Phone()
    phone.user = new_user()
    phone.enrol(phone.user["activation"]["text"])
    return phone


@pytest.fixture(scope="session")
def shared_phone(stack, project):
    """One enrolled phone for tests that only sign with it."""
    user = stack.admin.post("/admin/v1/users", {"project": project["id"], "name": "Signing User", "work_number": "SHARED"}).ok(201)
    phone = phone_module.Phone()
    phone.user = user
    phone.enrol(user["activation"]["text"])
    return phone
