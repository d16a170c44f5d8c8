"""How far what the card processor told by itself has been asked for, whether or not it arrived.

Invariant: how far stands in the commit that hears what was told, so wherever that is interrupted it goes on behind the
last thing heard. What arrived before changes nothing when it is heard again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from billing.domain.ids import ProcessorId
from billing.domain.payment_links import ASKED_AFTER
from billing.domain.processing import News
from careflow_domain.aggregate import Aggregate

FEED: Final = "card_processor"
"""The one there is."""
ASKED_EVERY: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Told:
    """What it told next, at `at` and under this id; no news where that is nothing to us."""

    id: ProcessorId
    at: datetime
    news: News | None


@dataclass(frozen=True, slots=True)
class NothingTold:
    """It has told nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorFeed(Aggregate):
    """Heard is all that was told before `since`, and through what it calls `through`. It is asked again at `ask_at`;
    `silent_since` is since when it has not answered.
    """

    id: str = FEED
    since: datetime
    ask_at: datetime
    through: ProcessorId | None = None
    attempts: int = 0
    silent_since: datetime | None = None

    @classmethod
    def begun(cls, *, now: datetime) -> "ProcessorFeed":
        """What was told before is not asked for."""
        return cls(since=now, ask_at=now)

    @staticmethod
    def until(now: datetime) -> datetime:
        """What was told later may still arrive by itself."""
        return now - ASKED_AFTER

    def heard(self, told: Told, *, now: datetime) -> "ProcessorFeed":
        return replace(self.recording(), since=told.at, through=told.id, ask_at=now, attempts=0, silent_since=None)

    def heard_all(self, until: datetime, *, now: datetime) -> "ProcessorFeed":
        """Nothing more was told until then."""
        after = replace(self.recording(), since=max(until, self.since), ask_at=now + ASKED_EVERY)
        return replace(after, attempts=0, silent_since=None)

    def has_heard(self, at: datetime) -> bool:
        """Whether all is heard that was told until then."""
        return at < self.since

    def put_off(self, *, now: datetime) -> "ProcessorFeed":
        """It did not answer; each time it waits twice as long, up to the usual time."""
        wait = min(timedelta(seconds=2 ** min(self.attempts, 20)), ASKED_EVERY)
        since = self.silent_since or now
        return replace(self.recording(), ask_at=now + wait, attempts=self.attempts + 1, silent_since=since)
