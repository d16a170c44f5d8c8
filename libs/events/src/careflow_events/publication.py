"""What a service says: a domain fact becomes a Publication (a service's `published.py`), and a Publication an
Envelope when it is committed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from careflow_events import catalogue
from careflow_events.contracts.model import EventData, PatientEvent
from careflow_events.envelope import Envelope
from careflow_events.sealing import Sealer


def patient_subject(patient_id: str) -> str:
    """`patient:<uuid>`: the subject of everything that concerns one patient or prospect."""
    return f"patient:{patient_id}"


def location_subject(location_id: str) -> str:
    """`location:<uuid>`: the subject of what concerns a place and no patient."""
    return f"location:{location_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a domain fact becomes.

    `time` is when the fact became true; without it, the transaction's now. `correlation` is the care-path run;
    without it, the causing event's, else the request's id. Raises ValueError when the subject is not the patient the
    event is about.
    """

    subject: str
    data: EventData
    time: datetime | None = None
    correlation: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.data, PatientEvent) and self.subject != patient_subject(self.data.patient_id):
            raise ValueError(f"{self.data.name()} belongs in the stream of its own patient")

    @property
    def stream(self) -> str:
        """The stream this event will take its sequence from."""
        return self.data.topic.stream(self.subject)


PublicationTable = Mapping[type, Callable[[Any], Publication]]
"""Domain fact type -> the publication it becomes: everything a service says."""


def compose(
    publication: Publication,
    *,
    id: str,  # noqa: A002 - the CloudEvents attribute's own name
    sequence: int,
    now: datetime,
    causation: str | None,
    correlation: str | None,
    traceparent: str | None,
    sealer: Sealer,
) -> Envelope:
    """The event as it is committed: named, numbered, its sections sealed.

    Raises RecipientUnknown or SectionTooLarge when a section cannot be sealed.
    """
    contract = type(publication.data)
    return Envelope(
        id=id,
        source=f"/careflow/{contract.topic.service}",
        type=contract.type(),
        subject=publication.subject,
        stream=publication.stream,
        sequence=sequence,
        time=publication.time or now,
        recordedtime=now,
        dataschema=contract.schema_id(),
        correlationid=publication.correlation or correlation,
        causationid=causation,
        traceparent=traceparent,
        dataclassification=contract.topic.classification.value,
        data=catalogue.write(publication.data, id=id, subject=publication.subject, sealer=sealer),
    )
