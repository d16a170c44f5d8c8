"""The clinic's own staff are told what waits at the desk, over each channel by which it can be reached: of an urgent
inquiry at once, at night as by day, and again and again until somebody sees to it; of a request for a record that is
due soon, or late, once, by day.

Invariants: an alarm is written with what it is of, one for each channel there is; over one by which the clinic
has named no address it waits until there is one. Its text names nobody and nothing of what was asked. What is sent in
one round has one id, however often it is tried.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from booking.domain.channels import Channel
from booking.domain.ids import AlarmId, InquiryId, PatientId, RecordRequestId
from booking.domain.inquiries import Inquiry, InquiryStatus
from booking.domain.messages import Outcome
from booking.domain.policy import BookingPolicy
from careflow_domain.aggregate import Aggregate

ALARM_SUBJECT: Final = "The desk is needed"
ALARM_TEXT: Final = "An urgent inquiry waits at the desk. Please see to it now."
RECORD_TEXT: Final = "Somebody waits at the desk for an answer that is due. Please see to it today."
RETRY_AFTER: Final = (timedelta(seconds=15), timedelta(minutes=1), timedelta(minutes=3))
"""Waits between attempts of one round; after the last one the next round is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAttempt:
    """What one attempt came to; `version` is the alarm's it was made of."""

    version: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm(Aggregate):
    """It is of an inquiry, or of a request for a record. `attempt_at` is when the next attempt is due, absent once
    somebody sees to the inquiry, or the desk was told of the request. `times` counts how often the desk was told, last
    at `told_at`; `failing_since` is the first attempt after that which did not work. `attempts` are those of this
    `round` that were not taken. `waits_since` is since when it waits for an address to be named.
    """

    id: AlarmId
    inquiry_id: InquiryId | None
    patient_id: PatientId
    channel: Channel
    attempt_at: datetime | None
    round: int = 1
    attempts: int = 0
    times: int = 0
    told_at: datetime | None = None
    failing_since: datetime | None = None
    waits_since: datetime | None = None
    record_request_id: RecordRequestId | None = None

    @classmethod
    def of(cls, inquiry: Inquiry, alarm_id: AlarmId, channel: Channel, *, reached: bool, now: datetime) -> Self:
        """To be sent at once, or once an address is named by which the desk is `reached`."""
        alarm = cls(id=alarm_id, inquiry_id=inquiry.id, patient_id=inquiry.patient_id, channel=channel, attempt_at=now)
        return alarm if reached else replace(alarm, attempt_at=None, waits_since=now)

    @classmethod
    def of_record(
        cls,
        request_id: RecordRequestId,
        patient_id: PatientId,
        alarm_id: AlarmId,
        channel: Channel,
        *,
        reached: bool,
        at: datetime,
        now: datetime,
    ) -> Self:
        """To be sent at that time, or once an address is named by which the desk is `reached`."""
        return cls(
            id=alarm_id,
            inquiry_id=None,
            patient_id=patient_id,
            channel=channel,
            attempt_at=at if reached else None,
            waits_since=None if reached else now,
            record_request_id=request_id,
        )

    @property
    def untried(self) -> bool:
        """Whether it has only ever waited for an address."""
        return self.waits_since is not None and self.times == 0 and self.failing_since is None

    @property
    def fails_since(self) -> datetime | None:
        """Since when the desk is to be told and is not."""
        return None if self.attempt_at is None else self.failing_since

    def woken(self, *, waits: bool, now: datetime) -> Self:
        """An address is named now: the desk is told at once, if what it is of still waits for somebody."""
        return replace(self.recording(), waits_since=None, attempt_at=now if waits else None, attempts=0)

    @property
    def sent_as(self) -> str:
        """Under which id this round is sent."""
        return f"{self.id}.{self.round}"

    def attempted(self, attempt: AlarmAttempt, policy: BookingPolicy, *, now: datetime) -> Self:
        """What one attempt came to. Does nothing where another has come to something meanwhile."""
        if attempt.version != self.version or self.attempt_at is None:
            return self
        match attempt.outcome:
            case Outcome.SENT if self.record_request_id is not None:
                told = replace(self.recording(), times=self.times + 1, told_at=now, failing_since=None)
                return replace(told, attempt_at=None)
            case Outcome.SENT:
                return self._next_round(policy, now, times=self.times + 1, told_at=now, failing_since=None)
            case Outcome.UNTRUE:
                return replace(self.recording(), attempt_at=None)
            case Outcome.NO_CHANNEL:
                return replace(self.recording(), attempt_at=None, waits_since=now)
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
