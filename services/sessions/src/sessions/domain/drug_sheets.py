"""The sheet of one drug day of a place: for each container what was there when the day began, everything that was
entered and drawn on it, and what was there at its end.

Invariant: before + in - out = after, by the lines that count. A line is of the day it was entered on, whenever somebody
witnessed it; one that does not count yet changes nothing.
Source: 21 CFR 1304.21(a) and 1304.22(c) (a complete and accurate record of what is received and dispensed).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from sessions.domain.drug_entries import ADDING, Draw, Entry
from sessions.domain.drug_log import Container
from sessions.domain.units import Milligrams, total


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugSheet:
    """One container on one day; `before` and `after` are what was in it and drawn up."""

    container: Container
    before: Milligrams
    after: Milligrams
    entries: tuple[Entry, ...]
    draws: tuple[Draw, ...]

    @classmethod
    def of(cls, container: Container, bounds: tuple[datetime, datetime]) -> Self:
        start, end = bounds
        return cls(
            container=container,
            before=_as_of(container, start),
            after=_as_of(container, end),
            entries=tuple(each for each in container.entries if start <= each.at < end),
            draws=tuple(each for each in container.draws if start <= each.at < end),
        )

    @property
    def touched(self) -> bool:
        return bool(self.entries or self.draws)

    @property
    def added(self) -> Milligrams:
        """What came in."""
        return total([each.mass for each in self.entries if each.counts and _adds(each)])

    @property
    def taken(self) -> Milligrams:
        """What went out."""
        return total([each.mass for each in self.entries if each.counts and not _adds(each)])


def sheets_of(containers: Sequence[Container], bounds: tuple[datetime, datetime]) -> tuple[DrugSheet, ...]:
    """Those in which something was on that day or of which something was entered or drawn, the touched ones first."""
    sheets = [DrugSheet.of(each, bounds) for each in containers]
    of_day = [each for each in sheets if each.touched or each.before or each.after]
    return tuple(sorted(of_day, key=lambda each: (not each.touched, each.container.item.drug, each.container.item.lot)))


def _adds(entry: Entry) -> bool:
    return (entry.kind in ADDING) is (entry.reverses is None)


def _as_of(container: Container, moment: datetime) -> Milligrams:
    entries = tuple(each for each in container.entries if each.at < moment)
    return replace(container.recording(), entries=entries).on_hand
