"""What a location of the clinic is called on a page, where everything stored has its id.

Invariant: what is read is a name or a word, and no two locations read alike unless the ends of their ids do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_END: Final = 4
"""How much of an id tells two without a name apart."""


@dataclass(frozen=True, slots=True)
class Places:
    """`names` are those the clinic gave its locations; the one it books at, `main`, is called like the `clinic` where
    it was given none.
    """

    clinic: str
    main: str
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[str, ...]:
        """Those that are known of without anything having happened there, the one booked at first."""
        return tuple(dict.fromkeys((self.main, *self.names)))

    def called(self, location_id: str, unnamed: str) -> str:
        """The name; of one that has none `unnamed`, with the end of its id for `{id}`."""
        if (name := self.names.get(location_id)) is not None:
            return name
        return self.clinic if location_id == self.main else by_its_end(unnamed, location_id)


def by_its_end(word: str, its_id: str) -> str:
    """The word for what has no name here, told apart by the end of the id."""
    return word.replace("{id}", its_id[-_END:])
