"""Where each service stands, in one row, and who is needed.

Invariant: a service that does not answer has a row like the others, which says so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from careflow_cli.errors import CareflowError
from careflow_cli.operators.client import Operator


@dataclass(frozen=True, slots=True)
class Standing:
    """One service. `trouble` is why nothing else is known of it, `paused` which topics operators
    have paused (`*`: all); instants are as the service wrote them."""

    service: str
    unpublished: int | None = None
    oldest: str | None = None
    effects: int | None = None
    parked: int | None = None
    stopped: str | None = None
    paused: str | None = None
    fenced_since: str | None = None
    next_deadline: str | None = None
    trouble: str | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether it waits for an operator's decision."""
        return bool(self.parked or self.stopped or self.paused or self.fenced_since)

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
            fenced_since=restore["fenced_since"],
            next_deadline=drain["next_deadline"],
        )
    except CareflowError as error:
        return Standing(service, trouble=str(error))


async def of_all(operator: Operator, services: Sequence[str]) -> list[Standing]:
    """All of them, asked side by side."""
    return list(await asyncio.gather(*(of(operator, service) for service in services)))
