"""What somebody of the clinic is called who need not have logged in, by the id the identity provider knows them by."""

from dataclasses import dataclass, replace
from typing import Self

from careflow_domain.aggregate import Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class ColleagueName(Aggregate):
    """It is there to be read, and decides nothing."""

    id: str
    name: str

    def renamed(self, name: str) -> Self:
        """The same where they are called so already."""
        return self if name == self.name else replace(self.recording(), name=name)
