"""One call of `Work.run` and each of its tries, as the runner and `fn` see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from careflow_events.mongo.unit import Unit
from careflow_service.identity import Actor, RequestKey
from careflow_service.ids import NewId
from careflow_service.work import Cause, Transaction

R = TypeVar("R")


@dataclass(slots=True)
class Call(Generic[R]):
    """One call of `run`: the same for all its tries, but for what the tries before have met."""

    fn: Callable[[Transaction], Awaitable[R]]
    by: Actor
    action: str
    returns: type[R]
    request: RequestKey | None
    cause: Cause
    trying_until: float
    tries: int = 0
    lost_at: set[str] = field(default_factory=set)
    met_a_duplicate: bool = False
    in_flight: bool = False
    """Whether the last try collided with something that is neither committed nor given up: as a rule a twin."""


class Try:
    """The transaction as one try of `fn` sees it."""

    def __init__(self, now: datetime, new_id: NewId, unit: Unit) -> None:
        self._now = now
        self._new_id = new_id
        self._unit = unit
        self.facts: list[object] = []
        self.names: list[str] = []

    @property
    def now(self) -> datetime:
        return self._now

    def new_id(self) -> str:
        made = self._new_id()
        self._unit.made(made)
        return made

    def record(self, facts: Iterable[object]) -> None:
        self.facts.extend(facts)

    def touched(self, what: str) -> None:
        self.names.append(what)
