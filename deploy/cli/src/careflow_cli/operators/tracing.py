"""Where an event is: what every service says of it, joined by its id.

Invariant: a service that gives no answer is named and hides nothing of the others; nothing of an event's content is
asked for.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator

AT_ONCE: Final = 200
"""Events a service is asked about in one question."""
WAITS: Final = frozenset({"parked", "diverged"})
"""What an operator has to decide about."""


@dataclass(slots=True)
class Event:
    """One event, who said it, and how each service that was told stands to it."""

    service: str
    said: Answer
    told: dict[str, Answer] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return str(self.said["id"])

    @property
    def asked(self) -> dict[str, object]:
        """What another service must know to say how it stands to it."""
        return {name: self.said[name] for name in ("id", "type", "stream", "sequence", "partition")}

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"service": self.service, **self.said, "told": self.told}


@dataclass(slots=True)
class Traced:
    """What was found under an id: events in the order of their times, what is parked that nobody says to have said,
    which services were looked into, why a service handles nothing, what is paused there, and why one gave no answer.
    """

    asked: str
    events: list[Event] = field(default_factory=list)
    parked: list[tuple[str, Answer]] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)
    paused: dict[str, list[str]] = field(default_factory=dict)
    silent: dict[str, str] = field(default_factory=dict)

    @property
    def found(self) -> bool:
        """Whether anything was."""
        return bool(self.events or self.parked)

    @property
    def needs_somebody(self) -> bool:
        """Whether an operator has to decide about any of it."""
        stages = {told["stage"] for event in self.events for told in event.told.values()}
        return bool(self.parked or stages & WAITS)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "asked": self.asked,
            "looked": self.looked,
            "silent": self.silent,
            "stopped": self.stopped,
            "paused": self.paused,
            "events": [event.as_dict() for event in self.events],
            "parked": [{"service": service, **parked} for service, parked in self.parked],
        }

    def by_cause(self) -> Iterator[tuple[int, Event]]:
        """The events, each behind the one that caused it, with how deep it stands; otherwise in their order."""
        known = {event.id for event in self.events}
        caused: dict[str | None, list[Event]] = {}
        for event in self.events:
            cause = event.said["causation"]
            caused.setdefault(cause if cause in known and cause != event.id else None, []).append(event)
        left = [(0, event) for event in reversed(caused.pop(None, []))]
        while left:
            depth, event = left.pop()
            yield depth, event
            left += [(depth + 1, each) for each in reversed(caused.pop(event.id, []))]


async def trace(operator: Operator, services: Sequence[str], asked: str, say: Callable[[str], None]) -> Traced:
    """Everything the services know under an id of an event, a run, a patient or a place."""
    traced = Traced(asked)
    parked: list[tuple[str, Answer]] = []

    async def look(service: str) -> None:
        try:
            async for answer in _pages(operator, service, asked):
                traced.events += [Event(service, each) for each in answer["said"]]
                parked.extend((service, each) for each in answer["parked"])
                say(f"{len(traced.events):,} events")
            traced.looked.append(service)
        except CareflowError as error:
            traced.silent[service] = str(error)

    async def told(service: str) -> None:
        try:
            await _ask_how_it_stands(operator, service, traced)
        except CareflowError as error:
            traced.silent[service] = str(error)

    await asyncio.gather(*(look(service) for service in services))
    traced.events.sort(key=lambda each: (each.said["recorded_at"], each.said["stream"], each.said["sequence"]))
    await asyncio.gather(*(told(service) for service in traced.looked))
    said = {event.id for event in traced.events}
    traced.parked = [(service, each) for service, each in parked if each["event_id"] not in said]
    traced.looked.sort(key=services.index)
    return traced


async def _pages(operator: Operator, service: str, asked: str) -> Any:
    after: dict[str, object] = {}
    while True:
        answer = await operator.post(service, "trace", {"id": asked, **after})
        yield answer
        if answer["next"] is None:
            return
        after = {"after": answer["next"]}


async def _ask_how_it_stands(operator: Operator, service: str, traced: Traced) -> None:
    """Asks one service about the events of all others."""
    others = [event for event in traced.events if event.service != service]
    for first in range(0, len(others), AT_ONCE):
        asked = others[first : first + AT_ONCE]
        answer = await operator.post(service, "trace/told", {"events": [event.asked for event in asked]})
        if answer["stopped"] is not None:
            traced.stopped[service] = answer["stopped"]
        if answer["paused"]:
            traced.paused[service] = answer["paused"]
        by_id = {each["id"]: each for each in answer["events"]}
        for event in asked:
            if event.id in by_id:
                event.told[service] = by_id[event.id]
