"""What a consumer remembers of itself beside its positions: how far it has read each partition, of which incarnation of
a topic, how fresh each feed is, whether it is stopped, and what operators have paused.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol


class StopReason(StrEnum):
    """Why consuming is stopped until an operator resumes it or the cause is gone. These codes are stable."""

    PARKED_TOO_MANY = "parked_too_many"
    """So many records of different streams failed that the fault is ours."""
    OFFSETS_LOST = "offsets_lost"
    """What was to be read next lies outside the log: it was trimmed before, or the log is shorter than it was."""
    TOPIC_RECREATED = "topic_recreated"
    """The topic under this name is not the one that was started."""

    @property
    def starts_over(self) -> bool:
        """Whether consuming can only go on from the beginning of the log."""
        return self is not StopReason.PARKED_TOO_MANY


EVERYTHING: Final = "*"
"""In the place of a topic: all that are heard, also those that will be."""


@dataclass(frozen=True, slots=True)
class Pause:
    """What one operator wants not to be heard for now. Each has their own, and a topic goes on when nobody holds it."""

    by: str
    topics: frozenset[str]
    since: datetime

    def holds(self, topic: str) -> bool:
        """Whether this topic is not heard because of it."""
        return EVERYTHING in self.topics or topic in self.topics


class StartPlace(StrEnum):
    """Where in a topic a consumer begins that never read it."""

    EARLIEST = "earliest"
    LATEST = "latest"
    """Behind what the topic holds when the first worker begins."""
    INSTANT = "instant"
    """With the first record of each partition that was published then or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where an operator had a consumer begin, instead of at the beginning of a topic."""

    place: StartPlace
    instant: datetime | None = None
    by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """What a consumer knows of one topic; partitions are numbers."""

    topic_id: str | None
    offsets: Mapping[int, int]
    """What is to be read next, of each partition that was ever started."""
    checkpoints: Mapping[int, datetime]
    behind: frozenset[str] = frozenset()
    """Streams that the writer said it could not publish."""
    start: Start | None = None
    """Where it begins, or has begun, if an operator said so."""
    may_start_over: bool = False
    """Whether an operator let consuming go on after a loss, and nobody has looked yet whether this topic is lost."""
    started_over: int = 0
    """How often it was lost and read from its beginning since."""

    @property
    def began_within(self) -> bool:
        """Whether what lay before was left out, so that a stream may begin with any number here."""
        return bool(self.offsets) and self.start is not None and self.start.place is not StartPlace.EARLIEST

    def fresh_until(self, subject: str | None = None) -> datetime | None:
        """Everything that was recorded before this time has been received: the least of the started partitions'
        checkpoints, None while one of them has had none. None also for a subject one of whose streams is behind; what
        is said of no subject leaves those streams out.
        """
        if subject is not None and any(stream.partition("/")[2] == subject for stream in self.behind):
            return None
        if not self.offsets or not self.offsets.keys() <= self.checkpoints.keys():
            return None
        return min(self.checkpoints[partition] for partition in self.offsets)


NEVER_STARTED = Feed(topic_id=None, offsets={}, checkpoints={})


class Consumers(Protocol):
    """The memory of one consumer."""

    async def feed(self, topic: str) -> Feed:
        """What is known of a topic; NEVER_STARTED when nothing is."""

    async def note_started(self, topic: str, topic_id: str, partition: int, offset: int) -> None:
        """Notes that reading this partition of this incarnation of the topic begins at `offset`."""

    async def start_at(self, topic: str, start: Start) -> bool:
        """Has a topic that was never read begin there; the latest such wish counts. Answers False, and changes nothing,
        when it was begun.
        """

    async def begin(self, topic: str, topic_id: str, offsets: Mapping[int, int]) -> None:
        """Notes where all partitions of a topic that was never read begin, unless another worker came first."""

    async def note_settled(self, topic: str, noted: Mapping[int, int], settled: Mapping[int, int]) -> bool:
        """Notes that all before these offsets is settled; smaller ones change nothing. Answers False, and notes
        nothing, when the store is behind what was `noted` before.
        """

    async def note_checkpoint(
        self, topic: str, partition: int, as_of: datetime, *, now: datetime, behind: Collection[str] = ()
    ) -> None:
        """Notes a FeedCheckpoint; an older one changes nothing, except what says more than can be known `now`, because
        this consumer's clock was wrong once. `behind` are the streams it names.
        """

    async def stop(self, reason: StopReason, at: datetime) -> None:
        """Remembers that consuming is stopped, across restarts."""

    async def stopped(self) -> StopReason | None:
        """Why consuming is stopped."""

    async def resume(self) -> None:
        """Lets consuming go on. After OFFSETS_LOST and TOPIC_RECREATED each topic may start over; whether it does is
        seen when it is started again (`start_over`).
        """

    async def start_over(self, topic: str, *, lost: bool) -> None:
        """Of a topic that may start over: one that is `lost` counts as never started, so it is read from its beginning,
        wherever an operator had it begin once; what was handled before is recognised by its position. Any other goes
        on where it was. Changes nothing once another worker has done it.
        """

    async def pauses(self) -> Sequence[Pause]:
        """What operators have paused, by their names."""

    async def pause(self, by: str, topics: Collection[str], at: datetime) -> None:
        """Pauses these topics for that operator, beside what they have paused already; a repetition changes nothing."""

    async def lift_pause(self, by: str) -> bool:
        """Ends what that operator has paused. Answers False when there was nothing."""
