"""An appeal against what an insurer decided: by when it has to be sent, and what the patient says about the decision.

The clinic appeals nothing: the patient does, who gets a letter to sign and a page on what to do with it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.business_days import BusinessCalendar
from careflow_domain.errors import invalid
from careflow_domain.setting import Setting

_DECEMBER: Final = 12


class AppealStage(StrEnum):
    """INTERNAL: to the insurer itself. EXTERNAL: to reviewers who are not the insurer's, after its own last word."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class DenialReason(StrEnum):
    """Why the insurer does not pay, or not all of it, as its notice says."""

    NOT_NECESSARY = "not_necessary"
    EXPERIMENTAL = "experimental"
    NOT_COVERED = "not_covered"
    OUT_OF_NETWORK = "out_of_network"
    NOT_AUTHORIZED = "not_authorized"
    FILED_LATE = "filed_late"
    INFORMATION_MISSING = "information_missing"
    PAID_TOO_LITTLE = "paid_too_little"
    OTHER = "other"


MEDICAL_JUDGMENTS: Final = frozenset({DenialReason.NOT_NECESSARY, DenialReason.EXPERIMENTAL})
"""Those decided again only with a health care professional of the field (29 CFR 2560.503-1(h)(3)(iii))."""


class Language(StrEnum):
    """What the patient reads; the letter itself is in English."""

    ENGLISH = "en"
    SPANISH = "es"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealPolicy:
    """How long an appeal may be sent after its notice was received, and within how many days it is decided. Raises
    `policy_invalid`.
    """

    internal_days: Setting[int]
    external_months: Setting[int]
    decision_days: Setting[int]

    def __post_init__(self) -> None:
        if min(self.internal_days.value, self.external_months.value, self.decision_days.value) < 1:
            raise invalid("policy_invalid", "An appeal may be sent, and is decided, within a day or a month at least.")


APPEALS: Final = AppealPolicy(
    internal_days=Setting(
        value=180,
        default=180,
        source="29 CFR 2560.503-1(h)(3)(i), for individual plans with 45 CFR 147.136(b)(3)(i): days, at least, after "
        "the notice was received",
    ),
    external_months=Setting(
        value=4,
        default=4,
        source="45 CFR 147.136(d)(2)(i): months after the notice of the last decision was received",
    ),
    decision_days=Setting(
        value=60,
        default=60,
        source="29 CFR 2560.503-1(i)(2)(iii): days for a plan with one level of appeal, for care already given",
    ),
)
"""For a clinic whose own policy says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the insurer decided, as its notice says. `last_day` is the one the notice names, where it names one;
    `claim_number` the insurer's own. Raises `notice_dates_invalid`.
    """

    reason: DenialReason
    received_on: date
    last_day: date | None = None
    claim_number: str | None = None
    said: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.received_on:
            raise invalid("notice_dates_invalid", "The last day to appeal is not before the notice was received.")

    def expect_possible(self, first_service: date, today: date) -> None:
        """Raises `notice_dates_invalid` for a notice of before the first service, or of a day to come."""
        if not first_service <= self.received_on <= today:
            raise invalid(
                "notice_dates_invalid", "A notice is received after the first service, and not in the future."
            )


def last_day_of(stage: AppealStage, decision: Decision, policy: AppealPolicy, calendar: BusinessCalendar) -> date:
    """By when it is to be sent: the day the notice names, else the one of the federal rules. An external review is
    asked for by the same day of the month; where that month has none, on the first of the next; and on the next
    business day (45 CFR 147.136(d)(2)(i)).
    """
    if decision.last_day is not None:
        return decision.last_day
    match stage:
        case AppealStage.INTERNAL:
            return decision.received_on + timedelta(days=policy.internal_days.value)
        case AppealStage.EXTERNAL:
            day = _months_after(decision.received_on, policy.external_months.value)
            while not calendar.is_business_day(day):
                day += timedelta(days=1)
            return day


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _DECEMBER)
    try:
        return day.replace(year=day.year + years, month=month + 1)
    except ValueError:  # that month has no such day
        return date(day.year + years, month + 2, 1)
