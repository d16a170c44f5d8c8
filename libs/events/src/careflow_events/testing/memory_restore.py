"""A service's side of restoring and refeeding in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from careflow_events.envelope import decode, encode
from careflow_events.fencing import Fence
from careflow_events.lease import Fenced, Grant
from careflow_events.outbox import OutboxRow, StreamHead
from careflow_events.refeeding import Refeed, Selection
from careflow_events.testing.memory import MemoryStore
from careflow_events.testing.memory_outbox import MemoryRow


class MemoryFences:
    """The `Fences` port."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def fence(self) -> Fence | None:
        """See `careflow_events.fencing.Fences.fence`."""
        fence: Fence | None = self._store.tables["fence"].get("it")
        return fence

    async def put_up(self, fence: Fence) -> None:
        """See `careflow_events.fencing.Fences.put_up`."""
        before = await self.fence()
        if fence.looked and before is not None:
            fence = replace(fence, finishing=before.finishing)
        self._store.tables["fence"]["it"] = fence

    async def ask_to_finish(self) -> bool:
        """See `careflow_events.fencing.Fences.ask_to_finish`."""
        fence = await self.fence()
        if fence is None or fence.filling:
            return False
        self._store.tables["fence"]["it"] = replace(fence, finishing=True)
        return True

    async def take_down(self) -> None:
        """See `careflow_events.fencing.Fences.take_down`."""
        self._store.tables["fence"].pop("it", None)

    async def forgotten(self, events: Collection[OutboxRow]) -> frozenset[str]:
        """See `careflow_events.fencing.Fences.forgotten`."""
        taken = {(each.row.stream, each.row.sequence) for each in self._rows.values() if each.at is not None}
        return frozenset(
            row.id for row in events if row.id not in self._rows and (row.stream, row.sequence) not in taken
        )

    async def adopt(self, orphans: Sequence[OutboxRow], grant: Grant, at: datetime) -> None:
        """See `careflow_events.fencing.Fences.adopt`."""
        lease = self._store.tables["leases"].get(grant.name)
        if lease is None or lease.grant != grant:
            raise Fenced
        for stream in sorted({row.stream for row in orphans}):
            self._make_room(stream, [row for row in orphans if row.stream == stream])
        counters: dict[str, int] = self._store.tables["published"]
        for row in orphans:
            counters["all"] = counters.get("all", 0) + 1
            self._rows[row.id] = MemoryRow(row, at, counters["all"])

    def _make_room(self, stream: str, orphans: Sequence[OutboxRow]) -> None:
        first, taken = min(row.sequence for row in orphans), max(row.sequence for row in orphans)
        said = [
            each.row
            for each in self._rows.values()
            if each.row.stream == stream and each.at is None and each.row.sequence >= first
        ]
        times = [row.recorded_at for row in orphans]
        for sequence, row in enumerate(sorted(said, key=lambda row: row.sequence), start=taken + 1):
            record = encode(replace(decode(row.record, row.headers), sequence=sequence))
            self._rows[row.id] = MemoryRow(replace(row, sequence=sequence, record=record))
            times.append(row.recorded_at)
        head: StreamHead | None = self._store.tables["streams"].get(stream)
        if head is not None:
            times.append(head.recorded_at)
        self._store.tables["streams"][stream] = StreamHead(taken + len(said), max(times))

    @property
    def _rows(self) -> dict[str, MemoryRow]:
        return self._store.tables["outbox"]


class MemoryRefeeds:
    """The `Refeeds` port."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def count(self, selection: Selection) -> int:
        """See `careflow_events.refeeding.Refeeds.count`."""
        return len(self._selected(selection, 0))

    async def request(self, refeed: Refeed) -> None:
        """See `careflow_events.refeeding.Refeeds.request`."""
        self._refeeds[refeed.id] = refeed

    async def waiting(self) -> Sequence[Refeed]:
        """See `careflow_events.refeeding.Refeeds.waiting`."""
        return sorted((each for each in self._refeeds.values() if each.finished_at is None), key=lambda each: each.id)

    async def recent(self, limit: int) -> Sequence[Refeed]:
        """See `careflow_events.refeeding.Refeeds.recent`."""
        return sorted(self._refeeds.values(), key=lambda each: each.id, reverse=True)[:limit]

    async def rows(self, refeed: Refeed, limit: int) -> Sequence[OutboxRow]:
        """See `careflow_events.refeeding.Refeeds.rows`."""
        return self._selected(refeed.selection, refeed.after)[:limit]

    async def note(self, refeed: Refeed, rows: Sequence[OutboxRow]) -> Refeed:
        """See `careflow_events.refeeding.Refeeds.note`."""
        last: MemoryRow = self._store.tables["outbox"][rows[-1].id]
        after = last.row.sequence if refeed.selection.stream is not None else last.position or 0
        noted = replace(refeed, after=after, fed=refeed.fed + len(rows))
        self._refeeds[refeed.id] = noted
        return noted

    async def finish(self, refeed: Refeed, at: datetime) -> None:
        """See `careflow_events.refeeding.Refeeds.finish`."""
        self._refeeds[refeed.id] = replace(refeed, finished_at=at)

    def _selected(self, selection: Selection, after: int) -> list[OutboxRow]:
        marked: list[MemoryRow] = [each for each in self._store.tables["outbox"].values() if each.position is not None]
        if selection.since is not None:
            marked = [each for each in marked if each.row.recorded_at >= selection.since]
        if selection.stream is None:
            found = [each for each in marked if each.row.topic == selection.topic and (each.position or 0) > after]
            return [each.row for each in sorted(found, key=lambda each: each.position or 0)]
        first = max(after + 1, selection.first or 1)
        rows = [
            each.row
            for each in marked
            if each.row.stream == selection.stream
            and each.row.sequence >= first
            and (selection.last is None or each.row.sequence <= selection.last)
        ]
        return sorted(rows, key=lambda row: row.sequence)

    @property
    def _refeeds(self) -> dict[Any, Refeed]:
        return self._store.tables["refeeds"]
