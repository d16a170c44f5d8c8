"""Evaluations and diagnoses: what clinicians found when they saw the patient.

Invariant: an evaluation is a finished record; more parts are another evaluation. Two clinicians may share the parts.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from careflow_domain.errors import invalid
from screening.domain.facts import PatientFact
from screening.domain.ids import AppointmentId, CaseId, EvaluationId, StaffId

_SERVICE_CODE = re.compile(r"^[0-9A-Z][0-9]{3}[0-9A-Z]$")
_ICD_10_CM = re.compile(r"^[A-TV-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$")
_SUBSTANCE_USE = re.compile(r"^F1[0-9]")
"""Mental and behavioural disorders due to psychoactive substance use, ICD-10-CM F10 to F19 (42 CFR Part 2)."""


def is_substance_use(code: str) -> bool:
    """Whether a diagnosis is one of substance use."""
    return _SUBSTANCE_USE.match(code) is not None


class EvaluationPart(StrEnum):
    PSYCHIATRIC = "psychiatric"
    PHYSICAL = "physical"
    RISK = "risk"
    CAPACITY = "capacity"


PRESCRIBER_PARTS = frozenset({EvaluationPart.PSYCHIATRIC, EvaluationPart.PHYSICAL})
"""Diagnosis and examination are a prescriber's; a therapist may record risk and capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One billable line of an evaluation: a five-character CPT or HCPCS code, its units, and the minutes it took."""

    code: str
    units: int
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRecorded(PatientFact):
    case_id: CaseId
    evaluation_id: EvaluationId
    appointment_id: AppointmentId
    provider_id: StaffId
    started_at: datetime
    ended_at: datetime
    parts: tuple[str, ...]
    service_lines: tuple[ServiceLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosesRecorded(PatientFact):
    """`disclosed` leaves out substance-use codes, which need the patient's consent; `withheld` counts them."""

    evaluation_id: EvaluationId
    disclosed: tuple[str, ...] = field(repr=False)
    withheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationVisit:
    """A visit for an evaluation that was held, as booking said it."""

    appointment_id: AppointmentId
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """One part as recorded; `favourable` is False where it speaks against treatment (no capacity, for example)."""

    part: EvaluationPart
    favourable: bool = field(repr=False)
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One clinician's evaluation visit, with the lines it is billed by."""

    id: EvaluationId
    appointment_id: AppointmentId
    provider_id: StaffId
    started_at: datetime
    ended_at: datetime
    parts: tuple[PartRecord, ...]
    service_lines: tuple[ServiceLine, ...] = ()

    def check(self, now: datetime) -> None:
        """Refused: `evaluation_times_invalid`, `parts_invalid`, `service_line_invalid`."""
        if not self.started_at < self.ended_at <= now:
            raise invalid("evaluation_times_invalid", "An evaluation ends after it starts, and not in the future.")
        parts = [record.part for record in self.parts]
        if not parts or len(set(parts)) != len(parts) or any(not record.summary.strip() for record in self.parts):
            raise invalid("parts_invalid", "Record at least one part, each once, each with a summary.")
        for line in self.service_lines:
            if not _SERVICE_CODE.match(line.code) or line.units < 1 or (line.minutes is not None and line.minutes < 1):
                raise invalid("service_line_invalid", "A service line needs a CPT or HCPCS code and whole units.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnoses:
    """ICD-10-CM codes in the order a bill lists them, most relevant first."""

    evaluation_id: EvaluationId
    recorded_at: datetime
    recorded_by: StaffId
    codes: tuple[str, ...] = field(repr=False)

    def check(self) -> None:
        """Refused: `diagnoses_invalid`."""
        if not self.codes or len(set(self.codes)) != len(self.codes):
            raise invalid("diagnoses_invalid", "Give at least one diagnosis, each once.")
        if not all(_ICD_10_CM.match(code) for code in self.codes):
            raise invalid("diagnoses_invalid", "Diagnoses are ICD-10-CM codes.")

    @property
    def disclosed(self) -> tuple[str, ...]:
        """The codes that may leave without the patient's substance-use consent."""
        return tuple(code for code in self.codes if not is_substance_use(code))

    @property
    def withheld(self) -> int:
        """How many substance-use codes stay here."""
        return len(self.codes) - len(self.disclosed)
