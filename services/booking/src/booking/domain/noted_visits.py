"""A visit as the care path has noted it, which decides by nothing else of an appointment."""

from dataclasses import dataclass
from datetime import datetime

from booking.domain.appointments import Appointment
from booking.domain.ids import AppointmentId, PlanId
from booking.domain.states import Status
from booking.domain.visits import Disposition, Ground, Modality, Phase, VisitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the care path needs to know of an appointment; `grounds` are what it is on hold for, `dose_gone` whether it
    is an integration that has lost its dose.
    """

    appointment_id: AppointmentId
    kind: VisitKind
    status: Status
    starts_at: datetime
    modality: Modality
    disposition: Disposition | None = None
    plan_id: PlanId | None = None
    phase: Phase | None = None
    unmarked: bool = False
    dose_gone: bool = False
    grounds: tuple[Ground, ...] = ()
    cancels_at: datetime | None = None

    @classmethod
    def of(cls, appointment: Appointment) -> "Visit":
        return cls(
            appointment_id=appointment.id,
            kind=appointment.kind,
            status=appointment.status,
            starts_at=appointment.starts_at,
            modality=appointment.slot.modality,
            disposition=appointment.disposition,
            plan_id=appointment.plan_id,
            phase=appointment.phase,
            unmarked=appointment.unmarked,
            dose_gone=appointment.dose_gone_since is not None,
            grounds=tuple(hold.ground for hold in appointment.holds),
            cancels_at=appointment.cancels_at,
        )

    @property
    def upcoming(self) -> bool:
        """Whether it is booked, or under way. One of an earlier day of which nobody said what became of it is
        neither.
        """
        return self.status in (Status.BOOKED, Status.ARRIVED) and not self.unmarked
