# SPDX-License-Identifier: Apache-2.0
"""The encodings that REST bodies and frames are made of (docs/protocol.md, sections 1 and 7)."""

import base64
import os
import struct
import time
import uuid


def encode(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def fields(*values):
    """T(f0, f1, ...): each field with its 4-byte big-endian length in front."""
    out = b""
    for value in values:
        if isinstance(value, str):
            value = value.encode()
        out += struct.pack(">I", len(value)) + value
    return out


def u64(value):
    return struct.pack(">Q", value)


def now_ms():
    return int(time.time() * 1000)


# The fields of each body, by their lengths, for one digest (section 7).
BODY_FIELDS = {
    "sm2/keygen/begin": (32,),
    "sm2/keygen/finish": (65, 64, 32),
    "sm2/sign": (130, 64),
    "sm2/decrypt": (64,),
    "sm2/refresh": (32, 65, 64),
    "sm2/pin/check": (64,),
}
PUBLIC_SIZE = {"sm2/keygen/begin": 65, "sm2/keygen/finish": 32, "sm2/sign": 32, "sm2/decrypt": 65, "sm2/refresh": 0, "sm2/pin/check": 0}
BOX_OVERHEAD = 40


def frame(operation, key_id, binding_id, generation=0, request_id=None, time_ms=None):
    """A frame of the right form and sizes whose box nobody can open: enough for everything that the web process decides."""
    context = uuid.UUID(key_id).bytes + uuid.UUID(binding_id).bytes + struct.pack(">I", generation)
    context += (request_id or uuid.uuid4()).bytes
    head = fields("hufu/1", operation, context, u64(time_ms or now_ms()), b"", b"\4" + os.urandom(PUBLIC_SIZE[operation])[1:]
                  if PUBLIC_SIZE[operation] else b"")
    body = fields(operation, *(bytes(size) for size in BODY_FIELDS[operation]))
    return fields("hufu/frame", head, os.urandom(32), os.urandom(32), os.urandom(len(body) + BOX_OVERHEAD))
