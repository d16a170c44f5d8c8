"""The drug interaction table: medications in, findings out.

Invariant: a drug is either on the table, or on the list of drugs known not to matter, or unknown; an unknown drug is a
finding too, never silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from screening.domain.history import Medication
from screening.domain.rules import Finding, FindingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One class of drugs that matters together with ketamine, and what is done about it by default."""

    rule: str
    finding_class: FindingClass
    drugs: tuple[str, ...]
    effect: str
    resolved_by: str
    source: str


UNKNOWN_DRUG = Interaction(
    rule="IX-UNKNOWN",
    finding_class=FindingClass.B,
    drugs=(),
    effect="The interaction table does not know this drug.",
    resolved_by="A prescriber identifies the drug and signs that it may be combined.",
    source="clinic default",
)
"""What is found for drugs that are on no list."""


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
        of_row = [(row, [each for each, name in taken if name in row.drugs]) for row in self.interactions]
        of_row.append((UNKNOWN_DRUG, [each for each, name in taken if not self.knows(name)]))
        return tuple(_finding(row, found) for row, found in of_row if found)

    def knows(self, ingredient: str) -> bool:
        """Whether the table says anything about an ingredient, be it that it does not matter."""
        return ingredient in self.without_interaction or any(ingredient in row.drugs for row in self.interactions)


def _finding(row: Interaction, medications: list[Medication]) -> Finding:
    return Finding(
        rule=row.rule,
        finding_class=row.finding_class,
        because=tuple(sorted({medication.ingredient for medication in medications})),
        refs=tuple(sorted(medication.id for medication in medications)),
        grounds=frozenset(medication.ground for medication in medications),
        basis=f"{row.effect} ({row.source})",
        resolved_by=row.resolved_by,
    )
