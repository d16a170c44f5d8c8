"""The FastStream broker as CareFlow uses it: one topic and one group per subscriber, every record through Delivery.

Invariant: nothing that is in a record makes FastStream skip or commit it: the parser does not look into it, the decoder
leaves the bytes alone, and what Delivery has not settled is sought back behind a paused partition.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any, Final

from aiokafka import ConsumerRecord
from faststream import AckPolicy, BaseMiddleware
from faststream.exceptions import NackMessage
from faststream.kafka import KafkaBroker, KafkaMessage

from careflow_events.consumed import ConsumedRecord
from careflow_events.delivery import ComeBack, Outcome
from careflow_events.kafka.partitions import group_of
from careflow_events.kafka.pauses import Pauses

FINISH_SECONDS: Final = 15.0
"""How long a stopping worker waits for what is in flight."""

Deliver = Callable[[ConsumedRecord], Awaitable[Outcome]]


def make_broker(
    bootstrap_servers: str, consumer: str, topics: Collection[str], *, deliver: Deliver, pauses: Pauses
) -> KafkaBroker:
    """A broker that is not started yet, subscribed to these topics for this consumer."""
    broker = KafkaBroker(
        bootstrap_servers,
        client_id=f"careflow-{consumer}",
        consumer_only=True,
        allow_auto_create_topics=False,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=FINISH_SECONDS,
        parser=_parse,
        decoder=_raw,
        middlewares=[_middleware(deliver, pauses)],
        logger=None,
        apply_types=False,
    )
    for topic in topics:
        subscriber = broker.subscriber(
            topic,
            group_id=group_of(consumer, topic),
            auto_offset_reset="none",
            listener=pauses.listener(topic),
        )
        subscriber(_settled)
    return broker


async def _parse(
    record: ConsumerRecord[bytes, bytes], original: Callable[[Any], Awaitable[KafkaMessage]]
) -> KafkaMessage:
    """FastStream's message around the record. Its own parser decodes headers as UTF-8 and would drop what is not."""
    message = await original(replace(record, headers=()))
    message.raw_message = record
    return message


async def _raw(message: KafkaMessage) -> bytes:
    """The body as it came: Delivery decodes."""
    return message.body if isinstance(message.body, bytes) else b""


async def _settled(_: bytes) -> None:
    """The end of the chain: Delivery has done everything before."""


def _middleware(deliver: Deliver, pauses: Pauses) -> Callable[..., BaseMiddleware[Any, Any]]:
    class DeliveryMiddleware(BaseMiddleware[Any, Any]):
        """Gives each record to Delivery; only "pause and come back" leaves it, as a nack."""

        async def consume_scope(self, call_next: Callable[[Any], Awaitable[Any]], msg: Any) -> Any:
            record: ConsumerRecord[bytes, bytes] = msg.raw_message
            outcome = await deliver(_consumed(record))
            if isinstance(outcome, ComeBack):
                pauses.pause(msg.consumer, record.topic, record.partition, outcome.after)
                raise NackMessage
            return await call_next(msg)

    return DeliveryMiddleware


def _consumed(record: ConsumerRecord[bytes, bytes]) -> ConsumedRecord:
    return ConsumedRecord(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )
