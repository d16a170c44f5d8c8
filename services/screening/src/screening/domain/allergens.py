"""Drug allergies, which are written in words: is it the drug this clinic gives?

Invariant: an allergen is either the drug or an excipient of it, or known to be something else, or unclear; what is
unclear stands in the way until a prescriber has re-classified or signed it, never passes as something else.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from careflow_domain.spelling import near
from screening.domain.conditions import ConditionCode
from screening.domain.history import ClinicalFact
from screening.domain.rules import Finding, FindingClass

_REACTION = re.compile(r"\s+[-–—]\s+|[:;(,]")
"""What separates an allergen from the reaction to it, as in "penicillin - rash"."""
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllergenRule:
    """`drug` are the names of the drug and its excipients; `unrelated` allergens that are something else."""

    rule: str
    drug: tuple[str, ...]
    unrelated: tuple[str, ...]
    resolved_by: str
    source: str

    def find(self, facts: Iterable[ClinicalFact]) -> tuple[Finding, ...]:
        """A finding of class A for what is the drug, and one of class B for what nobody can tell."""
        written = [fact for fact in facts if fact.condition is ConditionCode.DRUG_ALLERGY and fact.present]
        drug = [fact for fact in written if self._is_the_drug(fact.detail)]
        unclear = [fact for fact in written if fact not in drug and not self._is_unrelated(fact.detail)]
        of_class = ((FindingClass.A, drug), (FindingClass.B, unclear))
        return tuple(self._finding(finding_class, found) for finding_class, found in of_class if found)

    def _is_the_drug(self, written: str) -> bool:
        words = _WORD.findall(written.lower())
        return any(_says(words, name.split()) for name in self.drug)

    def _is_unrelated(self, written: str) -> bool:
        return _REACTION.split(written.lower(), maxsplit=1)[0].strip() in self.unrelated

    def _finding(self, finding_class: FindingClass, facts: Sequence[ClinicalFact]) -> Finding:
        return Finding(
            rule=self.rule,
            finding_class=finding_class,
            because=(ConditionCode.DRUG_ALLERGY.value,),
            refs=tuple(sorted(fact.id for fact in facts)),
            grounds=frozenset(fact.ground for fact in facts),
            basis=self.source,
            resolved_by=self.resolved_by,
        )


def _says(words: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the name stands among the words, however it is misspelt."""
    starts = range(len(words) - len(name) + 1)
    return any(all(near(words[start + at], part) for at, part in enumerate(name)) for start in starts)
