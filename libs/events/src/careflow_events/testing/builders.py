"""Builders for keys, events and records, with defaults that are right and every part replaceable."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from joserfc.jwk import ECKey

from careflow_events import envelope as envelopes
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts import ClearanceExtended, FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.envelope import Envelope
from careflow_events.publication import Publication, compose, patient_subject
from careflow_events.sealing import KeyRing, Sealer

NOON: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def an_id(number: int) -> str:
    """A UUID that reads as its number."""
    return str(UUID(int=number))


class Keys:
    """A sealing key pair for each of these consumers."""

    def __init__(self, *consumers: str) -> None:
        self._keys = [
            ECKey.generate_key("P-256", parameters={"kid": f"{consumer}-1"}, private=True) for consumer in consumers
        ]

    def sealer(self) -> Sealer:
        """What a producer holds."""
        return Sealer({"keys": [key.as_dict(private=False) for key in self._keys]})

    def ring(self, consumer: str) -> KeyRing:
        """What one consumer holds."""
        own = [key.as_dict(private=True) for key in self._keys if key.kid == f"{consumer}-1"]
        return KeyRing(consumer, {"keys": own})


def clearance_extended(patient: int = 1) -> ClearanceExtended:
    """A plain fact about a patient."""
    return ClearanceExtended(patient_id=an_id(patient), clearance_id=an_id(7), valid_until=NOON)


def publication(data: EventData | None = None, *, patient: int = 1, **parts: Any) -> Publication:
    """A publication about a patient."""
    return Publication(subject=patient_subject(an_id(patient)), data=data or clearance_extended(patient), **parts)


def an_event(
    sequence: int,
    data: EventData | None = None,
    *,
    patient: int = 1,
    topic: str | None = None,
    event_id: str | None = None,
    sealer: Sealer | None = None,
    **changes: Any,
) -> Envelope:
    """The event `sequence` of a patient's stream, as its service would have committed it. With `topic`, in a topic of
    that name; `changes` replace attributes of the envelope.
    """
    said = publication(data, patient=patient)
    event = compose(
        said,
        id=event_id or an_id(patient * 1_000_000 + sequence),
        sequence=sequence,
        now=NOON,
        causation=None,
        correlation=None,
        traceparent=None,
        sealer=sealer or Sealer({"keys": []}),
    )
    named = topic or said.data.topic.name
    return replace(event, stream=f"{named}/{event.subject}", **changes)


def a_checkpoint(as_of: datetime, *, topic: str = "careflow.screening.v1", partition: int = 0) -> ConsumedRecord:
    """A FeedCheckpoint as a record."""
    event = Envelope(
        id=an_id(99),
        source="/careflow/screening",
        type=FeedCheckpoint.type(),
        time=as_of,
        dataschema=FeedCheckpoint.schema_id(),
        dataclassification="operational",
        data=FeedCheckpoint(as_of=as_of).model_dump(mode="json"),
    )
    return a_record(event, topic=topic, partition=partition)


def a_record(
    event: Envelope, *, topic: str | None = None, partition: int = 0, offset: int | None = None, **changes: Any
) -> ConsumedRecord:
    """The event as it is consumed; `changes` replace parts of the record, to break it."""
    record = ConsumedRecord(
        topic=topic or (event.stream or "").partition("/")[0],
        partition=partition,
        offset=offset if offset is not None else (event.sequence or 0),
        key=event.key(),
        value=envelopes.encode(event),
        headers=tuple(envelopes.record_headers(event)),
    )
    return replace(record, **changes)


def with_data(event: Envelope, data: Mapping[str, object]) -> Envelope:
    """The event with other data, however wrong."""
    return replace(event, data=data)
