"""What tasks of a plan are made of: kinds, steps, how they end, and how the clinic counts their days.

Source: domain brief, section 1 (labs, nutrition, supplements and tapers go on beside the course as tasks of the plan,
never as gates); the numbers are the clinic's policy.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.business_days import BusinessCalendar, business_day_after
from careflow_domain.setting import Setting
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.ids import StaffId


class TaskKind(StrEnum):
    LABS = "labs"
    NUTRITION = "nutrition"
    SUPPLEMENTS = "supplements"
    TAPER = "taper"
    MINDFULNESS = "mindfulness"
    LIFESTYLE = "lifestyle"


SIGNED_KINDS: Final = frozenset({TaskKind.LABS, TaskKind.SUPPLEMENTS, TaskKind.TAPER})
"""A test is ordered, each step of a taper is signed, and what is taken is checked for interactions: by a prescriber."""


class TaskStep(StrEnum):
    """`collected` and `resulted` are steps of laboratory tests alone."""

    TO_DO = "to_do"
    COLLECTED = "collected"
    RESULTED = "resulted"
    OVER = "over"


class TaskOutcome(StrEnum):
    DONE = "done"
    MISSED = "missed"
    CALLED_OFF = "called_off"


class TaskWait(StrEnum):
    """What of a task waits for somebody of the clinic."""

    SIGNATURE = "signature"
    REVIEW = "review"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTaskPolicy:
    """`farthest_days`: how far ahead a task may be due. `result_days`: within how many days after a sample was taken
    its result is expected. Within so many business days a prescriber reads one, an abnormal one sooner.
    """

    farthest_days: Setting[int]
    result_days: Setting[int]
    abnormal_business_days: Setting[int]
    result_business_days: Setting[int]

    def __post_init__(self) -> None:
        abnormal, any_result = self.abnormal_business_days.value, self.result_business_days.value
        if not 1 <= abnormal <= any_result or min(self.farthest_days.value, self.result_days.value) < 1:
            raise ValueError("a task is due within some days, and an abnormal result is read no later than others")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDays:
    """How the clinic counts days for its tasks."""

    policy: PlanTaskPolicy
    timezone: str
    calendar: BusinessCalendar

    def today(self, now: datetime) -> date:
        return clinic_day(now, self.timezone)

    def end_of(self, day: date) -> datetime:
        _, end = day_bounds(day, self.timezone)
        return end

    def result_by(self, now: datetime) -> datetime:
        return self.end_of(self.today(now) + timedelta(days=self.policy.result_days.value))

    def read_by(self, now: datetime, *, abnormal: bool) -> datetime:
        policy = self.policy
        days = policy.abnormal_business_days if abnormal else policy.result_business_days
        return self.end_of(business_day_after(self.today(now), days.value, self.calendar))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Somebody took a step; `by` is None for the patient."""

    by: StaffId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult:
    """What came back; `reviewed` and `conclusion` once a prescriber has read it."""

    abnormal: bool = field(repr=False)
    summary: str = field(repr=False)
    by: StaffId
    at: datetime
    reviewed: Taken | None = None
    conclusion: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEnd:
    outcome: TaskOutcome
    taken: Taken
    note: str | None = field(default=None, repr=False)
