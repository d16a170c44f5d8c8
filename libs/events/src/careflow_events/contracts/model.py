"""What every contract model is: immutable, strict when produced, tolerant when read, and named by its class.

Open data holds ids, process codes, times, versions and money only. Everything else travels in a sealed section
(`sealed.py`).
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from careflow_events.topics import Topic

T = TypeVar("T")

Id = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
    Field(json_schema_extra={"format": "uuid"}),
]
"""An opaque id: a lower-case UUID. Never anything from which a person could be recognised."""

StaffId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""The opaque id of somebody of the clinic, as the identity provider knows them."""

Several = Annotated[tuple[T, ...], Field(strict=False)]
"""An ordered list; a JSON array on the wire, a tuple in Python."""


class ContractModel(BaseModel):
    """A part of a contract. Constructing one checks it strictly; `catalogue.read` is the tolerant way in."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", validate_by_name=True, hide_input_in_errors=True
    )


class Section(ContractModel):
    """The plaintext of a sealed section. Its `repr` shows nothing of it: events are logged and raised."""

    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        return iter(())


class EventData(ContractModel):
    """The `data` of one event type. The class name is the event's name."""

    # A process meets a few of all event types: the validator of each is made with its first use. What events are made
    # of is not put off, or the order of definitions in a schema would depend on which event came first.
    model_config = ConfigDict(defer_build=True)

    topic: ClassVar[Topic]
    major: ClassVar[int] = 1
    for_integrators: ClassVar[bool] = False
    """True when no CareFlow service hears this event: it is published for others."""
    restricts: ClassVar[bool] = False
    """True when it only ever takes permissions away: a consumer applies it at once, even while its stream is blocked,
    and again on replay.
    """
    outlasts_erasure: ClassVar[bool] = False
    """True when it tells of an erasure itself: it stays as it is where all else of the patient's stream is erased."""

    @classmethod
    def name(cls) -> str:
        """`ConsultationBooked`."""
        return cls.__name__

    @classmethod
    def type(cls) -> str:
        """The CloudEvents type, e.g. `careflow.booking.ConsultationBooked.v1`."""
        return f"careflow.{cls.topic.service}.{cls.name()}.v{cls.major}"

    @classmethod
    def schema_id(cls) -> str:
        """The CloudEvents dataschema, e.g. `careflow:schemas/booking/ConsultationBooked/v1`."""
        return f"careflow:schemas/{cls.topic.service}/{cls.name()}/v{cls.major}"

    @classmethod
    def page(cls) -> str:
        """Where whoever says it has its page for people, e.g. `/pages/catalogue/ConsultationBooked.v1.html`."""
        return f"/pages/catalogue/{cls.name()}.v{cls.major}.html"


class PatientEvent(EventData):
    """An event in a patient's stream: its subject is `patient:<patient_id>`."""

    patient_id: Id


class LocationEvent(EventData):
    """An event about a place and no patient: its subject is `location:<location_id>`."""

    location_id: Id


def concrete_contracts(root: type[EventData] = EventData) -> Iterator[type[EventData]]:
    """Every event type defined so far: the subclasses that name a topic and are not themselves specialised."""
    for contract in root.__subclasses__():
        if contract.__subclasses__():
            yield from concrete_contracts(contract)
        elif hasattr(contract, "topic"):
            yield contract
