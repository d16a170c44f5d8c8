"""One event of the topics, by its id, for whoever has nothing but Kafka.

Invariant: no group is joined and nothing is committed, so no consumer is touched; what the topics held when the search
began is looked through, and nothing later.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from aiokafka.errors import KafkaError

from careflow_cli.errors import CareflowError
from careflow_cli.operators.tailing import Seen, understood
from careflow_events.kafka import reading
from careflow_events.kafka.account import NO_OPTIONS
from careflow_events.kafka.topic_ids import identify

CLOCKS_APART: Final = timedelta(hours=1)
"""How far the clock that made an id may be ahead of the one that wrote the record."""
_OF_TIME: Final = 7
"""The version of a UUID that begins with the time at which it was made, in ms (RFC 9562)."""


async def get(
    kafka_url: str,
    topics: Sequence[str],
    event_id: str,
    say: Callable[[str], None],
    options: Mapping[str, Any] = NO_OPTIONS,
) -> Seen | None:
    """The event, where it stands first; None where the topics do not hold it. Raises CareflowError when Kafka does not
    answer or has none of the topics.
    """
    # Of the many records that are not it none needs to be understood, where JSON writes the id in one way only.
    written = event_id.encode() if event_id.isascii() and event_id.replace("-", "").isalnum() else b""
    looked_at = 0
    try:
        if not await identify(kafka_url, topics, options):
            raise CareflowError(f"Kafka at {kafka_url} has no topic {', '.join(topics)}")
        async with aclosing(
            reading.read(kafka_url, topics, options=options, since=published_since(event_id))
        ) as pieces:
            async for piece in pieces:
                for record in piece.records:
                    if written not in (record.value or b""):
                        continue
                    seen = understood(record)
                    if seen.event is not None and seen.event.id == event_id:
                        return seen
                looked_at += len(piece.records)
                say(f"{looked_at:,} records, {piece.to_go} partitions to go")
    except reading.PartitionSilent as error:
        raise CareflowError(
            f"Kafka gave no record for {reading.PATIENCE_SECONDS:.0f} s, {looked_at} were looked at before"
        ) from error
    except KafkaError as error:
        raise CareflowError(f"Kafka does not answer at {kafka_url} ({type(error).__name__})") from error
    return None


def published_since(event_id: str) -> datetime | None:
    """From when on a record of that event can have been written; None where its id does not tell."""
    try:
        made = UUID(event_id)
    except ValueError:
        return None
    if made.version != _OF_TIME:
        return None
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC) - CLOCKS_APART
