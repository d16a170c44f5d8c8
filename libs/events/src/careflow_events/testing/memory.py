"""A store in memory, with transactions that roll back."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from careflow_events.envelope import Envelope
from careflow_events.handling import Reacting

R = TypeVar("R")

Tables = defaultdict[str, dict[Any, Any]]

_OPEN_TRANSACTION: ContextVar[tuple["MemoryStore", Tables] | None] = ContextVar("open_transaction", default=None)
_TRIES = 50


class WriteConflict(ConnectionError):
    """Another transaction has changed the same row meanwhile: nothing was written."""


async def at_once() -> None:
    """A store that takes no time."""


class MemoryStore:
    """Tables of immutable rows. A transaction sees the store as it was when it began, and what it wrote itself; nobody
    else sees that before it commits. Of two that change the same row, the second to commit fails and leaves no trace.

    `pause` is awaited before a transaction begins, before it commits, and before it is known to have committed.
    """

    def __init__(self, pause: Callable[[], Awaitable[None]] = at_once) -> None:
        self.committed: Tables = defaultdict(dict)
        self._pause = pause

    @property
    def tables(self) -> Tables:
        """What whoever asks sees."""
        current = _OPEN_TRANSACTION.get()
        return current[1] if current is not None and current[0] is self else self.committed

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """What is written within is kept only if the block ends well. Raises WriteConflict."""
        await self._pause()
        before = self.committed
        seen = _copy(before)
        written = _copy(before)
        token = _OPEN_TRANSACTION.set((self, written))
        try:
            yield
            await self._pause()
        finally:
            _OPEN_TRANSACTION.reset(token)
        if self.committed is not before:
            raise WriteConflict("the store was put back")
        self._commit(seen, written)
        await self._pause()

    def put_back(self, copy: Tables) -> None:
        """The store is what it was when `copy` was taken; open transactions fail."""
        self.committed = _copy(copy)

    def copy(self) -> Tables:
        """What it holds now."""
        return _copy(self.committed)

    def _commit(self, seen: Tables, written: Tables) -> None:
        changes = [
            (name, key, table.get(key, _NOTHING))
            for name, table in written.items()
            for key in {**seen[name], **table}
            if table.get(key, _NOTHING) is not seen[name].get(key, _NOTHING)
        ]
        for name, key, _ in changes:
            if self.committed[name].get(key, _NOTHING) is not seen[name].get(key, _NOTHING):
                raise WriteConflict(name)
        for name, key, row in changes:
            if row is _NOTHING:
                del self.committed[name][key]
            else:
                self.committed[name][key] = row


_NOTHING = object()


def _copy(tables: Tables) -> Tables:
    return defaultdict(dict, {name: dict(table) for name, table in tables.items()})


class MemoryTransactions:
    """The `Transactions` port. `started` notes the actions, `together` the sizes of groups; `fail_commit` makes the
    next commits fail.
    """

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self.started: list[tuple[str, Envelope | None]] = []
        self.together: list[int] = []
        self.fail_commit: list[Exception] = []

    async def run(self, fn: Callable[[Any], Awaitable[R]], *, action: str, event: Envelope | None) -> R:
        """See `careflow_events.handling.Transactions.run`. Reactions get the store itself as their transaction."""
        self.started.append((action, event))
        for _ in range(_TRIES):
            try:
                return await self._once(fn)
            except WriteConflict:
                continue
        raise WriteConflict(action)

    async def _once(self, fn: Callable[[Any], Awaitable[R]]) -> R:
        async with self._store.transaction():
            result = await fn(self._store)
            if self.fail_commit:
                raise self.fail_commit.pop(0)
            return result

    async def run_together(self, reactions: Sequence[Reacting[R]]) -> list[R]:
        """See `careflow_events.handling.Transactions.run_together`."""
        self.together.append(len(reactions))
        self.started.extend((reaction.action, reaction.event) for reaction in reactions)
        async with self._store.transaction():
            results = []
            for reaction in reactions:
                with reaction.span():
                    results.append(await reaction.fn(self._store))
            if self.fail_commit:
                raise self.fail_commit.pop(0)
            return results
