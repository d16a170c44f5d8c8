"""An event read in one pass over its bytes, envelope and data together, as our services write them.

The long way through `Admission` and `received` builds each part for itself, so as to say of a record what is wrong
with it; that takes several times as long. Invariant: what is accepted here is read by the long way as the same event.
What is not accepted here is not thereby wrong: the long way is asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, NamedTuple, NotRequired, Protocol, Self, TypeVar

from pydantic import ConfigDict, StringConstraints, TypeAdapter
from typing_extensions import TypedDict  # pydantic takes that of typing from Python 3.12 on

from careflow_events import catalogue, ijson, instants
from careflow_events.admission import AHEAD_AT_MOST, LARGEST_RECORD, confirm_data
from careflow_events.consumed import LONGEST_KEY
from careflow_events.contracts.model import EventData
from careflow_events.contracts.reading import Reading
from careflow_events.contracts.sealed import sealed_fields
from careflow_events.envelope import (
    CONTENT_TYPE,
    DATA_CONTENT_TYPE,
    ID_HEADER,
    LONGEST_ATTRIBUTE,
    SPEC_VERSION,
    TRACE_HEADER,
    TYPE_HEADER,
    MalformedEnvelope,
)
from careflow_events.sealing import KeyRing
from careflow_events.subscription import Received
from careflow_events.topics import Topic

T = TypeVar("T")

_Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ATTRIBUTE)]


class _Event(TypedDict, Generic[T]):
    """A record's value: one CloudEvent in a stream, whose data is T."""

    __pydantic_config__ = ConfigDict(strict=True)  # type: ignore[misc]  # how pydantic is told so

    specversion: Literal["1.0"]
    id: _Text
    source: _Text
    type: _Text
    subject: _Text
    stream: _Text
    sequence: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
    time: _Text
    recordedtime: NotRequired[_Text]
    dataschema: _Text
    datacontenttype: NotRequired[Literal["application/json"]]
    correlationid: NotRequired[_Text]
    causationid: NotRequired[_Text]
    traceparent: NotRequired[_Text]
    dataclassification: _Text
    data: T


assert (SPEC_VERSION, DATA_CONTENT_TYPE) == ("1.0", "application/json")

_ENOUGH: Final = LARGEST_RECORD // 2
"""Bytes of a value beside which key and headers, as they are written by us, do not matter."""
_CLOSED: Final = Reading(lambda _field, _section, _plaintext: None)
"""Of data of which no section is opened."""


class Arrived(Protocol):
    """A record as a Kafka client gives it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class _Kind(NamedTuple):
    """Events of one type in their topic. `headers` are the first of each record's."""

    source: str
    headers: tuple[tuple[str, bytes], ...]
    validate: Callable[..., _Event[Any]]

    @classmethod
    def of(cls, contract: type[EventData], data: Any) -> Self:
        headers = (("content-type", CONTENT_TYPE.encode()), (TYPE_HEADER, contract.type().encode()))
        reader: TypeAdapter[_Event[Any]] = TypeAdapter(_Event[data])
        return cls(f"/careflow/{contract.topic.service}", headers, reader.validator.validate_json)


class OnePass:
    """Reads the events of some topics for one listener. `clock` is the domain clock."""

    def __init__(
        self, contracts: Iterable[type[EventData]], *, keyring: KeyRing | None, clock: Callable[[], datetime]
    ) -> None:
        """`contracts` are what is heard. Events with a section to open take the long way, whose time is nothing beside
        that of opening it.
        """
        heard = frozenset(contracts)
        self._clock = clock
        self._topics: Mapping[str, Topic] = {contract.topic.name: contract.topic for contract in heard}
        self._kinds: dict[tuple[str, str], _Kind | None] = {
            (contract.topic.name, contract.type()): None
            if keyring and _is_sealed(contract)
            else _Kind.of(contract, contract)
            for contract in heard
        }

    def read(self, record: Arrived) -> Received[Any] | None:
        """The event, or None: the long way says what it is. The data of an event that nobody hears is left as it
        came.
        """
        value, key = record.value, record.key
        if value is None or key is None or len(value) > _ENOUGH or len(key) > LONGEST_KEY:
            return None
        try:
            kind = self._kind(record.topic, ijson.parsed(value))
            if kind is None:
                return None
            event = kind.validate(value, extra="ignore", context=_CLOSED)
            return self._received(event) if _belongs(event, kind, record) else None
        except (ijson.NotIJson, MalformedEnvelope, ValueError):  # pydantic's error is a ValueError
            return None

    def _kind(self, topic: str, document: object) -> _Kind | None:
        type_ = document.get("type") if isinstance(document, dict) else None
        if not isinstance(type_, str):
            return None
        place = (topic, type_)
        if place in self._kinds:
            return self._kinds[place]
        home, contract = self._topics.get(topic), catalogue.contract_for(type_)
        if contract is None or contract.topic is not home:
            return None
        return self._kinds.setdefault(place, _Kind.of(contract, dict[str, Any]))

    def _received(self, event: _Event[Any]) -> Received[Any] | None:
        time, latest = instants.parsed(event["time"]), self._clock() + AHEAD_AT_MOST
        recorded = event.get("recordedtime", event["time"])
        if time > latest or (recorded != event["time"] and instants.parsed(recorded) > latest):
            return None
        sequence = int(event["sequence"])
        if sequence == 0:
            return None
        data = event["data"]
        heard = Received(
            data,
            event["id"],
            event["subject"],
            time,
            event["stream"],
            sequence,
            event.get("correlationid"),
            event.get("causationid"),
        )
        if isinstance(data, EventData):
            confirm_data(heard, data)
        return heard


def _belongs(event: _Event[Any], kind: _Kind, record: Arrived) -> bool:
    """Whether it is from its own source and under its own key, and its headers say what it says."""
    own = [(ID_HEADER, event["id"].encode())]
    if "traceparent" in event:
        own.append((TRACE_HEADER, event["traceparent"].encode()))
    return (
        event["source"] == kind.source
        and record.key == event["subject"].encode()
        and event["stream"] == f"{record.topic}/{event['subject']}"
        and tuple(record.headers) == (*kind.headers, *own)
    )


def _is_sealed(contract: type[EventData]) -> bool:
    return next(sealed_fields(contract), None) is not None
