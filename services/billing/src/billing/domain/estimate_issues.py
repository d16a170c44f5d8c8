"""What one version of a good-faith estimate says: between whom it is, what is expected, what that would cost."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from billing.domain.accounts import BillingProfile
from billing.domain.fee_schedule import FeeSchedule
from billing.domain.ids import StaffId
from billing.domain.money import Money
from billing.domain.practice import BilledProvider, Practice
from billing.domain.services import Service
from billing.domain.visits import VisitKind


class DeliveryWay(StrEnum):
    """How the patient got it, in writing."""

    ELECTRONIC = "electronic"
    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an estimate counts: so many visits of a kind, each with these services."""

    kind: VisitKind
    count: int
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    kind: VisitKind
    code: str
    description: str
    units: int
    unit_price: Money
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedClinician:
    """Somebody who is expected to render services."""

    name: str
    credentials: str
    npi: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Between whom an estimate is: the patient by name and birth date, the practice, who would see the patient."""

    patient_name: str
    birth_date: date
    provider: BilledProvider
    clinicians: tuple[EstimatedClinician, ...]

    @classmethod
    def of(cls, profile: BillingProfile, practice: Practice, staff: tuple[StaffId, ...]) -> "Parties":
        known = [clinician for staff_id in staff if (clinician := practice.clinician(staff_id))]
        return cls(
            patient_name=profile.legal_name,
            birth_date=profile.birth_date,
            provider=practice.on_paper(),
            clinicians=tuple(
                EstimatedClinician(name=each.name, credentials=each.credentials, npi=each.npi) for each in known
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One version as the patient got it. `diagnoses` is empty while none is determined."""

    number: int
    parties: Parties = field(repr=False)
    issued_at: datetime
    late_reason: str | None
    service_date: date | None
    lines: tuple[EstimateLine, ...]
    diagnoses: tuple[str, ...]
    total: Money
    dispute_line: Money
    schedule_version: str
    delivered_at: datetime | None = None
    delivered_by: DeliveryWay | None = None


def line_of(expected: Expected, service: Service, schedule: FeeSchedule) -> EstimateLine:
    """One service of so many visits, at its price. Raises `code_not_priced`."""
    price = schedule.expect_price(service.code)
    return EstimateLine(
        kind=expected.kind,
        code=service.code,
        description=price.description,
        units=service.units * expected.count,
        unit_price=price.amount,
        amount=price.amount * service.units * expected.count,
    )
