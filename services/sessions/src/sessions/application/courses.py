"""Which plan a session belongs to, and the patient's course it is a part of."""

from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.course import Course
from sessions.domain.ids import PatientId
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


async def plan_of(session: Session, ports: Ports) -> Plan | None:
    """The plan the session belongs to: the one it was booked for, else the patient's live one."""
    if session.plan_id is not None:
        return await ports.plans.get(session.plan_id)
    return await ports.plans.live_of(session.patient_id)


async def course_of(patient_id: PatientId, ports: Ports) -> Course:
    """The patient's course so far; version 0 while nothing of it was ever stored."""
    return await ports.courses.find(patient_id) or Course(id=patient_id, version=0)


async def keep_course(before: Course, after: Course, ports: Ports, tx: Transaction) -> None:
    """Store a changed course; the first change makes it."""
    if after is before:
        return
    if before.version == 0:
        await ports.courses.add(after, tx)
    else:
        await ports.courses.save(after, expecting=before.version, tx=tx)
