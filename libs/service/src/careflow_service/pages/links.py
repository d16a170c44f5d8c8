"""Links for patients without a login: what makes them hard to guess, and who came in by them.

Invariant: what makes a link and a sitting hard to guess is derived with the service's key when it is needed, and kept
nowhere.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from careflow_domain.ways_in import Tries, WayIn
from careflow_service.clock import Clock
from careflow_service.identity import BY_LINK, Actor, Role
from careflow_service.tokens import TokenRefused


class Keyed(Protocol):
    """Keyed hashes of a text, for one purpose."""

    def of(self, purpose: str, normalised: str) -> str:
        """With the current key."""

    def counting(self, purpose: str, normalised: str) -> list[str]:
        """With each key that counts: while one follows another, both."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Texts of one purpose, such as the id of a link, that were said by this service."""

    keyed: Keyed
    purpose: str

    def sign(self, text: str) -> str:
        """The text, with what only this service can add to it."""
        return f"{text}.{self.keyed.of(self.purpose, text)}"

    def read(self, signed: str) -> str | None:
        """The text; None where somebody made it up."""
        text, _, hashed = signed.rpartition(".")
        known = [
            hmac.compare_digest(hashed.encode(), each.encode()) for each in self.keyed.counting(self.purpose, text)
        ]
        return text if any(known) else None


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """Where links lead: to `page`. `public` is where patients find this service; not known, nobody is sent there."""

    links: Signed
    page: str
    public: str | None

    def path(self, link_id: str) -> str:
        return f"{self.page}/{self.links.sign(link_id)}"

    def whole(self, link_id: str) -> str | None:
        """What can be given or sent to somebody."""
        return None if self.public is None else f"{self.public}{self.path(link_id)}"


@dataclass(frozen=True, slots=True)
class CameIn:
    """Somebody said whose a link is; `opened_at` is None for who was wrong, or came too late."""

    link_id: str
    opened_at: datetime | None

    @classmethod
    def by(cls, link_id: str, tries: Tries) -> Self:
        """They said it in time, which `tries` now counts."""
        return cls(link_id, None if tries.wrong else tries.opened_at)


@dataclass(frozen=True, slots=True)
class SittingDown:
    """Who holds a link, and who sits before its pages. `find` answers the way in that a link is, by the link's id."""

    find: Callable[[str], Awaitable[WayIn | None]]
    links: Signed
    seats: Signed
    clock: Clock

    async def way_in(self, token: str) -> str | None:
        """The link an address is of; None where it was made up, or nobody comes in by it any more."""
        link_id = self.links.read(token)
        way = await self.find(link_id) if link_id else None
        return link_id if way and way.leads_in(self.clock()) else None

    def seat(self, link_id: str, opened_at: datetime) -> str:
        """What the browser of who came in then says from now on."""
        return self.seats.sign(f"{link_id} {opened_at.isoformat()}")

    async def verify(self, seat: str) -> Actor:
        """The patient who sits there, or did: whoever comes too late may still have to be heard. Raises
        `TokenRefused`.
        """
        link_id, _ = self._read(seat)
        way = await self.find(link_id) if link_id else None
        if way is None:
            raise TokenRefused
        return Actor(f"{BY_LINK}{link_id}", frozenset({Role.PATIENT}), way.patient_id)

    async def still(self, seat: str) -> bool:
        """Whether who came in by this seat still sits there."""
        link_id, since = self._read(seat)
        way = await self.find(link_id) if link_id else None
        return way is not None and way.seats(datetime.fromisoformat(since), self.clock())

    def _read(self, seat: str) -> tuple[str, str]:
        link_id, _, since = (self.seats.read(seat) or "").partition(" ")
        return link_id, since
