"""Whether a large store makes anything slower: a booking, an event, a relay batch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from tests.bench.questions.answers import PER_SECOND, Row, Turn
from tests.bench.questions.consuming import EventBacklog
from tests.bench.questions.copies import fill
from tests.bench.questions.relaying import OutboxBacklog
from tests.bench.questions.site import Site
from tests.bench.stopwatch import Times

_GROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "booking": ("_outbox", "appointments", "_idempotency", "_audit"),
    "billing": ("_positions", "visits", "_audit"),
}
"""What has a row more for everything that happens, for ever or for long."""
_STREAMS: Final = 20


class Flatness:
    """The same before and after the collections were filled; what stands beside the large store is the small one."""

    services: tuple[str, ...] = ("booking", "billing")
    most_turns = 1

    def __init__(self) -> None:
        self._outbox: OutboxBacklog
        self._events: EventBacklog
        self._small: list[Row] = []
        self._filled = 0

    async def prepare(self, site: Site) -> None:
        """The small store is measured before any other question has filled it."""
        self._outbox, self._events = await OutboxBacklog.of(site), await EventBacklog.of(site)
        self._small = await self._measured(site, "small")
        await self._events.let_all_hear()

    async def turn(self, site: Site) -> Turn:
        small = self._small if not self._filled else []
        if not self._filled:
            filled = [
                fill(site.database(service), collections, site.extent.fill_rows, site.extent.fill_seconds)
                for service, collections in _GROWS.items()
            ]
            self._filled = min(await asyncio.gather(*filled))
        grown = ", ".join(f"{name} of {service}" for service, names in _GROWS.items() for name in names)
        note = f"large: {self._filled:,} rows each in {grown}, by insert_many within {site.extent.fill_seconds:.0f} s"
        return Turn([*await self._measured(site, "large", beside="small"), *small], [note])

    async def _measured(self, site: Site, size: str, *, beside: str | None = None) -> list[Row]:
        booked, slots = Times(), site.clinic.slots()
        for _ in range(site.extent.bookings):
            patient = await site.clinic.register()
            with booked.lap():
                await site.clinic.book(patient, next(slots))
        heard = await self._events.consumed(site.extent.events_when_large, _STREAMS)
        relayed = (await self._outbox.drained(site.extent.rows_when_large)).per_second

        def named(what: str, size: str | None) -> str:
            return f"{what}, {size} store"

        book, hear, relay = "POST /v1/appointments", "an event is heard", "a row is relayed"
        floor = {what: named(what, beside) if beside else None for what in (book, hear, relay)}
        return [
            Row.of_times(named(book, size), booked, beside=floor[book]),
            Row(named(hear, size), PER_SECOND, [heard], beside=floor[hear]),
            Row(named(relay, size), PER_SECOND, [relayed], beside=floor[relay]),
        ]
