"""Events of patients who never were on a Kafka, at a pace, for whoever builds on them.

Invariant: it never speaks where a service listens: nobody takes the sandbox for a clinic.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError
from careflow_cli.infra import topics as infrastructure
from careflow_events.envelope import Envelope, encode, record_headers
from careflow_events.testing.sandbox.keys import key_ring, public_keys
from careflow_events.testing.sandbox.play import Act, Plan, Step, checkpoint, play
from careflow_events.topics import SERVICES, TOPICS

logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # what it meets is said here, in one line

CHECKPOINT_EVERY = 25  # events


def write_keys(folder: Path, plan: Plan) -> None:
    """The keys sections are sealed to: each consumer's of the whole play, and those before the rotation."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"public.json": public_keys(plan.seed, (1, 2))}
    for consumer in SERVICES:
        kept[f"{consumer}.json"] = key_ring(consumer, plan.seed)
        kept[f"{consumer}-before-rotation.json"] = key_ring(consumer, plan.seed, (1,))
    for name, keys in kept.items():
        (folder / name).write_bytes(orjson.dumps(keys, option=orjson.OPT_INDENT_2))


async def run(kafka_url: str, plan: Plan, per_second: float, tell: Callable[[Step], None]) -> Counter[Act]:
    """Play all of it; what was done how often. Raises CareflowError where Kafka does not answer or services listen."""
    try:
        await _confirm_nobody_listens(kafka_url)
        await infrastructure.apply(kafka_url, infrastructure.declared())
        async with AIOKafkaProducer(bootstrap_servers=kafka_url, acks="all", enable_idempotence=True) as producer:
            return await _play(producer, plan, per_second, tell)
    except KafkaError as error:
        raise CareflowError(f"Kafka does not answer at {kafka_url} ({type(error).__name__})") from error


async def _play(
    producer: AIOKafkaProducer, plan: Plan, per_second: float, tell: Callable[[Step], None]
) -> Counter[Act]:
    done: Counter[Act] = Counter()
    began = asyncio.get_running_loop().time()
    last: Envelope | None = None
    for number, step in enumerate(play(plan)):
        if per_second:
            await asyncio.sleep(began + number / per_second - asyncio.get_running_loop().time())
        if step.act is not Act.LOSE:
            await _say(producer, step.event)
        done[step.act] += 1
        tell(step)
        last = step.event if step.act is Act.SAY else last
        if last is not None and number % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1:
            await _check(producer, last)
    if last is not None:
        await _check(producer, last)
    await producer.flush()
    return done


async def _say(producer: AIOKafkaProducer, event: Envelope) -> None:
    topic = (event.stream or "").partition("/")[0]
    await producer.send(topic, encode(event), key=event.key(), headers=record_headers(event))


async def _check(producer: AIOKafkaProducer, last: Envelope) -> None:
    """A checkpoint to every partition, once all before it is stored."""
    await producer.flush()
    for topic in TOPICS:
        for partition in sorted(await producer.partitions_for(topic.name)):
            event = checkpoint(topic, partition, last.recordedtime or last.time)
            await producer.send(topic.name, encode(event), partition=partition, headers=record_headers(event))


async def _confirm_nobody_listens(kafka_url: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_url)
    try:
        await admin.start()
        groups = {name for name, _ in await admin.list_consumer_groups()}
    finally:
        await admin.close()
    services = tuple(f"careflow.{service}." for service in SERVICES)
    listening = sorted(name for name in groups if name.startswith(services))
    if listening:
        raise CareflowError(
            f"CareFlow's services listen at {kafka_url} ({listening[0]}): the sandbox speaks where nobody takes it for"
            " a clinic. Without --kafka it has a Kafka of its own"
        )
