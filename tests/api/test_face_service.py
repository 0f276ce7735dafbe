# SPDX-License-Identifier: Apache-2.0
"""The face service of a private stack (tools/stack.sh --face), asked as hufu-server asks it."""

import json
import urllib.error
import urllib.request

import pytest

import face
import stack as stack_module


@pytest.fixture(scope="module")
def stack():
    stack = stack_module.Stack("--face")
    try:
        yield stack.start()
    finally:
        stack.remove()


@pytest.fixture
def compare(stack):
    token = (stack.home / "face/token").read_text().strip()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def compare(reference, probe):
        body = json.dumps({"reference": face.encode(reference), "probe": face.encode(probe)}).encode()
        request = urllib.request.Request(stack.environment["HUFU_FACE_URL"] + "/compare", data=body, headers={
            "Authorization": "Bearer " + token, "Content-Type": "application/json"})
        try:
            with opener.open(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    return compare


def test_a4_two_pictures_of_one_person_are_the_same_and_of_two_are_not(compare):
    status, answer = compare(face.jpeg("anna"), face.png("anna", move=20, grow=30))
    assert (status, answer["same"]) == (200, True), answer
    status, answer = compare(face.jpeg("anna"), face.jpeg("berta"))
    assert (status, answer["same"]) == (200, False), answer


def test_a4_a_picture_must_show_exactly_one_face(compare):
    assert compare(face.jpeg("anna"), face.several()) == (422, {"error": "several-faces", "picture": "probe"})
    assert compare(face.nobody(), face.jpeg("anna")) == (422, {"error": "no-face", "picture": "reference"})
    assert compare(face.jpeg("anna"), b"no picture at all, but long enough") == (422, {"error": "not-a-picture", "picture": "probe"})


def test_the_servers_configuration_names_the_service_and_a_token_of_its_own(stack):
    configuration = (stack.home / "server/hufu-server.conf").read_text()
    assert f'face_url = "{stack.environment["HUFU_FACE_URL"]}/compare"' in configuration
    assert (stack.home / "server/face.token").read_text() == (stack.home / "face/token").read_text()
    assert (stack.home / "server/face.token").stat().st_mode & 0o077 == 0


def test_it_comes_back_after_a_kill(stack, compare):
    stack.process("kill9", "face")
    stack.process("up", "face")
    assert compare(face.jpeg("clara"), face.jpeg("clara", light=0.6, grow=20))[1]["same"]
