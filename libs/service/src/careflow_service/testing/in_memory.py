"""A service's application without a store: aggregates in memory, units of work that commit or leave no trace; for what
is tried ten thousand times.

They keep the rules a real unit of work has: what is put is seen by its id, no list is asked for once one of its kind
was put, nothing is saved on another version than the one that was read.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import not_found
from careflow_service.deadlines import Effect
from careflow_service.work import Committed

A = TypeVar("A", bound=Aggregate)
P = TypeVar("P")


class Kept(Generic[A]):
    """Aggregates of one kind by id; `put` are those of the unit of work that is not committed."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.all: dict[str, A] = {}
        self.put: dict[str, A] = {}

    async def get(self, stored_id: str, /, *, of: object = None) -> A:  # noqa: ARG002  # nothing is guarded here
        found = await self.find(stored_id)
        if found is None:
            raise not_found(self.what)
        return found

    async def find(self, stored_id: str, /, *, of: object = None) -> A | None:  # noqa: ARG002  # nothing is guarded here
        return self.put.get(stored_id) or self.all.get(stored_id)

    async def add(self, aggregate: Any, /, tx: "Tx") -> None:
        assert await self.find(aggregate.id) is None, f"{self.what}: added twice"
        self._put(aggregate, tx)

    async def save(self, aggregate: Any, /, *, expecting: int, tx: "Tx") -> None:
        known = await self.find(aggregate.id)
        assert known is not None, f"{self.what}: saved and never added"
        assert known.version == expecting, f"{self.what}: saved on a version nobody read"
        assert aggregate.version > known.version, f"{self.what}: changed without a new version"
        self._put(aggregate, tx)

    def listed(self, wanted: Callable[[Any], bool]) -> list[Any]:
        assert not self.put, f"{self.what}: asked for a list after writing"
        return [each for each in self.all.values() if wanted(each)]

    def commit(self) -> None:
        self.all.update(self.put)
        self.put.clear()

    def _put(self, aggregate: A, tx: "Tx") -> None:
        """As it will be read again: with its facts it would say them once more when it is put again."""
        tx.record(aggregate.facts)
        self.put[str(aggregate.id)] = replace(aggregate, facts=())  # type: ignore[attr-defined]  # each has one


class Shelved(Protocol):
    """What a unit of work writes to."""

    put: dict[Any, Any]

    def commit(self) -> None: ...


@dataclass(slots=True)
class Tx:
    """One try."""

    now: datetime
    new_id: Callable[[], str]
    facts: list[object] = field(default_factory=list)

    def record(self, facts: Iterable[object]) -> None:
        self.facts.extend(facts)

    def touched(self, what: str) -> None:
        """The audit trail is not kept here."""


@dataclass(slots=True)
class Units:
    """Runs units of work on these; `now` is the domain clock, `said` every fact that was committed, in order."""

    now: datetime
    said: list[object] = field(default_factory=list)
    stores: list[Shelved] = field(default_factory=list)
    _numbers: int = 0

    def new_id(self) -> str:
        self._numbers += 1
        return f"0199e0a0-0000-7000-9000-{self._numbers:012d}"

    async def unit(self, fn: Callable[[Any], Awaitable[Any]]) -> Any:
        """Runs it and commits, or leaves no trace."""
        tx = Tx(self.now, self.new_id)
        try:
            value = await fn(tx)
        except BaseException:
            for store in self.stores:
                store.put.clear()
            raise
        for store in self.stores:
            store.commit()
        self.said.extend(tx.facts)
        return value

    async def run(self, fn: Callable[[Any], Awaitable[Any]], **_: object) -> Committed[Any]:
        """See `careflow_service.work.Work.run`."""
        return Committed(await self.unit(fn), ())

    async def does(self, effect: Effect[P], ports: P) -> bool:
        """The next act outside the store that is due, and its record; whether there was one."""
        due = await effect.next(ports)
        if due is not None:
            report = await effect.perform(due, ports)
            await self.unit(lambda tx: effect.settle(due, report, tx, ports))
        return due is not None
