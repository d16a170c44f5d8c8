"""A consent comes to its date: say that it has ended, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import ConsentId


async def expire_consent(consent_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing before its date."""
    consent = await ports.consents.get(ConsentId(consent_id))
    await upsert(ports.consents, consent, consent.expired(now=tx.now), tx)
