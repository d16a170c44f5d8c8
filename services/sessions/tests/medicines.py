"""Orders of medicines and what is given by them, as the tests have them: every builder gives a whole, valid thing."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from services.sessions.tests.builders import (
    ANA,
    MILL_VALLEY,
    NOW,
    NURSE,
    POLICY,
    PRESCRIBER,
    SESSION,
    TODAY,
    arrived,
    checks,
    days,
    new_uuid,
)
from sessions.application.medication import by_own
from sessions.domain.administrations import Administration, ByOrder, OrderBasis
from sessions.domain.ids import AdministrationId, MedicineOrderId, StaffId, StandingOrderId
from sessions.domain.medication import MedicationRecord
from sessions.domain.medicine_giving import Situation
from sessions.domain.medicine_orders import MedicineOrder, heard
from sessions.domain.medicines import MedicineRoute, MedicineTerms, MedicineUnit, SignLimit
from sessions.domain.sessions import Session
from sessions.domain.standing_orders import StandingOrder
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount


def amount(value: str) -> MedicineAmount:
    return MedicineAmount(Decimal(value))


def terms(
    medicine: str = "Ondansetron",
    least: str = "4",
    most: str = "8",
    *,
    in_visit: str | None = "8",
    interval: timedelta = timedelta(hours=1),
    unit: MedicineUnit = MedicineUnit.MILLIGRAM,
    limits: Collection[SignLimit] = (),
    not_with: Collection[StopKind] = (),
    controlled: bool = False,
) -> MedicineTerms:
    """Numbers of the tests, of no clinic."""
    return MedicineTerms(
        medicine=medicine,
        strength="4 mg tablet",
        route=MedicineRoute.ORAL,
        unit=unit,
        least=amount(least),
        most=amount(most),
        in_visit=None if in_visit is None else amount(in_visit),
        interval=interval,
        indication="nausea",
        controlled=controlled,
        sign_limits=tuple(limits),
        not_with=frozenset(not_with),
    )


def standing_order(of: MedicineTerms | None = None) -> StandingOrder:
    """Signed the day before, for a month."""
    return StandingOrder(
        id=StandingOrderId(new_uuid()),
        location_id=MILL_VALLEY,
        terms=of or terms(),
        valid_from=TODAY,
        valid_until=TODAY + days(30),
        signed_by=PRESCRIBER,
        signed_at=NOW - days(1),
        policy_version=POLICY.version,
    )


def standing(of: MedicineTerms | None = None) -> ByOrder:
    return ByOrder(basis=OrderBasis.STANDING, id=new_uuid(), terms=of or terms())


def verbal(
    *,
    read_back: bool = True,
    reason: str = "she is in the other room",
    taken_by: StaffId = NURSE,
    at: datetime = NOW,
) -> MedicineOrder:
    """The nurse takes it from the prescriber."""
    by_word = heard(taken_by=taken_by, read_back=read_back, reason=reason, policy=POLICY, now=at)
    order_id = MedicineOrderId(new_uuid())
    return MedicineOrder.taken_by_word(order_id, terms(), by_word, POLICY, prescriber=PRESCRIBER, now=at)


def by_word(order: MedicineOrder) -> ByOrder:
    return by_own(order)


def record(*given: Administration) -> MedicationRecord:
    return MedicationRecord(id=SESSION, patient_id=ANA, given=given)


def administered(
    of: MedicineTerms | None = None, value: str = "4", *, at: datetime = NOW, by: StaffId = NURSE
) -> Administration:
    return Administration(
        id=AdministrationId(new_uuid()),
        order=standing(of),
        amount=amount(value),
        given_at=at,
        by=by,
        recorded_at=at,
    )


def judged(
    *given: Administration,
    session: Session | None = None,
    findings: Collection[StopKind] = (),
    now: datetime = NOW,
    allergies: Collection[str] = (),
) -> Situation:
    """Ana is there and was asked everything, all in order."""
    there = session or replace(arrived(), checks=checks())
    return Situation(
        session=there,
        record=record(*given),
        findings=findings,
        policy=POLICY,
        now=now,
        known_allergies=tuple(allergies),
    )
