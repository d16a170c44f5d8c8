"""A patient agrees to a document, with their own login or on paper before a member of the staff."""

from dataclasses import dataclass
from datetime import timedelta

from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.upsert import upsert
from careflow_service.work import Committed, Transaction, Work, side_by_side
from sessions.application.ports import Ports
from sessions.domain.consents import IN_PERSON, Consent, ConsentCategory, ConsentText
from sessions.domain.ids import ConsentId, PatientId, StaffId
from sessions.domain.papers import anything_lacking


@dataclass(frozen=True, slots=True)
class SignConsent:
    patient_id: PatientId
    category: ConsentCategory
    text: ConsentText


@dataclass(frozen=True, slots=True)
class SignConsentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SignConsent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `route_missing`, `consent_text_unknown`, `consent_text_superseded`, `patient_merged`. A newer
        consent to the same thing takes the place of the one before.
        """
        check_own(actor, command.patient_id, "patient")
        self.ports.consent_texts.check(command.category, command.text)
        own = actor.is_patient

        async def sign(tx: Transaction) -> Changed:
            earlier, patient, plans, links = await side_by_side(
                self.ports.consents.all_of(command.patient_id),
                self.ports.patients.find(command.patient_id, of=command.patient_id),
                self.ports.plans.of_patient(command.patient_id),
                self.ports.plan_links.of_patient(command.patient_id),
            )
            if patient is not None:
                patient.check_in_use()
            consent = Consent.signed(
                ConsentId(tx.new_id()),
                command.patient_id,
                command.category,
                command.text,
                signer=command.patient_id if own else IN_PERSON,
                witness=None if own else StaffId(actor.id),
                earlier=earlier,
                valid_until=tx.now + timedelta(days=self.ports.policy.consent_valid_days.value),
                now=tx.now,
            )
            for each in earlier:
                if each.id in consent.renews:
                    await upsert(self.ports.consents, each, each.superseded(now=tx.now), tx)
            await self.ports.consents.add(consent, tx)
            texts, ending = self.ports.consent_texts, self.ports.policy.consent_ending
            if not anything_lacking(texts, (*earlier, consent), plans, ending, now=tx.now):
                for link in links:
                    await upsert(self.ports.plan_links, link, link.needless(now=tx.now), tx)
            return Changed(consent.id, consent.version)

        return await self.work.run(sign, by=actor, action="sign_consent", returns=Changed, request=request)
