"""How long something counts that a clearance rests on: to the first dose of a course, and once the course has begun."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where a course stands."""

    TO_FIRST_DOSE = "to_first_dose"
    IN_COURSE = "in_course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Until when one thing counts, at either stage."""

    to_first_dose: datetime
    in_course: datetime

    def at(self, stage: Stage) -> datetime:
        match stage:
            case Stage.TO_FIRST_DOSE:
                return self.to_first_dose
            case Stage.IN_COURSE:
                return self.in_course
