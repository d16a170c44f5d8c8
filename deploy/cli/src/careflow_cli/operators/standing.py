"""Where each service stands, in one row, and who is needed.

Invariant: a service that does not answer has a row like the others, which says so.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from careflow_cli import instants
from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Answer, Operator

SILENT_AFTER: Final = timedelta(minutes=2)
"""Nobody has heard of a topic for too long: its writer says every half minute how far it has published."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A topic of another service of which nothing has come for `lasting`."""

    topic: str
    lasting: timedelta

    @property
    def words(self) -> str:
        """How long, to the minute: `3 min`, `26 h 4 min`."""
        hours, minutes = divmod(self.lasting // timedelta(minutes=1), 60)
        return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def silences(consumer: Answer) -> list[Silence]:
    """The topics a service has heard nothing of for too long, the longest first. One it has never heard of yet is
    none: whether its worker is ready says more.
    """
    now = instants.parse(consumer["domain_time"])
    known = [(each["topic"], each["until"]) for each in consumer["heard"] if each["until"] is not None]
    silent = (Silence(topic, now - instants.parse(until)) for topic, until in known)
    return sorted((each for each in silent if each.lasting > SILENT_AFTER), key=lambda each: each.lasting, reverse=True)


@dataclass(frozen=True, slots=True)
class Standing:
    """One service. `trouble` is why nothing else is known of it, `paused` which topics operators
    have paused (`*`: all), `silent` of which topic it has heard nothing for longest, and for how long; instants are as
    the service wrote them."""

    service: str
    unpublished: int | None = None
    oldest: str | None = None
    effects: int | None = None
    parked: int | None = None
    stopped: str | None = None
    paused: str | None = None
    silent: str | None = None
    fenced_since: str | None = None
    next_deadline: str | None = None
    trouble: str | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether it waits for an operator's decision."""
        return bool(self.parked or self.stopped or self.paused or self.silent or self.fenced_since)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def of(operator: Operator, service: str) -> Standing:
    """One service as it stands."""
    try:
        drain, outbox, consumer, restore = [
            await operator.get(service, path) for path in ("drain", "outbox", "consumer", "restore")
        ]
        return Standing(
            service=service,
            unpublished=outbox["unpublished"],
            oldest=outbox["oldest"],
            effects=drain["effects_pending"],
            parked=drain["parked"],
            stopped=consumer["stopped"],
            paused=", ".join(sorted({topic for pause in consumer["pauses"] for topic in pause["topics"]})) or None,
            silent=_longest(silences(consumer)),
            fenced_since=restore["fenced_since"],
            next_deadline=drain["next_deadline"],
        )
    except CareflowError as error:
        return Standing(service, trouble=str(error))


def _longest(silent: Iterable[Silence]) -> str | None:
    return next((f"{each.topic} {each.words}" for each in silent), None)


async def of_all(operator: Operator, services: Sequence[str]) -> list[Standing]:
    """All of them, asked side by side."""
    return list(await asyncio.gather(*(of(operator, service) for service in services)))
