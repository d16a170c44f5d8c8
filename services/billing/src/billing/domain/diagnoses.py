"""Diagnoses as bills name them: which were in force on a day, and whether a code is one of the code set of that day.

Invariant: what a clinician recorded is kept as it was recorded, in order; a later recording never changes what was in
force on an earlier day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


class DiagnosisCodes(Protocol):
    """The editions of ICD-10-CM."""

    def description(self, code: str, on: date) -> str | None:
        """What the edition of a date calls a code that may stand on a bill; None for every other text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnoses:
    """What one evaluation found, in the order a bill lists it; it holds from the day of that evaluation until another
    one replaces it. Codes the patient does not let out are not among them.
    """

    codes: tuple[str, ...]
    recorded_at: datetime
    in_force_from: date


def with_recorded(history: Sequence[Diagnoses], recorded: Diagnoses) -> tuple[Diagnoses, ...]:
    """The history with another recording, in the order they were made; one that is there already changes nothing."""
    if recorded in history:
        return tuple(history)
    return tuple(sorted((*history, recorded), key=lambda each: each.recorded_at))


def in_force_on(history: Sequence[Diagnoses], day: date) -> tuple[str, ...]:
    """The codes of the newest recording that held on the day; none where nothing was determined by then."""
    holding = [each for each in history if each.in_force_from <= day]
    return holding[-1].codes if holding else ()
