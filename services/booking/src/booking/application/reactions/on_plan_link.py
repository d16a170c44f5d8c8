"""Sessions made a link by which a patient sees what their plan asks of them: they are sent it, while it leads there."""

from booking.application.ports import Ports
from booking.application.telling import note_outcome
from booking.domain.ids import MessageId, PatientId
from booking.domain.message_subjects import AboutPlan
from booking.domain.messages import Message
from careflow_events.contracts import PlanLinkIssued, PlanLinkWithdrawn
from careflow_events.subscription import Received
from careflow_service.work import Transaction


async def on_plan_link_issued(event: Received[PlanLinkIssued], tx: Transaction, ports: Ports) -> None:
    """Once for each link: the message has the link's id."""
    section = event.data.for_booking.value
    if section is None:
        return
    about = AboutPlan(plan_link=section.link, useful_until=event.data.works_until)
    await ports.telling.by_link(MessageId(event.data.link_id), PatientId(event.data.patient_id), about, tx)


async def on_plan_link_withdrawn(event: Received[PlanLinkWithdrawn], tx: Transaction, ports: Ports) -> None:
    """Nothing with it goes out any more, nor again, and nobody has to tell the patient of it, but of another one still.
    Heard before the link is, it keeps the link's place.
    """
    message_id, patient_id = MessageId(event.data.link_id), PatientId(event.data.patient_id)
    before = await ports.messages.all_of(patient_id)
    first = next((each for each in before if each.id == message_id), None)
    if first is None:
        await ports.messages.add(Message.withdrawn_unheard(message_id, patient_id, now=tx.now), tx)
        return
    dead = [each for each in before if each.shares_plan_link(first)]
    untold = [each for each in before if each.untold_of_plan(now=tx.now)]
    others = [each for each in untold if each not in dead]
    for each in dead:
        after = each.leading_nowhere(now=tx.now)
        if after is each:
            continue
        await ports.messages.save(after, expecting=each.version, tx=tx)
        if each in untold and not others:
            await note_outcome(after, tx, ports)
