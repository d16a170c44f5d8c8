"""The worker between a real store and a real Kafka: hears, says, and one trace goes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from careflow_cli.infra import topics
from careflow_events.contracts import CarePathStageChanged, ScreeningStarted
from careflow_events.envelope import Envelope, decode, encode, record_headers
from careflow_service.identity import Role
from careflow_service.ids import new_id
from libs.service.tests.toy.process import started
from libs.service.tests.toy.world import RunningToy

pytestmark = pytest.mark.kafka

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WITHIN_SECONDS = 60


def screening_started(patient_id: str) -> Envelope:
    return Envelope(
        id=new_id(),
        source="/careflow/screening",
        type=ScreeningStarted.type(),
        subject=f"patient:{patient_id}",
        stream=f"{ScreeningStarted.topic.name}/patient:{patient_id}",
        sequence=1,
        time=datetime.now(UTC),
        dataschema=ScreeningStarted.schema_id(),
        dataclassification="operational",
        data={"patient_id": patient_id, "case_id": new_id(), "started_at": "2026-01-01T00:00:00.000Z"},
    )


async def publish(kafka_url: str, event: Envelope) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka_url)
    await producer.start()
    try:
        await producer.send_and_wait(
            ScreeningStarted.topic.name, encode(event), key=event.key(), headers=record_headers(event)
        )
    finally:
        await producer.stop()


@asynccontextmanager
async def listening(kafka_url: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka_url, auto_offset_reset="earliest")
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def about(consumer: AIOKafkaConsumer, patient_id: str) -> Envelope:
    """The next event about this patient."""
    async with asyncio.timeout(WITHIN_SECONDS):
        async for record in consumer:
            if record.key == f"patient:{patient_id}".encode():
                return decode(record.value, record.headers)
    raise AssertionError("nothing was said")


async def until_ready(health: httpx.AsyncClient) -> dict[str, bool]:
    async with asyncio.timeout(WITHIN_SECONDS):
        response = await health.get("/health/ready")
        while response.status_code != 200:
            await asyncio.sleep(0.1)
            response = await health.get("/health/ready")
    checks: dict[str, bool] = response.json()["checks"]
    return checks


async def book(toy: RunningToy, patient_id: str, ends_at: str) -> str:
    headers = {**toy.token(Role.NURSE), "Idempotency-Key": new_id()}
    visit = {"patient_id": patient_id, "note": "n", "ends_at": ends_at}
    return str((await toy.client.post("/v1/visits", json=visit, headers=headers)).json()["id"])


async def test_a_worker_hears_says_and_ends_with_zero(toy: RunningToy, kafka_url: str) -> None:
    await topics.apply(kafka_url, topics.declared())
    toy.world.environment["CAREFLOW_KAFKA_URL"] = kafka_url
    patient_id = new_id()
    visit = await book(toy, patient_id, "2030-01-01T00:00:00Z")
    async with (
        started(toy.world, "worker", "--with-timers") as worker,
        await worker.client() as health,
        listening(kafka_url, CarePathStageChanged.topic.name) as said,
    ):
        event = screening_started(patient_id)
        await publish(kafka_url, event)
        heard = {**toy.token(Role.NURSE), "Careflow-After": f"{event.stream}@1"}
        async with asyncio.timeout(WITHIN_SECONDS):
            while (read := await toy.client.get(f"/v1/visits/{visit}", headers=heard)).status_code == 409:
                assert read.json()["code"] == "not_yet_known"
        assert read.json()["screened"]

        checks = await until_ready(health)
        assert checks["partitions_assigned"]
        assert checks["not_stopped"]

        headers = {**toy.token(Role.NURSE), "Idempotency-Key": "k", "If-Match": read.headers["etag"]}
        headers["traceparent"] = f"00-{TRACE}-00f067aa0ba902b7-01"
        closed = await toy.client.post(f"/v1/visits/{visit}/close", headers=headers)
        published = await about(said, patient_id)
        assert closed.headers["careflow-position"] == f"{published.stream}@{published.sequence}"
        assert TRACE in str(published.traceparent)

        ended = new_id()
        await book(toy, ended, "2020-01-01T00:00:00Z")
        assert (await about(said, ended)).type == CarePathStageChanged.type()

        assert await worker.stop() == 0
        assert worker.kafka_clients == ["aiokafka", "faststream"]
