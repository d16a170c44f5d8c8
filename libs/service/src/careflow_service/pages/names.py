"""What somebody of the clinic is called on a page, where everything stored has their id."""

from dataclasses import dataclass
from typing import Final, Protocol

from careflow_service.identity import Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the clinic: `label` is what tells them from everybody else when it is read."""

    id: str
    label: str


class Names(Protocol):
    """Names by id; see `careflow_service.mongo.staff.Staff`."""

    def called(self, staff_id: str, /) -> str:
        """The name; with the id where others have the same, and the id alone where no name is known."""
        ...

    def alike(self, one: str, other: str, /) -> bool:
        """Whether two logins are called the same: two people, or one with two logins, which nobody can tell from it."""
        ...

    def holding(self, *roles: Role) -> tuple[Colleague, ...]:
        """Those who logged in lately with one of these roles, or with any, by name."""
        ...

    def meant(self, typed: str, /) -> str:
        """The id of whoever is called so, whoever types it; what was typed where it is nobody's, for it may be an
        id.
        """
        ...


class NoNames:
    """Where nobody's name is known."""

    def called(self, staff_id: str, /) -> str:
        return staff_id

    def alike(self, _one: str, _other: str, /) -> bool:
        return False

    def holding(self, *_: Role) -> tuple[Colleague, ...]:
        return ()

    def meant(self, typed: str, /) -> str:
        return typed


NO_NAMES: Final = NoNames()
