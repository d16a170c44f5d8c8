"""Reads where a patient stands: the stage, what may be booked now and why not, what is due. Who read it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.domain.care_path import CarePath
from booking.domain.due import Due, due
from booking.domain.gates import Asked, Refusal, refusals
from booking.domain.ids import PatientId
from booking.domain.intervals import QUARTER
from booking.domain.visits import VisitKind
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True)
class CarePathReport:
    """`closed_gates` names, for each kind of visit, what keeps it from being booked for now; none: it may be booked."""

    path: CarePath
    closed_gates: Mapping[VisitKind, tuple[Refusal, ...]]
    due: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class ReadCarePath:
    """Raises `care_path_not_found`, also for another's patient."""

    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> CarePathReport:
        check_own(actor, patient_id, "care_path")
        path = await self.ports.care_paths.get(patient_id)
        complete = await self.ports.records.complete(patient_id)
        await self.ports.audit.read(actor, "read_care_path", f"care_paths/{path.id}")
        now = self.ports.clock()
        closed = {kind: refusals(path, self._asked(kind, now, complete)) for kind in VisitKind}
        items = due(path, self.ports.policy)
        if is_patient(actor):
            items = tuple(item for item in items if item.code != "safety_response")
        return CarePathReport(path, closed, items)

    def _asked(self, kind: VisitKind, now: datetime, complete: bool) -> Asked:
        """A visit for now; a dosing visit with its integration, which is booked in the same command."""
        return Asked(
            kind=kind,
            starts_at=now,
            zone=self.ports.zone,
            integration_at=now + QUARTER,
            windows=self.ports.policy.dose_windows,
            record_complete=complete,
        )
