"""Rules about who the patient is: age, and the state they live in. What booking has not told is unknown, never fine."""

from dataclasses import dataclass
from datetime import date

from careflow_domain.setting import Setting
from screening.domain.evidence import age
from screening.domain.lacking import Lacking
from screening.domain.patients import PatientDetails
from screening.domain.rules import Finding, FindingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeRule:
    """Finds a patient younger than `below`, or at least `from_age` years old."""

    rule: str
    finding_class: FindingClass
    below: Setting[int] | None = None
    from_age: Setting[int] | None = None
    resolved_by: str
    source: str

    def __post_init__(self) -> None:
        if (self.below is None) == (self.from_age is None):
            raise ValueError("an age rule is either `below` or `from_age`")

    def find(self, patient: PatientDetails, today: date) -> Finding | None:
        if patient.born_on is None:
            return None
        years = age(patient.born_on, today)
        too_young = self.below is not None and years < self.below.value
        old_enough = self.from_age is not None and years >= self.from_age.value
        if not too_young and not old_enough:
            return None
        return Finding(
            rule=self.rule,
            finding_class=self.finding_class,
            because=("age",),
            refs=(),
            grounds=frozenset({"age"}),
            basis=self.source,
            resolved_by=self.resolved_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceRule:
    """Finds a patient who lives in a state this clinic is not licensed in."""

    rule: str
    finding_class: FindingClass
    states: tuple[str, ...]
    resolved_by: str
    source: str

    def find(self, patient: PatientDetails) -> Finding | None:
        if patient.state is None or patient.state in self.states:
            return None
        return Finding(
            rule=self.rule,
            finding_class=self.finding_class,
            because=("state",),
            refs=(),
            grounds=frozenset({f"state {patient.state}"}),
            basis=self.source,
            resolved_by=self.resolved_by,
        )


def unknown_details(patient: PatientDetails) -> tuple[str, ...]:
    """What the rules need to know of the patient and booking has not told."""
    unknown = {Lacking.BIRTH_DATE: patient.born_on, Lacking.STATE: patient.state}
    return tuple(code for code, value in unknown.items() if value is None)
