"""Puts together what the dose gate looks at. Within a unit of work nothing of it can be overtaken before the answer is
committed, so an answer given for a decision needs no asking again.
"""

from dataclasses import dataclass
from datetime import datetime

from careflow_service.work import side_by_side
from sessions.application.courses import course_of, plan_of
from sessions.application.own_stock import own_stock
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.course import Course
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.gate import Gate
from sessions.domain.gate_items import examine
from sessions.domain.packages import at_hand
from sessions.domain.plans import Plan
from sessions.domain.session_day import session_day
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class AskedGate:
    """The gate's answer, and the plan and course it was asked of."""

    gate: Gate
    plan: Plan | None
    course: Course


async def ask_gate(session: Session, ports: Ports, now: datetime) -> AskedGate:
    """Every item of the gate as it stands."""
    patient_id = session.patient_id
    (plan, course), (eligibility, consents, patient), (lag, complete, integration_at, reconciled) = await side_by_side(
        side_by_side(plan_of(session, ports), course_of(patient_id, ports)),
        side_by_side(
            ports.eligibilities.find(patient_id, of=patient_id),
            ports.consents.signed_by(patient_id),
            ports.patients.find(patient_id, of=patient_id),
        ),
        side_by_side(
            ports.records.screening_lag(patient_id),
            ports.records.complete(patient_id),
            ports.sessions.next_integration(patient_id, after=now),
            _drug_log_reconciled(session, ports, now),
        ),
    )
    question = DoseQuestion(
        session=session,
        plan=plan,
        eligibility=eligibility,
        course=course,
        consents=tuple(consents),
        consent_text=ports.consent_texts.treatment(plan.terms.route) if plan else None,
        emergency_contact_known=patient is not None and patient.details.emergency_contact is not None,
        screening_as_of=None if lag is None else now - lag,
        record_complete=complete,
        integration_at=integration_at,
        drug_log_reconciled=reconciled,
        package_at_hand=await _package_at_hand(session, plan, ports, now),
        policy=ports.policy,
        now=now,
    )
    return AskedGate(examine(question), plan, course)


async def _package_at_hand(session: Session, plan: Plan | None, ports: Ports, now: datetime) -> bool:
    """Looked for where the plan's route asks for it."""
    route = ports.policy.routes[plan.terms.route] if plan else None
    if route is None or not route.from_package:
        return False
    stock = await own_stock(session.patient_id, ports)
    today = clinic_day(now, ports.policy.timezone)
    return at_hand(stock, session.id, session.location_id, route.drugs.value, today)


async def _drug_log_reconciled(session: Session, ports: Ports, now: datetime) -> bool:
    """Nothing of a day before the session's waits to be settled at its location, no closed day for its second count,
    and no discrepancy for somebody to judge it.
    """
    if session.location_id is None:
        return False
    start, _ = day_bounds(session_day(session, ports.policy, now), ports.policy.timezone)
    unsettled, waiting, undecided = await side_by_side(
        ports.drug_log.unsettled_before(session.location_id, start),
        ports.drug_days.any_waits(session.location_id),
        ports.drug_cases.any_undecided(session.location_id),
    )
    return not (unsettled or waiting or undecided)
