"""Reads which records may be of one person, or were put together; who was shown to whom is kept."""

from dataclasses import dataclass
from datetime import datetime

from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.patients import Patient
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePerson:
    """`alike` are in use and look like the patient's, or did when one was registered; `given_up` were merged into it,
    and it into `kept`; `until` is when that can be undone no longer.
    """

    patient: Patient
    alike: tuple[Patient, ...]
    given_up: tuple[Patient, ...]
    kept: Patient | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ReadSamePerson:
    """Raises `patient_not_found`."""

    ports: Ports

    async def __call__(self, patient_id: PatientId, actor: Actor) -> SamePerson:
        patient = await self.ports.patients.get(patient_id)
        merge = patient.merge
        into = (merge.into,) if merge else ()
        found = await self.ports.patients.alike(patient.details)
        like = {*patient.looks_like, *found} - {patient_id, *patient.absorbed}
        others = await self.ports.patients.several((*sorted(like), *patient.absorbed, *into))
        seen = (patient, *others)
        await self.ports.audit.read(actor, "read_same_person", *(f"patients/{each.id}" for each in seen))
        return SamePerson(
            patient=patient,
            alike=tuple(each for each in others if each.id in like and each.merge is None) if merge is None else (),
            given_up=tuple(each for each in others if each.id in patient.absorbed),
            kept=next((each for each in others if each.id in into), None),
            until=merge.at + self.ports.policy.merge_reversible if merge else None,
        )
