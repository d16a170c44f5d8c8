"""The clinic of the tests: Monday 23 November 2026, nine in the morning in Mill Valley, Ana weighs 80 kg. Every builder
gives a whole, valid thing; a test changes only what it is about.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from careflow_service.federal_calendar import FederalCalendar
from sessions.adapters.clinic_data import clinical_policy, consent_texts, service_codes
from sessions.domain.appointments import AppointmentSnapshot, AppointmentStatus
from sessions.domain.booked_sessions import scheduled
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
)
from sessions.domain.doses import Ceiling, Dose, Order, StatedDose
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.ids import (
    AppointmentId,
    ClearanceId,
    ContainerId,
    DrawId,
    EntryId,
    LocationId,
    PatientId,
    PlanId,
    SessionId,
    StaffId,
)
from sessions.domain.presence import Present
from sessions.domain.sessions import Session
from sessions.domain.units import Kilograms, MilligramsPerKilogram, MilligramsPerMillilitre, Millilitres, milligrams
from sessions.domain.vitals import BloodPressure, Symptom, VitalSigns
from sessions.domain.weights import ReportedWeight, Weight, WeightUnit
from sessions.domain.words import Modality, Phase, Provider, ProviderRole, Route, VisitKind

T = TypeVar("T")

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)
TODAY = date(2026, 11, 23)
POLICY = clinical_policy()
TEXTS = consent_texts()
CALENDAR = FederalCalendar()
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
    symptoms: Collection[Symptom] = (),
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
        symptoms=frozenset(symptoms),
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
        reported_weight=recorded(ReportedWeight(amount=Decimal(176), unit=WeightUnit.POUNDS)),
        reconciliation=recorded(Reconciliation(allergic=False)),
        substances=recorded(SubstanceUse(recent=False, intoxicated=False)),
        drug_screen=recorded(DrugScreen.EXPECTED),
        bladder=recorded(BladderQuestion(symptoms=False)),
        intake=recorded(LastIntake(solids_at=NOW - hours(12), liquids_at=NOW - hours(3))),
        pregnancy=recorded(PregnancyTest.NEGATIVE),
        suicide_risk=recorded(RiskLevel.NONE),
        escort=recorded(escort()),
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


def arrived(kind: VisitKind = VisitKind.DOSING) -> Session:
    return scheduled(SESSION, appointment(kind=kind)).arrived(now=NOW)


def team(*but: ProviderRole) -> tuple[Present, ...]:
    """Therapist, nurse and prescriber, each joined by their own login; some of them not."""
    everybody = {
        ProviderRole.THERAPIST: THERAPIST,
        ProviderRole.NURSE: NURSE,
        ProviderRole.PRESCRIBER: PRESCRIBER,
    }
    return tuple(Present(id=who, role=role, joined_at=NOW) for role, who in everybody.items() if role not in but)


def checked() -> Session:
    """Everybody there, checked and ordered, nothing missing."""
    return replace(arrived().checked(checks(), now=NOW).ordered(order()), team=team())


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


def drawn(container: Container, volume: str = "1", *, by: StaffId = NURSE) -> tuple[Container, DrawId]:
    draw_id = DrawId(new_uuid())
    amount, place = DrugQuantity(value=Decimal(volume), unit=container.item.unit), container.location_id
    return container.drawn(draw_id, SESSION, amount, location_id=place, by=by, today=TODAY, now=NOW), draw_id


def given(container: Container, draw_id: DrawId, mass: str, *, by: StaffId = NURSE) -> Container:
    return container.administered(EntryId(new_uuid()), SESSION, replace(dose(mass), draw_id=draw_id, given_by=by))
