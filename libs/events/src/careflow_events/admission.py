"""Admission: a record is believed only where the catalogue says it belongs.

A type comes in its own topic and from its own source, numbered in the stream of its subject, about whom its data says,
and not from the future. Whoever may write to one topic could otherwise say anything: that a safety alert was closed, in
the topic of appointments.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from pydantic import BaseModel

from careflow_events import catalogue
from careflow_events.consumed import ConsumedRecord
from careflow_events.contracts.feed import FeedCheckpoint
from careflow_events.contracts.model import EventData
from careflow_events.contracts.sealed import Sealed
from careflow_events.envelope import Envelope, EnvelopeFault, MalformedEnvelope, confirm_key, decode
from careflow_events.publication import subject_of
from careflow_events.topics import EVERY_TOPIC, Topic

LARGEST_RECORD: Final = 1024 * 1024
"""Bytes of a record: what the topics allow. A client that compresses gets more past a broker."""
AHEAD_AT_MOST: Final = timedelta(days=1)
"""How far an event's times may lie ahead of the reader's clock: more is no skew of clocks but a wrong one."""

REACH: Final = timedelta(days=3660)
"""Ten years: how far the moments an event tells may lie from its own time. Who counts days up to them ends."""


def numbered(record: ConsumedRecord) -> Envelope:
    """The event of a record that has a number in the stream of its key, whoever may have written it. Raises
    MalformedEnvelope.
    """
    event = decode(record.value, record.headers)
    confirm_key(event, record.key)
    _confirm_numbered(event, record)
    return event


def _confirm_numbered(event: Envelope, record: ConsumedRecord) -> None:
    if event.stream is None:
        raise MalformedEnvelope(EnvelopeFault.NOT_NUMBERED)
    if event.stream != record.stream():
        raise MalformedEnvelope(EnvelopeFault.INVALID_ATTRIBUTE, "stream")


class Admission:
    """What one consumer lets in. `clock` is the domain clock."""

    def __init__(self, topics: Iterable[Topic], clock: Callable[[], datetime]) -> None:
        self._topics: Mapping[str, Topic] = {topic.name: topic for topic in topics if topic is not EVERY_TOPIC}
        self._clock = clock

    def admit(self, record: ConsumedRecord) -> Envelope:
        """The envelope of a record that belongs where it was found: its number may be believed. Raises
        MalformedEnvelope.
        """
        if record.size > LARGEST_RECORD:
            raise MalformedEnvelope(EnvelopeFault.TOO_LARGE)
        event = decode(record.value, record.headers)
        confirm_key(event, record.key)
        topic = self._topics.get(record.home)
        if topic is None:
            raise MalformedEnvelope(EnvelopeFault.WRONG_TOPIC)
        if event.source != f"/careflow/{topic.service}":
            raise MalformedEnvelope(EnvelopeFault.WRONG_SOURCE)
        contract = catalogue.contract_for(event.type)
        if contract is None:
            belongs = event.type.startswith(f"careflow.{topic.service}.")
        else:
            belongs = contract.topic in {topic, EVERY_TOPIC}
        if not belongs:
            raise MalformedEnvelope(EnvelopeFault.WRONG_TOPIC)
        if contract is not FeedCheckpoint:
            _confirm_numbered(event, record)
            self._confirm_time(event)
        return event

    def _confirm_time(self, event: Envelope) -> None:
        latest = self._clock() + AHEAD_AT_MOST
        if event.time > latest or (event.recordedtime is not None and event.recordedtime > latest):
            raise MalformedEnvelope(EnvelopeFault.FROM_THE_FUTURE)


class Said(Protocol):
    """What of an event its data is held against."""

    @property
    def subject(self) -> str | None: ...
    @property
    def time(self) -> datetime: ...


def confirm_data(event: Said, data: EventData) -> None:
    """An event is about whom its data says, and tells no time that nobody means. Raises MalformedEnvelope."""
    if event.subject != subject_of(data):
        raise MalformedEnvelope(EnvelopeFault.SUBJECT_DIFFERS)
    times: list[date] = []
    _collect(data.__dict__.values(), times)
    for each in times:
        if not _within_reach(each, event.time):
            raise MalformedEnvelope(EnvelopeFault.OUT_OF_REACH)


def _within_reach(told: date, at: datetime) -> bool:
    """Days may lie far back, as that of a birth; moments are those of appointments, visits and validities."""
    if isinstance(told, datetime):
        return abs(told - at) <= REACH
    return told <= (at + REACH).date()


_NO_TIME: Final = (str, int, type(None))


def _collect(values: Iterable[object], times: list[date]) -> None:
    """All times that are told, however deep."""
    for value in values:
        if isinstance(value, _NO_TIME):  # first, because most of an event is text
            continue
        if isinstance(value, date):
            times.append(value)
        elif isinstance(value, BaseModel):
            _collect(value.__dict__.values(), times)
        elif isinstance(value, Sealed):
            _collect((value.value,), times)
        elif isinstance(value, tuple | list):
            _collect(value, times)
