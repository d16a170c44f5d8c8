"""A consent comes to its date: say that it has ended, once."""

from careflow_service.work import Transaction
from sessions.application.keep import keep
from sessions.application.ports import Ports
from sessions.domain.ids import ConsentId


async def expire_consent(consent_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing before its date."""
    consent = await ports.consents.get(ConsentId(consent_id))
    await keep(consent, consent.expired(now=tx.now), ports.consents, tx)
