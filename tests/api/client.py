# SPDX-License-Identifier: Apache-2.0
"""HTTP to the service: the public port, and the administrative Unix socket."""

import http.client
import json
import socket
import ssl
import urllib.parse

import contract

_contract = contract.Contract()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.content = response.read()

    @property
    def json(self):
        return json.loads(self.content)

    def problem(self, status, slug, **members):
        """Asserts that this is the problem document of that name, with these members; returns it."""
        assert self.status == status, self.content
        assert self.headers["Content-Type"] == "application/problem+json"
        document = self.json
        assert document["type"] == "urn:hufu:problem:" + slug, document
        assert document["message_key"] == slug
        assert document["status"] == status
        assert document["title"]
        assert document["request_id"] == self.headers["X-Request-Id"]
        for name, value in members.items():
            assert document.get(name) == value, document
        return document

    def ok(self, status=200):
        assert self.status == status, self.content
        return self.json if self.content else None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Client:
    """One fresh connection for each request, so that a restarted service is no special case."""

    def __init__(self, url=None, certificate=None, socket_path=None, token=None, device=None):
        self.url = url
        self._url = urllib.parse.urlsplit(url) if url else None
        self._tls = ssl.create_default_context(cafile=certificate) if certificate else None
        self._socket_path = socket_path
        self.token = token
        self.device = device

    def with_token(self, token, device=None):
        """With a session: device makes the proof that each request needs (frames alone go without)."""
        other = Client.__new__(Client)
        other.__dict__.update(self.__dict__, token=token, device=device)
        return other

    def _connection(self):
        if self._socket_path:
            return _UnixConnection(self._socket_path)
        if self._tls:
            return http.client.HTTPSConnection(self._url.hostname, self._url.port, timeout=30, context=self._tls)
        return http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=30)

    def request(self, method, path, body=None, raw=None, headers=None):
        """body: a value to be sent as JSON; raw: bytes to be sent as they are, as JSON unless headers say otherwise. A header that
        is None is left out."""
        sent = dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
        if self.token:
            sent.setdefault("Authorization", "DPoP " + self.token)
        if self.token and self.device:
            sent.setdefault("DPoP", self.device.dpop(method, self.url + path, self.token))
        sent = {name: value for name, value in sent.items() if value is not None}
        connection = self._connection()
        try:
            connection.request(method, path, body=raw, headers=sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        _contract.check(method, path, raw, answer)
        return answer

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def every(self, path, name):
        """What all pages of a list have under that name."""
        found, query = [], "?limit=500"
        while query:
            page = self.get(path + query).ok()
            found += page[name]
            query = "?limit=500&cursor=" + page["next_cursor"] if "next_cursor" in page else None
        return found

    def post(self, path, body=None, **kwargs):
        return self.request("POST", path, body=body, **kwargs)

    def put(self, path, body=None, **kwargs):
        return self.request("PUT", path, body=body, **kwargs)

    def patch(self, path, body=None, **kwargs):
        return self.request("PATCH", path, body=body, **kwargs)

    def delete(self, path, body=None, **kwargs):
        return self.request("DELETE", path, body=body, **kwargs)
