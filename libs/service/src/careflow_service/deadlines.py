"""What a service does by itself when its time comes: deadlines (a change of state), effects (an act outside the store).

Invariant: a deadline is state. It has fired when the document says so, committed in the same transaction; nothing is
remembered in a process. An effect is an intent that a transaction wrote; it is performed with the intent's id as the
idempotency key and settled in another transaction, so a crash in between performs it again under the same key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from careflow_service.work import Transaction

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Deadline(Generic[P]):
    """Something that happens at a time kept in a document.

    `next` answers the earliest due time and the document's id, or None when nothing waits; it must use an index.
    `fire` runs in a transaction: it re-reads the document, does nothing when it is no longer due, and otherwise changes
    it so that it is not due again.
    """

    name: str
    next: Callable[[P], Awaitable[tuple[datetime, str] | None]]
    fire: Callable[[str, Transaction, P], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Effect(Generic[P]):
    """An act outside the store: a page, a message, a payment.

    `next` answers the id of the next intent that may be attempted now, or None. `perform` acts, with that id as the
    idempotency key, and reports how it went. `settle` records the report in a transaction: done, or when to try again.
    """

    name: str
    next: Callable[[P], Awaitable[str | None]]
    perform: Callable[[str, P], Awaitable[Any]]
    settle: Callable[[str, Any, Transaction, P], Awaitable[None]]


_set_aside: ContextVar[frozenset[str]] = ContextVar("set_aside", default=frozenset())


@contextmanager
def setting_aside(ids: frozenset[str]) -> Iterator[None]:
    """Within this block a look-up of what is next leaves out `ids`: their last attempt failed, they wait their turn."""
    token = _set_aside.set(ids)
    try:
        yield
    finally:
        _set_aside.reset(token)


def set_aside() -> frozenset[str]:
    """The ids that a look-up of what is next leaves out."""
    return _set_aside.get()


class Backoff:
    """Which ids of one deadline or effect failed lately, and when each may be tried again.

    Times are monotonic seconds given by the caller. The wait doubles with each failure in a row, from `first` up to
    `longest`. Bounded: of more than `most` failing ids the one that waits longest for its turn is tried early.
    """

    def __init__(self, *, first: float = 1.0, longest: float = 60.0, most: int = 1_000) -> None:
        self._first = first
        self._longest = longest
        self._most = most
        self._failures: dict[str, tuple[int, float]] = {}

    def failed(self, key: str, now: float) -> None:
        """Sets `key` aside for longer than the time before."""
        failures = self._failures.get(key, (0, now))[0] + 1
        self._failures[key] = (failures, now + min(self._first * 2 ** (failures - 1), self._longest))
        if len(self._failures) > self._most:
            del self._failures[max(self._failures, key=lambda each: self._failures[each][1])]

    def succeeded(self, key: str) -> None:
        """Forgets that `key` ever failed."""
        self._failures.pop(key, None)

    def waiting(self, now: float) -> frozenset[str]:
        """The ids whose turn has not come yet."""
        return frozenset(key for key, (_, until) in self._failures.items() if until > now)
