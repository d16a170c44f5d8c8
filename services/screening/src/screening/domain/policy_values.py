"""How the clinical policy states a number: with its unit, its default and where it comes from."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from careflow_domain.setting import Setting


class TimeUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(Setting[int]):
    """A length of time the clinic may change, counted in its unit."""

    unit: TimeUnit

    @property
    def length(self) -> timedelta:
        return timedelta(**{self.unit.value: self.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicHours:
    """When somebody is at the clinic, on its own wall clock; `weekdays` counts Monday as 0."""

    opens: time
    closes: time
    weekdays: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.weekdays or not set(self.weekdays) <= set(range(7)):
            raise ValueError("clinic hours need at least one day of the week")
        if self.opens >= self.closes:
            raise ValueError("clinic hours end after they begin")

    def open_at(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether somebody is there."""
        local = now.astimezone(zone)
        return local.weekday() in self.weekdays and self.opens <= local.time() < self.closes

    def end_of_clinic_day(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Closing time of the clinic day `now` falls on; after hours, of the next one."""
        day = now.astimezone(zone).date()
        while day.weekday() not in self.weekdays or self._closing(day, zone) <= now:
            day += timedelta(days=1)
        return self._closing(day, zone)

    def _closing(self, day: date, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, self.closes, zone).astimezone(UTC)
