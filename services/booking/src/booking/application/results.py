"""What commands answer, where it is more than `careflow_service.results`. Invariant: nothing clinical and nothing
personal, because results are kept for repeated requests.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.domain.appointments import Appointment
from booking.domain.cancellations import Cancellation
from booking.domain.ids import AppointmentId, LocationId, PatientId, PlanId, PractitionerId, RoomId
from booking.domain.slots import Provider
from booking.domain.states import Status
from booking.domain.visits import Disposition, HoldReason, Modality, Phase, VisitKind


@dataclass(frozen=True, slots=True)
class FeedOpened:
    """The secret in the address of a practitioner's calendar feed."""

    practitioner_id: PractitionerId
    secret: str


@dataclass(frozen=True, slots=True)
class Held:
    """Something a visit waits for, as coarse as it is said openly."""

    reason: HoldReason
    ref: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """An appointment as it is after a command."""

    appointment_id: AppointmentId
    version: int
    patient_id: PatientId
    kind: VisitKind
    status: Status
    starts_at: datetime
    ends_at: datetime
    timezone: str
    modality: Modality
    location_id: LocationId
    room_id: RoomId | None
    providers: tuple[Provider, ...]
    held_until: datetime | None
    disposition: Disposition | None
    cancellation: Cancellation | None
    plan_id: PlanId | None
    phase: Phase | None
    holds: tuple[Held, ...]
    cancels_at: datetime | None
    unmarked: bool
    dose_gone_since: datetime | None = None
    unfit_since: datetime | None = None
    could_not_be_lost: bool = False
    """It could not take place as it was booked, so that whoever gives it up owes nothing for it."""

    @classmethod
    def of(cls, appointment: Appointment) -> "Scheduled":
        slot = appointment.slot
        return cls(
            appointment_id=appointment.id,
            version=appointment.version,
            patient_id=appointment.patient_id,
            kind=appointment.kind,
            status=appointment.status,
            starts_at=slot.interval.start,
            ends_at=slot.interval.end,
            timezone=slot.timezone,
            modality=slot.modality,
            location_id=slot.location_id,
            room_id=slot.room_id,
            providers=slot.providers,
            held_until=appointment.held_until,
            disposition=appointment.disposition,
            cancellation=appointment.cancellation,
            plan_id=appointment.plan_id,
            phase=appointment.phase,
            holds=tuple(Held(hold.ground.reason, hold.ground.ref, hold.since) for hold in appointment.holds),
            cancels_at=appointment.cancels_at,
            unmarked=appointment.unmarked,
            dose_gone_since=appointment.dose_gone_since,
            unfit_since=appointment.unfit_since,
            could_not_be_lost=appointment.could_not_be_lost,
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """A dosing visit and the integration that belongs to it."""

    dosing: Scheduled
    integration: Scheduled
