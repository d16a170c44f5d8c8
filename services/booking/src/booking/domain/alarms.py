"""The clinic's own staff are told that an urgent inquiry waits at the desk: over each channel by which the desk can be
reached, at once, at night as by day, and again and again until somebody sees to it.

Invariants: an alarm is written with the inquiry it is of. Its text names nobody and nothing of what was asked. What is
sent in one round has one id, however often it is tried.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from booking.domain.channels import Channel
from booking.domain.ids import AlarmId, InquiryId, PatientId
from booking.domain.inquiries import Inquiry, InquiryStatus
from booking.domain.messages import Outcome
from booking.domain.policy import BookingPolicy
from careflow_domain.aggregate import Aggregate

ALARM_SUBJECT: Final = "The desk is needed"
ALARM_TEXT: Final = "An urgent inquiry waits at the desk. Please see to it now."
RETRY_AFTER: Final = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=3))
"""Waits between attempts of one round; after the last one the next round is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAttempt:
    """What one attempt came to; `version` is the alarm's it was made of."""

    version: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Aggregate):
    """`attempt_at` is when the next attempt is due, absent once somebody sees to the inquiry. `times` counts how often
    the desk was told, last at `told_at`; `failing_since` is the first attempt after that which did not work. `attempts`
    are those of this `round` that were not taken.
    """

    id: AlarmId
    inquiry_id: InquiryId
    patient_id: PatientId
    channel: Channel
    attempt_at: datetime | None
    round: int = 1
    attempts: int = 0
    times: int = 0
    told_at: datetime | None = None
    failing_since: datetime | None = None

    @classmethod
    def of(cls, inquiry: Inquiry, alarm_id: AlarmId, channel: Channel, *, now: datetime) -> Self:
        """To be sent at once."""
        return cls(id=alarm_id, inquiry_id=inquiry.id, patient_id=inquiry.patient_id, channel=channel, attempt_at=now)

    @property
    def sent_as(self) -> str:
        """Under which id this round is sent."""
        return f"{self.id}.{self.round}"

    def attempted(self, attempt: AlarmAttempt, policy: BookingPolicy, *, now: datetime) -> Self:
        """What one attempt came to. Does nothing where another has come to something meanwhile."""
        if attempt.version != self.version or self.attempt_at is None:
            return self
        match attempt.outcome:
            case Outcome.SENT:
                return self._next_round(policy, now, times=self.times + 1, told_at=now, failing_since=None)
            case Outcome.UNTRUE:
                return replace(self.recording(), attempt_at=None)
            case Outcome.NOT_NOW if self.attempts < len(RETRY_AFTER):
                again_at = now + RETRY_AFTER[self.attempts]
                failing = self.failing_since or now
                return replace(self.recording(), attempts=self.attempts + 1, attempt_at=again_at, failing_since=failing)
            case _:
                return self._next_round(policy, now, failing_since=self.failing_since or now)

    def _next_round(self, policy: BookingPolicy, now: datetime, **changes: object) -> Self:
        again = {"round": self.round + 1, "attempts": 0, "attempt_at": now + policy.urgent_told_again, **changes}
        return replace(self.recording(), **again)  # type: ignore[arg-type]  # fields by name


def waits_for_somebody(inquiry: Inquiry) -> bool:
    """Whether the desk is told of it, as long as that is so."""
    return inquiry.urgent and inquiry.status is InquiryStatus.OPEN
