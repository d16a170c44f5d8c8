"""Says who patients are, for a list that knows them by id. Who was shown to whom is kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from booking.application.naming import told_apart
from booking.application.ownership import is_patient
from booking.application.ports import Ports
from booking.domain.ids import PatientId
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor


@dataclass(frozen=True, slots=True)
class NamePatients:
    ports: Ports

    async def __call__(self, patient_ids: Iterable[PatientId], actor: Actor) -> Mapping[PatientId, str]:
        """As little of each name as tells them apart. Of whom nothing is left there is no name."""
        if is_patient(actor):
            raise forbidden("forbidden", "The clinic's patients are named to its staff.")
        asked = sorted(set(patient_ids))
        found = await self.ports.patients.several(asked)
        await self.ports.audit.read(actor, "name_patients", *(f"patients/{each.id}" for each in found))
        return told_apart(found)
