"""What a subscriber is told beside events: what may be missing from what it hears, and how old that is.

Nothing here quotes a record: a stream's name holds an opaque id, a code is one of a fixed list.
"""

import logging
from dataclasses import dataclass
from datetime import datetime

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gap:
    """The events `first` to `last` of a stream have not arrived; the one behind them follows."""

    stream: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"gap: {self.stream} lacks {self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Joined:
    """The first event met of a stream is not its first: what came before was not heard, or was heard by an earlier run
    that kept no places.
    """

    stream: str
    sequence: int

    def __str__(self) -> str:
        return f"joined: {self.stream} is heard from {self.sequence} on"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is no event of its topic, or whose data or sealed section is broken, and always will be. `code` is
    stable; the record stays in its topic at this offset.
    """

    topic: str
    partition: int
    offset: int
    code: str

    def __str__(self) -> str:
        return f"unreadable: {self.topic}/{self.partition}@{self.offset}: {self.code}"


@dataclass(frozen=True, slots=True)
class Diverged:
    """Another event than the one handled has the same number: the writer's history was changed, or somebody else wrote
    one of the two. This one is passed over.
    """

    stream: str
    sequence: int

    def __str__(self) -> str:
        return f"diverged: {self.stream} says something else at {self.sequence}"


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What the group was to read next, `wanted`, has gone by age, or with a topic that was made anew: reading
    goes on at `begins`, the first there is.
    """

    topic: str
    partition: int
    wanted: int
    begins: int

    def __str__(self) -> str:
        return f"trimmed: {self.topic}/{self.partition} begins at {self.begins}, {self.wanted} was to be read"


@dataclass(frozen=True, slots=True)
class Stale:
    """Nothing says that this partition has been heard beyond `as_of`; None: nothing was ever said. Told once each time
    it becomes so.
    """

    topic: str
    partition: int
    as_of: datetime | None

    def __str__(self) -> str:
        known = "nothing" if self.as_of is None else f"what was before {self.as_of.isoformat()}"
        return f"stale: of {self.topic}/{self.partition}, {known} is known to be complete"


Trouble = Gap | Joined | Unreadable | Diverged | Trimmed | Stale


class Stopped(Exception):
    """Something was lost, and nobody said to go on without it. Nothing behind it was handled or committed."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble}; to go on without it, give the subscriber an on_trouble that returns")
        self.trouble = trouble


async def stop_at_loss(trouble: Trouble) -> None:
    """What is done where nothing else is said: what was joined late, or is old, is logged, and all else stops the
    subscriber. Raises Stopped.
    """
    match trouble:
        case Joined():
            _log.info("%s", trouble)
        case Stale():
            _log.warning("%s", trouble)
        case _:
            raise Stopped(trouble)
