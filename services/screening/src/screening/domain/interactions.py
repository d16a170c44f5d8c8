"""The drug interaction table: medications in, findings out.

Invariant: a drug is either on the table, or on the list of drugs known not to matter, or unknown; an unknown drug is a
finding too, never silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.domain.history import Medication
from screening.domain.rules import Finding, FindingClass

UNKNOWN_DRUG_RULE = "IX-UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One class of drugs that matters together with ketamine, and what is done about it by default."""

    rule: str
    finding_class: FindingClass
    drugs: tuple[str, ...]
    effect: str
    resolved_by: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionTable:
    """`brands` maps trade names and spellings to ingredients; `without_interaction` are known and harmless."""

    interactions: tuple[Interaction, ...]
    without_interaction: tuple[str, ...]
    brands: Mapping[str, str]

    def __post_init__(self) -> None:
        listed = [drug for interaction in self.interactions for drug in interaction.drugs]
        everything = [*listed, *self.without_interaction]
        if len(set(everything)) != len(everything):
            raise ValueError("a drug is listed twice in the interaction table")
        if not set(self.brands.values()) <= set(everything):
            raise ValueError("a trade name points to a drug the interaction table does not know")

    def ingredient(self, name: str) -> str:
        """The ingredient behind a normalised name."""
        return self.brands.get(name, name)

    def find(self, medications: Iterable[Medication]) -> tuple[Finding, ...]:
        """One finding per interaction that something the patient takes belongs to, and one for all unknown drugs."""
        taken = [(each, self.ingredient(each.ingredient)) for each in medications if each.taken]
        findings = [
            _finding(row.rule, row.finding_class, row.resolved_by, [m for m, name in taken if name in row.drugs])
            for row in self.interactions
        ]
        findings.append(
            _finding(
                UNKNOWN_DRUG_RULE,
                FindingClass.B,
                "A prescriber identifies the drug and signs that it may be combined.",
                [medication for medication, name in taken if not self.knows(name)],
            )
        )
        return tuple(finding for finding in findings if finding is not None)

    def knows(self, ingredient: str) -> bool:
        """Whether the table says anything about an ingredient, be it that it does not matter."""
        return ingredient in self.without_interaction or any(ingredient in row.drugs for row in self.interactions)


def _finding(rule: str, finding_class: FindingClass, resolved_by: str, medications: list[Medication]) -> Finding | None:
    if not medications:
        return None
    return Finding(
        rule=rule,
        finding_class=finding_class,
        because=tuple(sorted({medication.ingredient for medication in medications})),
        refs=tuple(sorted(medication.id for medication in medications)),
        resolved_by=resolved_by,
    )
