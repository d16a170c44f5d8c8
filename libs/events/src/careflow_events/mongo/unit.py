"""One try of a unit of work: what it has read and what it will write. Nothing is sent before all of it is known.

Reads go out side by side, outside of any transaction; every one of them is remembered here, and guarded without
anybody naming it. Invariants: a try believes a list, or that something is missing, only when it asked after it knew the
owner's mark; what it found by id beside the mark is guarded by its own version; what it writes it can read again by id
and is written once, however often it was put; what is closed by an erasure it does not write; who refuses by what is
overtaken decides anew, as who writes does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from careflow_events.closing import Closing, OwnerClosed
from careflow_events.mongo.collections import Document, committed
from careflow_events.mongo.owners import OWNERS, Mark, Owners, owner_of
from careflow_events.outbox import StreamHead

Model = InsertOne[Document] | ReplaceOne[Document] | UpdateOne
Key = tuple[str, str]
"""(collection, _id) of a document."""


class Overtaken(Exception):
    """Somebody else committed what this try had read, or is about to: decide anew. `where` is the document,
    "collection/id"; while the other is still `in_flight` the store does not say which it was, then it is the first.
    """

    def __init__(self, where: str, *, in_flight: bool = False) -> None:
        super().__init__(where)
        self.where = where
        self.in_flight = in_flight


class AskedAfterWriting(Exception):
    """A list was asked for that the unit of work has itself changed: the answer would be the one from before. Ask
    first, then write.
    """


class SavedUnread(Exception):
    """A document is to be replaced that this unit of work never read: nothing says which version was decided on."""


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a commit. `expected`: it must find what the decision was made on, for an insert nothing; an update
    `finds` so many documents.
    """

    where: str
    model: Model
    expected: bool
    finds: int = 1


@dataclass(slots=True)
class _Put:
    """A document to be stored: `base` is the version it replaces, None for a new one, 0 for one that was missing."""

    base: int | None
    owner: str | None
    document: Callable[[bool], Awaitable[Document]]


class Unit:
    """What one try has read and will write."""

    def __init__(
        self, database: AsyncDatabase[Document], owners: Owners, *, again: bool, by_itself: bool = True
    ) -> None:
        """`by_itself`: nobody asks for it, it follows from what was heard or is due."""
        self.again: Final = again
        """Whether a try before this one was overtaken: then nothing is taken for granted."""
        self._by_itself = by_itself
        self.open = True
        self._database = database
        self._owners = owners
        self._marks: dict[str, asyncio.Future[Mark]] = {}
        self._made: set[str] = set()
        self._raised: dict[str, dict[str, StreamHead]] = {}
        self._changed: set[str] = set()
        self._closings: dict[str, Closing | None] = {}
        self._peeked: set[str] = set()
        self._taken_for_open: set[str] = set()
        self._seen: dict[Key, object] = {}
        self._guards: dict[Key, int] = {}
        self._puts: dict[Key, _Put] = {}
        self._writes: list[Write] = []

    # what is read

    def about(self, owner: str) -> None:
        """Starts to read the owner's mark, beside whatever else is being read."""
        self._peeked.discard(owner)
        if owner not in self._marks:
            self._marks[owner] = asyncio.ensure_future(self._read_mark(owner))

    async def closing(self, owner: str) -> Closing | None:
        """Whether the owner is closed. Nothing rests on the rest of the mark unless it is asked for, too."""
        if owner in self._closings:
            return self._closings[owner]
        if owner not in self._marks:
            self.about(owner)
            self._peeked.add(owner)
        return (await asyncio.shield(self._marks[owner])).closing

    def take_for_open(self, owner: str) -> None:
        """Takes the owner for not erased without asking; who is wrong is overtaken. Their mark says so where it is read
        anyway, else a write that finds nothing, and so costs no waiting. A single write is the position of what was
        heard, which moves in any case.
        """
        self._taken_for_open.add(owner)

    def made(self, new_id: str) -> None:
        """Notes an id made in this try: nobody else can have written anything of an owner with it."""
        self._made.add(new_id)

    async def mark(self, owner: str) -> Mark:
        """The owner's mark; lists are asked for after it."""
        self.about(owner)
        return await asyncio.shield(self._marks[owner])

    def knows(self, owner: str | None) -> bool:
        """Whether what is asked now is asked after the owner's mark."""
        return owner is not None and owner in self._marks and self._marks[owner].done()

    def seen(self, key: Key) -> object | None:
        """The document as this try has read or put it before."""
        return self._seen.get(key)

    def read(self, key: Key, version: int, loaded: object, *, sure: bool) -> None:
        """Notes what was found. `sure`: it was asked for after its owner's mark, which guards it."""
        self._seen[key] = loaded
        if not sure:
            self._guards[key] = version

    def put_in(self, collection: str) -> list[object]:
        """What this try has put into a collection, as it leaves it."""
        return [self._seen[key] for key in self._puts if key[0] == collection]

    def is_put(self, key: Key) -> bool:
        """Whether this try has put the document."""
        return key in self._puts

    def confirm_unchanged(self, collection: str) -> None:
        """Raises AskedAfterWriting when this try has put documents of the collection already."""
        if any(name == collection for name, _ in self._puts):
            raise AskedAfterWriting(collection)

    # what is written

    def put(
        self,
        key: Key,
        put: object,
        document: Callable[[bool], Awaitable[Document]],
        *,
        base: int | None,
        owner: str | None,
    ) -> None:
        """Stores a document with the commit: a new one, one in place of version `base`, or, where that is 0, one that
        was looked for and must still be missing. `document` makes it, once, after the decision; it is told whether
        nothing of its owner was ever written. Raises SavedUnread.
        """
        if base and key not in self._seen:
            raise SavedUnread(f"{key[0]} was saved without being read")
        if owner is not None:
            self.change(owner)
        earlier = self._puts.get(key)
        self._puts[key] = _Put(earlier.base if earlier else base, owner, document)
        self._seen[key] = put

    def insert(self, collection: str, document: Document, *, missing: bool = False) -> None:
        """Adds a document with the commit. `missing`: the decision rests on there being none with its id."""
        self._add(collection, document["_id"], InsertOne(document, namespace=self._namespace(collection)), missing)

    def update(self, collection: str, query: Document, update: Mapping[str, Any]) -> None:
        """Changes the one document that `query`, which names its `_id`, must still match when it is committed."""
        self._add(collection, query["_id"], UpdateOne(query, update, namespace=self._namespace(collection)), True)

    def change(self, owner: str) -> None:
        """Makes the commit collide with every decision about the owner that does not know of it."""
        self.about(owner)
        self._changed.add(owner)

    def close_owner(self, owner: str, closing: Closing | None) -> None:
        """Closes the owner with the commit, or opens them again; this very unit of work may still write about them."""
        self.change(owner)
        self._closings[owner] = closing

    async def raise_head(self, stream: str, count: int, now: datetime) -> StreamHead:
        """Gives the next `count` numbers of a stream; answers the last of them and when they are recorded: not before
        what was recorded last. Instants have milliseconds, as stored ones do.
        """
        owner = owner_of(stream.partition("/")[2])
        mark = await self.mark(owner)
        raised = self._raised.setdefault(owner, {})
        before = raised.get(stream) or mark.heads.get(stream)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        head = StreamHead((before.sequence if before else 0) + count, max(before.recorded_at, now) if before else now)
        raised[stream] = head
        return head

    async def _read_mark(self, owner: str) -> Mark:
        return Mark(None, {}) if owner in self._made else await self._owners.read(owner)

    @property
    def changed(self) -> frozenset[str]:
        """The owners of what this try writes, and of whom it says something."""
        return frozenset(self._changed | self._raised.keys())

    # what is sent

    @property
    def writes_anything(self) -> bool:
        """Whether there is anything to commit."""
        return bool(self._puts or self._writes or self._raised or self._closings)

    async def writes(self) -> list[Write]:
        """Everything to send, what is most likely to have been overtaken first. Nothing when nothing was written: what
        was only read needs no guard then.
        """
        if not self.writes_anything:
            return []
        marks = {owner: await self.mark(owner) for owner in self._marks if owner not in self._peeked}
        self._confirm_open(marks)
        new = {owner for owner, mark in marks.items() if mark.version is None}
        documents = await asyncio.gather(*(each.document(each.owner in new) for each in self._puts.values()))
        writes = [
            *self._owners_writes(marks),
            *self._guard_writes(),
            *self._writes,
            *(
                self._put(key, put, document)
                for (key, put), document in zip(self._puts.items(), documents, strict=True)
            ),
        ]
        return [*self._open_writes(marks), *writes] if len(writes) > 1 else writes

    async def confirm_current(self) -> None:
        """Raises Overtaken where something this try rests on has changed by now: what refuses must be so, as what is
        written must; readings sent side by side may stand on both sides of another's commit.
        """
        marks = {owner: read.result().version for owner, read in self._marks.items() if self._rests_on(owner, read)}
        await asyncio.gather(
            self._confirm_versions(OWNERS, marks),
            *(self._confirm_versions(collection, versions) for collection, versions in self._guarded().items()),
        )

    def _rests_on(self, owner: str, read: asyncio.Future[Mark]) -> bool:
        answered = read.done() and not read.cancelled() and read.exception() is None
        return answered and owner not in self._made | self._peeked

    def _guarded(self) -> dict[str, dict[str, int | None]]:
        """The versions of documents that no mark guards, by collection."""
        guarded: dict[str, dict[str, int | None]] = {}
        for (collection, key), version in self._guards.items():
            guarded.setdefault(collection, {})[key] = version
        return guarded

    async def _confirm_versions(self, collection: str, versions: Mapping[str, int | None]) -> None:
        if not versions:
            return
        query = {"_id": {"$in": sorted(versions)}}
        found = committed(self._database, collection).find(query, {"version": 1})
        now = {document["_id"]: document["version"] async for document in found}
        for key, version in versions.items():
            if now.get(key) != version:
                raise Overtaken(f"{collection}/{key}")

    async def close(self) -> None:
        """Ends what is still being read."""
        self.open = False
        for task in self._marks.values():
            task.cancel()
        await asyncio.gather(*self._marks.values(), return_exceptions=True)

    def _owners_writes(self, marks: Mapping[str, Mark]) -> Iterator[Write]:
        for owner, mark in marks.items():
            raised = self._raised.get(owner, {})
            moves = bool(raised) or owner in self._changed
            closing = self._closings.get(owner, mark.closing)
            model = (
                self._owners.moved(owner, mark, raised, closing=closing) if moves else self._owners.held(owner, mark)
            )
            yield Write(f"{OWNERS}/{owner}", model, expected=True)

    def _confirm_open(self, marks: Mapping[str, Mark]) -> None:
        """Raises OwnerClosed, and Overtaken for who was taken for open."""
        for owner in self._taken_for_open & marks.keys():
            closing = marks[owner].closing
            if closing is not None and closing.for_good:
                raise Overtaken(f"{OWNERS}/{owner}")
        for owner in self.changed - self._closings.keys():
            closing = marks[owner].closing
            if closing is not None and (closing.for_good or not self._by_itself):
                raise OwnerClosed(closing)

    def _open_writes(self, marks: Mapping[str, Mark]) -> Iterator[Write]:
        for owner in sorted(self._taken_for_open - marks.keys()):
            yield Write(f"{OWNERS}/{owner}", self._owners.erased(owner), expected=True, finds=0)

    def _guard_writes(self) -> Iterator[Write]:
        for (collection, key), version in self._guards.items():
            if (collection, key) not in self._puts:
                held = UpdateOne(
                    {"_id": key, "version": version}, {"$inc": {"guard": 1}}, namespace=self._namespace(collection)
                )
                yield Write(f"{collection}/{key}", held, expected=True)

    def _put(self, key: Key, put: _Put, document: Document) -> Write:
        namespace = self._namespace(key[0])
        where = f"{key[0]}/{key[1]}"
        if not put.base:
            return Write(where, InsertOne(document, namespace=namespace), expected=put.base == 0)
        as_read = {"_id": key[1], "version": put.base}
        return Write(where, ReplaceOne(as_read, document, namespace=namespace), expected=True)

    def _add(self, collection: str, key: object, model: Model, expected: bool) -> None:
        self._writes.append(Write(f"{collection}/{key}", model, expected))

    def _namespace(self, collection: str) -> str:
        return f"{self._database.name}.{collection}"


_current: ContextVar[Unit | None] = ContextVar("unit", default=None)


@contextmanager
def working_in(unit: Unit) -> Iterator[None]:
    """What is read and written within this block, also by tasks begun there, belongs to `unit`."""
    token = _current.set(unit)
    try:
        yield
    finally:
        _current.reset(token)


def current_unit() -> Unit | None:
    """The unit of work one is in; none once it is decided, for a task that outlives it."""
    unit = _current.get()
    return unit if unit is not None and unit.open else None


def unit_of_work() -> Unit:
    """The unit of work one is in. Raises RuntimeError outside of any: writing on its own is what this library never
    does.
    """
    unit = current_unit()
    if unit is None:
        raise RuntimeError("this is written within a unit of work only")
    return unit
