"""Who fills which part of a visit: for each part one resource, none for two of them, the earlier in a list the better.

Invariant: the work grows with the resources plus the times, never with their combinations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from booking.domain.calendar import Resource
from booking.domain.ids import PractitionerId
from booking.domain.quarters import union
from booking.domain.visits import PractitionerRole


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource that can fill a part, in which role if it is a person."""

    resource: Resource
    role: PractitionerRole | None
    starts: int
    """The cells at which the part may start with this resource."""


Candidates: TypeAlias = Sequence[Sequence[Candidate]]
"""For each part in turn, who could fill it, the best first."""


def possible_starts(candidates: Candidates, provider: PractitionerId | None) -> int:
    """The cells at which every part gets a resource of its own, the wanted provider among them."""
    if provider is None:
        return _fillable(candidates)
    return union(
        candidate.starts & _fillable(_others(candidates, part, candidate.resource))
        for part, own in enumerate(candidates)
        for candidate in own
        if candidate.resource.id == provider
    )


def best_choice(candidates: Candidates, cell: int, provider: PractitionerId | None) -> tuple[Candidate, ...]:
    """Who is chosen at one of the `possible_starts`: for the first part the best that leaves somebody for the others,
    and so on.

    With n parts only the n best of each need be tried, and the wanted provider: of n, the other parts leave one, and
    one further down would be the worse choice.
    """
    few = [_best_free(own, cell, len(candidates), provider) for own in candidates]
    chosen = _first_choice(few, frozenset(), provider)
    if chosen is None:
        raise ValueError("Nobody can be chosen at a time that is not possible.")
    return chosen


def _fillable(candidates: Candidates) -> int:
    """The cells at which every part can have a resource of its own.

    By Hall's theorem these are the cells at which any of the parts, taken together, have at least as many resources as
    they are parts. A visit has few parts, so they have few subsets; what is many, resources and cells, is gone through
    once for each.
    """
    fillable = -1
    for size in range(1, len(candidates) + 1):
        for parts in combinations(candidates, size):
            fillable &= _at_least(size, parts)
    return fillable


def _at_least(number: int, parts: Candidates) -> int:
    """The cells at which so many different resources are free for any of the parts."""
    starts: dict[Resource, int] = {}
    for own in parts:
        for candidate in own:
            starts[candidate.resource] = starts.get(candidate.resource, 0) | candidate.starts
    found = [-1, *[0] * number]
    for free in starts.values():
        for n in range(number, 0, -1):
            found[n] |= found[n - 1] & free
    return found[number]


def _others(candidates: Candidates, part: int, resource: Resource) -> Candidates:
    """Who is left for the other parts when this one has the resource."""
    others = [*candidates[:part], *candidates[part + 1 :]]
    return [[candidate for candidate in own if candidate.resource != resource] for own in others]


def _best_free(
    own: Sequence[Candidate], cell: int, enough: int, provider: PractitionerId | None
) -> tuple[Candidate, ...]:
    """The first so many different resources that are free at this cell, and the wanted provider wherever they stand."""
    found: dict[Resource, Candidate] = {}
    for candidate in own:
        wanted = len(found) < enough or candidate.resource.id == provider
        if wanted and candidate.starts >> cell & 1:
            found.setdefault(candidate.resource, candidate)
        elif provider is None and len(found) == enough:
            break
    return tuple(found.values())


def _first_choice(
    few: Candidates, used: frozenset[Resource], provider: PractitionerId | None
) -> tuple[Candidate, ...] | None:
    """Gives up at once where the provider, if still to be found, is nobody's candidate any more."""
    if provider is not None and not any(candidate.resource.id == provider for own in few for candidate in own):
        return None
    if not few:
        return ()
    for candidate in few[0]:
        if candidate.resource not in used:
            missing = None if candidate.resource.id == provider else provider
            rest = _first_choice(few[1:], used | {candidate.resource}, missing)
            if rest is not None:
                return (candidate, *rest)
    return None
