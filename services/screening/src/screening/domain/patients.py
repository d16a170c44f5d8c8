"""What screening knows of a patient from booking: a copy, kept up to date by booking's events.

Invariant: never the source of truth; a detail booking has not said is None, and rules read None as the careful case.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from careflow_domain.aggregate import Aggregate
from screening.domain.ids import PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyContact:
    """Whom to call when the patient cannot be reached."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """The details booking seals for screening. `name` is what readers know the patient by and decides nothing; booking
    said none of whom it last said something before it told names.
    """

    name: str | None = field(default=None, repr=False)
    born_on: date | None = field(default=None, repr=False)
    sex: str | None = field(default=None, repr=False)
    pregnancy_possible: bool | None = field(default=None, repr=False)
    state: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    emergency_contact: EmergencyContact | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCopy(Aggregate):
    id: PatientId
    details: PatientDetails

    def updated(self, details: PatientDetails) -> Self:
        """The copy with booking's newest details."""
        return self if details == self.details else replace(self.recording(), details=details)
