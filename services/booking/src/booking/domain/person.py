"""The person behind a care path, as far as it decides by them. A correction of their details is another `Person`."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self
from zoneinfo import ZoneInfo

from booking.domain.intervals import local_instant
from booking.domain.patient_details import PatientDetails
from booking.domain.policy import BookingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What of the person themselves bears on their visits: from when on they are of age, where they are not yet,
    whether they live where the clinic is licensed, and whether this record of them was merged into another.
    """

    adult_from: datetime | None = None
    lives_where_served: bool = True
    merged: bool = False

    @classmethod
    def of(cls, details: PatientDetails, policy: BookingPolicy, zone: ZoneInfo, *, today: date) -> Self:
        """As these details say, on that date in the clinic's zone."""
        of_age = details.comes_of_age(policy)
        return cls(
            adult_from=local_instant(of_age, time.min, zone) if of_age > today else None,
            lives_where_served=details.lives_where_served(policy),
        )

    def of_age_at(self, instant: datetime) -> bool:
        return self.adult_from is None or instant >= self.adult_from
