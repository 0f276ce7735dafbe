# SPDX-License-Identifier: Apache-2.0
"""The check that every response of these tests goes through (contract.py) finds each kind of breach; and the document
itself says of every operation what the check needs to know."""

import json

import pytest
import yaml

import contract

ID = "01890a5d-ac96-774b-bcce-b302099a8057"
COMMON = {"X-Request-Id": ID, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Answer:
    def __init__(self, status, body=None, content_type="application/json", **headers):
        self.status = status
        self.content = b"" if body is None else json.dumps(body).encode()
        self.headers = {**COMMON, **({} if body is None else {"Content-Type": content_type})}
        self.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        self.headers = {name: value for name, value in self.headers.items() if value is not None}


def problem(status, slug="not-found", **headers):
    body = {"type": "urn:hufu:problem:" + slug, "title": "x", "status": status, "message_key": slug, "request_id": ID}
    return Answer(status, body, "application/problem+json", **headers)


KEYS = {"keys": []}
PROJECT = {"id": ID, "name": "a", "created_at": "2026-01-02T03:04:05.678Z"}


@pytest.mark.parametrize("method, path, raw, answer", [
    ("GET", "/healthz", None, Answer(200, {"status": "alive"})),
    ("HEAD", "/healthz", None, Answer(200)),
    ("GET", "/v1/keys?limit=3", None, Answer(200, KEYS)),
    ("GET", "/v1/nothing", None, problem(404)),
    ("DELETE", "/v1/activations", None, problem(405, Allow="POST")),
    ("GET", "/v1/keys", None, problem(401, WWW_Authenticate='DPoP algs="ES256"')),
    ("POST", f"/admin/v1/keys/{ID}/freeze", None, Answer(200, {"key_id": ID})),
])
def test_what_the_document_says_is_taken(method, path, raw, answer):
    contract.Contract().check(method, path, raw, answer)


@pytest.mark.parametrize("method, path, raw, answer, word", [
    ("GET", "/v1/keys", None, Answer(201, KEYS), "status"),
    ("GET", "/v1/keys", None, Answer(200, {"keys": [], "more": 1}), "more"),
    ("GET", "/v1/keys", None, Answer(200, {"keys": [{"key_id": ID}]}), "keys/0"),
    ("GET", "/v1/keys", None, Answer(200, {}), "keys"),
    ("GET", "/v1/keys", None, Answer(200, KEYS, "text/plain"), "content type"),
    ("GET", "/v1/keys", None, Answer(200, KEYS, X_Other="1"), "X-Other".lower()),
    ("GET", "/v1/keys", None, Answer(200, KEYS, X_Request_Id=None), "x-request-id"),
    ("GET", "/v1/keys", None, Answer(200, KEYS, X_Request_Id="7"), "x-request-id"),
    ("GET", "/v1/keys", None, Answer(200, KEYS, Cache_Control="public"), "cache-control"),
    ("GET", "/v1/keys?color=red", None, Answer(200, KEYS), "color"),
    ("GET", "/v1/keys", None, problem(401), "www-authenticate"),
    ("DELETE", "/v1/activations", None, problem(405), "allow"),
    ("GET", "/v1/nothing", None, Answer(200, {}), "not described"),
    ("PUT", "/v1/keys", b"{}", Answer(200, {}), "not described"),
    ("POST", "/admin/v1/projects", None, Answer(201, PROJECT), "required"),
    ("POST", "/admin/v1/projects", b'{"name":"a","x":1}', Answer(201, PROJECT), "accepted body"),
    ("POST", "/admin/v1/projects", b'{"name":"a"}', Answer(201, dict(PROJECT, created_at="2026-01-02")), "created_at"),
    ("POST", f"/admin/v1/keys/{ID}/freeze", b'{"x":1}', Answer(200, {"key_id": ID}), "a body was accepted"),
])
def test_what_the_document_does_not_say_is_a_breach(method, path, raw, answer, word):
    with pytest.raises(contract.Breach, match=word):
        contract.Contract().check(method, path, raw, answer)


def test_every_operation_says_how_it_refuses_and_what_it_answers():
    document = yaml.safe_load(contract.DOCUMENT.read_text())
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            where = f"{method} {path}"
            assert "4XX" in operation["responses"], where
            good = [status for status in operation["responses"] if status.startswith("2")]
            assert good, where
            for status in good:
                response = operation["responses"][status]
                if "$ref" not in response and status != "204":
                    assert response["content"], where
