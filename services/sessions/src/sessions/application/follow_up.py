"""Asking for the contacts that follow harm."""

from datetime import datetime

from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.follow_up import Cause, ContactKind, FollowUpContact
from sessions.domain.ids import ContactId, PatientId


async def ask_for_contacts(
    patient_id: PatientId,
    cause: Cause,
    *kinds: ContactKind,
    ports: Ports,
    tx: Transaction,
    since: datetime | None = None,
) -> None:
    """One contact of each kind, counted from `since` where that is not now."""
    for kind in kinds:
        contact = FollowUpContact.asked_for(
            ContactId(tx.new_id()), patient_id, kind, cause, ports.policy, now=tx.now, since=since
        )
        await ports.contacts.add(contact, tx)
