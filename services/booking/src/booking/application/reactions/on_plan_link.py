"""Sessions made a link by which a patient sees what their plan asks of them: they are sent it."""

from booking.application.ports import Ports
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutPlan
from careflow_events.contracts import PlanLinkIssued
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_plan_link_issued(event: Received[PlanLinkIssued], tx: Transaction, ports: Ports) -> None:
    """Once for each link: the message has the link's id."""
    section = event.data.for_booking.value
    if section is None:
        return
    about = AboutPlan(plan_link=section.link, useful_until=event.data.works_until)
    await ports.telling.by_link(MessageId(event.data.link_id), PatientId(event.data.patient_id), about, tx)
