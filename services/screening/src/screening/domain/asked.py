"""What must have been asked before anybody can decide: nothing recorded is unknown, never "no".

Invariant: every condition a rule looks for is asked of everybody it can concern.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from screening.domain.conditions import ConditionCode
from screening.domain.history import ClinicalFact, InformationSource
from screening.domain.patients import PatientDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPolicy:
    """`where_pregnancy_possible`: asked unless a pregnancy is known to be impossible. `by_staff`: only what a member of
    the clinic recorded counts as an answer. `unprompted`: recorded when it comes up, never asked for.
    """

    where_pregnancy_possible: tuple[ConditionCode, ...]
    by_staff: tuple[ConditionCode, ...]
    unprompted: tuple[ConditionCode, ...]

    def unasked(
        self, conditions: frozenset[ConditionCode], facts: Iterable[ClinicalFact], patient: PatientDetails
    ) -> tuple[ConditionCode, ...]:
        """Those of the conditions that nobody has answered for, in the order of the codes."""
        answered = {
            fact.condition
            for fact in facts
            if fact.condition not in self.by_staff or fact.source is not InformationSource.PATIENT
        }
        return tuple(code for code in ConditionCode if code in conditions - answered and self._concerns(code, patient))

    def of_patient(self, patient: PatientDetails) -> frozenset[ConditionCode]:
        """What a patient is asked themselves."""
        return frozenset(code for code in ConditionCode if code not in self.by_staff and self._concerns(code, patient))

    def _concerns(self, code: ConditionCode, patient: PatientDetails) -> bool:
        if code in self.unprompted:
            return False
        return code not in self.where_pregnancy_possible or patient.pregnancy_possible is not False
