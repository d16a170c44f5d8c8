"""Which plan a session belongs to, and the patient's course it is a part of."""

from collections.abc import Callable
from datetime import datetime

from careflow_service.upsert import upsert
from careflow_service.work import Transaction
from sessions.application.ports import Ports
from sessions.domain.course import Course, TherapyHour
from sessions.domain.ids import PatientId
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session
from sessions.domain.states import Numbered


async def plan_of(session: Session, ports: Ports) -> Plan | None:
    """The plan the session belongs to: the one it was booked for, else the patient's live one."""
    if session.plan_id is not None:
        return await ports.plans.get(session.plan_id, of=session.patient_id)
    return await ports.plans.live_of(session.patient_id)


async def course_of(patient_id: PatientId, ports: Ports) -> Course:
    """The patient's course so far; an empty one while nothing of it was ever stored."""
    return await ports.courses.find(patient_id, of=patient_id) or _empty(patient_id)


def numbered(session: Session, plan: Plan | None, course: Course) -> Session:
    """Which visit of its plan it is; a therapy hour beyond what was planned is counted all the same."""
    if plan is None:
        return session
    phase, planned = plan.terms.phase, plan.terms.planned(session.kind)
    number = course.number_of_next(session.kind, plan.id, phase)
    return session.planned_by(plan.id, phase, Numbered(number=number, of=planned) if planned else None)


def counted(course: Course, session: Session, at: datetime, ports: Ports) -> Course:
    """The course counts a session by its first dose, given at `at`, and asks for its integration."""
    rules = ports.policy.integration
    due = {"due_within": rules.due_within, "overdue_after": rules.overdue_after}
    return course.dosed(session.id, session.plan_id, session.phase, at=at, **due)


async def note_hour(session: Session, began: datetime, ports: Ports, tx: Transaction) -> None:
    """The course has one more visit with as much therapy as counts, held from `began` on; a session is noted once."""
    hour = TherapyHour(
        session_id=session.id, kind=session.kind, plan_id=session.plan_id, phase=session.phase, started_at=began
    )
    rules = ports.policy.integration_rules
    await change_course(session.patient_id, lambda course: course.completed(hour, rules=rules, now=tx.now), ports, tx)


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
