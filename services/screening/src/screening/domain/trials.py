"""Antidepressants the patient was treated with before, and whether their depression resisted treatment.

Invariant: treatment resistance is derived from trials that were recorded, never asserted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.errors import invalid
from careflow_domain.setting import Setting
from screening.domain.drug_names import DrugNames
from screening.domain.ids import StaffId, TrialId
from screening.domain.voiding import Voiding


@dataclass(frozen=True, slots=True, kw_only=True)
class AntidepressantTrial:
    """One antidepressant, as a clinician recorded it.

    `drug` is its name in lower case, `highest_daily_mg` the highest dose of a day in milligrams and `adequate_dose` the
    clinician's judgement of it, `weeks` how long it was taken at that dose, `response_percent` how much better the
    symptoms got: 0 not at all, 100 all gone.
    """

    id: TrialId
    drug: str = field(repr=False)
    highest_daily_mg: float | None = field(default=None, repr=False)
    adequate_dose: bool = field(repr=False)
    weeks: int = field(repr=False)
    response_percent: int = field(repr=False)
    stopped_because: str = field(default="", repr=False)
    recorded_at: datetime
    recorded_by: StaffId
    voided: Voiding | None = None

    def check(self) -> None:
        """Refused: `trial_invalid`."""
        if not self.drug or self.weeks < 1 or not 0 <= self.response_percent <= 100:
            raise invalid("trial_invalid", "A trial names a drug, at least a week, and a response of 0 to 100 percent.")

    def voiding(self, voided: Voiding) -> Self:
        """It was recorded wrongly. Refused as `Voiding.check`."""
        voided.check(self.voided)
        return replace(self, voided=voided)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentResistance:
    """`failed` are the trials that count, `drugs` how many different antidepressants they were, of `needed`."""

    failed: tuple[TrialId, ...]
    drugs: int
    needed: int

    @property
    def shown(self) -> bool:
        return self.drugs >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentResistancePolicy:
    """How many different antidepressants must have failed, each at an adequate dose for at least so many weeks, with a
    response below so many percent.
    """

    failed_drugs: Setting[int]
    at_least_weeks: Setting[int]
    response_below_percent: Setting[int]

    def derived(self, trials: Iterable[AntidepressantTrial], names: DrugNames) -> TreatmentResistance:
        """What the trials show. The same drug counts once, under whichever of its names it was recorded."""
        failed = [each for each in trials if self._failed(each)]
        drugs = {names.read(each.drug).ingredients or frozenset({each.drug}) for each in failed}
        return TreatmentResistance(
            failed=tuple(each.id for each in failed), drugs=len(drugs), needed=self.failed_drugs.value
        )

    def _failed(self, trial: AntidepressantTrial) -> bool:
        return (
            trial.voided is None
            and trial.adequate_dose
            and trial.weeks >= self.at_least_weeks.value
            and trial.response_percent < self.response_below_percent.value
        )
