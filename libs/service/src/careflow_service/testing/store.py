"""A store of one's own for a test: fresh keys, all indexes, a clock that the test moves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, NoneType
from typing import Any, Final

from pymongo import IndexModel
from pymongo.monitoring import CommandListener

from careflow_events import mongo as events
from careflow_events.publication import PublicationTable
from careflow_events.sealing import Sealer
from careflow_service.clock import Clock
from careflow_service.identity import Actor
from careflow_service.mongo.bodies import A
from careflow_service.mongo.documents import Documents
from careflow_service.mongo.indexes import INDEXES, ensure_indexes
from careflow_service.mongo.store import Keys, Store, open_store
from careflow_service.work import Transaction

MONDAY_NOON: Final = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
"""An ordinary Monday, noon in Los Angeles."""

NOTHING_PUBLISHED: Final[PublicationTable] = MappingProxyType({})
NO_RECIPIENTS: Final[Mapping[str, Any]] = MappingProxyType({"keys": []})
_INDEXED: Final[set[tuple[str, str, frozenset[tuple[str, str]]]]] = set()
"""Where this process made which indexes: a database is kept for the next test, empty, with those it has."""


@dataclass
class SetClock:
    """A clock that stands still until the test moves it."""

    now: datetime = field(default=MONDAY_NOON)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        """Moves the clock on."""
        self.now += by


def new_keys() -> Keys:
    """Random keys at rest."""
    return Keys(master=os.urandom(96), blind_index=os.urandom(32), audit=os.urandom(32))


async def given(store: Store, documents: Documents[A], *aggregates: A) -> None:
    """These are stored, by a unit of work of their own."""

    async def add(tx: Transaction) -> None:
        for aggregate in aggregates:
            await documents.add(aggregate, tx)

    await store.work.run(add, by=Actor.system("tests"), action="given", returns=NoneType)


@asynccontextmanager
async def scratch_store(
    url: str,
    database: str,
    *,
    clock: Clock,
    keys: Keys | None = None,
    published: PublicationTable = NOTHING_PUBLISHED,
    sealer: Sealer | None = None,
    indexes: Iterable[tuple[str, IndexModel]] = (),
    time_limit: float = 10.0,
    listeners: Sequence[CommandListener] = (),
) -> AsyncIterator[Store]:
    """The store as a process of the service has it, with the library's indexes and those given."""
    async with open_store(
        url=url,
        database=database,
        process="tests",
        keys=keys or new_keys(),
        published=published,
        sealer=sealer or Sealer(NO_RECIPIENTS),
        clock=clock,
        time_limit=time_limit,
        listeners=listeners,
    ) as store:
        await _index(store, url, [*INDEXES, *events.INDEXES, *indexes])
        yield store


async def _index(store: Store, url: str, indexes: Sequence[tuple[str, IndexModel]]) -> None:
    named = frozenset((collection, model.document["name"]) for collection, model in indexes)
    these = url, store.database.name, named
    if these not in _INDEXED:
        await ensure_indexes(store.database, indexes)
        _INDEXED.add(these)
