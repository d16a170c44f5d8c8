"""Reads requests for records: one, a patient's, and those that have not ended. Who read which is kept."""

from dataclasses import dataclass
from datetime import date

from booking.application.ownership import check_own
from booking.application.ports import Ports
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_clocks import RecordRequestPolicy
from booking.domain.record_requests import RecordRequest
from careflow_service.identity import Actor
from careflow_service.listed import Listed


@dataclass(frozen=True, slots=True)
class ReadRecordRequests:
    ports: Ports

    async def one(self, request_id: RecordRequestId, actor: Actor) -> RecordRequest:
        """Raises `record_request_not_found`, also for another's."""
        asked = await self.ports.record_requests.get(request_id)
        check_own(actor, asked.patient_id, "record_request")
        await self.ports.audit.read(actor, "read_record_request", f"record_requests/{asked.id}")
        return asked

    async def of_patient(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[RecordRequest]:
        """The newest first. Raises `patient_not_found` for another's."""
        check_own(actor, patient_id, "patient")
        return await self._read(actor, await self.ports.record_requests.of_patient(patient_id, limit, after))

    async def under_way(self, actor: Actor, limit: int, after: str | None) -> Listed[RecordRequest]:
        """Those that have not ended, what is due first at the top."""
        return await self._read(actor, await self.ports.record_requests.under_way(limit, after))

    async def pressing(self, actor: Actor, on: date, clocks: RecordRequestPolicy, limit: int) -> list[RecordRequest]:
        """Those that are due soon or late on this day, what is due first at the top; the first of them where there are
        many.
        """
        found = await self.under_way(actor, limit, None)
        return [each for each in found.items if clocks.warned_on(each.due_on) <= on]

    async def _read(self, actor: Actor, found: Listed[RecordRequest]) -> Listed[RecordRequest]:
        await self.ports.audit.read(
            actor, "list_record_requests", *(f"record_requests/{each.id}" for each in found.items)
        )
        return found
