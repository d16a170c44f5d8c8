"""Gives a visit a time if the care path lets it."""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.application.ports import Ports
from booking.application.scheduling import Scheduling, Wish
from booking.domain import gates
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.gates import Asked, Refusal
from booking.domain.ids import AppointmentId
from booking.domain.patients import Patient
from booking.domain.slots import NewVisit, Slot
from booking.domain.states import BookedBy
from careflow_service.work import Transaction, side_by_side


@dataclass(frozen=True, slots=True)
class GatedVisits:
    """The gates and the calendar together."""

    ports: Ports

    async def new(
        self,
        wish: Wish,
        patient: Patient,
        path: CarePath,
        clinic: Clinic,
        tx: Transaction,
        *,
        by: BookedBy,
        integration_at: datetime | None = None,
    ) -> NewVisit:
        """A visit at the wished time, followed by an integration that is booked with it, if one is. Raises
        `gates_closed` and the refusals of `Scheduling.claim`.
        """
        look, _ = await side_by_side(
            Scheduling(self.ports).look(by_plan(wish, path), patient.id, patient.details, clinic),
            self.check(path, wish, integration_at=integration_at),
        )
        plan = path.plan_for(wish.kind)
        appointment_id = AppointmentId(tx.new_id())
        slot = await Scheduling(self.ports).claim(look, patient.id, appointment_id, tx, by=by)
        return NewVisit(
            id=appointment_id,
            patient_id=patient.id,
            kind=wish.kind,
            slot=slot,
            template_version=self.ports.templates.version,
            plan_id=plan.id if plan else None,
            phase=plan.phase if plan else None,
        )

    async def elsewhere(
        self,
        wish: Wish,
        moving: Appointment,
        patient: Patient,
        path: CarePath,
        clinic: Clinic,
        tx: Transaction,
        *,
        by: BookedBy,
        together_with: Appointment | None = None,
        integration_at: datetime | None = None,
    ) -> Slot:
        """The wished time in exchange for the one the appointment has, while the other one of its pair moves too.
        Raises as `new`.
        """
        if together_with is not None:
            path = path.but_for(together_with.id)
        look, _ = await side_by_side(
            Scheduling(self.ports).look(by_plan(wish, path), patient.id, patient.details, clinic, instead_of=moving),
            self.check(path, wish, moving=moving.id, integration_at=integration_at),
        )
        return await Scheduling(self.ports).claim(look, patient.id, moving.id, tx, by=by)

    async def check(
        self,
        path: CarePath,
        wish: Wish,
        *,
        moving: AppointmentId | None = None,
        integration_at: datetime | None = None,
    ) -> None:
        """Raises `gates_closed`, naming each gate."""
        gates.check(path, await self._asked(path, wish, moving, integration_at))

    async def closed(
        self,
        path: CarePath,
        wish: Wish,
        *,
        moving: AppointmentId | None = None,
        integration_at: datetime | None = None,
    ) -> tuple[Refusal, ...]:
        """Each gate that is closed, for somebody who only looks."""
        return gates.refusals(path, await self._asked(path, wish, moving, integration_at))

    async def _asked(
        self, path: CarePath, wish: Wish, moving: AppointmentId | None, integration_at: datetime | None
    ) -> Asked:
        return Asked(
            kind=wish.kind,
            starts_at=wish.starts_at,
            zone=self.ports.zone,
            modality=wish.modality,
            moving=moving,
            integration_at=integration_at,
            windows=self.ports.policy.dose_windows,
            record_complete=await self.ports.records.complete(path.id),
        )


def by_plan(wish: Wish, path: CarePath) -> Wish:
    """The wish with the therapist of the path's plan."""
    return replace(wish, therapist=path.therapist_for(wish.kind))
