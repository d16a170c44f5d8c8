"""What is known of a patient's history: the conditions they have, had or do not have.

Invariant: nothing is forgotten: a re-classified fact keeps who changed it and why.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import invalid
from screening.domain.conditions import IN_WORDS, ConditionCode
from screening.domain.facts import PatientFact
from screening.domain.ids import ClinicalFactId, StaffId


class ConditionStatus(StrEnum):
    """`ruled_out` also says: asked, and the answer was no. What nobody recorded is unknown, which is not the same."""

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
    condition_before: ConditionCode = field(repr=False)
    status_before: ConditionStatus = field(repr=False)
    occurred_on_before: date | None
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFact:
    """A condition the patient has, had or does not have; `occurred_on` is the latest event, where there was one."""

    id: ClinicalFactId
    condition: ConditionCode = field(repr=False)
    status: ConditionStatus = field(repr=False)
    source: InformationSource
    recorded_at: datetime
    recorded_by: str
    occurred_on: date | None = None
    detail: str = field(default="", repr=False)
    reclassifications: tuple[Reclassification, ...] = ()

    @property
    def present(self) -> bool:
        """Whether the patient has it or had it."""
        return self.status is not ConditionStatus.RULED_OUT

    @property
    def conditions_said(self) -> frozenset[ConditionCode]:
        """What it says, and everything it said before it was corrected."""
        return frozenset({self.condition, *(each.condition_before for each in self.reclassifications)})

    @property
    def ground(self) -> str:
        """What a signature accepts of it: this fact as it is now, not as somebody may correct it later."""
        when = self.occurred_on.isoformat() if self.occurred_on else "undated"
        return f"{self.id} {self.condition.value} {self.status.value} {when}"

    def check(self, today: date) -> None:
        """Refused: `date_in_future`, `detail_missing` where the condition says nothing without a description."""
        if self.occurred_on and self.occurred_on > today:
            raise invalid("date_in_future", "What happened cannot lie in the future.")
        if self.present and self.condition in IN_WORDS and not self.detail.strip():
            raise invalid("detail_missing", "This needs a description in words.")

    def reclassified(
        self,
        condition: ConditionCode,
        status: ConditionStatus,
        occurred_on: date | None,
        *,
        by: StaffId,
        reason: str,
        now: datetime,
        today: date,
    ) -> Self:
        """The only way past a class A finding: a prescriber corrects the fact.

        Refused: `reason_missing`, and as `check`.
        """
        if not reason.strip():
            raise invalid("reason_missing", "Re-classifying a fact needs a reason.")
        step = Reclassification(
            by=by,
            at=now,
            condition_before=self.condition,
            status_before=self.status,
            occurred_on_before=self.occurred_on,
            reason=reason,
        )
        corrected = replace(
            self,
            condition=condition,
            status=status,
            occurred_on=occurred_on,
            reclassifications=(*self.reclassifications, step),
        )
        corrected.check(today)
        return corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergiesChanged(PatientFact):
    """All of them, as they are known from then on."""

    allergies: tuple[str, ...] = field(repr=False)


def allergies(history: Iterable[ClinicalFact]) -> tuple[str, ...]:
    """Drug allergies as recorded, for whoever gives the dose."""
    codes = (ConditionCode.DRUG_ALLERGY, ConditionCode.HYPERSENSITIVITY_TO_KETAMINE)
    return tuple(fact.detail or fact.condition.value for fact in history if fact.condition in codes and fact.present)
