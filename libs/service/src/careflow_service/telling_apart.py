"""What patients are called in a list that staff read: as little of a name as tells two of them apart."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Protocol, TypeVar

from careflow_service.appearance import appearance

Id = TypeVar("Id", bound=str)
T = TypeVar("T")


class Named(Protocol):
    """What a service was told of a patient. A detail that was not said is None."""

    @property
    def name(self) -> str | None: ...
    @property
    def born_on(self) -> date | None: ...


def told_apart(patients: Mapping[Id, Named]) -> dict[Id, str]:
    """Each by their first name and an initial; those who would be the same by their whole name, by the year of birth
    too where that does not do, and by the end of their id where two of one name were born in one year. Who has no name
    is left out.
    """
    known = {id_: each for id_, each in patients.items() if (each.name or "").strip()}
    return by_as_little(known, (_short, _whole, _with_year))


def by_as_little(known: Mapping[Id, T], ways: Sequence[Callable[[T], str]]) -> dict[Id, str]:
    """Each by the first of these ways, those who would look alike by the next, and at last by the end of their id."""
    first, *others = ways
    shown = {id_: first(each) for id_, each in known.items()}
    for way in others:
        alike = _alike(shown)
        shown = {id_: way(known[id_]) if id_ in alike else name for id_, name in shown.items()}
    alike = _alike(shown)
    return {id_: f"{name} …{id_[-4:]}" if id_ in alike else name for id_, name in shown.items()}


def _alike(shown: Mapping[Id, str]) -> frozenset[Id]:
    """Those who look like somebody else."""
    looks = {id_: appearance(name) for id_, name in shown.items()}
    times = Counter(looks.values())
    return frozenset(id_ for id_, each in looks.items() if times[each] > 1)


def _short(who: Named) -> str:
    first, *others = (who.name or "").split()
    return f"{first} {others[-1][0]}." if others else first


def _whole(who: Named) -> str:
    return who.name or ""


def _with_year(who: Named) -> str:
    return f"{who.name} ({who.born_on.year})" if who.born_on else _whole(who)
