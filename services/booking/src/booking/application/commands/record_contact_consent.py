"""Records whether a patient lets the clinic write to them over a channel: who said so, when, and how."""

from dataclasses import dataclass

from booking.application.ownership import check_own, is_patient
from booking.application.ports import Ports
from booking.domain.channels import Channel
from booking.domain.contact_consents import ChannelConsent, ContactConsents, SaidBy
from booking.domain.ids import PatientId
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side


@dataclass(frozen=True, slots=True)
class RecordContactConsent:
    patient_id: PatientId
    channel: Channel
    given: bool


@dataclass(frozen=True, slots=True)
class RecordContactConsentHandler:
    """Raises `patient_not_found`, also for another's, and `patient_merged`."""

    ports: Ports
    work: Work

    async def __call__(
        self, command: RecordContactConsent, actor: Actor, request: RequestKey | None
    ) -> Committed[Changed]:
        check_own(actor, command.patient_id, "patient")
        said_by = SaidBy.PATIENT if is_patient(actor) else SaidBy.STAFF

        async def work(tx: Transaction) -> Changed:
            patient_id = command.patient_id
            patient, before = await side_by_side(
                self.ports.patients.get(patient_id, of=patient_id), self.ports.consents.find(patient_id, of=patient_id)
            )
            patient.check_in_use()
            consent = ChannelConsent(
                channel=command.channel, given=command.given, at=tx.now, said_by=said_by, by=actor.id
            )
            after = (before or ContactConsents(id=patient_id)).saying_so(consent)
            await upsert(self.ports.consents, before, after, tx)
            return Changed(after.id, after.version)

        return await self.work.run(work, by=actor, action="record_contact_consent", returns=Changed, request=request)
