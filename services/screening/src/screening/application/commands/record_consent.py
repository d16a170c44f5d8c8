"""A written consent to disclose what is about substance use was signed, and is put on record."""

from dataclasses import dataclass, field

from careflow_domain.errors import not_found
from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work, side_by_side
from screening.application.ports import Ports
from screening.domain.consents import ConsentTerms, DisclosureConsent
from screening.domain.ids import ConsentId, PatientId


@dataclass(frozen=True, slots=True)
class RecordConsent:
    patient_id: PatientId
    terms: ConsentTerms = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecordConsentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RecordConsent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `patient_not_found`, and as `DisclosureConsent.recorded`."""

        async def record(tx: Transaction) -> Changed:
            patient_id = command.patient_id
            case, patient = await side_by_side(
                self.ports.cases.latest_of(patient_id), self.ports.patients.find(patient_id, of=patient_id)
            )
            if case is None and patient is None:
                raise not_found("patient")
            consent = DisclosureConsent.recorded(
                ConsentId(tx.new_id()),
                patient_id,
                command.terms,
                self.ports.policy.substance_use.consent_form,
                by=actor.id,
                now=tx.now,
            )
            await self.ports.consents.add(consent, tx)
            return Changed(consent.id, consent.version)

        return await self.work.run(record, by=actor, action="record_consent", returns=Changed, request=request)
