"""The relay's producer: idempotent, every replica, one flush timeout of its own.

aiokafka never expires an idempotent batch, and after one fatal error fails every later send. So a flush that takes too
long is called unanswered, and the relay asks for a new producer after any failure.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError
from aiokafka.structs import RecordMetadata

from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.producing import Acknowledgement, Answer, OutgoingRecord, Place

FLUSH_SECONDS: Final = 8.0
"""How long a batch is waited for; the relay keeps its lease meanwhile."""
QUIET_SECONDS: Final = 1.0
_METADATA_SECONDS: Final = 2.0
_STOP_SECONDS: Final = 1.0
_AWAY: Final = (TimeoutError, KafkaError, AssertionError)
"""What the client raises while brokers stop and start; it also asserts that it knows of some."""
_LARGEST_REQUEST: Final = 1024 * 1024


class KafkaRecordProducer:
    """The `RecordProducer` port. It connects when it is first needed, so a relay starts while Kafka is down."""

    def __init__(
        self,
        bootstrap_servers: str,
        client_id: str,
        options: Mapping[str, Any] = NO_OPTIONS,
        *,
        flush_seconds: float = FLUSH_SECONDS,
    ) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._options = options
        self._client_id = client_id
        self._flush_seconds = flush_seconds
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, records: Sequence[OutgoingRecord]) -> Sequence[Answer]:
        """See `careflow_events.producing.RecordProducer.publish`."""
        answers = [Answer(Acknowledgement.UNANSWERED)] * len(records)
        sent: dict[int, asyncio.Future[RecordMetadata]] = {}
        until = time.monotonic() + self._flush_seconds
        with suppress(*_AWAY):
            async with asyncio.timeout_at(asyncio.get_running_loop().time() + self._flush_seconds):
                await self._send(records, answers, sent)
        await _answered(sent.values(), until)
        for index, future in sent.items():
            answers[index] = _answer(future)
        return answers

    async def _send(
        self,
        records: Sequence[OutgoingRecord],
        answers: list[Answer],
        sent: dict[int, asyncio.Future[RecordMetadata]],
    ) -> None:
        """Hands everything to the client; what it will not take is refused, and so is what follows under that key."""
        producer = await self._connected()
        known = {topic: await _known(producer, topic) for topic in {record.topic for record in records}}
        broken: set[tuple[str, bytes | None]] = set()
        for index, record in enumerate(records):
            if not known[record.topic]:
                continue
            if (record.topic, record.key) in broken:
                answers[index] = Answer(Acknowledgement.REFUSED)
                continue
            try:
                sent[index] = await producer.send(
                    record.topic,
                    value=record.value,
                    key=record.key,
                    partition=record.partition,
                    headers=list(record.headers),
                )
            except (KafkaConnectionError, KafkaTimeoutError):
                raise
            except KafkaError:
                answers[index] = Answer(Acknowledgement.REFUSED)
                broken.add((record.topic, record.key))

    async def partitions(self, topic: str) -> Sequence[int]:
        """See `careflow_events.producing.RecordProducer.partitions`."""
        try:
            async with asyncio.timeout(_METADATA_SECONDS):
                producer = await self._connected()
                return sorted(await producer.partitions_for(topic))
        except (KafkaError, AssertionError) as error:
            raise ConnectionError(type(error).__name__) from None

    async def renew(self) -> None:
        """See `careflow_events.producing.RecordProducer.renew`."""
        await self.close()

    async def close(self) -> None:
        """See `careflow_events.producing.RecordProducer.close`. What is still unanswered is given up."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(*_AWAY):
                async with asyncio.timeout(_STOP_SECONDS):
                    await producer.stop()

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                max_request_size=_LARGEST_REQUEST,
                **self._options,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer


async def _known(producer: AIOKafkaProducer, topic: str) -> bool:
    """Whether the topic is there: a missing one must not hold up the others."""
    try:
        async with asyncio.timeout(_METADATA_SECONDS):
            return bool(await producer.partitions_for(topic))
    except _AWAY:
        return False


async def _answered(sent: Iterable[asyncio.Future[RecordMetadata]], until: float) -> None:
    """Waits until all are answered, the time is over, or some were and then nobody for QUIET_SECONDS: then those left
    are in partitions that are silent, and what is behind them need not wait as long as for a broker that is away.
    """
    waiting = set(sent)
    answered = False
    while waiting and (left := until - time.monotonic()) > 0:
        limit = min(left, QUIET_SECONDS) if answered else left
        done, waiting = await asyncio.wait(waiting, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            return
        answered = True


def _answer(future: asyncio.Future[RecordMetadata]) -> Answer:
    if not future.done() or future.cancelled():
        return Answer(Acknowledgement.UNANSWERED)
    error = future.exception()
    if error is None:
        return Answer(Acknowledgement.STORED, _place(future.result()))
    passing = isinstance(error, AssertionError) or (isinstance(error, KafkaError) and error.retriable)
    return Answer(Acknowledgement.UNANSWERED if passing else Acknowledgement.REFUSED)


def _place(stored: RecordMetadata) -> Place | None:
    """A broker that had it before does not say where."""
    return Place(stored.partition, stored.offset) if stored.offset >= 0 else None
