"""Why dosing waits: pairs of reason and reference, on a clearance or held for the next one.

Invariant: a suspension ends by its pair, by somebody who names it; nothing else wipes it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.errors import not_found


class SuspensionReason(StrEnum):
    """Which kind of thing suspended a clearance; the fine reason stays sealed."""

    CLINICAL = "clinical"
    EVIDENCE = "evidence"
    PRESCRIBER = "prescriber"


Pair = tuple[SuspensionReason, str]
"""Reason and reference: what a suspension is ended by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Why dosing must wait; `fine_reason` is clinical and stays inside or sealed. `grounds` are those of the finding
    behind it, if there is one.
    """

    reason: SuspensionReason
    ref: str = field(repr=False)
    since: datetime
    fine_reason: str = field(repr=False)
    grounds: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def pair(self) -> Pair:
        return self.reason, self.ref

    def joined(self, other: Self) -> Self:
        """The same suspension with what the other adds to it, if anything."""
        if other.grounds <= self.grounds:
            return self
        return replace(self, fine_reason=other.fine_reason, grounds=self.grounds | other.grounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A suspension that a decision ends, and the prescriber's signed reason."""

    reason: SuspensionReason
    ref: str = field(repr=False)
    why: str = field(repr=False)

    @property
    def pair(self) -> Pair:
        return self.reason, self.ref


Suspensions = tuple[Suspension, ...]


def with_suspension(suspensions: Suspensions, another: Suspension) -> Suspensions:
    """These and another one, each pair once."""
    if another.pair in {each.pair for each in suspensions}:
        return tuple(each.joined(another) if each.pair == another.pair else each for each in suspensions)
    return (*suspensions, another)


def without_suspension(suspensions: Suspensions, pair: Pair) -> Suspensions:
    """These but for one pair."""
    return tuple(each for each in suspensions if each.pair != pair)


def without_settled(suspensions: Suspensions, settled: tuple[Pair, ...]) -> Suspensions:
    """These but for the pairs a decision settles. Refused: `suspension_not_found` for a pair that is not there."""
    for pair in settled:
        remaining = without_suspension(suspensions, pair)
        if len(remaining) == len(suspensions):
            raise not_found("suspension")
        suspensions = remaining
    return suspensions
