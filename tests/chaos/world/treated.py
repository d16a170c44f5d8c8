"""Patients in treatment. What leads to a dose is done while all is well; the dose is given whatever is broken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from careflow_clinic.bedside import DOSE, DRAWN_ML, LEFT_OVER_MG, VIAL
from careflow_clinic.course import Course, Pair
from careflow_clinic.subscriber import SeenEvent
from careflow_clinic.walk import Walk
from tests.chaos.world.regulars import somebody

if TYPE_CHECKING:
    from careflow_cli.stack.clock import StackClock

DOSES: Final = 6
"""Of one patient: what comes after six needs a review first."""
SCORE: Final = 12
BETTER: Final = 2
"""What is answered before the first dose, and by how much each dose helps: whom four did not help, none is given before
a prescriber has looked at it.
"""


@dataclass(frozen=True, slots=True)
class Hurrying:
    """The domain clock as it is moved while things are broken: nothing is waited for."""

    clock: "StackClock"

    def now(self) -> datetime:
        return self.clock.now()

    def set(self, instant: datetime) -> int:
        self.clock.file.reach(instant)
        return 0


@dataclass(slots=True)
class Treated:
    """One patient's course: the doses that lie ahead, and the sessions that were completed."""

    course: Course
    calm: Walk
    hurrying: Walk
    ahead: list[Pair]
    completed: list[SeenEvent] = field(default_factory=list)
    given: int = 0
    given_up: bool = False
    _open: Pair | None = None

    async def comes_to(self) -> None:
        """Calm: the integration of the last dose is held, the questions before the next are answered, and the day has
        come.
        """
        self.course.walk = self.calm
        await self.has_integrated()
        self._open = self.ahead.pop(0)
        await self.course.answer_before(self._open.dosing, score=SCORE - BETTER * self.given)
        await self.calm.travel_to(datetime.fromisoformat(str(self._open.dosing["starts_at"])))

    async def is_dosed(self) -> None:
        """Under fire: from the arrival to the way home."""
        assert self._open is not None
        self.course.walk = self.hurrying
        self.completed.append(await self.course.dose(self._open.dosing))
        self.given += 1

    def is_given_up(self) -> None:
        """A dose did not come to its end, and nobody here knows how far it came: the round tells of it."""
        self.given_up, self._open = True, None
        self.ahead.clear()

    async def has_integrated(self) -> None:
        """Calm: the therapy hour that belongs to the last dose."""
        self.course.walk = self.calm
        if self._open is not None:
            self.completed.append(await self.course.therapy_hour(self._open.integration))
            self._open = None

    def drug_left_mg(self) -> float:
        """What must be in this patient's vial."""
        drawn = float(DRAWN_ML) * float(VIAL["mg_per_ml"]) * self.given
        assert drawn == (float(DOSE["mg"]) + float(LEFT_OVER_MG)) * self.given
        return float(VIAL["ml"]) * float(VIAL["mg_per_ml"]) - drawn


async def in_treatment(walk: Walk, hurrying: Walk, number: int, *, doses: int = DOSES) -> Treated:
    """Somebody who is cleared, whose plan is signed and prepared for, with so many doses booked."""
    course = Course(walk, await walk.to_clearance(somebody(number)))
    await course.cashier.complete_registration(course.cleared.patient)
    pairs = await course.to_first_dose(pairs=doses)
    return Treated(course, walk, hurrying, list(pairs))


def next_for_a_dose(treated: Sequence[Treated]) -> Treated | None:
    """Whose dose is the earliest that lies ahead."""
    waiting = [each for each in treated if each.ahead]
    return min(waiting, key=lambda each: str(each.ahead[0].dosing["starts_at"]), default=None)
