"""What patients are called in a list that staff read: as little of a name as tells two of them apart."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Protocol, TypeVar

Id = TypeVar("Id", bound=str)


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
    shown = {id_: _short(id_, each) for id_, each in known.items()}
    for longer in _LONGER:
        times = Counter(shown.values())
        shown = {id_: longer(id_, known[id_]) if times[name] > 1 else name for id_, name in shown.items()}
    return shown


def _short(_: str, who: Named) -> str:
    first, *others = (who.name or "").split()
    return f"{first} {others[-1][0]}." if others else first


def _whole(_: str, who: Named) -> str:
    return who.name or ""


def _with_year(_: str, who: Named) -> str:
    return f"{who.name} ({who.born_on.year})" if who.born_on else _whole(_, who)


def _with_id(id_: str, who: Named) -> str:
    return f"{_with_year(id_, who)} …{id_[-4:]}"


_LONGER: Final[tuple[Callable[[str, Named], str], ...]] = (_whole, _with_year, _with_id)
