"""The mark of therapy that was held, but not as it was planned or could be written down in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sessions.domain.adverse_events import ReviewDecision
from sessions.domain.ids import TherapyId
from sessions.domain.marks import Mark
from sessions.domain.service_lines import TherapyTime


class TherapyDecision(StrEnum):
    """What a review of it decides."""

    COUNTS = "counts"
    HOLD = "hold"
    DOES_NOT_COUNT = "does_not_count"


DECIDES: Final[Mapping[TherapyDecision, ReviewDecision]] = {
    TherapyDecision.COUNTS: ReviewDecision.RESUME,
    TherapyDecision.HOLD: ReviewDecision.HOLD,
    TherapyDecision.DOES_NOT_COUNT: ReviewDecision.STOP,
}
"""Each as the reviews of all marks have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOtherwise(Mark):
    """`time` is who held it, from when to when; `against` all that stood against it by what is known when it is written
    down; `unready` what of an hour at a distance was not in order when it began.
    """

    id: TherapyId
    time: TherapyTime
    against: tuple[str, ...] = ()
    unready: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is therapy that was held as it should be, in the judgement of who reviewed it."""
        return not self.holds_dosing

    @property
    def dismissed(self) -> bool:
        """Whether who reviewed it decided that it does not count."""
        return not self.counts and not self.awaits_review

    @property
    def billable(self) -> bool:
        """Whether it is billed once it counts. What the law asks for before an hour at a distance is not made good by a
        review (California Business and Professions Code 2290.5(b), 16 CCR 1815.5).
        """
        return self.counts and not self.unready
