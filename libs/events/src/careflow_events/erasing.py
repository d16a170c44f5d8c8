"""What stands in a stream once its patient is erased: every event keeps its id and its number, and says nothing more.

Invariant: whoever reads the stream later, from the feed or fed again, meets each number once and no gap. What tells of
the erasure itself stays as it was: others act on it.
"""

from collections.abc import Sequence
from typing import Final

from careflow_events import catalogue
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts.feed import EventErased
from careflow_events.envelope import Envelope, MalformedEnvelope, decode, encode, record_headers
from careflow_events.outbox import OutboxRow

Stripped = tuple[bytes, Sequence[tuple[str, bytes]]]
"""The value and the headers of a record that says nothing more."""

NOTHING: Final[Stripped] = (b"", ())
"""In place of a record that was never an event: it cannot be handled, as before."""


def stripped(row: OutboxRow) -> Stripped | None:
    """In place of what the outbox holds of an erased patient; None for what stays as it is."""
    event = decode(row.record, row.headers)
    return None if _stays(event) else _erased(event)


def stripped_of(record: ConsumedRecord) -> Stripped | None:
    """In place of what waits to be handled of an erased patient; None for what stays as it is."""
    try:
        event = decode(record.value, record.headers)
    except MalformedEnvelope:
        return NOTHING if record.value else None
    if event.subject is None or event.stream is None:
        return NOTHING
    return None if _stays(event) else _erased(event)


def _stays(event: Envelope) -> bool:
    contract = catalogue.contract_for(event.type)
    return contract is not None and contract.outlasts_erasure


def _erased(event: Envelope) -> Stripped:
    assert event.subject is not None
    at = event.recordedtime or event.time
    said = Envelope(
        id=event.id,
        source=event.source,
        type=EventErased.type(),
        subject=event.subject,
        stream=event.stream,
        sequence=event.sequence,
        time=at,
        recordedtime=event.recordedtime,
        dataschema=EventErased.schema_id(),
        correlationid=event.correlationid,
        causationid=event.causationid,
        dataclassification=event.dataclassification,
        data={"patient_id": event.subject.partition(":")[2]},
    )
    return encode(said), record_headers(said)
