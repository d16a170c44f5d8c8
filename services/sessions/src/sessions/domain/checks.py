"""What the team records before a dose: each check has its value, who recorded it and when.

Invariant: a check is never edited; recording it again, or putting right what was recorded wrong, is a newer one beside
it, and what was alarming about the one before stands (`stops`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Self, TypeVar

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
    """Everything recorded before a dose; None is not recorded yet. `baseline` and its corrections are in the order in
    which they were written down. `correction` says why these put right what was recorded of the same before.
    """

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
    correction: str | None = field(default=None, repr=False)

    @property
    def given(self) -> dict[str, Recorded[Any]]:
        """Each check that is recorded here, by its name; the vital signs are apart."""
        named = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in named if isinstance(value, Recorded)}

    def with_newer(self, newer: Self) -> Self:
        """These checks with everything that `newer` records replaced. Refused: `checks_empty`."""
        given: dict[str, object] = {**newer.given}
        if newer.baseline:
            given["baseline"] = (*self.baseline, *newer.baseline)
        if not given:
            raise invalid("checks_empty", "Record at least one check.")
        return replace(self, **given)  # type: ignore[arg-type]  # each by its own name


def written_of(check: str, recorded: Iterable[Checks]) -> list[list[Recorded[Any]]]:
    """Every time this check was recorded, the first one first: as it was written down, then as it was put right."""
    found: list[list[Recorded[Any]]] = []
    for part in recorded:
        value: Recorded[Any] | None = getattr(part, check)
        if value is None:
            continue
        if part.correction is not None and found:
            found[-1].append(value)
        else:
            found.append([value])
    return found


def standing_of(check: str, recorded: Iterable[Checks]) -> list[Recorded[Any]]:
    """Every time this check was recorded, the first one first, without what was put right afterwards."""
    return [written[-1] for written in written_of(check, recorded)]
