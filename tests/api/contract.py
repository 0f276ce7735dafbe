# SPDX-License-Identifier: Apache-2.0
"""Holds what the service answers to docs/openapi.yaml: every response that a client receives is looked up there by
path, method and status, and its content type, headers and body must be what stands there. So is the body of every
request that was accepted, so that the document is not stricter than the service.

A schema with `properties` is closed here: a member that the document does not know is a breach. (The document itself
leaves answers open, so that a later version may add members without breaking who read them.)"""

import json
import pathlib
import re
import urllib.parse

import jsonschema
import yaml

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"
JSON_TYPES = ("application/json", "application/problem+json")
# What HTTP itself adds to a response, and no interface needs to tell of.
TRANSPORT_HEADERS = {"content-length", "content-type", "connection", "date", "keep-alive"}
# The headers that a status must have besides those that its description requires.
HEADER_OF_STATUS = {401: "www-authenticate", 405: "allow", 503: "retry-after"}

_formats = jsonschema.FormatChecker(formats=())


@_formats.checks("uuid")
def _is_uuid(value):
    return not isinstance(value, str) or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)


@_formats.checks("date-time")
def _is_time(value):
    return not isinstance(value, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)


class Breach(AssertionError):
    """The service and its description differ."""


def _close(node):
    """Leaves no object schema open that says which members it has."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict) and "allOf" not in node:
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _close(value)
    elif isinstance(node, list):
        for value in node:
            _close(value)


class Contract:
    def __init__(self, text=None):
        self._document = yaml.safe_load(DOCUMENT.read_text() if text is None else text)
        _close(self._document)
        self._resolver = jsonschema.RefResolver("", self._document)
        self._paths = []
        for path, item in self._document["paths"].items():
            pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path))
            self._paths.append((re.compile(pattern), path, item))
        # A path without parameters goes before one that they would match.
        self._paths.sort(key=lambda each: each[1].count("{"))
        self._validators = {}

    def _whole(self, node):
        while "$ref" in node:
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def _validate(self, where, schema, value):
        validator = self._validators.get(id(schema))
        if validator is None:
            validator = jsonschema.Draft202012Validator(schema, resolver=self._resolver, format_checker=_formats)
            self._validators[id(schema)] = validator
        for error in validator.iter_errors(value):
            raise Breach("%s: %s: %s" % (where, "/".join(map(str, error.absolute_path)) or "the whole", error.message))

    def _operation(self, method, path):
        path = urllib.parse.urlsplit(path).path
        for pattern, name, item in self._paths:
            if pattern.fullmatch(path):
                return name, item, item.get({"HEAD": "get"}.get(method, method.lower()))
        return path, None, None

    def _response(self, where, item, operation, status):
        """How the document describes this status; what no operation describes is a refusal like any other."""
        if operation is None:
            if status not in ((404,) if item is None else (404, 405, 413, 415)):
                raise Breach(where + ": answered, and not described")
            return self._document["components"]["responses"]["Problem"]
        responses = operation["responses"]
        found = responses.get(str(status)) or responses.get("%dXX" % (status // 100))
        if found is None:
            raise Breach(where + ": this status is not described")
        return self._whole(found)

    def _check_headers(self, where, status, response, headers):
        declared = {name.lower(): self._whole(header) for name, header in response.get("headers", {}).items()}
        common = {name.lower(): self._whole(header) for name, header in self._document["x-every-response"].items()}
        declared.update(common)
        received = {name.lower(): value for name, value in headers.items()}
        for name in received:
            if name not in declared and name not in TRANSPORT_HEADERS:
                raise Breach("%s: header %s is not described" % (where, name))
        for name, header in declared.items():
            if name not in received:
                if name in common or header.get("required") or HEADER_OF_STATUS.get(status) == name:
                    raise Breach("%s: header %s is missing" % (where, name))
                continue
            value = received[name]
            if self._whole(header["schema"]).get("type") == "integer":
                value = int(value)
            self._validate("%s: header %s" % (where, name), header["schema"], value)
        needed = HEADER_OF_STATUS.get(status)
        if needed and needed not in received:
            raise Breach("%s: header %s is missing" % (where, needed))

    def _check_body(self, where, response, answer):
        content = response.get("content")
        if not content:
            if answer.content:
                raise Breach(where + ": a body, and none is described")
            return
        content_type = (answer.headers["Content-Type"] or "").partition(";")[0].strip()
        if content_type not in content:
            raise Breach("%s: content type %s is not described" % (where, content_type))
        if content_type in JSON_TYPES:
            self._validate(where, content[content_type]["schema"], json.loads(answer.content))

    def _check_accepted(self, where, path, item, operation, raw):
        """What was sent with success must be what the document takes."""
        declared = [self._whole(each) for each in item.get("parameters", []) + operation.get("parameters", [])]
        names = {each["name"] for each in declared if each["in"] == "query"}
        for name in urllib.parse.parse_qs(urllib.parse.urlsplit(path).query, keep_blank_values=True):
            if name not in names:
                raise Breach("%s: query parameter %s was accepted and is not described" % (where, name))
        body = self._whole(operation["requestBody"]) if "requestBody" in operation else None
        if not raw:
            if body is not None and body.get("required"):
                raise Breach(where + ": accepted without the body that is said to be required")
        elif body is None and json.loads(raw) != {}:
            raise Breach(where + ": a body was accepted, and none is described")
        elif body is not None:
            self._validate(where + ": accepted body", body["content"]["application/json"]["schema"], json.loads(raw))

    def check(self, method, path, raw, answer):
        """Raises Breach where request and answer are not what the document says. raw: the body sent (bytes), or None."""
        name, item, operation = self._operation(method, path)
        where = "%s %s: %d" % (method, name, answer.status)
        response = self._response(where, item, operation, answer.status)
        self._check_headers(where, answer.status, response, answer.headers)
        if method != "HEAD":
            self._check_body(where, response, answer)
        if operation is not None and answer.status < 300 and (raw is None or isinstance(raw, bytes)):
            self._check_accepted(where, path, item, operation, raw)
