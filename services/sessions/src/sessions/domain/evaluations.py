"""What sessions knows of an evaluation from booking: when it is, so that what is signed before it is asked for in time.

Invariant: a copy, kept up to date by booking's events; the newest version of the appointment counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from sessions.domain.appointments import AppointmentStatus
from sessions.domain.ids import AppointmentId, PatientId, PlanLinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Aggregate):
    """`appointment_version` is booking's. `link_id` is the link that was sent because of it."""

    id: AppointmentId
    patient_id: PatientId
    appointment_version: int
    starts_at: datetime
    status: AppointmentStatus
    link_id: PlanLinkId | None = None

    @property
    def awaited_at(self) -> datetime | None:
        """When the patient comes to it; None once it is called off or over."""
        return self.starts_at if self.status is AppointmentStatus.BOOKED else None

    def awaited(self, now: datetime) -> bool:
        return self.awaited_at is not None and now < self.awaited_at

    def became(self, version: int, starts_at: datetime, status: AppointmentStatus) -> Self:
        """As booking says it is; the same where that is known, or older."""
        if version <= self.appointment_version:
            return self
        return replace(self.recording(), appointment_version=version, starts_at=starts_at, status=status)

    def asked_by(self, link_id: PlanLinkId) -> Self:
        """The patient was sent where to sign."""
        return replace(self, link_id=link_id)
