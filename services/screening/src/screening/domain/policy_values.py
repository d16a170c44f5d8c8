"""How the clinical policy states a number: with its unit, its default and where it comes from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class TimeUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A length of time the clinic may change; `default` is what the system ships with, `source` why."""

    value: int
    unit: TimeUnit
    default: int
    source: str

    @property
    def length(self) -> timedelta:
        return timedelta(**{self.unit.value: self.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicHours:
    """When the clinic is open, in its own time zone; `weekdays` counts Monday as 0."""

    timezone: str
    opens: time
    closes: time
    weekdays: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)) or self.closes <= self.opens:
            raise ValueError("clinic hours need an opening day and a closing time after the opening time")

    def end_of_clinic_day(self, now: datetime) -> datetime:
        """Closing time of the clinic day `now` falls on; after hours, of the next one."""
        local = now.astimezone(ZoneInfo(self.timezone))
        day = local.date()
        while day.weekday() not in self.weekdays or self._closing(day) <= now:
            day += timedelta(days=1)
        return self._closing(day)

    def end_of_next_clinic_day(self, now: datetime) -> datetime:
        """Closing time of the first clinic day after the one `now` belongs to."""
        return self.end_of_clinic_day(self.end_of_clinic_day(now))

    def _closing(self, day: date) -> datetime:
        return datetime.combine(day, self.closes, ZoneInfo(self.timezone)).astimezone(UTC)
