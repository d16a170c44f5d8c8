"""What goes wrong in a world, and when: drawn from the seed before it begins, so that any part of it can be left out
and the rest happens as before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

SECONDS: Final = 45.0
"""How long a world has faults."""
STEPS: Final = 45


class Kind(StrEnum):
    """What can happen."""

    SAY = "screening says something"
    SLOW = "screening says something in a long transaction"
    KILL = "a worker is killed where it waits"
    SLEEP = "a worker sleeps past its lease, another takes over"
    LEAVE = "a worker is killed and comes back late"
    AWAY = "the broker does not answer a service"
    ANSWERS_LOST = "acknowledgements are lost"
    REFUSE = "the broker refuses one patient's records"
    SILENT = "a partition does not answer"
    HELD = "a partition is not read for a while"
    REPEAT = "a record is stored a second time"
    STORE = "a store fails"
    BUG = "reactions fail"
    REPLAY = "an operator asks for replays"
    DISCARD = "an operator discards"
    TOMBSTONE = "somebody writes a tombstone"
    FORGED = "somebody writes an event where it does not belong"
    AHEAD = "somebody writes a checkpoint of a far time"
    RIVAL = "somebody writes another event under the last number"
    SKEW = "a worker's clock is wrong"
    TRIM = "retention takes the beginning of a topic"
    COPY = "a copy of a store is made"
    RESTORE = "a store is put back from its copy"
    REFEED = "an operator has a stream fed again"


_ALWAYS: Final = {
    Kind.SAY: 14,
    Kind.SLOW: 2,
    Kind.KILL: 4,
    Kind.SLEEP: 2,
    Kind.LEAVE: 1,
    Kind.AWAY: 1,
    Kind.ANSWERS_LOST: 2,
    Kind.REFUSE: 1,
    Kind.SILENT: 1,
    Kind.HELD: 2,
    Kind.REPEAT: 2,
    Kind.STORE: 3,
    Kind.BUG: 2,
    Kind.REPLAY: 3,
    Kind.SKEW: 1,
    Kind.REFEED: 1,
}
_STRANGERS: Final = {Kind.DISCARD: 2, Kind.TOMBSTONE: 2, Kind.FORGED: 2, Kind.AHEAD: 1, Kind.RIVAL: 2}
_LOSSES: Final = {Kind.TRIM: 2, Kind.LEAVE: 2}
_RESTORES: Final = {Kind.COPY: 3, Kind.RESTORE: 3}
_HARD: Final[Sequence[Mapping[Kind, int]]] = (_STRANGERS, _LOSSES, _RESTORES, {})
"""What does not go together in one world: a seed has one of these. A service whose topics hold what it never wrote is
fenced like one whose store was put back, and by that hides what else went wrong.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. `seed` decides everything about it."""

    number: int
    at: float
    kind: Kind
    seed: int

    def __str__(self) -> str:
        return f"{self.number:3} at {self.at:5.1f} s: {self.kind}"


def draw(seed: int) -> list[Step]:
    """The plan of a seed."""
    chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    kinds = {**_ALWAYS, **_HARD[seed % len(_HARD)]}
    drawn = chance.choices(list(kinds), weights=list(kinds.values()), k=STEPS)
    times = sorted(chance.uniform(0, SECONDS) for _ in range(STEPS))
    return [
        Step(number, at, kind, chance.getrandbits(32))
        for number, (at, kind) in enumerate(zip(times, drawn, strict=True))
    ]


def only(plan: Collection[Step], numbers: Collection[int]) -> list[Step]:
    """The part of a plan with these numbers."""
    return [step for step in plan if step.number in numbers]
