"""Signatures of Standard Webhooks 1.0: HMAC-SHA-256 over `<id>.<timestamp>.<body>`, one for each secret that counts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """A fresh secret as it is told."""
    return PREFIX + base64.b64encode(os.urandom(SECRET_BYTES)).decode()


def signatures(secrets: Iterable[str], *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002 - the header's own word
    """The value of `webhook-signature`."""
    signed = b"%s.%d.%s" % (id.encode(), timestamp, body)
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
