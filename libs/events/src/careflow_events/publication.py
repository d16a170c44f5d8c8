"""What a service says: a domain fact becomes a Publication (a service's `published.py`), and a Publication an
Envelope when it is committed.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from careflow_events import catalogue
from careflow_events.contracts.model import EventData, LocationEvent, PatientEvent
from careflow_events.envelope import Envelope
from careflow_events.sealing import Sealer


def patient_subject(patient_id: str) -> str:
    """`patient:<uuid>`: the subject of everything that concerns one patient or prospect."""
    return f"patient:{patient_id}"


def location_subject(location_id: str) -> str:
    """`location:<uuid>`: the subject of what concerns a place and no patient."""
    return f"location:{location_id}"


def subject_of(data: EventData) -> str:
    """Whom or what the event is about, by its own data. Raises ValueError for one about nobody and no place."""
    match data:
        case PatientEvent():
            return patient_subject(data.patient_id)
        case LocationEvent():
            return location_subject(data.location_id)
    raise ValueError(f"{data.name()} has no subject")


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


class Fact(Protocol):
    """What the table asks of a domain's facts: when it became true."""

    @property
    def at(self) -> datetime: ...


F = TypeVar("F", bound=Fact)
D = TypeVar("D", bound=EventData)


class WrongContract(Exception):
    """A row made an event of another type than it names: a mistake in the table."""


@dataclass(frozen=True, slots=True)
class Says(Generic[F, D]):
    """One row: the fact, the contracts one of which it becomes, and how."""

    fact: type[F]
    contracts: tuple[type[D], ...]
    event: Callable[[F], D]

    def __call__(self, fact: F) -> Publication:
        """The event in the stream of whom it is about, at the time the fact became true. Raises WrongContract."""
        data = self.event(fact)
        if type(data) not in self.contracts:
            named = " or ".join(contract.name() for contract in self.contracts)
            raise WrongContract(f"{self.fact.__name__} becomes {named} by its row, and {data.name()} by its function")
        return Publication(subject=subject_of(data), data=data, time=fact.at)


def says(fact: type[F], contract: type[D] | tuple[type[D], ...], event: Callable[[F], D]) -> Says[F, D]:
    """The row of one fact. A tuple names the contracts of which a fact becomes one or the other."""
    return Says(fact, contract if isinstance(contract, tuple) else (contract,), event)


PublicationTable = Mapping[type, Says[Any, Any]]
"""Domain fact type -> its row: everything a service says."""


def published(*rows: Says[Any, Any]) -> PublicationTable:
    """The table of these rows. Raises ValueError when a fact has two."""
    twice = [fact.__name__ for fact, count in Counter(row.fact for row in rows).items() if count > 1]
    if twice:
        raise ValueError(f"more than one row says {', '.join(twice)}")
    return MappingProxyType({row.fact: row for row in rows})


def faults(table: PublicationTable, *, service: str, facts: frozenset[type]) -> Iterator[str]:
    """What keeps the table from being everything that service says: facts of its domain without a row, rows of
    anything else, and contracts of its topics that no row names.
    """
    said = {contract for row in table.values() for contract in row.contracts}
    yield from (f"no row says the fact {each}" for each in _names(facts - table.keys()))
    yield from (f"a row says {each}, which is no fact of the domain" for each in _names(table.keys() - facts))
    yield from (f"no row says the contract {each}" for each in _names(catalogue.written_by(service) - said))


def _names(types: Collection[type]) -> list[str]:
    return sorted(each.__name__ for each in types)


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
