"""Part of a patient's record is to be handed out: to whom, why and on what basis is on record before any of it is."""

from dataclasses import dataclass, field

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.work import Committed, Transaction, Work, side_by_side
from screening.application.ports import Ports
from screening.application.results import Changed
from screening.domain.consents import DisclosureConsent
from screening.domain.disclosures import Basis, Disclosure, RecordPart
from screening.domain.ids import ConsentId, DisclosureId, PatientId, RecordRequestId, StaffId


@dataclass(frozen=True, slots=True)
class DiscloseRecord:
    """`reference` names the consent or the order, where the basis is one; `consent_id` the patient's consent to
    disclose what is about substance use; `record_request_id` the request for the record that this answers.
    """

    patient_id: PatientId
    part: RecordPart
    basis: Basis
    recipient: str = field(repr=False)
    reason: str = field(repr=False)
    reference: str = field(repr=False)
    consent_id: ConsentId | None
    record_request_id: RecordRequestId | None = None


@dataclass(frozen=True, slots=True)
class DiscloseRecordHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: DiscloseRecord, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `patient_not_found`, `consent_not_found` (also for another patient's), and as `Disclosure.made`."""

        async def disclose(tx: Transaction) -> Changed:
            patient_id = command.patient_id
            case, patient, consent = await side_by_side(
                self.ports.cases.latest_of(patient_id),
                self.ports.patients.find(patient_id, of=patient_id),
                self._consent(command),
            )
            if case is None and patient is None:
                raise not_found("patient")
            disclosure = Disclosure.made(
                DisclosureId(tx.new_id()),
                patient_id,
                command.part,
                command.basis,
                recipient=command.recipient,
                reason=command.reason,
                reference=command.reference,
                consent=consent,
                record_request_id=command.record_request_id,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.disclosures.add(disclosure, tx)
            return Changed(disclosure.id, disclosure.version)

        return await self.work.run(disclose, by=actor, action="disclose_record", returns=Changed, request=request)

    async def _consent(self, command: DiscloseRecord) -> DisclosureConsent | None:
        if command.consent_id is None:
            return None
        consent = await self.ports.consents.get(command.consent_id)
        if consent.patient_id != command.patient_id:
            raise not_found("consent")
        return consent
