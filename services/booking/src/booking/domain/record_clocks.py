"""By when a request for a record is answered: the shortest of the clocks that run for it."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from careflow_domain.business_days import BusinessCalendar, business_day_after
from careflow_domain.errors import invalid
from careflow_domain.setting import Setting


class Access(StrEnum):
    """What they want of the record."""

    INSPECT = "inspect"
    COPY = "copy"
    SUMMARY = "summary"


class AskedBy(StrEnum):
    """Who asks."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    """A personal representative, whose authority was seen."""
    NAMED_BY_PATIENT = "named_by_patient"
    """Somebody to whom the patient has the record sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequestPolicy:
    """Days are of the calendar of the clinic but where working days are named. Raises `policy_invalid`."""

    inspect_working_days: Setting[int]
    copy_days: Setting[int]
    federal_days: Setting[int]
    extension_days: Setting[int]
    warning_days: Setting[int]

    def __post_init__(self) -> None:
        days = (self.inspect_working_days, self.copy_days, self.federal_days, self.extension_days, self.warning_days)
        if any(each.value <= 0 for each in days):
            raise invalid("policy_invalid", "The clocks of a request for a record need positive numbers.")

    def state_due(self, asked_by: AskedBy, access: Access, received: date, calendar: BusinessCalendar) -> date | None:
        """The last day by California's clock, which runs for the patient and their representative: for whomever the
        patient names there is none. A summary is given where copies were asked for, and no later.
        """
        if asked_by is AskedBy.NAMED_BY_PATIENT:
            return None
        if access is Access.INSPECT:
            return business_day_after(received, self.inspect_working_days.value, calendar)
        return received + timedelta(days=self.copy_days.value)

    def federal_due(self, received: date, *, extended: bool) -> date:
        """The last day by 45 CFR 164.524(b)(2)."""
        days = self.federal_days.value + (self.extension_days.value if extended else 0)
        return received + timedelta(days=days)

    def warned_on(self, due: date) -> date:
        """From which day on somebody is told that it is due."""
        return due - timedelta(days=self.warning_days.value)
