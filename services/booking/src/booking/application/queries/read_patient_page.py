"""Reads what booking knows of a patient for whoever treats them: who it is, their visits, what is due and what is open
at the desk. Who read it is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.due import Due, due
from booking.domain.ids import PatientId
from booking.domain.noted_visits import Visit
from booking.domain.patients import Patient
from booking.domain.visits import VisitKind
from booking.domain.waitlist import WaitlistEntry
from careflow_service.identity import Actor, Role
from careflow_service.work import side_by_side

MOST_WAITS: Final = 20
"""More than a patient waits for at once."""
_ACTION: Final = "read_patient_page"
_BOOKED: Final = frozenset(f"{kind}_visit" for kind in VisitKind)
"""What is due because it is booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeen:
    """As of `as_of`. `coming` are visits that are booked or under way, the earliest first; `been` the others, the
    newest first; `open` is what somebody has to do. Without a `path`, in an emergency, it is who it is alone.
    """

    as_of: datetime
    patient: Patient = field(repr=False)
    path: CarePath | None = None
    coming: tuple[Visit, ...] = ()
    been: tuple[Visit, ...] = ()
    open: tuple[Due, ...] = ()
    waits: tuple[WaitlistEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadPatientPage:
    """Raises `patient_not_found`. An emergency access shows who it is and whom to call."""

    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> PatientSeen:
        if actor.has(Role.EMERGENCY):
            patient = await self.ports.patients.get(patient_id)
            await self.ports.audit.read(actor, _ACTION, f"patients/{patient.id}")
            return PatientSeen(as_of=self.ports.clock(), patient=patient)
        patient, path, waits = await side_by_side(
            self.ports.patients.get(patient_id),
            self.ports.care_paths.get(patient_id),
            self.ports.waitlist.listed(patient_id, MOST_WAITS, None),
        )
        shown = (f"appointments/{each.appointment_id}" for each in path.visits)
        await self.ports.audit.read(actor, _ACTION, f"patients/{patient.id}", f"care_paths/{path.id}", *shown)
        by_time = sorted(path.visits, key=lambda each: each.starts_at)
        return PatientSeen(
            as_of=self.ports.clock(),
            patient=patient,
            path=path,
            coming=tuple(each for each in by_time if each.upcoming),
            been=tuple(each for each in reversed(by_time) if not each.upcoming),
            open=tuple(each for each in due(path, self.ports.policy) if each.code not in _BOOKED),
            waits=tuple(waits.items),
        )
