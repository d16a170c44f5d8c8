"""What sessions knows of a patient from booking: a copy, kept up to date by booking's events.

Invariant: never the source of truth; a detail booking has not said is None.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import conflict
from sessions.domain.ids import PatientId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPerson:
    """Somebody to call."""

    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientDetails:
    """The details booking seals for sessions: what the team identifies the patient by, and whom it calls."""

    name: str | None = field(default=None, repr=False)
    born_on: date | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    emergency_contact: ContactPerson | None = field(default=None, repr=False)
    escort: ContactPerson | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientCopy(Aggregate):
    """`merged`: the record was given up for another one of the same person, `merged_into`. Which one is not known where
    that was heard before it was kept.
    """

    id: PatientId
    details: PatientDetails
    merged: bool = False
    merged_into: PatientId | None = None

    def updated(self, details: PatientDetails) -> Self:
        """The copy with booking's newest details."""
        return self if details == self.details else replace(self.recording(), details=details)

    def given_up_for(self, survivor_id: PatientId | None) -> Self:
        """The record was given up for that one; None where it is in use again."""
        merged = survivor_id is not None
        if (self.merged, self.merged_into) == (merged, survivor_id):
            return self
        return replace(self.recording(), merged=merged, merged_into=survivor_id)

    def check_in_use(self) -> None:
        """Refused: `patient_merged`."""
        if self.merged:
            raise conflict("patient_merged", "The record was merged into another; use that one.")
