"""What a service hears, as data: one `hears(...)` per event type, in the service's `subscriptions.py`.

A reaction never refuses a fact. It may be run again for the same event, and for an event that is out of order with
those of other topics.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from careflow_events import catalogue
from careflow_events.admission import confirm_data
from careflow_events.contracts.model import EventData
from careflow_events.envelope import Envelope
from careflow_events.sealing import KeyRing

D = TypeVar("D", bound=EventData)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Received(Generic[D]):
    """One event as a reaction sees it."""

    data: D
    id: str
    subject: str
    time: datetime
    stream: str
    sequence: int
    correlation: str | None
    causation: str | None
    """The command or the event by which it came about; what one of them said has the same."""


@dataclass(frozen=True, slots=True)
class Subscription(Generic[P]):
    """One event type and the reaction to it. The reaction to a contract that `restricts` takes permissions away and
    gives none.
    """

    contract: type[EventData]
    reaction: Callable[[Received[Any], Any, P], Awaitable[None]]


def hears(contract: type[D], reaction: Callable[[Received[D], Any, P], Awaitable[None]]) -> Subscription[P]:
    """Subscribe `reaction(event, tx, ports)` to `contract`. The transaction is whatever the service's runner hands
    in.
    """
    return Subscription(contract, reaction)


def received(event: Envelope, keyring: KeyRing | None) -> Received[Any]:
    """An event of a known type as a reaction sees it. Raises MalformedData, MalformedEnvelope, SectionBroken (poison),
    KeyMissing (waits).
    """
    data = catalogue.read(event, keyring)
    confirm_data(event, data)
    return Received(
        data=data,
        id=event.id,
        subject=event.subject or "",
        time=event.time,
        stream=event.stream or "",
        sequence=event.sequence or 0,
        correlation=event.correlationid,
        causation=event.causationid,
    )
