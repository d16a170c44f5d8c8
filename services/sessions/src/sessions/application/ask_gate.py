"""Puts together what the dose gate looks at, and guards what the answer rests on."""

from dataclasses import dataclass
from datetime import datetime

from careflow_service.work import Transaction
from sessions.application.courses import course_of, plan_of
from sessions.application.ports import Ports
from sessions.domain.clinic_day import clinic_day, day_bounds
from sessions.domain.consents import Consent
from sessions.domain.course import Course
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.gate import Gate
from sessions.domain.gate_items import examine
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class AskedGate:
    """The gate's answer, and the plan and course it was asked of."""

    gate: Gate
    plan: Plan | None
    course: Course


async def ask_gate(session: Session, ports: Ports, now: datetime) -> AskedGate:
    """Every item of the gate as it stands."""
    return await _ask(session, ports, now, None)


async def ask_guarded_gate(session: Session, ports: Ports, tx: Transaction) -> AskedGate:
    """The same for a decision: clearance, consents and plan must not change before this transaction commits."""
    return await _ask(session, ports, tx.now, tx)


async def _ask(session: Session, ports: Ports, now: datetime, tx: Transaction | None) -> AskedGate:
    plan, course = await plan_of(session, ports), await course_of(session.patient_id, ports)
    eligibility = await ports.eligibilities.find(session.patient_id)
    consents = await ports.consents.signed_by(session.patient_id)
    patient = await ports.patients.find(session.patient_id)
    lag = await ports.records.screening_lag()
    question = DoseQuestion(
        session=session,
        plan=plan,
        eligibility=eligibility,
        course=course,
        consents=tuple(consents),
        emergency_contact_known=patient is not None and patient.details.emergency_contact is not None,
        screening_as_of=None if lag is None else now - lag,
        record_complete=await ports.records.complete(session.patient_id),
        integration_at=await ports.sessions.next_integration(session.patient_id, after=now),
        drug_log_reconciled=await _drug_log_reconciled(session, ports, now),
        policy=ports.policy,
        now=now,
    )
    if tx is not None:
        if eligibility is not None:
            await ports.eligibilities.guard(eligibility, tx)
        if plan is not None:
            await ports.plans.guard(plan, tx)
        await _guard_consent(consents, plan, ports, tx)
    return AskedGate(examine(question), plan, course)


async def _guard_consent(consents: list[Consent], plan: Plan | None, ports: Ports, tx: Transaction) -> None:
    version = ports.policy.gate.treatment_consent_version.value
    for consent in consents:
        if plan is not None and consent.covers(plan.terms.route, version, tx.now):
            await ports.consents.guard(consent, tx)


async def _drug_log_reconciled(session: Session, ports: Ports, now: datetime) -> bool:
    """Nothing of an earlier day waits to be settled at the session's location, and no discrepancy is open there."""
    if session.location_id is None:
        return False
    start, _ = day_bounds(clinic_day(now, ports.policy.timezone), ports.policy.timezone)
    unsettled = await ports.drug_log.unsettled_before(session.location_id, start)
    return not unsettled and not await ports.drug_days.discrepancies_open(session.location_id)
