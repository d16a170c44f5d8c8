"""Says what keeps a visit from being booked, or moved, to a time, before anybody tries: every closed gate, and why the
time itself is impossible. Who asked about whom is kept.

Invariant: it decides nothing; the command that follows asks everything again.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.application.front_desk import FrontDesk
from booking.application.gated_visits import by_plan
from booking.application.ownership import check_own
from booking.application.results import Scheduled
from booking.application.scheduling import Impossible, Wish
from booking.domain.gates import Refusal
from booking.domain.ids import AppointmentId, PatientId
from careflow_service.identity import Actor
from careflow_service.work import side_by_side


@dataclass(frozen=True, slots=True)
class Weighed:
    """What is in the way of a visit: gates that are closed, and of its time."""

    gates: tuple[Refusal, ...]
    impossible: Impossible | None

    @property
    def possible(self) -> bool:
        return not self.gates and self.impossible is None


@dataclass(frozen=True, slots=True)
class WeighVisit:
    """Raises `patient_not_found`, and `appointment_not_found` for a visit that would be moved."""

    desk: FrontDesk

    async def __call__(
        self,
        patient_id: PatientId,
        wish: Wish,
        actor: Actor,
        *,
        moving: Scheduled | None = None,
        together_with: AppointmentId | None = None,
        integration_at: datetime | None = None,
    ) -> Weighed:
        """`together_with` is the integration that moves with a dosing visit."""
        check_own(actor, patient_id, "patient")
        desk = self.desk
        patient, path, clinic = await desk.know(patient_id, wish)
        visit = None if moving is None else await desk.ports.appointments.get(moving.appointment_id)
        if together_with is not None:
            path = path.but_for(together_with)
        gates, impossible = await side_by_side(
            desk.visits.closed(path, wish, moving=None if visit is None else visit.id, integration_at=integration_at),
            desk.scheduling.why_not(by_plan(wish, path), patient.id, patient.details, clinic, instead_of=visit),
        )
        await self.desk.ports.audit.read(actor, "weigh_visit", f"patients/{patient_id}")
        return Weighed(gates, impossible)
