"""A consent to disclose comes to its date and ends, once."""

from careflow_service.work import Transaction
from screening.application.ports import Ports
from screening.domain.ids import ConsentId


async def expire_consent(consent_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing before its date."""
    before = await ports.consents.get(ConsentId(consent_id))
    consent = before.expired(now=tx.now)
    if consent is not before:
        await ports.consents.save(consent, expecting=before.version, tx=tx)
