"""How urgent a safety concern is: what the policy asks for, turned into instants."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from screening.domain.policy_values import ClinicHours, Span
from screening.domain.questionnaires import AlertLevel, AlertResponse, ItemAlert


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """`page_after`: when the first person is paged (absent: when nobody has answered in time). `acknowledge_within`:
    how long each person on the chain has. `respond_within`: how long until a clinician has answered (absent: by the end
    of the clinic day).
    """

    page_after: Span | None = None
    acknowledge_within: Span
    respond_within: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTimes(Times):
    """The policy's times for one kind of response; `outside_hours` while nobody is at the clinic, if that differs."""

    outside_hours: Times | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Persistence:
    """How an alert stays alive. `starts_over_after`: when the chain was asked to its end in vain. `contact_within`: how
    long after somebody took it on, by level, they have for the first contact with the patient; a contact that agreed on
    a plan leaves `next_contact_within` until the next. What was said is said anew `said_again_after`.
    """

    starts_over_after: Span
    contact_within: Mapping[AlertLevel, Span]
    next_contact_within: Span
    said_again_after: Span

    def __post_init__(self) -> None:
        if set(self.contact_within) != set(AlertLevel):
            raise ValueError("the policy must say for every level within what time a patient is contacted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Positive:
    """One reason for the alert: an item alert's code or a report, with the level and response it asks for. `ref` is
    what it was said in: the questionnaire that was asked for, or the session; it is empty for what staff heard.
    """

    code: str
    level: AlertLevel
    response: AlertResponse
    said_at: datetime
    ref: str = ""
    note: str = field(default="", repr=False)

    @classmethod
    def answered(cls, hit: ItemAlert, ref: str, *, now: datetime) -> Self:
        """An alarming answer."""
        return cls(code=hit.code, level=hit.level, response=hit.response, said_at=now, ref=ref)

    def repeats(self, other: Self, *, within: timedelta) -> bool:
        """Whether this is the other one once more and not said anew: the same, in the same place, so soon after it."""
        return replace(self, said_at=other.said_at) == other and self.said_at - other.said_at < within


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgency:
    """What a positive asks for, in instants: respond by, first page at, time for each person on the chain."""

    respond_by: datetime
    page_at: datetime
    acknowledge_within: timedelta


def urgency(response: ResponseTimes, hours: ClinicHours, zone: ZoneInfo, now: datetime) -> Urgency:
    """Turn the policy's times into instants, counted from `now`. "The same clinic day" of a day that is over is no
    time at all: then the times outside clinic hours hold.
    """
    closed = not hours.open_at(now, zone)
    times = response.outside_hours if closed and response.outside_hours else response
    respond_by = now + times.respond_within.length if times.respond_within else hours.end_of_clinic_day(now, zone)
    return Urgency(
        respond_by=respond_by,
        page_at=now + times.page_after.length if times.page_after else respond_by,
        acknowledge_within=times.acknowledge_within.length,
    )
