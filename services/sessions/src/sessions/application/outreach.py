"""Reaching a patient begins when a visit of theirs was missed, and ends when they are there."""

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.appointments import AppointmentStatus
from sessions.domain.ids import OutreachId
from sessions.domain.outreach import Outreach
from sessions.domain.sessions import Session
from sessions.domain.states import SessionState

_THERE = frozenset({AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED})


async def follow_attendance(
    before: Session | None, after: Session, status: AppointmentStatus, tx: Transaction, ports: Ports
) -> None:
    """What booking says of a visit now. One outreach is open for a patient, however many visits they miss meanwhile;
    that they are there counts also where it was recorded here first.
    """
    was_missed = before is not None and before.state is SessionState.MISSED
    is_missed = after.state is SessionState.MISSED
    there = status in _THERE
    if was_missed is is_missed and not there:
        return
    known = await ports.outreaches.of_patient(after.patient_id)
    going_on = next((each for each in known if each.open), None)
    if going_on is None and is_missed and not was_missed:
        outreach_id = OutreachId(tx.new_id())
        begun = Outreach.begun(outreach_id, after.patient_id, after.id, ports.policy, now=tx.now)
        await ports.outreaches.add(begun, tx)
    elif going_on is not None and (there or (was_missed and going_on.session_id == after.id)):
        await upsert(ports.outreaches, going_on, going_on.came(), tx)
