"""What is known of a patient's history: conditions and medications.

Invariant: nothing is forgotten: a re-classified fact keeps who changed it and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import invalid
from screening.domain.ids import ClinicalFactId, MedicationId, StaffId


class ConditionCode(StrEnum):
    """The conditions the contraindication rules know."""

    ANEURYSMAL_VASCULAR_DISEASE = "aneurysmal_vascular_disease"
    ARTERIOVENOUS_MALFORMATION = "arteriovenous_malformation"
    MYOCARDIAL_INFARCTION = "myocardial_infarction"
    STROKE = "stroke"
    TRANSIENT_ISCHEMIC_ATTACK = "transient_ischemic_attack"
    UNSTABLE_ANGINA = "unstable_angina"
    DECOMPENSATED_HEART_FAILURE = "decompensated_heart_failure"
    SEVERE_VALVE_DISEASE = "severe_valve_disease"
    SEVERE_ARRHYTHMIA = "severe_arrhythmia"
    PSYCHOSIS = "psychosis"
    SCHIZOPHRENIA_SPECTRUM = "schizophrenia_spectrum"
    PREGNANCY = "pregnancy"
    LIVER_DISEASE_CHILD_PUGH_C = "liver_disease_child_pugh_c"
    DRUG_ALLERGY = "drug_allergy"
    HYPERTENSION = "hypertension"


class ConditionStatus(StrEnum):
    """`ruled_out` also says: asked, and the answer was no."""

    ACTIVE = "active"
    HISTORY = "history"
    RULED_OUT = "ruled_out"


class InformationSource(StrEnum):
    PATIENT = "patient"
    CLINICIAN = "clinician"
    SESSION = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassification:
    """A prescriber's signed correction: what the fact said before, and why it no longer does."""

    by: StaffId
    at: datetime
    status_before: ConditionStatus
    occurred_on_before: date | None
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFact:
    """A condition the patient has, had or does not have; `occurred_on` is the latest event, where there was one."""

    id: ClinicalFactId
    condition: ConditionCode
    status: ConditionStatus
    source: InformationSource
    recorded_at: datetime
    recorded_by: str
    occurred_on: date | None = None
    detail: str = field(default="", repr=False)
    reclassifications: tuple[Reclassification, ...] = ()

    def reclassified(
        self, status: ConditionStatus, occurred_on: date | None, *, by: StaffId, reason: str, now: datetime
    ) -> Self:
        """The only way past a class A finding: a prescriber corrects the fact. Refused: `reason_missing`."""
        if not reason.strip():
            raise invalid("reason_missing", "Re-classifying a fact needs a reason.")
        step = Reclassification(
            by=by, at=now, status_before=self.status, occurred_on_before=self.occurred_on, reason=reason
        )
        return replace(self, status=status, occurred_on=occurred_on, reclassifications=(*self.reclassifications, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Medication:
    """Something the patient takes; `ingredient` is the normalised generic name."""

    id: MedicationId
    ingredient: str = field(repr=False)
    started_on: date | None = None
    stopped_at: datetime | None = None
    source: InformationSource
    recorded_at: datetime
    recorded_by: str
    detail: str = field(default="", repr=False)

    @property
    def taken(self) -> bool:
        return self.stopped_at is None


def allergies(history: Iterable[ClinicalFact]) -> tuple[str, ...]:
    """Drug allergies as recorded, for whoever gives the dose."""
    return tuple(
        fact.detail
        for fact in history
        if fact.condition is ConditionCode.DRUG_ALLERGY and fact.status is ConditionStatus.ACTIVE
    )


def ingredient_name(text: str) -> str:
    """A drug name as the interaction table compares it: lower case, single spaces."""
    return " ".join(text.lower().split())
