"""Billing made a link by which a patient sees what is new in their account: they are sent it."""

from booking.application.ports import Ports
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutAccount
from careflow_events.contracts import AccountLinkIssued
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_account_link_issued(event: Received[AccountLinkIssued], tx: Transaction, ports: Ports) -> None:
    """Once for each link: the message has the link's id."""
    section = event.data.for_booking.value
    if section is None:
        return
    about = AboutAccount(account_link=section.link, leads_until=event.data.works_until)
    await ports.telling.by_link(MessageId(event.data.link_id), PatientId(event.data.patient_id), about, tx)
