# SPDX-License-Identifier: Apache-2.0
"""Pictures of people for the tests: cut out of those that come with a package of tools/face (tools/face/test/pictures.js)."""

import base64
import functools
import json

import stack


@functools.lru_cache(maxsize=None)
def _picture(kind, person, changes):
    pictures = (stack.TOP / "tools/face/test/pictures.js").as_uri()
    script = f"import * as pictures from {json.dumps(pictures)}; process.stdout.write(pictures.{kind}({json.dumps(person)}, {changes}))"
    return stack.run("node", "--input-type=module", "-e", script).stdout


def jpeg(person, **changes):
    """person: anna, berta, clara; changes: move, grow, step, light, mirror, quality."""
    return _picture("jpegOf", person, json.dumps(changes, sort_keys=True))


def png(person, **changes):
    return _picture("pngOf", person, json.dumps(changes, sort_keys=True))


def several():
    return _picture("sample", 4, "{}")


def nobody():
    """A picture with nobody in it."""
    return _picture("plainPng", 320, "240")


def encode(picture):
    return base64.urlsafe_b64encode(picture).rstrip(b"=").decode()
