"""What a consumer remembers of itself beside its positions: which partitions it has started, of which incarnation of a
topic, how fresh each feed is, and whether it is stopped.

Invariant: a partition counts as started only after an offset has been committed for it, so "started without a committed
offset" always means that offsets were lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class StopReason(StrEnum):
    """Why consuming is stopped until an operator resumes it or the cause is gone. These codes are stable."""

    PARKED_TOO_MANY = "parked_too_many"
    """So many records of different streams failed that the fault is ours."""
    OFFSETS_LOST = "offsets_lost"
    """A partition that was started has no committed offset, or one outside the log."""
    TOPIC_RECREATED = "topic_recreated"
    """The topic under this name is not the one that was started."""

    @property
    def starts_over(self) -> bool:
        """Whether consuming can only go on from the beginning of the log."""
        return self is not StopReason.PARKED_TOO_MANY


@dataclass(frozen=True, slots=True)
class Feed:
    """What a consumer knows of one topic; partitions are numbers."""

    topic_id: str | None
    started: frozenset[int]
    checkpoints: Mapping[int, datetime]

    def fresh_until(self) -> datetime | None:
        """Everything that was committed before this time has been received: the least of the started partitions'
        checkpoints, None while one of them has had none.
        """
        if not self.started or not self.started <= self.checkpoints.keys():
            return None
        return min(self.checkpoints[partition] for partition in self.started)


NEVER_STARTED = Feed(topic_id=None, started=frozenset(), checkpoints={})


class Consumers(Protocol):
    """The memory of one consumer."""

    async def feed(self, topic: str) -> Feed:
        """What is known of a topic; NEVER_STARTED when nothing is."""

    async def note_started(self, topic: str, topic_id: str, partition: int) -> None:
        """Notes that the consumer has a committed offset in this partition of this incarnation of the topic."""

    async def note_checkpoint(self, topic: str, partition: int, as_of: datetime, *, now: datetime) -> None:
        """Notes a FeedCheckpoint; an older one changes nothing, except what says more than can be known `now`, because
        this consumer's clock was wrong once.
        """

    async def stop(self, reason: StopReason, at: datetime) -> None:
        """Remembers that consuming is stopped, across restarts."""

    async def stopped(self) -> StopReason | None:
        """Why consuming is stopped."""

    async def resume(self) -> None:
        """Lets consuming go on. After OFFSETS_LOST and TOPIC_RECREATED all partitions count as never started, so they
        are read from the beginning; what was handled before is recognised by its position.
        """
