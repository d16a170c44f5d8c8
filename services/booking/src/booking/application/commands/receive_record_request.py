"""Somebody asks for a patient's record; the clocks run from the day it came."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_clocks import Access, AskedBy
from booking.domain.record_parts import CopyForm, IdentityProof, RecordPart, Requester
from booking.domain.record_requests import RecordRequest
from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work


@dataclass(frozen=True, slots=True)
class ReceiveRecordRequest:
    """`received_on` is today where it is missing. `proof` is missing while nobody has made sure who asks:
    so it is where the patient asks by the link in a message and no login.
    """

    patient_id: PatientId
    requester: Requester
    access: Access
    form: CopyForm
    parts: Mapping[RecordPart, str | None] = field(repr=False)
    received_on: date | None
    proof: IdentityProof | None
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class ReceiveRecordRequestHandler:
    """Raises `patient_not_found`, also for another's, `not_for_others` where a patient asks as somebody else, and as
    `RecordRequest.received`.
    """

    ports: Ports
    work: Work

    async def __call__(
        self, command: ReceiveRecordRequest, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        check_own(actor, command.patient_id, "patient")
        own = is_patient(actor)
        if own and command.requester.by is not AskedBy.PATIENT:
            raise forbidden("not_for_others", "Under your own login you ask for your own record.")

        async def work(tx: Transaction) -> Changed:
            patient = await self.ports.patients.get(command.patient_id, of=command.patient_id)
            today = tx.now.astimezone(self.ports.zone).date()
            asked = RecordRequest.received(
                RecordRequestId(tx.new_id()),
                patient.id,
                command.requester,
                command.access,
                command.form,
                command.parts,
                on=today if own or command.received_on is None else command.received_on,
                proof=IdentityProof.LOGIN if own and not command.by_link else command.proof,
                policy=self.ports.policy,
                calendar=self.ports.calendar,
                zone=self.ports.zone,
                by=actor.id,
                now=tx.now,
            )
            await self.ports.record_requests.add(asked, tx)
            return Changed(asked.id, asked.version)

        return await self.work.run(work, by=actor, action="receive_record_request", returns=Changed, request=request)
