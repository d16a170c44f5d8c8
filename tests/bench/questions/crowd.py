"""What many clients at once get, with everybody hearing, and how much of the machine a booking takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from tests.bench.questions.answers import PER_SECOND, Row, Turn
from tests.bench.questions.hearing import all_heard
from tests.bench.questions.processes import CpuTimes
from tests.bench.questions.site import Site
from tests.bench.stopwatch import Times

_REST_SECONDS = 3.0


class Crowd:
    """Each client books on days of its own, so that nobody fights for a slot; the CPU is counted until the last event
    was heard by everybody.
    """

    services: tuple[str, ...] = ("booking", "screening", "sessions", "billing")
    most_turns = 3

    def __init__(self) -> None:
        self._slots: list[Iterator[str]] = []

    async def prepare(self, site: Site) -> None:
        clients = site.extent.clients
        self._slots = [site.clinic.slots(lane, clients) for lane in range(clients)]
        await self._book(site, [await site.clinic.register() for _ in range(2 * clients)])
        await all_heard(site)

    async def turn(self, site: Site) -> Turn:
        patients = [await site.clinic.register() for _ in range(site.extent.crowd)]
        await all_heard(site)
        at_rest = CpuTimes.of(site.stack)
        await asyncio.sleep(_REST_SECONDS)
        before, whole = CpuTimes.of(site.stack), Times()
        with whole.lap():
            booked = await self._book(site, patients)
        await all_heard(site)
        spent = CpuTimes.of(site.stack).since(before)
        number = len(patients)
        clients = f"{site.extent.clients} clients"
        return Turn(
            [
                Row(f"bookings, {clients}", PER_SECOND, [number / whole.seconds[0]]),
                Row.of_times(f"a booking among {clients}", booked),
                Row("CPU per booking, whole stack", "ms CPU", [1000 * sum(spent.values()) / number]),
                *(Row(f"CPU per booking, {kind}", "ms CPU", [1000 * spent[kind] / number]) for kind in sorted(spent)),
                Row(
                    "CPU at rest, whole stack", "ms CPU/s", [1000 * sum(before.since(at_rest).values()) / _REST_SECONDS]
                ),
            ]
        )

    async def _book(self, site: Site, patients: list[str]) -> Times:
        times, clients = Times(), len(self._slots)

        async def one(lane: int) -> None:
            for patient in patients[lane::clients]:
                with times.lap():
                    await site.clinic.book(patient, next(self._slots[lane]))

        async with asyncio.TaskGroup() as group:
            for lane in range(clients):
                group.create_task(one(lane))
        return times
