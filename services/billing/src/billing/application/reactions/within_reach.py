"""A time that no clinic means is refused before any reaction reckons with it, so that an event drives only as much work
as policy allows.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from billing.application.ports import Ports
from careflow_events.catalogue import MalformedData
from careflow_events.contracts.model import EventData
from careflow_events.subscription import Received
from careflow_service.work import Transaction

D = TypeVar("D", bound=EventData)
Reaction = Callable[[Received[D], Transaction, Ports], Awaitable[None]]


def within_reach(reaction: Reaction[D]) -> Reaction[D]:
    """The reaction, to events whose every time is in reach of policy. Raises MalformedData (poison) for others."""

    async def reached(event: Received[D], tx: Transaction, ports: Ports) -> None:
        times = {"time": event.time, **{name: value for name, value in event.data if isinstance(value, datetime)}}
        beyond = tuple(name for name, value in times.items() if not ports.policy.reaches(value, now=tx.now))
        if beyond:
            raise MalformedData(type(event.data), beyond)
        await reaction(event, tx, ports)

    return reached
