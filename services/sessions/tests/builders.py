"""The clinic of the tests: Monday 23 November 2026, nine in the morning in Mill Valley, Ana weighs 80 kg. Every builder
gives a whole, valid thing; a test changes only what it is about.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sessions.adapters.clinical_content import clinical_policy, service_codes
from sessions.domain.appointments import AppointmentSnapshot, AppointmentStatus
from sessions.domain.checks import (
    BladderQuestion,
    Checks,
    DrugScreen,
    Escort,
    Identifier,
    LastIntake,
    PregnancyTest,
    Reconciliation,
    Recorded,
    RiskLevel,
    SubstanceUse,
    Team,
    Weight,
)
from sessions.domain.consents import Consent, ConsentCategory, ConsentText
from sessions.domain.course import Course, DosedSession, TherapyHour
from sessions.domain.dose_question import DoseQuestion
from sessions.domain.doses import Ceiling, Dose, Order, StatedDose
from sessions.domain.drug_log import Container, Item
from sessions.domain.eligibility import ClearanceCopy, ClearanceStatus, Eligibility, PreSessionScreen, ScreenResult
from sessions.domain.ids import (
    AppointmentId,
    ClearanceId,
    ConsentId,
    ContainerId,
    DrawId,
    EntryId,
    LocationId,
    PatientId,
    PlanId,
    RequestId,
    SessionId,
    StaffId,
)
from sessions.domain.plans import Plan, PlannedVisits, PlanTerms
from sessions.domain.sessions import Session
from sessions.domain.units import Kilograms, MilligramsPerKilogram, MilligramsPerMillilitre, Millilitres, milligrams
from sessions.domain.vitals import BloodPressure, VitalSigns
from sessions.domain.words import Modality, Phase, Provider, ProviderRole, RoomPurpose, Route, VisitKind

T = TypeVar("T")

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)
TODAY = date(2026, 11, 23)
POLICY = clinical_policy()
CODES = service_codes()[0]

_numbers = count(1)


def new_uuid() -> str:
    """Another id each time, shaped like a real one."""
    return str(UUID(int=0x0199E0A0_0000_7000_8000_000000000000 + next(_numbers)))


ANA = PatientId("0199e0a0-0000-7000-8000-0000000000a1")
PRESCRIBER = StaffId("staff-prescriber")
THERAPIST = StaffId("staff-therapist")
NURSE = StaffId("staff-nurse")
OTHER_NURSE = StaffId("staff-nurse-2")
MILL_VALLEY = LocationId("0199e0a0-0000-7000-8000-0000000000b1")
CLEARANCE = ClearanceId("0199e0a0-0000-7000-8000-0000000000c1")
PLAN = PlanId("0199e0a0-0000-7000-8000-0000000000d1")
SESSION = SessionId("0199e0a0-0000-7000-8000-0000000000e1")
APPOINTMENT = AppointmentId("0199e0a0-0000-7000-8000-0000000000f1")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def days(number: float) -> timedelta:
    return timedelta(days=number)


def appointment(
    *,
    kind: VisitKind = VisitKind.DOSING,
    status: AppointmentStatus = AppointmentStatus.BOOKED,
    version: int = 1,
    starts_at: datetime = NOW,
) -> AppointmentSnapshot:
    return AppointmentSnapshot(
        id=APPOINTMENT,
        version=version,
        patient_id=ANA,
        kind=kind,
        phase=Phase.INDUCTION,
        starts_at=starts_at,
        ends_at=starts_at + hours(3),
        modality=Modality.IN_PERSON,
        providers=(Provider(NURSE, ProviderRole.NURSE), Provider(THERAPIST, ProviderRole.THERAPIST)),
        location_id=MILL_VALLEY,
        plan_id=PLAN,
        status=status,
    )


def recorded(value: T, *, at: datetime = NOW, by: StaffId = NURSE) -> Recorded[T]:
    return Recorded(value=value, by=by, at=at)


def vitals(
    pressure: tuple[int, int] = (128, 82),
    *,
    at: datetime = NOW,
    heart_rate: int = 72,
    saturation: int = 98,
    moaas: int | None = 5,
    respiratory_rate: int | None = 14,
) -> VitalSigns:
    return VitalSigns(
        observed_at=at,
        recorded_at=at,
        by=NURSE,
        blood_pressure=BloodPressure(*pressure),
        heart_rate=heart_rate,
        oxygen_saturation=saturation,
        moaas=moaas,
        respiratory_rate=respiratory_rate,
    )


def escort() -> Escort:
    return Escort(
        name="Ben",
        phone="+14155550100",
        adult=True,
        reached_today=True,
        pick_up_at=NOW + hours(3),
        rideshare_only=False,
    )


def checks() -> Checks:
    """Everything asked before a dose, all in order."""
    return Checks(
        identifiers=recorded(frozenset({Identifier.NAME, Identifier.BIRTH_DATE})),
        weight=recorded(Weight(kilograms=Kilograms(Decimal(80)), measured_on=TODAY)),
        reconciliation=recorded(Reconciliation(allergic=False)),
        substances=recorded(SubstanceUse(recent=False, intoxicated=False)),
        drug_screen=recorded(DrugScreen.EXPECTED),
        bladder=recorded(BladderQuestion(symptoms=False)),
        intake=recorded(LastIntake(solids_at=NOW - hours(12), liquids_at=NOW - hours(3))),
        pregnancy=recorded(PregnancyTest.NEGATIVE),
        suicide_risk=recorded(RiskLevel.NONE),
        escort=recorded(escort()),
        team=recorded(Team(therapist=THERAPIST, nurse=NURSE, prescriber=PRESCRIBER)),
        equipment_ready=recorded(True),
        emergency_contact=recorded(True),
        cures_reviewed_on=recorded(TODAY),
        baseline=(vitals(),),
    )


def stated(mass: str = "40", *, per_kg: str | None = "0.5") -> StatedDose:
    return StatedDose(mass=milligrams(mass), per_kg=MilligramsPerKilogram(Decimal(per_kg)) if per_kg else None)


def order(mass: str = "40", most: str = "40", *, per_kg: str | None = "0.5", route: Route = Route.INTRAVENOUS) -> Order:
    return Order(
        route=route,
        dose=stated(mass, per_kg=per_kg),
        most=milligrams(most),
        weight=Kilograms(Decimal(80)),
        signed_by=PRESCRIBER,
        signed_at=NOW,
        policy_version=POLICY.version,
    )


def per_kg(value: str, total: str | None = None) -> Ceiling:
    return Ceiling(per_kg=MilligramsPerKilogram(Decimal(value)), total=milligrams(total) if total is not None else None)


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
        exit_criteria=("PHQ-9 below 5 for four weeks",),
        expected_end=date(2027, 1, 15),
    )


def clearance(*, valid_until: datetime = NOW + days(60)) -> ClearanceCopy:
    return ClearanceCopy(id=CLEARANCE, status=ClearanceStatus.VALID, valid_until=valid_until)


def consent(*, route: Route = Route.INTRAVENOUS, version: str = "2026-11") -> Consent:
    return Consent.signed(
        ConsentId(new_uuid()),
        ANA,
        ConsentCategory.TREATMENT,
        ConsentText(
            document="off-label-treatment", document_version=version, sha256="0" * 64, language="en", route=route
        ),
        signer=ANA,
        witness=None,
        valid_until=NOW + days(365),
        now=NOW - days(10),
    )


def plan(*, route: Route = Route.INTRAVENOUS, phase: Phase = Phase.INDUCTION) -> Plan:
    """Signed nine days ago."""
    draft = Plan.drafted(PLAN, ANA, plan_terms(route=route, phase=phase), PRESCRIBER)
    return draft.signed(
        PRESCRIBER, clearance=clearance(), consent=consent(route=route), policy=POLICY, codes=CODES, now=NOW - days(9)
    )


def dose_before(at: datetime) -> DosedSession:
    return DosedSession(session_id=SessionId(new_uuid()), plan_id=PLAN, at=at)


def hour_before(at: datetime, kind: VisitKind = VisitKind.INTEGRATION) -> TherapyHour:
    return TherapyHour(session_id=SessionId(new_uuid()), kind=kind, plan_id=PLAN, started_at=at)


def course(*doses: datetime, integrated: bool = True) -> Course:
    """Prepared a week ago, with doses at these times, each integrated a day later unless said otherwise."""
    hours_done = [hour_before(NOW - days(200), VisitKind.PREPARATION)]
    if integrated:
        hours_done += [hour_before(at + hours(20)) for at in doses]
    reviews = (max(doses),) if doses else ()
    return Course(id=ANA, doses=tuple(dose_before(at) for at in doses), hours=tuple(hours_done), dose_reviews=reviews)


def screen(result: ScreenResult = ScreenResult.PASS, *, completed_at: datetime = NOW - days(1)) -> PreSessionScreen:
    return PreSessionScreen(
        request_id=RequestId(new_uuid()), completed_at=completed_at, valid_until=completed_at + days(7), result=result
    )


def eligibility() -> Eligibility:
    return Eligibility(id=ANA, clearance=clearance(), screen=screen())


def arrived(kind: VisitKind = VisitKind.DOSING) -> Session:
    return Session.scheduled(SESSION, appointment(kind=kind)).arrived(now=NOW)


def checked() -> Session:
    """Checked and ordered, nothing missing."""
    return arrived().checked(checks(), now=NOW).ordered(order())


def question(*, route: Route = Route.INTRAVENOUS) -> DoseQuestion:
    """A first dose with everything in order."""
    signed = order("40", "40", per_kg="0.5", route=route)
    return DoseQuestion(
        session=replace(checked(), order=signed),
        plan=plan(route=route),
        eligibility=eligibility(),
        course=course(),
        consents=(consent(route=route),),
        emergency_contact_known=True,
        screening_as_of=NOW - minutes(1),
        record_complete=True,
        integration_at=NOW + hours(48),
        drug_log_reconciled=True,
        policy=POLICY,
        now=NOW,
    )


def dose(mass: str = "40", *, at: datetime = NOW, ended_at: datetime | None = None) -> Dose:
    return Dose(
        stated=stated(mass, per_kg=None),
        container_id=ContainerId(new_uuid()),
        draw_id=DrawId(new_uuid()),
        ndc="00143950801",
        given_by=NURSE,
        started_at=at,
        ended_at=ended_at,
    )


def vial(*, millilitres: str = "10", concentration: str = "50") -> Container:
    """A vial as it is received: 10 mL of 50 mg/mL."""
    strength = MilligramsPerMillilitre(Decimal(concentration))
    return Container.received(
        ContainerId(new_uuid()),
        MILL_VALLEY,
        Item(
            drug="ketamine",
            form="vial",
            ndc="00143950801",
            lot="L-1",
            expires_on=date(2027, 6, 30),
            labelled=strength.times(Millilitres(Decimal(millilitres))),
            concentration=strength,
        ),
        EntryId(new_uuid()),
        by=NURSE,
        now=NOW,
    )
