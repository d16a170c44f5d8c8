"""What booking says of the appointment a session belongs to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sessions.domain.ids import AppointmentId, LocationId, PatientId, PlanId
from sessions.domain.words import Modality, Phase, Provider, VisitKind


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentSnapshot:
    """The appointment as it was at `version`; versions only rise. `modality` is None where this version does not know
    the word for it.
    """

    id: AppointmentId
    version: int
    patient_id: PatientId
    kind: VisitKind
    phase: Phase | None
    starts_at: datetime
    ends_at: datetime
    modality: Modality | None
    providers: tuple[Provider, ...]
    location_id: LocationId
    plan_id: PlanId | None
    status: AppointmentStatus
