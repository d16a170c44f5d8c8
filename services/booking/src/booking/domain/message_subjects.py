"""Why a patient is written to, and about what: a visit, questions they are asked, their account, what
their plan asks of them.

Invariant: what a message is about says from when on nobody has any use of it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from booking.domain.channels import Channel
from booking.domain.ids import AppointmentId


class Reason(StrEnum):
    """Why a patient is written to."""

    CALL_ASKED_FOR = "call_asked_for"
    """Somebody asked for the free call under this address, and confirms by a link that it was they."""
    VISIT_BOOKED = "visit_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELLED = "visit_cancelled"
    VISIT_NEAR = "visit_near"
    """A reminder."""
    TIME_OFFERED = "time_offered"
    """A time that became free is kept for somebody on the waitlist."""
    OFFER_WITHDRAWN = "offer_withdrawn"
    """It is kept for them no longer: it cannot be given any more, or not to them."""
    QUESTIONS_ASKED = "questions_asked"
    """Screening asks them something, to be answered by a link."""
    ACCOUNT_NEWS = "account_news"
    """Billing has something new for them, to be seen by a link."""
    PLAN_TASKS = "plan_tasks"
    """Sessions shows them what their plan asks of them, by a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutVisit:
    """`starts_at` is the time it tells of."""

    appointment_id: AppointmentId
    starts_at: datetime

    @property
    def until(self) -> datetime:
        """From when on nobody has any use of it."""
        return self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutQuestions:
    """`link` is where the patient answers, which it does until `works_until`."""

    link: str = field(repr=False)
    answer_by: datetime
    works_until: datetime

    @property
    def until(self) -> datetime:
        """From when on nobody has any use of it."""
        return self.works_until

    @property
    def reason(self) -> Reason:
        return Reason.QUESTIONS_ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAccount:
    """`account_link` is where the patient sees their account, which it does until `leads_until`."""

    account_link: str = field(repr=False)
    leads_until: datetime

    @property
    def until(self) -> datetime:
        """From when on nobody has any use of it."""
        return self.leads_until

    @property
    def reason(self) -> Reason:
        return Reason.ACCOUNT_NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPlan:
    """`plan_link` is where the patient sees what their plan asks of them, which it does until `useful_until`."""

    plan_link: str = field(repr=False)
    useful_until: datetime

    @property
    def until(self) -> datetime:
        """From when on nobody has any use of it."""
        return self.useful_until

    @property
    def reason(self) -> Reason:
        return Reason.PLAN_TASKS


ByLink = AboutQuestions | AboutAccount | AboutPlan
"""What a patient finds behind a link of another service."""

ORDER: Final[dict[Reason, tuple[Channel, ...]]] = {
    Reason.CALL_ASKED_FOR: (Channel.EMAIL, Channel.SMS),
    Reason.VISIT_BOOKED: (Channel.EMAIL, Channel.SMS),
    Reason.VISIT_MOVED: (Channel.EMAIL, Channel.SMS),
    Reason.VISIT_CANCELLED: (Channel.EMAIL, Channel.SMS),
    Reason.VISIT_NEAR: (Channel.SMS, Channel.EMAIL),
    Reason.TIME_OFFERED: (Channel.SMS, Channel.EMAIL),
    Reason.OFFER_WITHDRAWN: (Channel.SMS, Channel.EMAIL),
    Reason.QUESTIONS_ASKED: (Channel.EMAIL, Channel.SMS),
    Reason.ACCOUNT_NEWS: (Channel.EMAIL, Channel.SMS),
    Reason.PLAN_TASKS: (Channel.EMAIL, Channel.SMS),
}
"""Which channel is tried first: what belongs into a calendar by e-mail, what wants to be seen soon by text message."""
