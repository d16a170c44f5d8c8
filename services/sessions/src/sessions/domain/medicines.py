"""A medicine beside the dose, as a prescriber orders it: what, how much of it, for what, and when not.

Invariants: every number is the prescriber's; doses are a range in one unit, with the least time between two of them
and, but for what flows, the most of it in one visit; the drug of the dose is never ordered so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from careflow_domain.errors import conflict, invalid
from sessions.domain.policy import SessionsPolicy
from sessions.domain.stops import StopKind
from sessions.domain.units import MedicineAmount
from sessions.domain.vitals import Signal, VitalSigns


class MedicineRoute(StrEnum):
    """How a medicine beside the dose is given."""

    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    INTRAVENOUS = "intravenous"
    INTRAMUSCULAR = "intramuscular"
    SUBCUTANEOUS = "subcutaneous"
    INHALED = "inhaled"
    NASAL = "nasal"
    TRANSDERMAL = "transdermal"


class MedicineUnit(StrEnum):
    """What a medicine is counted in."""

    MILLIGRAM = "mg"
    MICROGRAM = "mcg"
    MILLILITRE = "ml"
    TABLET = "tablet"
    PUFF = "puff"
    LITRE_PER_MINUTE = "l_per_min"


FLOWS: Final = frozenset({MedicineUnit.LITRE_PER_MINUTE})
"""Units of a flow: doses in them have no sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLimit:
    """Not given while this sign is `at_most` or lower, or `at_least` or higher."""

    signal: Signal
    at_most: int | None = field(default=None, repr=False)
    at_least: int | None = field(default=None, repr=False)

    def must_make_sense(self) -> None:
        """Refused: `sign_limit_invalid`."""
        low, high = self.at_most, self.at_least
        nothing_said = low is None and high is None
        if nothing_said or (low is not None and high is not None and low >= high):
            raise invalid("sign_limit_invalid", "A limit says below or above which value nothing is given.")

    def forbids(self, signs: VitalSigns) -> bool:
        """Whether nothing is given at these signs; of a sign that was not assessed nobody knows."""
        value = signs.value(self.signal)
        if value is None:
            return True
        too_low = self.at_most is not None and value <= self.at_most
        return too_low or (self.at_least is not None and value >= self.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineTerms:
    """What may be given: `least` to `most` at a time and `in_visit` together, all in `unit`; None together of what
    flows. `strength` is what stands on the package. Not given `not_with` a finding that stands, nor at signs that
    `sign_limits` forbid. `controlled` is what whoever orders says; the policy knows some by name.
    """

    medicine: str = field(repr=False)
    strength: str = field(repr=False)
    route: MedicineRoute = field(repr=False)
    unit: MedicineUnit = field(repr=False)
    least: MedicineAmount = field(repr=False)
    most: MedicineAmount = field(repr=False)
    in_visit: MedicineAmount | None = field(default=None, repr=False)
    interval: timedelta
    indication: str = field(repr=False)
    controlled: bool = field(default=False, repr=False)
    sign_limits: tuple[SignLimit, ...] = field(default=(), repr=False)
    not_with: frozenset[StopKind] = field(default=frozenset(), repr=False)

    def must_make_sense(self, policy: SessionsPolicy, *, from_log: bool = True) -> None:
        """`from_log`: a controlled one comes out of the drug log; of what the patient brought it is written down in
        what it was counted in. Refused: `medicine_is_the_dose`, `controlled_in_milligrams`, `dose_range_invalid`,
        `visit_maximum_invalid`, `sign_limit_invalid`.
        """
        if self._named_among(each for route in policy.routes.values() for each in route.drugs.value):
            raise conflict("medicine_is_the_dose", "The drug of the dose has an order and a gate of its own.")
        if from_log and self.is_controlled(policy) and self.unit is not MedicineUnit.MILLIGRAM:
            raise invalid("controlled_in_milligrams", "The drug log counts a controlled medicine in milligrams.")
        if not self.least or self.least > self.most:
            raise invalid("dose_range_invalid", "A dose is more than nothing, and the least no more than the most.")
        flows = self.unit in FLOWS
        if flows is not (self.in_visit is None) or (self.in_visit is not None and self.in_visit < self.most):
            raise invalid(
                "visit_maximum_invalid",
                "The most in a visit is no less than that of one dose; what flows has no sum and none.",
            )
        for limit in self.sign_limits:
            limit.must_make_sense()

    def is_controlled(self, policy: SessionsPolicy) -> bool:
        """Whether it leaves the clinic's stock through the drug log alone."""
        return self.controlled or self._named_among(policy.medicines.controlled.value)

    def is_in(self, drug: str) -> bool:
        """Whether a container of this drug holds it."""
        return self._named_among([drug])

    def must_be_in(self, drug: str) -> None:
        """Refused: `drug_mismatch`."""
        if not self.is_in(drug):
            raise conflict("drug_mismatch", "This container holds another drug than was ordered.")

    def is_same(self, other: "MedicineTerms") -> bool:
        """Whether both are about one medicine, whatever its strength or route."""
        return _words(self.medicine) == _words(other.medicine)

    def _named_among(self, names: Iterable[str]) -> bool:
        """Whether one of these names is in what the medicine is called."""
        called = f" {_words(self.medicine)} "
        return any(f" {_words(name)} " in called for name in names)


def _words(name: str) -> str:
    """A name without what is written in different ways: case, spaces, marks."""
    return " ".join("".join(each if each.isalnum() else " " for each in name.casefold()).split())
