"""Sessions says that a patient's care has ended: what is booked for them is called off, and nothing is offered.

An information call is left alone: with it a patient comes back. So is, where they have come back before this was heard,
what was arranged since.
"""

from booking.application.holding import settle_holds
from booking.application.offering import note_freed
from booking.application.ports import Ports
from booking.application.scheduling import Scheduling
from booking.domain.cancellations import CancelReason
from booking.domain.care_path import CarePath
from booking.domain.ids import PatientId
from booking.domain.states import BookedBy, Status
from booking.domain.visits import VisitKind
from booking.domain.waitlist import WaitlistStatus
from careflow_events.contracts import CareDischarged
from careflow_events.subscription import Received
from careflow_service.upsert import upsert
from careflow_service.work import Transaction


async def on_care_discharged(event: Received[CareDischarged], tx: Transaction, ports: Ports) -> None:
    """Nothing is owed for what is called off; whoever discharged the patient, or the desk, tells them. What is being
    offered is withdrawn.
    """
    patient_id = PatientId(event.data.patient_id)
    before = await ports.care_paths.find(patient_id, of=patient_id)
    waiting = await ports.waitlist.waiting_of(patient_id)
    path = (before or CarePath(id=patient_id)).discharged(
        at=event.data.discharged_at, because=event.data.reason.value, now=tx.now
    )
    for visit in path.booked():
        if visit.kind is VisitKind.INFO_CALL:
            continue
        appointment = await ports.appointments.get(visit.appointment_id, of=patient_id)
        if appointment.status is not Status.BOOKED or not path.run.ended_with_care(appointment.made_at):
            continue
        called_off = appointment.cancel(CancelReason.CARE_ENDED, asked_by=BookedBy.STAFF, now=tx.now)
        cancelled = called_off.untold(now=tx.now)
        await Scheduling(ports).release(appointment, tx)
        await note_freed(cancelled, tx, ports)
        await ports.appointments.save(cancelled, expecting=appointment.version, tx=tx)
        path = path.note_visit(cancelled, now=tx.now)
    path = await settle_holds(before or path, path, tx, ports)
    await upsert(ports.care_paths, before, path, tx)
    for each in waiting:
        entry = await ports.waitlist.get(each.id, of=patient_id)
        if entry.status is not WaitlistStatus.WAITING or entry.kind is VisitKind.INFO_CALL:
            continue
        if path.run.ended_with_care(entry.joined_at):
            await ports.waitlist.save(entry.left(), expecting=entry.version, tx=tx)
