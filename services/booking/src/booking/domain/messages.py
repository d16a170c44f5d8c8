"""What a patient is told of a visit, of questions they are asked, or of their account: each message an intent first,
written with the change that made it necessary; what became of it is recorded afterwards.

Invariants: one change makes one message, which goes out over one channel. Where that does not work, others
are tried; where none does, somebody of the clinic has to tell the patient. What is true no longer is not sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from booking.domain.appointments import (
    Appointment,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentRescheduled,
)
from booking.domain.cancellations import CancelledBy, CancelReason
from booking.domain.channels import Channel
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutPlan, AboutVisit, ByLink, Reason
from booking.domain.patient_details import PatientDetails
from booking.domain.policy import BookingPolicy
from booking.domain.questions import Questions
from booking.domain.states import BookedBy, Status
from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from careflow_domain.ways_in import Tries, WayIn

RETRY_AFTER: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Waits between attempts over one channel; after the last one the next channel is tried."""


class MessageState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    """Handed on: to a mail server, or to the gateway for text messages."""
    UNDELIVERED = "undelivered"
    """It could not be handed on over any channel, or it came back."""
    WITHDRAWN = "withdrawn"
    """It was true no longer when it was to be sent, or the patient did without."""


class Outcome(StrEnum):
    """What one attempt came to."""

    SENT = "sent"
    NOT_NOW = "not_now"
    REFUSED = "refused"
    """There is no use in trying this channel again."""
    QUIET = "quiet"
    """It is night where the patient lives."""
    UNTRUE = "untrue"
    UNWANTED = "unwanted"
    """The patient wants no such message, and misses nothing by it."""
    NO_CHANNEL = "no_channel"
    """There is none left that the patient wants, allows and can be reached by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`until` is when it may be tried again at night's end."""

    outcome: Outcome
    channel: Channel | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Aggregate):
    """`attempt_at` is when the next attempt is due, absent once it is settled. `attempts` counts those over one
    channel, `given_up` are the channels that did not work, and `channel` the one over which it went. `stop_used` is
    whether its link was used by which the patient wants no more such messages, `tries` those to come in by its other
    one; `again` is who had it sent once more.
    """

    id: MessageId
    patient_id: PatientId
    about: AboutVisit | ByLink
    reason: Reason
    planned_at: datetime
    attempt_at: datetime | None
    awaited: bool = False
    state: MessageState = MessageState.PLANNED
    attempts: int = 0
    given_up: tuple[Channel, ...] = ()
    channel: Channel | None = None
    settled_at: datetime | None = None
    stop_used: bool = False
    tries: Tries = field(default_factory=Tries)
    again: str | None = None

    @classmethod
    def planned(
        cls,
        message_id: MessageId,
        reason: Reason,
        visit: Appointment,
        *,
        awaited: bool = False,
        again: str | None = None,
        now: datetime,
    ) -> Self:
        """Of a visit, to be sent at once; `again` is who asks for it once more."""
        return cls(
            id=message_id,
            patient_id=visit.patient_id,
            about=AboutVisit(appointment_id=visit.id, starts_at=visit.starts_at),
            reason=reason,
            planned_at=now,
            attempt_at=now,
            awaited=awaited,
            again=again,
        )

    @classmethod
    def leading(
        cls,
        message_id: MessageId,
        patient_id: PatientId,
        about: ByLink,
        *,
        again: str | None = None,
        now: datetime,
    ) -> Self:
        """Where the patient finds what is for them, to be sent at once."""
        return cls(
            id=message_id,
            patient_id=patient_id,
            about=about,
            reason=about.reason,
            planned_at=now,
            attempt_at=now,
            again=again,
        )

    @classmethod
    def withdrawn_unheard(cls, message_id: MessageId, patient_id: PatientId, *, now: datetime) -> Self:
        """In place of one with a link to a plan that was withdrawn before it was heard of: it is never sent."""
        about = AboutPlan(plan_link="", useful_until=now)
        return cls.leading(message_id, patient_id, about, now=now)._settled(MessageState.WITHDRAWN, now)

    def true_of(self, visit: Appointment, *, now: datetime) -> bool:
        """Whether the visit is still as this says, and still to come. Of a time it was given anew after this was
        planned another message tells.
        """
        if self.about != AboutVisit(appointment_id=visit.id, starts_at=visit.starts_at) or self.about.until <= now:
            return False
        match self.reason:
            case Reason.VISIT_CANCELLED:
                return visit.status is Status.CANCELLED
            case Reason.OFFER_WITHDRAWN:
                return visit.status is Status.LAPSED
            case Reason.TIME_OFFERED | Reason.CALL_ASKED_FOR:
                return visit.status is Status.HELD and visit.held_until is not None and now < visit.held_until
            case _:
                newest = visit.arranged_at is None or visit.arranged_at <= self.planned_at
                return newest and visit.status is Status.BOOKED

    def still_leads(self, questions: Questions, *, now: datetime) -> bool:
        """Whether there is still something for the patient where this leads."""
        asks = self.reason is not Reason.QUESTIONS_ASKED or bool(questions.open)
        return not isinstance(self.about, AboutVisit) and asks and now < self.about.until

    def shares_plan_link(self, other: "Message") -> bool:
        """Whether both have the same link to a plan, as one that was sent again has."""
        mine, its = self.about, other.about
        return isinstance(mine, AboutPlan) and isinstance(its, AboutPlan) and mine.plan_link == its.plan_link

    def untold_of_plan(self, *, now: datetime) -> bool:
        """Whether it did not reach the patient, and its link to a plan still leads there."""
        untold = self.state is MessageState.UNDELIVERED and isinstance(self.about, AboutPlan)
        return untold and now < self.about.until

    def leading_nowhere(self, *, now: datetime) -> Self:
        """Its link to a plan was withdrawn: not sent any more, nor again."""
        if not isinstance(self.about, AboutPlan) or self.about.until <= now:
            return self
        after = replace(self.recording(), about=replace(self.about, useful_until=now))
        return after if after.state is not MessageState.PLANNED else after._settled(MessageState.WITHDRAWN, now)

    def attempted(self, attempt: Attempt, *, now: datetime) -> Self:
        """What one attempt came to. Does nothing once it is settled."""
        if self.state is not MessageState.PLANNED:
            return self
        match attempt.outcome:
            case Outcome.SENT:
                return self._settled(MessageState.SENT, now, attempts=self.attempts + 1, channel=attempt.channel)
            case Outcome.NOT_NOW if self.attempts < len(RETRY_AFTER):
                again_at = now + RETRY_AFTER[self.attempts]
                return replace(self.recording(), attempts=self.attempts + 1, attempt_at=again_at)
            case Outcome.NOT_NOW | Outcome.REFUSED:
                given_up = (*self.given_up, attempt.channel) if attempt.channel else self.given_up
                return replace(self.recording(), attempts=0, given_up=given_up, attempt_at=now)
            case Outcome.QUIET:
                return replace(self.recording(), attempt_at=attempt.until)
            case Outcome.UNTRUE | Outcome.UNWANTED:
                return self._settled(MessageState.WITHDRAWN, now)
            case Outcome.NO_CHANNEL:
                return self._settled(MessageState.UNDELIVERED, now)

    @property
    def answers(self) -> bool:
        """Whether the patient has just asked for it and waits for it. Tried before, it does so no longer."""
        return self.awaited and self.attempts == 0 and not self.given_up

    @property
    def dispensable(self) -> bool:
        """Whether a patient who wants no messages misses nothing by it: a reminder, or what they have just done."""
        return self.awaited or self.reason is Reason.VISIT_NEAR

    @property
    def when_care_has_ended(self) -> Outcome:
        """What becomes of it then: nobody is written to, and what was called off before that is told by a person."""
        return Outcome.NO_CHANNEL if self.reason is Reason.VISIT_CANCELLED and not self.awaited else Outcome.UNTRUE

    def came_back(self, *, now: datetime) -> Self:
        """It was handed on, and did not arrive. Raises `not_sent`."""
        if self.state is not MessageState.SENT:
            raise conflict("not_sent", "Only what was sent can come back.", state=self.state.value)
        return self._settled(MessageState.UNDELIVERED, now)

    def check_settled(self) -> None:
        """Raises `still_planned`."""
        if self.state is MessageState.PLANNED:
            raise conflict("still_planned", "It is on its way.")

    def stops(self, policy: BookingPolicy, *, now: datetime) -> Channel | None:
        """What its link ends, while it works."""
        works = not self.stop_used and self.settled_at is not None
        return self.channel if works and now < self.planned_at + policy.message_link_works else None

    def way_in(self, policy: BookingPolicy) -> WayIn:
        """To the patient's own pages; sent again after a crash, the one in each copy."""
        return WayIn(
            patient_id=self.patient_id,
            until=self.planned_at + policy.message_link_works,
            most_wrong=policy.link_wrong_tries.value,
            sitting=policy.sitting,
            tries=self.tries,
        )

    def tried(self, born_on: date, known: PatientDetails, policy: BookingPolicy, *, now: datetime) -> Self:
        """Somebody says whose it is; the same message where nobody comes in by it any more."""
        tries = self.way_in(policy).tried(right=born_on == known.birth_date, now=now)
        return self if tries is self.tries else replace(self.recording(), tries=tries)

    def stopped(self) -> Self:
        """Its link was used, and is of no use any more."""
        return replace(self.recording(), stop_used=True)

    def _settled(self, state: MessageState, now: datetime, **changes: object) -> Self:
        settled = {"state": state, "attempt_at": None, "settled_at": now, **changes}
        return replace(self.recording(), **settled)  # type: ignore[arg-type]  # fields by name


def notices(changed: Appointment) -> Iterator[tuple[Reason, bool]]:
    """Why its patient is written to about what has just become true of a visit, and whether they wanted it so. What is
    called off because care has ended is told by a person: nobody here knows whether there is somebody to write to.
    """
    for fact in changed.facts:
        match fact:
            case AppointmentBooked():
                yield Reason.VISIT_BOOKED, fact.by is BookedBy.PATIENT
            case AppointmentRescheduled():
                yield Reason.VISIT_MOVED, fact.by is BookedBy.PATIENT
            case AppointmentCancelled() if fact.reason is not CancelReason.CARE_ENDED:
                yield Reason.VISIT_CANCELLED, fact.by is CancelledBy.PATIENT
