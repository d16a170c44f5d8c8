"""Which plan a session belongs to, and the patient's course it is a part of."""

from collections.abc import Callable

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.course import Course
from sessions.domain.ids import PatientId
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


async def plan_of(session: Session, ports: Ports) -> Plan | None:
    """The plan the session belongs to: the one it was booked for, else the patient's live one."""
    if session.plan_id is not None:
        return await ports.plans.get(session.plan_id, of=session.patient_id)
    return await ports.plans.live_of(session.patient_id)


async def course_of(patient_id: PatientId, ports: Ports) -> Course:
    """The patient's course so far; an empty one while nothing of it was ever stored."""
    return await ports.courses.find(patient_id, of=patient_id) or _empty(patient_id)


async def change_course(
    patient_id: PatientId, change: Callable[[Course], Course], ports: Ports, tx: Transaction
) -> Course:
    """The course as it is after this; the first change makes it, and what changes nothing writes nothing."""
    known = await ports.courses.find(patient_id, of=patient_id)
    before = known or _empty(patient_id)
    after = change(before)
    if after is not before:
        await upsert(ports.courses, known, after, tx)
    return after


def _empty(patient_id: PatientId) -> Course:
    return Course(id=patient_id, version=0)
