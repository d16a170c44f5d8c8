"""How long somebody waits: from a POST to its answer, and to its effect in the other service.

Invariant: everything is asked over HTTP of a running stack, as a client does, in turns with its bare floor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from pymongo import AsyncMongoClient

from careflow_cli.stack.stack import Stack
from careflow_clinic.bedside import CLINIC_ZONE
from careflow_clinic.clinic import COORDINATOR, PRESCRIBER, Clinic, at
from careflow_clinic.http import ANYBODY, Caller, Http
from careflow_clinic.subscriber import Subscriber
from careflow_clinic.walk import Walk
from tests.bench import counts
from tests.bench.floors import BareKafka, BareTransaction, bare_kafka
from tests.bench.stopwatch import WARM_UP, Times, in_turns
from tests.bench.topics import make_topic

NOTHING: Final = "an empty answer over HTTP"
BARE_REGISTER: Final = "bare transaction: register"
BARE_BOOK: Final = "bare transaction: book"
BARE_COMPLETE: Final = "bare transaction: complete"
ACKNOWLEDGE: Final = "bare Kafka acknowledgement"
CONSUME: Final = "bare produce, consume, commit"
COMPLETE_TO_CASE: Final = "complete, until screening shows the case"


@dataclass(frozen=True, slots=True)
class Latency:
    """What was done -> how long it took; `ratios` against the floors of the same run, by the median."""

    times: Mapping[str, Times]

    @property
    def ratios(self) -> dict[str, float]:
        """By how much each is slower than its floor."""
        p50 = {name: times.p50 for name, times in self.times.items()}
        steps = p50[BARE_COMPLETE] + p50[ACKNOWLEDGE] + p50[CONSUME]
        return {
            counts.REGISTER: p50[counts.REGISTER] / p50[BARE_REGISTER],
            counts.BOOK: p50[counts.BOOK] / p50[BARE_BOOK],
            counts.COMPLETE: p50[counts.COMPLETE] / p50[BARE_COMPLETE],
            COMPLETE_TO_CASE: p50[COMPLETE_TO_CASE] / steps,
        }


async def measure(stack: Stack, round_trips: Mapping[str, Sequence[str]], rounds: int) -> Latency:
    """Register, book and complete as many consultations. `round_trips` say which writes the floors make."""

    def token(caller: Caller) -> str:
        return stack.token(*caller.roles, subject=caller.subject, patient_id=caller.patient_id)

    urls = {spec.name: stack.service_url(spec.name) for spec in stack.services}
    acknowledged, consumed = await make_topic(stack.kafka_url, 1), await make_topic(stack.kafka_url, 1)
    async with (
        AsyncMongoClient[dict[str, Any]](stack.mongo_url("booking")) as client,
        bare_kafka(stack.kafka_url, acknowledged=acknowledged, consumed=consumed) as kafka,
        Http(urls, token) as http,
    ):
        walk = Walk(Clinic(http, Subscriber(stack.kafka_url, ())), stack.clock)
        await walk.open_the_clinic()
        names = (counts.REGISTER, counts.BOOK, counts.COMPLETE, counts.OPEN_CASE)
        floors = {name: BareTransaction(client["bench_floor"], round_trips[name]) for name in names}
        for floor in floors.values():
            await floor.prepare()
        calls = _Calls(walk, kafka, floors)
        try:
            return Latency({**await calls.book(rounds), **await calls.complete()})
        finally:
            await client.drop_database("bench_floor")


class _Calls:
    """Consultations that are booked first and completed afterwards, when their time has come."""

    def __init__(self, walk: Walk, kafka: BareKafka, floors: Mapping[str, BareTransaction]) -> None:
        self._walk = walk
        self._http = walk.clinic.http
        self._kafka = kafka
        self._floors = floors
        self._starts: list[str] = []
        self._patients: list[str] = []
        self._booked: list[str] = []

    async def book(self, rounds: int) -> dict[str, Times]:
        self._starts = await self._walk.clinic.free_info_calls(self._walk.clock.now() + timedelta(hours=2), days=28)
        return await in_turns(
            rounds,
            {
                counts.REGISTER: self._register,
                BARE_REGISTER: self._floors[counts.REGISTER],
                counts.BOOK: self._book,
                BARE_BOOK: self._floors[counts.BOOK],
                NOTHING: self._ask_nothing,
            },
        )

    async def complete(self) -> dict[str, Times]:
        """All that were booked, each waited for in screening before the next."""
        names = (counts.COMPLETE, COMPLETE_TO_CASE, BARE_COMPLETE, ACKNOWLEDGE, CONSUME)
        times = {name: Times() for name in names}
        for number, (patient, appointment) in enumerate(zip(self._patients, self._booked, strict=True)):
            if number == WARM_UP:
                for each in times.values():
                    each.forget()
            await self._go_to_the_day_of(number)
            arrived = await self._walk.clinic.move_appointment(appointment, "arrive")
            await asyncio.sleep(0.05)  # what the arrival itself set in motion is over
            with times[COMPLETE_TO_CASE].lap():
                with times[counts.COMPLETE].lap():
                    completed = await self._http.post(
                        PRESCRIBER,
                        "booking",
                        f"/v1/appointments/{appointment}/complete",
                        {"disposition": "proceed"},
                        version=arrived.version,
                    )
                path = f"/v1/patients/{patient}/cases"
                cases = await self._http.get(PRESCRIBER, "screening", path, after=completed.positions)
            assert cases.body["items"], "screening has heard of the consultation and opened the case"
            with times[BARE_COMPLETE].lap():
                await self._floors[counts.COMPLETE](number)
            with times[ACKNOWLEDGE].lap():
                await self._kafka.acknowledge(number)
            with times[CONSUME].lap():
                await self._kafka.consume(self._floors[counts.OPEN_CASE], number)
        return times

    async def _go_to_the_day_of(self, number: int) -> None:
        """The first of a day waits until the times of all of that day have come; a day later nobody could arrive."""
        days = [at(start).astimezone(CLINIC_ZONE).date() for start in self._starts[: len(self._booked)]]
        if number == 0 or days[number] != days[number - 1]:
            last = max(at(start) for start, day in zip(self._starts, days, strict=False) if day == days[number])
            await self._walk.travel_to(last + timedelta(minutes=15))

    async def _register(self, number: int) -> None:
        answer = await self._http.post(COORDINATOR, "booking", "/v1/patients", counts.invented(number).body())
        self._patients.append(answer.body["id"])

    async def _book(self, number: int) -> None:
        visit = {
            "patient_id": self._patients[number],
            "kind": "info_call",
            "starts_at": self._starts[number],
            "modality": "phone",
        }
        answer = await self._http.post(COORDINATOR, "booking", "/v1/appointments", visit)
        self._booked.append(answer.body["id"])

    async def _ask_nothing(self, number: int) -> None:
        await self._http.get(ANYBODY, "booking", "/health/live")
