"""How fast one worker works off events that have come while it was down.

Invariant: the events are copies of a real one, each stream without a gap from its first event on, and every one of them
changes something: another visit that billing notes.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from asyncio import TaskGroup
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from tests.bench.questions.answers import PER_SECOND, Row, Turn
from tests.bench.questions.hearing import Lag, all_heard
from tests.bench.questions.site import Site
from tests.bench.questions.written import Document

_SERVICE: Final = "billing"
_WORKER: Final = f"{_SERVICE}-worker"
_GROUP: Final = f"{_SERVICE}.careflow.booking"
_COPIED: Final = ".ConsultationBooked."
_POLL_SECONDS: Final = 0.05
_CONSUMING_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Record:
    """What is sent to Kafka."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass(slots=True)
class EventBacklog:
    """Makes one and lets billing's worker work it off; nobody else hears meanwhile."""

    site: Site
    row: Document

    @classmethod
    async def of(cls, site: Site) -> EventBacklog:
        """With a real event to copy."""
        await site.clinic.book(await site.clinic.register(), next(site.clinic.slots()))
        async for row in site.database("booking")["_outbox"].find():
            if _COPIED in json.loads(row["record"])["type"]:
                return cls(site, row)
        raise AssertionError("a booking says ConsultationBooked")

    async def consumed(self, events: int, streams: int) -> float:
        """Events a second, from the first that was committed to the last. The workers that would hear them, too, stay
        stopped until `let_all_hear`.
        """
        stack, database = self.site.stack, self.site.database(_SERVICE)
        await all_heard(self.site, by=_SERVICE)
        for name in self._hearing():
            await asyncio.to_thread(stack.stop, name)
        noted = await database["visits"].estimated_document_count()
        await self._send(events, streams)
        rate = await self._rate(events)
        assert await database["visits"].estimated_document_count() == noted + events, "every event had its effect"
        return rate

    async def let_all_hear(self) -> None:
        """The workers that were stopped catch up."""
        for spec in self.site.stack.services:
            await asyncio.to_thread(self.site.stack.start, f"{spec.name}-worker")
        await all_heard(self.site)

    def _hearing(self) -> list[str]:
        running = self.site.stack.table.running()
        return [name for name in running if name.endswith("-worker") and name != "booking-worker"]

    async def _send(self, events: int, streams: int) -> None:
        """As the writer would: what its topic holds stands in its outbox, or it is fenced when it starts again."""
        kafka, patients = self.site.stack.kafka_url, [str(uuid.uuid4()) for _ in range(streams)]
        records = [
            another_event(self.row, patients[number % streams], number // streams + 1) for number in range(events)
        ]
        await self.site.database("booking")["_outbox"].insert_many([_row(self.row, record) for record in records])
        async with AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True) as producer:
            for record in records:
                await producer.send(self.row["topic"], record.value, key=record.key, headers=record.headers)
            await producer.flush()

    async def _rate(self, events: int) -> float:
        """Watches from before the worker starts: a small backlog is gone before it says that it is ready."""
        seen: list[tuple[float, int]] = []
        async with asyncio.timeout(_CONSUMING_SECONDS), Lag(self.site.stack, only=_GROUP) as lag, TaskGroup() as group:
            group.create_task(asyncio.to_thread(self.site.stack.start, _WORKER))
            while not seen or seen[-1][1]:
                behind = await lag.records()
                if behind < events:
                    seen.append((time.perf_counter(), behind))
                await asyncio.sleep(_POLL_SECONDS)
        (began, waiting), (ended, _) = seen[0], seen[-1]
        return waiting / (ended - began) if waiting else 0.0


def another_event(row: Document, patient: str, sequence: int) -> Record:
    """The event of an outbox row as it would be of another patient's next visit."""
    event: dict[str, Any] = json.loads(row["record"])
    identity, old = str(uuid.uuid4()), event["data"]["patient_id"]
    stream, subject = (event[name].replace(old, patient) for name in ("stream", "subject"))
    data = event["data"] | {"patient_id": patient, "appointment_id": str(uuid.uuid4())}
    named = {"id": identity, "stream": stream, "subject": subject, "sequence": f"{sequence:010}", "data": data}
    # `ce_id` is what builds before this one call it.
    its_id = {"careflow-id", "ce_id"}
    headers = [(name, identity.encode() if name in its_id else value) for name, value in row["headers"]]
    return Record(subject.encode(), json.dumps(event | named).encode(), headers)


def _row(row: Document, record: Record) -> Document:
    """The outbox row of such an event, published."""
    event: dict[str, Any] = json.loads(record.value)
    named = {"_id": event["id"], "stream": event["stream"], "sequence": int(event["sequence"])}
    return row | named | {"key": record.key, "record": record.value, "position": None}


class Backlog:
    """Events of many patients, in turns as a busy day brings them."""

    services: tuple[str, ...] = ("booking", "billing")
    most_turns = 2

    def __init__(self) -> None:
        self._backlog: EventBacklog

    async def prepare(self, site: Site) -> None:
        self._backlog = await EventBacklog.of(site)

    async def turn(self, site: Site) -> Turn:
        events, streams = site.extent.events, site.extent.streams
        rate = await self._backlog.consumed(events, streams)
        return Turn([Row(f"one worker works off {events:,} events of {streams} streams", PER_SECOND, [rate])])
