"""Reads one visit with what belongs to it: whose it is, the integration of a dosing visit, what is to be done about it.
Who read it is kept.
"""

from dataclasses import dataclass
from datetime import datetime

from booking.application.naming import caller_of
from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.application.results import Scheduled
from booking.application.scheduling import Scheduling
from booking.domain.appointments import Appointment
from booking.domain.availability import Clinic
from booking.domain.care_path import CarePath
from booking.domain.ids import AppointmentId
from booking.domain.noted_visits import Visit
from booking.domain.patients import Patient
from booking.domain.practitioners import Practitioner
from booking.domain.spacing import integration_of
from booking.domain.states import Status
from booking.domain.tasks import TaskKind, task_of
from booking.domain.unfit import Unfit, unfit
from booking.domain.visits import VisitKind
from careflow_service.identity import Actor
from careflow_service.work import side_by_side


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRead:
    """`integration` is the one booked after a dosing visit that is to come; `left` are the patient's integrations that
    have lost their dose, and nobody has said whether they stay; `unfit` is who cannot give it, and why; `others` who
    acts in one of its roles and does not give it; `task` what somebody has to do about the visit by now. Whoever
    `asks` for it is registered once they have confirmed it.
    """

    visit: Scheduled
    patient: Patient
    asks: bool
    integration: Scheduled | None
    left: tuple[Visit, ...] = ()
    task: TaskKind | None
    unfit: tuple[Unfit, ...] = ()
    others: tuple[Practitioner, ...] = ()
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ReadVisit:
    """Raises `appointment_not_found`, also for another's appointment."""

    ports: Ports

    async def __call__(self, appointment_id: AppointmentId, actor: Actor) -> VisitRead:
        visit = await self.ports.appointments.get(appointment_id)
        check_own(actor, visit.patient_id, "appointment")
        patient, path = await self._whose(visit)
        pair = visit.kind is VisitKind.DOSING and visit.status is Status.BOOKED
        follows = integration_of(path, visit.starts_at) if pair else None
        integration = await self.ports.appointments.get(follows.appointment_id) if follows else None
        cannot: tuple[Unfit, ...] = ()
        others: tuple[Practitioner, ...] = ()
        if visit.status is Status.BOOKED:
            clinic = await Scheduling(self.ports).everybody()
            others = self._others(visit, clinic)
            if visit.unfit_since is not None:
                cannot = unfit(visit, clinic, patient.details.state, self.ports.zone)
        now, task = self.ports.clock(), task_of(visit, self.ports.policy)
        shown = [f"appointments/{each.id}" for each in (visit, integration) if each is not None]
        await self.ports.audit.read(actor, "read_visit", f"patients/{patient.id}", *shown)
        return VisitRead(
            visit=Scheduled.of(visit),
            patient=patient,
            asks=visit.caller is not None,
            integration=Scheduled.of(integration) if integration else None,
            left=tuple(
                each
                for each in (*path.booked(), *path.unmarked())
                if each.dose_gone and each.appointment_id != visit.id
            ),
            task=task.kind if task is not None and task.since <= now else None,
            unfit=cannot,
            others=others,
            as_of=now,
        )

    async def _whose(self, visit: Appointment) -> tuple[Patient, CarePath]:
        if caller := caller_of(visit):
            return caller, CarePath(id=caller.id)
        return await side_by_side(
            self.ports.patients.get(visit.patient_id), self.ports.care_paths.get(visit.patient_id)
        )

    def _others(self, visit: Appointment, clinic: Clinic) -> tuple[Practitioner, ...]:
        parts = Scheduling(self.ports).wanted(visit.kind, visit.slot.modality).parts
        roles = {role for part in parts for role in part.roles}
        given_by = visit.slot.given_by
        return tuple(each for each in clinic.practitioners if each.roles & roles and each.id not in given_by)
