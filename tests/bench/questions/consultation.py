"""How long it takes from the end of a consultation until the next service shows the case, beside its bare steps."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from tests.bench.floors import BareKafka, bare_kafka
from tests.bench.questions.answers import Row, Turn
from tests.bench.questions.clinic import PRACTITIONERS, Booked
from tests.bench.questions.site import Site
from tests.bench.questions.written import NOT_OF_A_REACTION, BareCommit, written_by
from tests.bench.stopwatch import Times
from tests.bench.topics import make_topic

_HEARS: Final = "screening-worker"
_COMPLETE: Final = "POST /v1/appointments/{id}/complete"
_TO_CASE: Final = "complete, until screening shows the case"
_STEPS: Final = "bare commit + bare acknowledgement + bare consume and commit"
_BARE_COMMIT: Final = "bare bulkWrite and commit of what complete writes"
_SETTLING_SECONDS: Final = 0.05


class Consultation:
    """Each in turns with its bare steps."""

    services: tuple[str, ...] = ("booking", "screening")
    most_turns = 3

    def __init__(self) -> None:
        self._commit: BareCommit
        self._react: BareCommit
        self._kafka: BareKafka

    async def prepare(self, site: Site) -> None:
        url = site.stack.kafka_url
        acknowledged, consumed = await make_topic(url, 1), await make_topic(url, 1)
        opening = bare_kafka(url, acknowledged=acknowledged, consumed=consumed)
        self._kafka = await site.opened.enter_async_context(opening)
        (visit,) = await self._held(site, 1)
        await self._rehearse(site, visit)

    async def _rehearse(self, site: Site, visit: Booked) -> None:
        """One is completed while screening does not hear, so that what either writes can be told apart."""
        await asyncio.to_thread(site.stack.stop, _HEARS)
        version, after = await site.clinic.arrive(visit), ""

        async def complete() -> None:
            nonlocal after
            after = await site.clinic.complete(visit, version)

        async def hear() -> None:
            await asyncio.to_thread(site.stack.start, _HEARS)
            await site.clinic.see_case(visit, after)

        written = await written_by(site.database("booking"), complete)
        heard = await written_by(site.database("screening"), hear, ignoring=NOT_OF_A_REACTION)
        self._commit = BareCommit(site.client("booking"), written)
        self._react = BareCommit(site.client("screening"), heard)
        await self._commit.prepare()
        await self._react.prepare()

    async def _held(self, site: Site, number: int) -> list[Booked]:
        """So many visits whose time has come."""
        starts = site.clinic.day_to_travel_to()
        patients = [await site.clinic.register() for _ in range(number)]
        taken = [starts[place // PRACTITIONERS] for place in range(number)]
        visits = [await site.clinic.book(*each) for each in zip(patients, taken, strict=True)]
        await site.clinic.travel_to(datetime.fromisoformat(taken[-1]) + timedelta(minutes=15))
        return visits

    async def turn(self, site: Site) -> Turn:
        completed, shown, commit, steps = Times(), Times(), Times(), Times()
        for visit in await self._held(site, site.extent.consultations):
            version = await site.clinic.arrive(visit)
            await asyncio.sleep(_SETTLING_SECONDS)  # what the arrival itself set in motion is over
            with shown.lap():
                with completed.lap():
                    after = await site.clinic.complete(visit, version)
                await site.clinic.see_case(visit, after)
            with steps.lap():
                with commit.lap():
                    await self._commit()
                await self._kafka.acknowledge(0)
                await self._consume()
        return Turn(
            [
                Row.of_times(_TO_CASE, shown, beside=_STEPS),
                Row.of_times(_STEPS, steps),
                Row.of_times(_COMPLETE, completed, beside=_BARE_COMMIT),
                Row.of_times(_BARE_COMMIT, commit),
            ]
        )

    async def _consume(self) -> None:
        await self._kafka.producer.send(self._kafka.consumed, b"completed", key=b"bench")
        await self._kafka.consumer.getone()
        await self._react()
        await self._kafka.consumer.commit()
