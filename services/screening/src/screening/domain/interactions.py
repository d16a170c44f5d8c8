"""The drug interaction table: medications in, findings out. Classed by ingredient, whatever the patient calls it.

Invariant: a drug is either on the table, or on the list of drugs known not to matter, or unknown; an unknown word in
the name of a drug is a finding too, never silence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from screening.domain.drug_names import DrugNames
from screening.domain.medications import Medication
from screening.domain.policy_values import Span
from screening.domain.rules import Finding, FindingClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One class of drugs that matters together with ketamine, and what is done about it by default.

    `washout`: for how long it still counts after the last dose; absent, it counts until a prescriber has confirmed its
    end. `abrupt_stop_harms`: whoever stops it from one day to the next is in danger.
    """

    rule: str
    finding_class: FindingClass
    drugs: tuple[str, ...]
    effect: str
    resolved_by: str
    source: str
    washout: Span | None = None
    abrupt_stop_harms: bool = False

    @property
    def washes_out_in(self) -> timedelta:
        return self.washout.length if self.washout else timedelta()


UNKNOWN_DRUG = Interaction(
    rule="IX-UNKNOWN",
    finding_class=FindingClass.B,
    drugs=(),
    effect="The interaction table does not know this drug.",
    resolved_by="Somebody confirms what it is, or a prescriber signs that it may be combined.",
    source="clinic default",
)
"""What is found for drugs that are on no list."""


@dataclass(frozen=True, kw_only=True)
class InteractionTable:
    """`without_interaction` are known and harmless; `brands` are trade names and spellings with their ingredients;
    `words` mean nothing beside a name: forms, strengths, times of day.
    """

    interactions: tuple[Interaction, ...]
    without_interaction: tuple[str, ...]
    brands: Mapping[str, tuple[str, ...]]
    words: tuple[str, ...]
    names_source: str

    def __post_init__(self) -> None:
        everything = self.ingredients
        if len(set(everything)) != len(everything):
            raise ValueError("a drug is listed twice in the interaction table")
        if not {each for ingredients in self.brands.values() for each in ingredients} <= set(everything):
            raise ValueError("a trade name points to a drug the interaction table does not know")
        if not all(self.brands.values()) or set(self.brands) & set(everything):
            raise ValueError("a trade name has at least one ingredient and is none itself")

    @cached_property
    def names(self) -> DrugNames:
        """Every name the table knows."""
        names = {each: (each,) for each in self.ingredients} | dict(self.brands)
        return DrugNames(names, frozenset(self.words))

    def find(self, medications: Iterable[Medication], today: date) -> tuple[Finding, ...]:
        """One finding per interaction that something the patient takes belongs to, and one for all unknown drugs."""
        listed = tuple(medications)
        of_row = [(row, [each for each in listed if self._belongs(each, row, today)]) for row in self.interactions]
        of_row.append(
            (UNKNOWN_DRUG, [each for each in listed if self.unknown(each) and each.counts(today, timedelta())])
        )
        return tuple(_finding(row, found) for row, found in of_row if found)

    def unknown(self, medication: Medication) -> tuple[str, ...]:
        """The words in its name that nobody knows and nobody has identified."""
        return () if medication.identified else self.names.read(medication.ingredient).unknown

    def offered(self, medication: Medication) -> tuple[str, ...]:
        """Known names its unknown words come near to."""
        near = {name for phrase in self.unknown(medication) for name in self.names.offered(phrase)}
        return tuple(sorted(near))

    def knows(self, name: str) -> bool:
        """Whether it is an ingredient or a trade name of the table."""
        return name in self.names.names

    def rows_of(self, medication: Medication) -> tuple[Interaction, ...]:
        """The interactions it belongs to by its ingredients."""
        ingredients = self.ingredients_of(medication)
        return tuple(row for row in self.interactions if not ingredients.isdisjoint(row.drugs))

    def _belongs(self, medication: Medication, row: Interaction, today: date) -> bool:
        return row in self.rows_of(medication) and medication.counts(today, row.washes_out_in)

    def ingredients_of(self, medication: Medication) -> frozenset[str]:
        identified = medication.identified.names if medication.identified else ()
        more = {ingredient for name in identified for ingredient in self.names.names.get(name, ())}
        return self.names.read(medication.ingredient).ingredients | more

    @property
    def ingredients(self) -> list[str]:
        """Every drug on the table or known not to matter."""
        return [*(drug for row in self.interactions for drug in row.drugs), *self.without_interaction]


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
