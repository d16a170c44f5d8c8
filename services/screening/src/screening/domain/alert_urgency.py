"""How urgent a safety concern is: what the policy asks for, turned into instants."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from screening.domain.policy_values import ClinicHours, Span
from screening.domain.questionnaires import AlertLevel, AlertResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimes:
    """The policy's times for one kind of response.

    `page_after`: when the first person is paged (absent: nobody is). `acknowledge_within`: how long each person on the
    chain has. `respond_within`: how long until a clinician has answered (absent: by the end of the clinic day).
    """

    page_after: Span | None = None
    acknowledge_within: Span | None = None
    respond_within: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Positive:
    """One reason for the alert: an item alert's code or a report, with the level and response it asks for."""

    code: str
    level: AlertLevel
    response: AlertResponse
    note: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """What a positive asks for, in instants: respond by, first page at (if at all), time per person on the chain."""

    respond_by: datetime
    page_at: datetime | None
    acknowledge_within: timedelta | None


def urgency(times: ResponseTimes, hours: ClinicHours, zone: ZoneInfo, now: datetime) -> Urgency:
    """Turn the policy's times into instants, counted from `now`."""
    respond_by = now + times.respond_within.length if times.respond_within else hours.end_of_clinic_day(now, zone)
    return Urgency(
        respond_by=respond_by,
        page_at=now + times.page_after.length if times.page_after else None,
        acknowledge_within=times.acknowledge_within.length if times.acknowledge_within else None,
    )
