"""What the team records before a dose: each check has its value, who recorded it and when.

Invariant: a check is never edited; recording it again is a newer one beside it, and what was alarming about the one
before stands (`stops`).
"""

from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, Self, TypeVar

from careflow_domain.errors import invalid
from sessions.domain.ids import StaffId
from sessions.domain.vitals import VitalSigns
from sessions.domain.weights import ReportedWeight, Weight

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Generic[T]):
    """A check's value, who recorded it and when."""

    value: T = field(repr=False)
    by: StaffId
    at: datetime


class Identifier(StrEnum):
    """What a person is recognised by; the dose gate asks for two."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    PHOTO_ID = "photo_id"
    WRISTBAND = "wristband"


class RiskLevel(StrEnum):
    """The triage level of the suicide risk screener asked in the session."""

    NONE = "none"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class PregnancyTest(StrEnum):
    NEGATIVE = "negative"
    POSITIVE = "positive"
    NOT_DONE = "not_done"
    NOT_NEEDED = "not_needed"


class DrugScreen(StrEnum):
    EXPECTED = "expected"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Medicines and allergies gone through today; `allergic` to the drug of the plan."""

    allergic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceUse:
    """What was taken within the policy's hours, and how the patient appears."""

    recent: bool
    intoxicated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastIntake:
    """When the patient last ate, drank, and used a nasal spray of another kind."""

    solids_at: datetime
    liquids_at: datetime
    nasal_spray_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BladderQuestion:
    """Bladder and abdominal symptoms since the last session."""

    symptoms: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Escort:
    """Who takes the patient home. A rideshare driver alone is nobody."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    adult: bool
    reached_today: bool
    pick_up_at: datetime
    rideshare_only: bool

    @property
    def suffices(self) -> bool:
        return bool(self.name.strip()) and self.adult and self.reached_today and not self.rideshare_only


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedProgram:
    """What the REMS asks for, beyond the prescriber on site."""

    setting_certified: bool
    patient_enrolled: bool
    pulse_oximeter: bool

    @property
    def met(self) -> bool:
        return self.setting_certified and self.patient_enrolled and self.pulse_oximeter


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """Everything recorded before a dose; None is not recorded yet."""

    identifiers: Recorded[frozenset[Identifier]] | None = None
    weight: Recorded[Weight] | None = None
    reported_weight: Recorded[ReportedWeight] | None = None
    reconciliation: Recorded[Reconciliation] | None = None
    substances: Recorded[SubstanceUse] | None = None
    drug_screen: Recorded[DrugScreen] | None = None
    bladder: Recorded[BladderQuestion] | None = None
    intake: Recorded[LastIntake] | None = None
    pregnancy: Recorded[PregnancyTest] | None = None
    suicide_risk: Recorded[RiskLevel] | None = None
    escort: Recorded[Escort] | None = None
    equipment_ready: Recorded[bool] | None = None
    emergency_contact: Recorded[bool] | None = None
    cures_reviewed_on: Recorded[date] | None = None
    restricted_program: Recorded[RestrictedProgram] | None = None
    baseline: tuple[VitalSigns, ...] = ()

    def with_newer(self, newer: Self) -> Self:
        """These checks with everything that `newer` records replaced. Refused: `checks_empty`."""
        given = {each.name: value for each in fields(newer) if (value := getattr(newer, each.name))}
        if not given:
            raise invalid("checks_empty", "Record at least one check.")
        if newer.baseline:
            readings = (*self.baseline, *newer.baseline)
            given["baseline"] = tuple(sorted(readings, key=lambda each: each.observed_at))
        return replace(self, **given)
