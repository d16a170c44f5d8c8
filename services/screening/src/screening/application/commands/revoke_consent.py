"""A patient takes back their consent to disclose: nothing leaves on it from then on."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from screening.application.ownership import consent_for
from screening.application.ports import Ports
from screening.domain.ids import ConsentId


@dataclass(frozen=True, slots=True)
class RevokeConsent:
    """Needs no version: taking a consent back is always right."""

    consent_id: ConsentId
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RevokeConsentHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RevokeConsent, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `consent_not_found` (also to another patient), `consent_ended`."""

        async def revoke(tx: Transaction) -> Changed:
            before = await consent_for(actor, command.consent_id, self.ports)
            by = None if actor.is_patient else actor.id
            consent = before.revoked(by, command.note, now=tx.now)
            await self.ports.consents.save(consent, expecting=before.version, tx=tx)
            return Changed(consent.id, consent.version)

        return await self.work.run(revoke, by=actor, action="revoke_consent", returns=Changed, request=request)
