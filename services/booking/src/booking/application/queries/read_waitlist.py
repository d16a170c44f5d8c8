"""Reads the waitlist: everybody's for the clinic, or a patient's own. Who read it is kept."""

from dataclasses import dataclass

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.domain.ids import PatientId
from booking.domain.waitlist import WaitlistEntry
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class ReadWaitlist:
    ports: Ports

    async def __call__(
        self, patient_id: PatientId | None, actor: Actor, limit: int, after: str | None
    ) -> Listed[WaitlistEntry]:
        """Who waits or is offered something; who has waited longest first. Raises `patient_not_found` for another's
        patient.
        """
        if patient_id is not None:
            check_own(actor, patient_id, "patient")
        elif is_patient(actor):
            raise forbidden("forbidden", "The clinic's waitlist is shown to its staff.")
        found = await self.ports.waitlist.listed(patient_id, limit, after)
        of = () if patient_id is None else (f"patients/{patient_id}",)
        await self.ports.audit.read(actor, "read_waitlist", *of, *(f"waitlist/{each.id}" for each in found.items))
        return found
