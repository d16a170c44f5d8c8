"""What stands in a file of keys, sealed or not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from careflow_service.kms.provider import Kms

_MARK: Final = b'{"sealed_by":'
"""How a sealed file begins; no random key does, and no set of keys."""


def is_sealed(content: bytes) -> bool:
    """Whether that is the content of a sealed file."""
    return content.startswith(_MARK)


def content_of(file: Path) -> bytes:
    """What stands in it; where it is sealed the KMS is asked that the variables of this process name. Raises OSError
    or KmsFailure.
    """
    return _unsealed(file.read_bytes())


def _unsealed(content: bytes) -> bytes:
    if not is_sealed(content):
        return content
    from careflow_service.kms.sealed import opened  # who has no sealed file needs none of it

    return opened(content, Kms.of(os.environ))


class Read:
    """Reads a file again and again, and asks the KMS only when what stands there is new."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: bytes | None = None
        self._content = b""

    def __call__(self) -> bytes:
        """Raises OSError or KmsFailure."""
        seen = self._file.read_bytes()
        if seen != self._seen:
            self._content, self._seen = _unsealed(seen), seen
        return self._content
