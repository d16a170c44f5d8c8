"""What stands in the address of a link, by which it is hard to guess.

Invariant: derived with the service's key when it is needed, and kept nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass

from screening.domain.ids import LinkId

Keyed = Callable[[str, str], str]
"""A keyed hash of a text, for one purpose."""


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """`public` is where patients find this service; not known, nobody can be sent there."""

    keyed: Keyed
    public: str | None

    def token(self, link_id: LinkId) -> str:
        return f"{link_id}.{self.keyed('answer_link', link_id)}"

    def path(self, link_id: LinkId) -> str:
        return f"/pages/questions/{self.token(link_id)}"

    def whole(self, link_id: LinkId) -> str | None:
        """What can be sent to somebody."""
        return None if self.public is None else f"{self.public}{self.path(link_id)}"
