"""A record as it came from a topic, before anybody has tried to understand it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

LONGEST_KEY: Final = 512
"""Bytes of a key that can name a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumedRecord:
    """One Kafka record: anything may be missing or broken in it but where it stood."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    origin: str | None = None
    """The topic it was first published to, when it was fed again through another."""

    @property
    def home(self) -> str:
        """The topic it belongs to."""
        return self.origin or self.topic

    @property
    def place(self) -> tuple[str, int]:
        """The partition it came from."""
        return (self.topic, self.partition)

    def stream(self) -> str | None:
        """The stream its key puts it in; None when the key is missing, too long, or not text."""
        if not self.key or len(self.key) > LONGEST_KEY:
            return None
        try:
            return f"{self.home}/{self.key.decode()}"
        except UnicodeDecodeError:
            return None

    @property
    def size(self) -> int:
        """Bytes of everything in it that its writer chose."""
        size = len(self.key or b"") + len(self.value or b"")
        for name, value in self.headers:
            size += len(name) + len(value or b"")
        return size

    def identity(self) -> str:
        """What tells it from all other records. A topic that was made again counts its offsets anew, so what is in it
        counts as well.
        """
        content = sha256(b"\0".join([self.key or b"", self.value or b""])).hexdigest()
        return f"{self.topic}/{self.partition}@{self.offset}~{content[:16]}"
