"""The relay's side of the store in memory: outbox and leases."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from careflow_events.lease import Fenced, Grant, Renewal
from careflow_events.outbox import Composer, OutboxRow, StreamHead, StreamPosition, per_stream
from careflow_events.producing import Place
from careflow_events.publication import Publication
from careflow_events.sealing import Sealer
from careflow_events.testing.memory import MemoryStore
from careflow_events.unpublished import NOT_TOLD, Backlog


@dataclass(frozen=True, slots=True)
class MemoryRow:
    """A row of the outbox, and what is known of its publication."""

    row: OutboxRow
    at: datetime | None = None
    position: int | None = None
    place: Place | None = None


class MemoryOutbox:
    """The `Outbox` and `Unpublished` ports."""

    def __init__(self, store: MemoryStore, sealer: Sealer, new_id: Callable[[], str]) -> None:
        self._store = store
        self._composer = Composer(sealer, new_id)

    async def append(
        self,
        publications: Sequence[Publication],
        *,
        now: datetime,
        causation: str | None,
        correlation: str | None,
        traceparent: str | None,
    ) -> list[StreamPosition]:
        """See `careflow_events.outbox.Outbox.append`."""
        streams: dict[str, StreamHead] = self._store.tables["streams"]
        heads = {}
        for stream, count in per_stream(publications).items():
            before = streams.get(stream, StreamHead(0, now))
            heads[stream] = StreamHead(before.sequence + count, max(before.recorded_at, now))
        rows = self._composer.rows(
            publications, heads, causation=causation, correlation=correlation, traceparent=traceparent
        )
        streams.update(heads)
        self._store.tables["outbox"].update({row.id: MemoryRow(row) for row in rows})
        return [row.position for row in rows]

    async def fetch(self, limit: int, without: Collection[str]) -> list[OutboxRow]:
        """See `careflow_events.unpublished.Unpublished.fetch`."""
        waiting = [row for row in self.unpublished() if row.stream not in without]
        waiting.sort(key=lambda row: (not row.urgent, row.recorded_at, row.stream, row.sequence))
        return waiting[:limit]

    async def mark(
        self, rows: Sequence[OutboxRow], grant: Grant, at: datetime, *, places: Mapping[str, Place] = NOT_TOLD
    ) -> None:
        """See `careflow_events.unpublished.Unpublished.mark`."""
        lease = self._store.tables["leases"].get(grant.name)
        if lease is None or lease.grant != grant:
            raise Fenced
        counters = self._store.tables["published"]
        table = self._store.tables["outbox"]
        for row in rows:
            if table[row.id].at is None:
                counters["all"] = counters.get("all", 0) + 1
                table[row.id] = MemoryRow(row, at, counters["all"], places.get(row.id))

    async def backlog(self) -> Backlog:
        """See `careflow_events.unpublished.Unpublished.backlog`."""
        waiting = self.unpublished()
        return Backlog(len(waiting), min((row.recorded_at for row in waiting), default=None))

    def unpublished(self) -> list[OutboxRow]:
        """The rows not marked yet."""
        return [each.row for each in self._store.tables["outbox"].values() if each.at is None]

    def place_of(self, event_id: str) -> Place | None:
        """Where the broker said it has put this event."""
        found: MemoryRow = self._store.tables["outbox"][event_id]
        return found.place

    def published(self) -> list[OutboxRow]:
        """The rows marked, in the order of their positions."""
        marked = [each for each in self._store.tables["outbox"].values() if each.position is not None]
        return [each.row for each in sorted(marked, key=lambda each: each.position)]


@dataclass(frozen=True, slots=True)
class _Lease:
    grant: Grant
    expires_at: datetime


class MemoryLeases:
    """The `Leases` port; `now` is the store's clock."""

    def __init__(self, store: MemoryStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def take(self, name: str, holder: str, ttl: timedelta) -> Grant | None:
        """See `careflow_events.lease.Leases.take`."""
        lease: _Lease | None = self._leases.get(name)
        if lease is not None and lease.expires_at > self._now() and lease.grant.holder != holder:
            return None
        grant = Grant(name, holder, 1 if lease is None else lease.grant.epoch + 1)
        self._leases[name] = _Lease(grant, self._now() + ttl)
        return grant

    async def renew(self, grant: Grant, ttl: timedelta) -> Renewal:
        """See `careflow_events.lease.Leases.renew`."""
        if not self._is_current(grant):
            return Renewal.GONE
        self._leases[grant.name] = _Lease(grant, self._now() + ttl)
        return Renewal.RENEWED

    async def release(self, grant: Grant) -> None:
        """See `careflow_events.lease.Leases.release`."""
        if self._is_current(grant):
            self._leases[grant.name] = _Lease(replace(grant, holder=""), self._now())

    @property
    def _leases(self) -> dict[str, _Lease]:
        return self._store.tables["leases"]

    def _is_current(self, grant: Grant) -> bool:
        lease = self._leases.get(grant.name)
        return lease is not None and lease.grant == grant
