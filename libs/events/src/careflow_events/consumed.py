"""A record as it came from a topic, before anybody has tried to understand it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumedRecord:
    """One Kafka record: anything may be missing or broken in it but where it stood."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    @property
    def place(self) -> tuple[str, int]:
        """The partition it came from."""
        return (self.topic, self.partition)

    def stream(self) -> str | None:
        """The stream its key puts it in; None when the key is missing or is not text."""
        if not self.key:
            return None
        try:
            return f"{self.topic}/{self.key.decode()}"
        except UnicodeDecodeError:
            return None
