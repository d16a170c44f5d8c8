"""What a dose rests on, whole and valid: plan, clearance, consent, the course so far, the question of the gate."""

from dataclasses import replace
from datetime import date, datetime

from services.sessions.tests.builders import (
    ANA,
    CLEARANCE,
    CODES,
    NOW,
    NURSE,
    PLAN,
    POLICY,
    PRESCRIBER,
    TEXTS,
    THERAPIST,
    checked,
    days,
    dose,
    hours,
    minutes,
    new_uuid,
    order,
    per_kg,
)
from sessions.domain.consents import Consent, ConsentCategory
from sessions.domain.corrections import Corrector
from sessions.domain.course import Course, DosedSession, TherapyHour
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.doses import Ceiling
from sessions.domain.dosing import dosed
from sessions.domain.eligibility import ClearanceCopy, ClearanceStatus, Eligibility, PreSessionScreen, ScreenResult
from sessions.domain.gate_items import examine
from sessions.domain.ids import (
    ConsentId,
    RequestId,
    SessionId,
    StaffId,
)
from sessions.domain.monitoring import Monitoring
from sessions.domain.plan_terms import PlannedVisits, PlanTerms
from sessions.domain.plans import Plan
from sessions.domain.sessions import Session
from sessions.domain.units import milligrams
from sessions.domain.vitals import VitalSigns
from sessions.domain.watch import observed
from sessions.domain.words import Modality, Phase, ProviderRole, RoomPurpose, Route, VisitKind


def visits(kind: VisitKind, number: int, length: int) -> PlannedVisits:
    dosing = kind is VisitKind.DOSING
    return PlannedVisits(
        kind=kind,
        count=number,
        minutes=length,
        modality=Modality.IN_PERSON,
        roles=(ProviderRole.NURSE, ProviderRole.THERAPIST) if dosing else (ProviderRole.THERAPIST,),
        rooms=(RoomPurpose.DOSING if dosing else RoomPurpose.CONSULTATION,),
    )


def plan_terms(*, route: Route = Route.INTRAVENOUS, phase: Phase = Phase.INDUCTION) -> PlanTerms:
    """IV 0.5 mg/kg up to 0.8, six sessions with their integrations."""
    ceilings = {
        Route.INTRAVENOUS: (per_kg("0.5"), per_kg("0.8")),
        Route.INTRAMUSCULAR: (per_kg("0.5"), per_kg("1.0")),
        Route.ORAL: (Ceiling(total=milligrams(100)), Ceiling(total=milligrams(200))),
        Route.INTRANASAL: (Ceiling(total=milligrams(56)), Ceiling(total=milligrams(84))),
    }
    start, ceiling = ceilings[route]
    return PlanTerms(
        phase=phase,
        goals=("Get up in the morning and want to",),
        indications=("treatment_resistant_depression",),
        route=route,
        route_reason="titrates well",
        start=start,
        ceiling=ceiling,
        visits=(
            visits(VisitKind.PREPARATION, 1, 60),
            visits(VisitKind.DOSING, 6, 180),
            visits(VisitKind.INTEGRATION, 6, 60),
        ),
        cadence_days=4,
        therapist_id=THERAPIST,
        stop_rules=("no response after six sessions",),
        maintenance_reason="better for four weeks each" if phase is Phase.MAINTENANCE else None,
        exit_criteria=("PHQ-9 below 5 for four weeks",),
        expected_end=date(2027, 1, 15),
    )


def clearance(*, valid_until: datetime = NOW + days(60)) -> ClearanceCopy:
    return ClearanceCopy(id=CLEARANCE, status=ClearanceStatus.VALID, valid_until=valid_until)


def consent(*, route: Route = Route.INTRAVENOUS, version: str = "2026-11", words: str | None = None) -> Consent:
    text = TEXTS.treatment(route)
    assert text is not None
    said = text.to_sign("en")
    return Consent.signed(
        ConsentId(new_uuid()),
        ANA,
        ConsentCategory.TREATMENT,
        replace(said, document_version=version, sha256=words or said.sha256),
        signer=ANA,
        witness=None,
        valid_until=NOW + days(365),
        now=NOW - days(10),
    )


def plan(*, route: Route = Route.INTRAVENOUS, phase: Phase = Phase.INDUCTION) -> Plan:
    """Signed nine days ago."""
    draft = Plan.drafted(PLAN, ANA, plan_terms(route=route, phase=phase), PRESCRIBER)
    return draft.signed(
        PRESCRIBER,
        clearance=clearance(),
        consent=consent(route=route),
        inducted=True,
        policy=POLICY,
        codes=CODES,
        now=NOW - days(9),
    )


def dose_before(at: datetime) -> DosedSession:
    return DosedSession(session_id=SessionId(new_uuid()), plan_id=PLAN, phase=Phase.INDUCTION, at=at)


def hour_before(at: datetime, kind: VisitKind = VisitKind.INTEGRATION) -> TherapyHour:
    return TherapyHour(session_id=SessionId(new_uuid()), kind=kind, plan_id=PLAN, phase=Phase.INDUCTION, started_at=at)


def course(*doses: datetime, integrated: bool = True) -> Course:
    """Prepared a week ago, with doses at these times, each integrated a day later unless said otherwise."""
    so_far = Course(
        id=ANA,
        doses=tuple(dose_before(at) for at in doses),
        hours=(hour_before(NOW - days(200), VisitKind.PREPARATION),),
        dose_reviews=(max(doses),) if doses else (),
    )
    for at in sorted(doses) if integrated else ():
        so_far = so_far.completed(hour_before(at + hours(20)), rules=POLICY.integration_rules, now=NOW)
    return so_far


def screen(result: ScreenResult = ScreenResult.PASS, *, completed_at: datetime = NOW - days(1)) -> PreSessionScreen:
    return PreSessionScreen(
        request_id=RequestId(new_uuid()), completed_at=completed_at, valid_until=completed_at + days(7), result=result
    )


def eligibility() -> Eligibility:
    return Eligibility(id=ANA, clearance=clearance(), screen=screen())


def question(*, route: Route = Route.INTRAVENOUS) -> DoseQuestion:
    """A first dose with everything in order."""
    signed = order("40", "40", per_kg="0.5", route=route)
    return DoseQuestion(
        session=replace(checked(), order=signed),
        plan=plan(route=route),
        eligibility=eligibility(),
        course=course(),
        consents=(consent(route=route),),
        consent_text=TEXTS.treatment(route),
        emergency_contact_known=True,
        screening_as_of=NOW - minutes(1),
        record_complete=True,
        integration_at=NOW + hours(48),
        drug_log_reconciled=True,
        package_at_hand=True,
        policy=POLICY,
        now=NOW,
    )


def corrector(at: datetime, *, by: StaffId = NURSE, prescriber: bool = False, reason: str = "misread") -> Corrector:
    """Who puts right what was misread."""
    return Corrector(by=by, prescriber=prescriber, reason=reason, now=at)


def monitored(*signs: VitalSigns, baseline: VitalSigns | None = None) -> Session:
    """An infusion that began at nine, and what was observed since."""
    session = checked()
    if baseline is not None:
        session = replace(session, checks=replace(session.checks, baseline=(baseline,)))
    gate = examine(question())
    session = session.cleared(gate, ()).started(gate, now=NOW)
    plan = POLICY.routes[Route.INTRAVENOUS].observations
    monitoring = Monitoring.begun(NOW, plan, session.checks.baseline[-1], POLICY.vitals_times)
    session = dosed(session, dose(), gate, monitoring, None)
    for each in signs:
        session = observed(session, each, POLICY)
    return replace(session, facts=())
