"""Screening made a link by which a patient answers what they are asked: they are sent it."""

from booking.application.ports import Ports
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutQuestions
from careflow_events.contracts import AnswerLinkIssued
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_answer_link_issued(event: Received[AnswerLinkIssued], tx: Transaction, ports: Ports) -> None:
    """Once for each link: the message has the link's id."""
    section = event.data.for_booking.value
    if section is None:
        return
    about = AboutQuestions(link=section.link, answer_by=event.data.answer_by, works_until=event.data.works_until)
    await ports.telling.by_link(MessageId(event.data.link_id), PatientId(event.data.patient_id), about, tx)
