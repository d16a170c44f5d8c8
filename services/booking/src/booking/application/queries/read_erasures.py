"""Reads what has become of requests to erase somebody; who read it is kept."""

from booking.application.ownership import check_own
from booking.application.ports import Erasures, ReadAudit
from booking.domain.erasures import Erasure
from booking.domain.ids import PatientId
from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed


class ReadErasures:
    def __init__(self, erasures: Erasures, audit: ReadAudit) -> None:
        self._erasures = erasures
        self._audit = audit

    async def latest(self, patient_id: PatientId, actor: Actor) -> Erasure:
        """The newest request about a patient, also once they are erased. Raises `erasure_not_found`."""
        check_own(actor, patient_id, "erasure")
        erasure = await self._erasures.latest_of(patient_id)
        if erasure is None:
            raise not_found("erasure")
        await self._audit.read(actor, "read_erasure", f"erasures/{erasure.id}")
        return erasure

    async def under_way(self, actor: Actor, limit: int, after: str | None) -> Listed[Erasure]:
        """Those that have not ended, what was asked for first at the top."""
        found = await self._erasures.under_way(limit, after)
        await self._audit.read(actor, "list_erasures", *(f"erasures/{each.id}" for each in found.items))
        return found
