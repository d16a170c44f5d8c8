"""A patient takes a consent back; always possible, and dosing by it ends at once."""

from dataclasses import dataclass

from careflow_service.identity import Actor, RequestKey
from careflow_service.oversight import check_own
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import ConsentId, PatientId


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    consent_id: ConsentId


@dataclass(frozen=True, slots=True)
class WithdrawConsentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WithdrawConsent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `consent_not_found` (also to another patient), `consent_ended`."""
        own = PatientId(actor.patient_id) if actor.patient_id else None

        async def withdraw(tx: Transaction) -> Changed:
            before = await self.ports.consents.get(command.consent_id, of=own)
            check_own(actor, before.patient_id, "consent")
            consent = before.withdrawn(now=tx.now)
            await self.ports.consents.save(consent, expecting=before.version, tx=tx)
            return Changed(consent.id, consent.version)

        return await self.work.run(withdraw, by=actor, action="withdraw_consent", returns=Changed, request=request)
