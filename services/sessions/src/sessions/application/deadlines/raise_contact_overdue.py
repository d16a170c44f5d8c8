"""Nobody has spoken with a patient in time after harm: say so, once."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.ids import ContactId


async def raise_contact_overdue(contact_id: str, tx: Transaction, ports: Ports) -> None:
    """Does nothing when somebody has meanwhile."""
    contact = await ports.contacts.get(ContactId(contact_id))
    await upsert(ports.contacts, contact, contact.overdue(now=tx.now), tx)
