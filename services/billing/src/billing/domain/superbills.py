"""Superbills: what a patient hands to an insurer. Invariant: immutable once issued; corrected by voiding it and issuing
another one that names it; numbered without gaps within a year.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from billing.domain.accounts import Address, Coverage, Sex
from billing.domain.ids import ChargeId, PatientId, SuperbillId
from billing.domain.money import Money, total
from billing.domain.practice import BilledProvider
from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict


class SuperbillState(StrEnum):
    ISSUED = "issued"
    VOID = "void"


class VoidReason(StrEnum):
    CHARGE_CORRECTED = "charge_corrected"
    REFUNDED = "refunded"
    DETAILS_WRONG = "details_wrong"
    ISSUED_IN_ERROR = "issued_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPatient:
    name: str
    birth_date: date
    sex: Sex
    address: Address
    coverage: Coverage


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledClinician:
    """Who rendered lines, by the letter the lines name them with."""

    letter: str
    name: str
    credentials: str
    npi: str
    licence_number: str
    licence_state: str
    taxonomy: str | None
    supervisor_name: str | None = None
    supervisor_npi: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledDiagnosis:
    """A diagnosis by the letter the lines point to it with."""

    letter: str
    code: str
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """One service on one date."""

    charge_id: ChargeId
    service_date: date
    place_of_service: str
    code: str
    description: str
    modifiers: tuple[str, ...]
    units: int
    minutes: int | None
    ndc: str | None
    diagnosis_pointers: tuple[str, ...]
    clinician: str
    charged: Money
    paid: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Everything that is printed but for the number, its version and its dates."""

    patient: BilledPatient
    provider: BilledProvider
    clinicians: tuple[BilledClinician, ...]
    diagnoses: tuple[BilledDiagnosis, ...]
    lines: tuple[BilledLine, ...]

    @property
    def charged(self) -> Money:
        return total(line.charged for line in self.lines)

    @property
    def paid(self) -> Money:
        return total(line.paid for line in self.lines)

    @property
    def charge_ids(self) -> tuple[ChargeId, ...]:
        return tuple(dict.fromkeys(line.charge_id for line in self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSeries(Aggregate):
    """The last number given in a year."""

    id: str
    last: int = 0

    def next(self) -> "NumberSeries":
        return replace(self.recording(), last=self.last + 1)

    def number(self, prefix: str) -> str:
        return f"{prefix}-{self.id}-{self.last:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillIssued(Fact):
    superbill: "Superbill"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuperbillVoided(Fact):
    superbill: "Superbill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Superbill(Aggregate):
    """One superbill. `edition` counts the bills for the same services: 1, and one more with every reissue."""

    id: SuperbillId
    patient_id: PatientId
    number: str
    edition: int
    issued_at: datetime
    issued_on: date
    content: Content = field(repr=False)
    state: SuperbillState = SuperbillState.ISSUED
    replaces: SuperbillId | None = None
    replaces_number: str | None = None
    replaced_by: SuperbillId | None = None
    voided_at: datetime | None = None
    void_reason: VoidReason | None = None

    @classmethod
    def issued(
        cls,
        superbill_id: SuperbillId,
        patient_id: PatientId,
        number: str,
        content: Content,
        *,
        replaces: "Superbill | None",
        now: datetime,
        today: date,
    ) -> "Superbill":
        """A new superbill. Raises `superbill_replaced` and `superbill_not_void` for the one it replaces."""
        if replaces is not None:
            replaces.expect_replaceable()
        superbill = cls(
            id=superbill_id,
            patient_id=patient_id,
            number=number,
            edition=replaces.edition + 1 if replaces else 1,
            issued_at=now,
            issued_on=today,
            content=content,
            replaces=replaces.id if replaces else None,
            replaces_number=replaces.number if replaces else None,
        )
        return superbill.saying(SuperbillIssued(superbill=superbill, at=now))

    def void(self, reason: VoidReason, *, now: datetime) -> "Superbill":
        """It no longer counts. Raises `superbill_void`."""
        if self.state is SuperbillState.VOID:
            raise conflict("superbill_void", "This superbill was voided already.")
        after = replace(self.recording(), state=SuperbillState.VOID, voided_at=now, void_reason=reason)
        return after.saying(SuperbillVoided(superbill=after, at=now))

    def replaced(self, by: SuperbillId) -> "Superbill":
        return replace(self.recording(), replaced_by=by)

    def expect_replaceable(self) -> None:
        if self.state is not SuperbillState.VOID:
            raise conflict("superbill_not_void", "Void the superbill before issuing another one in its place.")
        if self.replaced_by is not None:
            raise conflict("superbill_replaced", "This superbill was replaced already.")
