"""The FastStream broker as CareFlow uses it: one topic and one group per subscriber, every record through Delivery.

Invariant: nothing that is in a record makes FastStream skip or commit it: the parser does not look into it, the decoder
leaves the bytes alone, and what Delivery has not settled is sought back behind a paused partition before the offsets of
the poll are committed.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream import AckPolicy, BaseMiddleware
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.security import SASLPlaintext

from careflow_events.consumed import ConsumedRecord
from careflow_events.delivery import Rewind
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.assignment import Assignment
from careflow_events.kafka.partitions import group_of
from careflow_events.kafka.pauses import Pauses
from careflow_events.kafka.reading import consumed
from careflow_events.topics import ORIGIN_HEADER

FINISH_SECONDS: Final = 15.0
"""How long a stopping worker waits for what is in flight."""

RECORDS_PER_POLL: Final = 500
POLL_MS: Final = 5_000
"""How long a poll waits for records; it ends as soon as there are some."""
FETCH_MS: Final = 1_000
"""How long Kafka holds a request for records while there are none."""
RETRY_MS: Final = 400
"""How long a consumer waits before it asks a broker again that failed it, where the client's own is 100. A worker has a
consumer for each topic, and each asks for records, for its group and for where partitions are: while Kafka was away
eight workers tried to connect 1,200 times a second, on the processors that it needed to come back.
"""

SESSION_SECONDS: Final = 6.0
"""After how long without a heartbeat a group gives a worker's partitions to others, or to the same one started anew.
The least a broker allows (`group.min.session.timeout.ms`). Groups have no static members: these would keep their
partitions as long when they are told to stop, at every upgrade.
"""
HEARTBEAT_SECONDS: Final = 2.0
"""A third of it, so that two may be lost."""

Deliver = Callable[[Sequence[ConsumedRecord]], Awaitable[Sequence[Rewind]]]


def make_broker(
    bootstrap_servers: str,
    consumer: str,
    begins: Mapping[str, Mapping[int, int]],
    *,
    deliver: Deliver,
    pauses: Pauses,
    refeed: str | None = None,
    options: Mapping[str, Any] = NO_OPTIONS,
) -> KafkaBroker:
    """A broker that is not started yet. For this consumer it hears the topics of `begins`, each from where that says of
    each partition; through the topic `refeed` it is fed events of others. `options` are those of a `KafkaAccount`.
    """
    broker = KafkaBroker(
        bootstrap_servers,
        client_id=f"careflow-{consumer}",
        consumer_only=True,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=FINISH_SECONDS,
        retry_backoff_ms=RETRY_MS,
        parser=_parse,
        decoder=_raw,
        middlewares=[_middleware(deliver, pauses, refeed)],
        logger=None,
        apply_types=False,
        security=_security(options),
    )
    for topic, offsets in begins.items():
        assignment = Assignment(pauses, topic, offsets)
        subscriber = broker.subscriber(
            topic,
            group_id=group_of(consumer, topic),
            auto_offset_reset="none",
            batch=True,
            session_timeout_ms=int(SESSION_SECONDS * 1000),
            heartbeat_interval_ms=int(HEARTBEAT_SECONDS * 1000),
            fetch_max_wait_ms=FETCH_MS,
            listener=assignment,
        )
        assignment.consumer = partial(getattr, subscriber, "consumer")
        # FastStream 0.7's own sleeps for as long as it has polled in vain: an event then waits for its sleep to end.
        subscriber.get_msg = _polled  # type: ignore[method-assign]
        subscriber(_settled)
    return broker


def _security(options: Mapping[str, Any]) -> SASLPlaintext | None:
    """The same in FastStream's words; the SASL mechanism of that name, over TLS."""
    if not options:
        return None
    return SASLPlaintext(
        username=options["sasl_plain_username"],
        password=options["sasl_plain_password"],
        ssl_context=options["ssl_context"],
        use_ssl=True,
    )


async def _polled(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord[bytes, bytes], ...]:
    """What there is as soon as there is any; nothing after a while."""
    polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_PER_POLL)
    return tuple(chain.from_iterable(polled.values()))


async def _parse(
    records: tuple[ConsumerRecord[bytes, bytes], ...], original: Callable[[Any], Awaitable[KafkaMessage]]
) -> KafkaMessage:
    """FastStream's message around what a poll brought. Its own parser decodes headers as UTF-8 and would drop what is
    not.
    """
    message = await original(tuple(replace(record, headers=()) for record in records))
    message.raw_message = records
    return message


async def _raw(_: KafkaMessage) -> bytes:
    """Nothing: Delivery decodes the records as they came."""
    return b""


async def _settled(_: bytes) -> None:
    """The end of the chain: Delivery has done everything before."""


def _middleware(deliver: Deliver, pauses: Pauses, refeed: str | None) -> Callable[..., BaseMiddleware[Any, Any]]:
    class DeliveryMiddleware(BaseMiddleware[Any, Any]):
        """Gives what a poll brought to Delivery. What is to come back is sought back, so that the commit that follows
        ends before it.
        """

        async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
            for rewind in await deliver([_consumed(record, refeed) for record in msg.raw_message]):
                partition = TopicPartition(rewind.topic, rewind.partition)
                if partition in msg.consumer.assignment():
                    msg.consumer.seek(partition, rewind.offset)
                pauses.pause(msg.consumer, rewind.topic, rewind.partition, rewind.after)
            return await call_next(msg)

    return DeliveryMiddleware


def _consumed(record: ConsumerRecord[bytes, bytes], refeed: str | None) -> ConsumedRecord:
    """Only what comes through the topic `refeed` may be from another one."""
    return consumed(record, origin=_origin(record) if record.topic == refeed else None)


def _origin(record: ConsumerRecord[bytes, bytes]) -> str | None:
    """The topic a fed record says it is from; it is believed no more than the rest of the record."""
    origins = [value for name, value in record.headers if name == ORIGIN_HEADER and value is not None]
    return origins[-1].decode(errors="replace") if origins else None
