"""The clinic of the tests: Monday 23 November 2026, nine in the morning in Mill Valley, three days before
Thanksgiving. Every builder gives a whole, valid thing.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.adapters.clinic_data import billing_policy, development_practice, fee_schedules, service_rules
from billing.adapters.diagnosis_codes import CodeEditions
from billing.domain.accounts import (
    Account,
    BillingProfile,
    Coverage,
    CoverageKind,
    PrivateContract,
    Sex,
    SignedPolicy,
)
from billing.domain.addresses import Address
from billing.domain.charges import Charge
from billing.domain.diagnoses import Diagnoses
from billing.domain.fee_schedule import FeeSchedules, PackageOffer
from billing.domain.ids import AppointmentId, EntryId, PatientId, PaymentId, PlanId, StaffId
from billing.domain.money import Money
from billing.domain.payment_methods import PaymentMethod
from billing.domain.payments import Payment
from billing.domain.pricing import Terms
from billing.domain.rendered import ChargeCause, Rendered
from billing.domain.services import Service
from billing.domain.superbill_elements import Draft
from billing.domain.visits import VisitKind
from careflow_service.federal_calendar import FederalCalendar

ZONE = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE).astimezone(UTC)
POLICY = billing_policy()
SCHEDULES = fee_schedules()
SCHEDULE = SCHEDULES.on(TODAY)
THREE_DOSES = PackageOffer(
    code="dosing-3", description="Three dosing visits", kind=VisitKind.DOSING, sessions=3, price=Money(100_001)
)
"""Cheaper than what an infusion, a drug and an hour of therapy cost three times, and not to be divided by three."""
SELLING = FeeSchedules(tuple(replace(each, packages=(*each.packages, THREE_DOSES)) for each in SCHEDULES.schedules))
RULES = service_rules().on(TODAY)
PRACTICE = development_practice()
CODES = CodeEditions()
CALENDAR = FederalCalendar()
ANA = PatientId("0199e0a0-0000-7000-8000-0000000000a1")
PRESCRIBER = StaffId("dr-paula-prescriber")
THERAPIST = StaffId("theo-therapist")


def usd(dollars: float) -> Money:
    return Money(round(dollars * 100))


def local(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2026) -> datetime:
    """A wall-clock time at the clinic, as an instant."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def a_profile(**changes: object) -> BillingProfile:
    profile: dict[str, object] = {
        "given_name": "Ana",
        "family_name": "Rivera",
        "birth_date": date(1988, 4, 2),
        "sex": Sex.FEMALE,
        "address": Address("12 Alder Lane", "Mill Valley", "CA", "94941"),
    }
    return BillingProfile(**{**profile, **changes})  # type: ignore[arg-type]  # fields by name


def a_coverage(kind: CoverageKind = CoverageKind.COMMERCIAL) -> Coverage:
    return Coverage(kind=kind, payer="Example Health Plan", member_id="XEH900100200", group_number="7714")


def diagnosed(*codes: str, on: date = TODAY) -> Diagnoses:
    """Recorded in the evening of a day, in force from it on."""
    recorded_at = datetime(on.year, on.month, on.day, 18, tzinfo=ZONE).astimezone(UTC)
    return Diagnoses(codes=codes, recorded_at=recorded_at, in_force_from=on)


def an_account(
    *, complete: bool = True, coverage: Coverage | None = None, diagnosed_as: tuple[str, ...] = ("F33.2", "F41.1")
) -> Account:
    """With everything a superbill asks for, or with nothing."""
    account = Account.opened(ANA, now=NOW)
    if not complete:
        return account
    account = account.with_profile(a_profile()).with_coverage(coverage or a_coverage())
    if diagnosed_as:
        account = account.with_diagnoses(diagnosed(*diagnosed_as, on=date(2026, 11, 2)))
    return account.with_signature(SignedPolicy("fin-2026", local(2, 12), "c1"))


def therapy_hour(**changes: object) -> Service:
    service: dict[str, object] = {"code": "90837", "minutes": 55, "place_of_service": "11", "provider": THERAPIST}
    return Service(**{**service, **changes})  # type: ignore[arg-type]  # fields by name


def infusion(**changes: object) -> Service:
    service: dict[str, object] = {"code": "96365", "minutes": 45, "place_of_service": "11", "provider": PRESCRIBER}
    return Service(**{**service, **changes})  # type: ignore[arg-type]  # fields by name


def a_service(code: str, **changes: object) -> Service:
    """By the prescriber, in the office."""
    service: dict[str, object] = {"code": code, "place_of_service": "11", "provider": PRESCRIBER}
    return Service(**{**service, **changes})  # type: ignore[arg-type]  # fields by name


def a_contract(signed_on: date = date(2026, 1, 5), *, recorded_at: datetime | None = None) -> PrivateContract:
    """With the prescriber, for two years; recorded here on the day it was signed."""
    recorded = recorded_at or datetime(signed_on.year, signed_on.month, signed_on.day, 8, tzinfo=ZONE).astimezone(UTC)
    return PrivateContract(PRESCRIBER, signed_on, signed_on.replace(year=signed_on.year + 2), recorded)


def a_rendered(
    *services: Service,
    cause: ChargeCause = ChargeCause.SESSION,
    cause_id: str = "s1",
    day: date = TODAY,
    revision: int = 1,
    began: datetime | None = None,
) -> Rendered:
    return Rendered(
        patient_id=ANA,
        cause=cause,
        cause_id=cause_id,
        revision=revision,
        service_date=day,
        started_at=began or local(day.day, 8, month=day.month, year=day.year),
        ended_at=(began or local(day.day, 8, month=day.month, year=day.year)) + timedelta(hours=2),
        services=services or (therapy_hour(),),
        appointment_id=AppointmentId(f"appointment-{cause_id}"),
        plan_id=PlanId("p1"),
    )


def the_terms(account: Account | None = None, **more: Any) -> Terms:
    """On which an insured patient is charged today."""
    given = {"account": account or an_account(), "schedule": SCHEDULE, "rules": RULES, "practice": PRACTICE}
    return Terms(**{**given, **more})


def a_charge(rendered: Rendered | None = None, account: Account | None = None) -> Charge:
    rendered = rendered or a_rendered()
    return Charge.of(rendered, the_terms(account), EntryId(f"entry-{rendered.cause_id}"), now=NOW)


def a_payment(amount: Money, name: str = "pay-1", method: PaymentMethod = PaymentMethod.CASH, **more: Any) -> Payment:
    reference = None if method is PaymentMethod.CASH else "slip 1"
    return Payment.received(PaymentId(name), ANA, amount, method, reference, now=NOW, today=TODAY, **more)


def a_draft(
    *charges: Charge, account: Account | None = None, disclose: bool = True, payments: tuple[Payment, ...] = ()
) -> Draft:
    return Draft(
        account=account or an_account(),
        practice=PRACTICE,
        charges=charges or (a_charge(),),
        payments=payments,
        disclose_diagnoses=disclose,
        diagnosis_codes=CODES,
    )
