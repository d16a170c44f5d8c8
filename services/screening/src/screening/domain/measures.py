"""What numbers in evidence measure, with their units, and which of them can be true at all.

Invariant: a number that no patient here can have, as from another unit or a slip of the pen, is refused and not stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from careflow_domain.errors import invalid
from careflow_domain.setting import Setting


class Measure(StrEnum):
    """What a number in a piece of evidence measures, with its unit."""

    SYSTOLIC_MMHG = "systolic_mmhg"
    DIASTOLIC_MMHG = "diastolic_mmhg"
    ALT_TIMES_ULN = "alt_times_uln"
    AST_TIMES_ULN = "ast_times_uln"
    WEIGHT_KG = "weight_kg"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRange:
    """`lowest` to `highest` is what can be true; what is above `normal_to`, if there is such a limit, is abnormal."""

    measure: Measure
    lowest: Setting[float]
    highest: Setting[float]
    normal_to: Setting[float] | None = None

    def plausible(self, value: float) -> bool:
        return self.lowest.value <= value <= self.highest.value

    def abnormal(self, value: float) -> bool:
        return self.normal_to is not None and value > self.normal_to.value


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRanges:
    """One range for each measure."""

    ranges: tuple[MeasureRange, ...]

    def __post_init__(self) -> None:
        if {each.measure for each in self.ranges} != set(Measure) or len(self.ranges) != len(Measure):
            raise ValueError("the policy must say for every measure, each once, which numbers can be true")

    def check(self, measures: Mapping[Measure, float]) -> None:
        """Refused: `measure_implausible` naming the measures, which may be in another unit or swapped."""
        wrong = {measure for measure, value in measures.items() if not self._of(measure).plausible(value)}
        pressure = (Measure.DIASTOLIC_MMHG, Measure.SYSTOLIC_MMHG)
        if all(each in measures for each in pressure) and measures[pressure[0]] >= measures[pressure[1]]:
            wrong |= {*pressure}
        if wrong:
            detail = "These numbers cannot be right. Give them in the unit of their name, each in its place."
            raise invalid("measure_implausible", detail, measures=sorted(wrong))

    def abnormal(self, measures: Mapping[Measure, float]) -> bool | None:
        """Whether one of them is beyond what is normal; None where no limit says so."""
        limited = [self._of(measure) for measure in measures if self._of(measure).normal_to is not None]
        return any(each.abnormal(measures[each.measure]) for each in limited) if limited else None

    def _of(self, measure: Measure) -> MeasureRange:
        return next(each for each in self.ranges if each.measure is measure)
