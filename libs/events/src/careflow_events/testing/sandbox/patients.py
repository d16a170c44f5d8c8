"""One patient of the sandbox: the examples of a course as they would be of somebody else, at another time."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final, cast

from pydantic import BaseModel

from careflow_events.contracts.model import EventData
from careflow_events.contracts.sealed import Sealed
from careflow_events.testing import example as shown
from careflow_events.testing.example import Example, id_at
from careflow_events.testing.examples import examples
from careflow_events.testing.sandbox.courses import COURSES, MOVED, Course

EARLIER: Final = timedelta(weeks=46)
"""How long before the examples the first patient comes, on the same day of the week: nothing lies in the future."""
WEEKS: Final = 4
"""Within how many weeks all patients come to the clinic."""

_CLINIC: Final = frozenset({shown.LOCATION, shown.ROOM, shown.PRESCRIBER, shown.THERAPIST, shown.NURSE, shown.VIAL})
"""Ids that are the same for every patient."""
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_GIVEN: Final = (
    "Amara",
    "Bruno",
    "Chiara",
    "Deniz",
    "Elif",
    "Farid",
    "Greta",
    "Hugo",
    "Imani",
    "Jonas",
    "Keiko",
    "Luz",
)
_FAMILY: Final = ("Abara", "Bergström", "Castillo", "Delgado", "Eriksen", "Fontaine", "Gutiérrez", "Hakimi", "Ivanova")


class Patient:
    """The patient of that number: who they are, which course is theirs, and when it begins."""

    def __init__(self, number: int, seed: int) -> None:
        drawn = Random(f"careflow:sandbox/{seed}/{number}")  # noqa: S311 - the same for the same seed, and no secret
        self.course: Course = drawn.choices(COURSES, [each.weight for each in COURSES])[0]
        self._name = {"given": drawn.choice(_GIVEN), "family": drawn.choice(_FAMILY)}
        self._key = f"sandbox/{seed}/{number}"
        self._later = timedelta(weeks=drawn.randrange(WEEKS), minutes=15 * drawn.randrange(8)) - EARLIER

    def events(self) -> list[tuple[datetime, EventData]]:
        """What happens to them, each with its time, in order."""
        told = [(name, _example(name)) for name in self.course.events]
        found = [
            (each.time + MOVED.get(name, timedelta()) + self._later, cast(EventData, self._theirs(each.data)))
            for name, each in told
        ]
        return sorted(found, key=lambda event: event[0])

    def _theirs(self, value: Any) -> Any:
        """The same of this patient: other ids and names, and all as much later as they are."""
        match value:
            case Sealed():
                return Sealed.plain(self._theirs(value.opened()))
            case BaseModel():
                parts = {name: self._named(name, part) for name, part in value.__dict__.items()}
                return value.model_copy(update=parts)
            case tuple():
                return tuple(self._theirs(part) for part in value)
            case datetime():
                return value + self._later
            case str() if type(value) is str and _ID.fullmatch(value) and value not in _CLINIC:
                return id_at(f"{self._key}/{value}", shown.CALL_AT + self._later)
        return value

    def _named(self, name: str, value: Any) -> Any:
        if name in self._name and isinstance(value, str):
            return self._name[name]
        if name == "birth_date" and isinstance(value, date):
            return value
        return None if name == "preferred" else self._theirs(value)


@cache
def _examples() -> Mapping[str, Example]:
    return {f"{each.data.name()}/{each.name}": each for each in examples()}


def _example(name: str) -> Example:
    return _examples()[name]
