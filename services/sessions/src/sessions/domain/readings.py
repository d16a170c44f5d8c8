"""Observations as they stand: what was written down of each, and what put it right.

Invariants: nothing that was written down is changed or removed; a correction stands beside what it corrects, and only
what stands is corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sessions.domain.vitals import VitalSigns


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation. `written` is all it was ever written down as, the first record first; `number` is the place of
    the last of them in the list they were written into.
    """

    number: int
    written: tuple[VitalSigns, ...]

    @property
    def signs(self) -> VitalSigns:
        """As it stands."""
        return self.written[-1]

    @property
    def first(self) -> VitalSigns:
        """As it was written down first."""
        return self.written[0]

    @property
    def earliest(self) -> datetime:
        """The earliest moment it was ever said to have been made at."""
        return min(each.observed_at for each in self.written)


def standing(written: Sequence[VitalSigns]) -> tuple[Reading, ...]:
    """The observations of a list in which they and their corrections were written down one after the other."""
    readings: dict[int, Reading] = {}
    for number, signs in enumerate(written):
        before = () if signs.corrects is None else readings.pop(signs.corrects.number).written
        readings[number] = Reading(number, (*before, signs))
    return tuple(readings.values())


def newest(written: Sequence[VitalSigns]) -> VitalSigns | None:
    """The newest observation by the time it was made, as it stands."""
    return max((each.signs for each in standing(written)), key=lambda each: each.observed_at, default=None)


def of_one_moment(readings: Sequence[Reading]) -> Reading | None:
    """The last of these readings, with all that was written down of the same moment: the worst of it counts, whenever
    written.
    """
    if not readings:
        return None
    last = readings[-1]
    same = [each for each in readings[:-1] if each.signs.observed_at == last.signs.observed_at]
    return Reading(last.number, (*(signs for each in same for signs in each.written), *last.written))


def among(signs: VitalSigns, others: Iterable[VitalSigns]) -> bool:
    """Whether it is this very record: two may have been alike."""
    return any(each is signs for each in others)
