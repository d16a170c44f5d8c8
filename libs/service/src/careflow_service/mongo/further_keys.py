"""The file of further keys: those a process holds beside the first of each kind, while one key follows another.

A JSON object: the kind, and its keys in base64. Invariant: a file that cannot be used is one sentence, never a key.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from careflow_service.kms import KmsFailure
from careflow_service.kms.files import Read
from careflow_service.mongo.key_lines import KeyKind
from careflow_service.settings import LEAST_DISTINCT_BYTES, LEAST_KEY_BYTES, MASTER_KEY_BYTES

Further = Mapping[KeyKind, Sequence[bytes]]

_VARIABLE: Final = "CAREFLOW_FURTHER_KEYS_FILE"


class FurtherKeysBroken(Exception):
    """The file of further keys cannot be used; the message says why and shows nothing of it."""


def reading(file: Path | None) -> Callable[[], Further]:
    """Reads that file each time; without one there are no further keys. Raises FurtherKeysBroken."""

    if file is None:
        return dict
    content = Read(file)

    def read() -> Further:
        try:
            return _parsed(content())
        except OSError as error:
            raise FurtherKeysBroken(f"{_VARIABLE} cannot be read ({error.strerror})") from None
        except KmsFailure as failure:
            raise FurtherKeysBroken(f"{_VARIABLE}: {failure}") from None

    return read


def _parsed(content: bytes) -> Further:
    try:
        found = json.loads(content)
        return {KeyKind(kind): [_key(KeyKind(kind), key) for key in keys] for kind, keys in found.items()}
    except (ValueError, AttributeError, TypeError, RecursionError):
        raise FurtherKeysBroken(f"{_VARIABLE} is not a file of keys: careflow keys new writes it") from None


def _key(kind: KeyKind, written: str) -> bytes:
    """Raises ValueError for what is no key of that kind."""
    try:
        key = base64.b64decode(written, validate=True)
    except binascii.Error:
        raise ValueError from None
    has_its_size = len(key) == MASTER_KEY_BYTES if kind is KeyKind.MASTER else len(key) >= LEAST_KEY_BYTES
    if not has_its_size or len(set(key)) < LEAST_DISTINCT_BYTES:
        raise ValueError
    return key
