"""What a prescriber signs when treatment is found safe: the terms of it, and the findings the signature covers.

Invariant: a signature covers a finding on the facts it was signed on: never one that got worse, nor one that rests on
anything more than was signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from screening.domain.ids import EvidenceId, StaffId
from screening.domain.rules import Finding, FindingClass
from screening.domain.suspensions import Settlement


class Indication(StrEnum):
    """Why the clinic treats (clinic page and domain brief, section 2.5)."""

    TREATMENT_RESISTANT_DEPRESSION = "treatment_resistant_depression"
    SEVERE_DEPRESSION = "severe_depression"
    DEPRESSION_WITH_COMORBIDITY = "depression_with_comorbidity"
    ANXIETY = "anxiety"
    PTSD = "ptsd"
    ADDICTION = "addiction"
    ALTERNATIVE_TO_ANTIDEPRESSANTS = "alternative_to_antidepressants"


class Route(StrEnum):
    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    ORAL = "oral"
    INTRANASAL = "intranasal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearanceTerms:
    """What sessions must know of a clearance; travels sealed."""

    indications: tuple[str, ...] = field(repr=False)
    conditions: tuple[str, ...] = field(repr=False)
    excluded_routes: tuple[str, ...] = field(repr=False)
    allergies: tuple[str, ...] = field(repr=False)
    interaction_flags: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the prescriber signed: the findings it rests on, how each open one is met, and the policy's version."""

    decided_by: StaffId
    decided_at: datetime
    policy_version: str
    findings: tuple[Finding, ...] = field(repr=False)
    accepted: Mapping[str, str] = field(repr=False)
    evidence_ids: tuple[EvidenceId, ...]
    settled: tuple[Settlement, ...] = field(default=(), repr=False)
    terms: ClearanceTerms = field(repr=False)

    def covers(self, finding: Finding) -> bool:
        """Whether a signature covers this finding with everything it rests on; none covers class A."""
        return finding.finding_class is not FindingClass.A and not self.unsigned(finding)

    def unsigned(self, finding: Finding) -> frozenset[str]:
        """Those of its grounds that no signature has accepted; all of them, if it is worse than what was signed."""
        signed = next((each for each in self.findings if each.rule == finding.rule), None)
        if (
            signed is None
            or finding.rule not in self.accepted
            or finding.finding_class.worse_than(signed.finding_class)
        ):
            return finding.grounds
        return finding.grounds - signed.grounds

    def accepting(self, finding: Finding, why: str) -> Self:
        """The same decision, resting on one more signed finding."""
        others = tuple(each for each in self.findings if each.rule != finding.rule)
        return replace(self, findings=(*others, finding), accepted={**self.accepted, finding.rule: why})
