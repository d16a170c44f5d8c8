"""Reads what has become of requests to erase somebody; who read it is kept."""

from dataclasses import dataclass

from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.erasures import Erasure
from booking.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class ReadErasures:
    ports: Ports

    async def latest(self, patient_id: PatientId, actor: Actor) -> Erasure:
        """The newest request about a patient, also once they are erased. Raises `erasure_not_found`."""
        check_own(actor, patient_id, "erasure")
        erasure = await self.ports.erasures.latest_of(patient_id)
        if erasure is None:
            raise not_found("erasure")
        await self.ports.audit.read(actor, "read_erasure", f"erasures/{erasure.id}")
        return erasure

    async def under_way(self, actor: Actor, limit: int, after: str | None) -> Listed[Erasure]:
        """Those that have not ended, what was asked for first at the top."""
        found = await self.ports.erasures.under_way(limit, after)
        await self.ports.audit.read(actor, "list_erasures", *(f"erasures/{each.id}" for each in found.items))
        return found
