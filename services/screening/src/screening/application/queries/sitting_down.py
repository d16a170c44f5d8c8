"""Who holds a link, and who sits before its pages."""

from dataclasses import dataclass
from datetime import datetime

from careflow_domain.errors import DomainError
from careflow_service.identity import Actor, Role
from careflow_service.pages.links import Signed
from screening.application.ports import Ports
from screening.domain.answer_links import AnswerLink
from screening.domain.ids import LinkId


@dataclass(frozen=True, slots=True)
class SittingDown:
    ports: Ports
    links: Signed
    seats: Signed

    async def way_in(self, token: str) -> LinkId | None:
        """The link an address is of; None where it was made up, or nobody comes in by it any more."""
        named = self.links.read(token)
        link = await self._link(LinkId(named)) if named else None
        return link.id if link and link.leads_in(self.ports.policy.answer_links, self.ports.clock()) else None

    def seat(self, link_id: LinkId, opened_at: datetime) -> str:
        """What the browser of who came in then says from now on."""
        return self.seats.sign(f"{link_id} {opened_at.isoformat()}")

    async def who(self, seat: str) -> Actor | None:
        """The patient who sits there, or did: whoever comes too late with an alarming answer is still heard."""
        found = await self._seated(seat)
        if found is None:
            return None
        link, _ = found
        return Actor(f"link:{link.id}", frozenset({Role.PATIENT}), link.patient_id)

    async def still(self, seat: str) -> bool:
        """Whether who came in by this seat still sits there."""
        found = await self._seated(seat)
        if found is None:
            return False
        link, opened_at = found
        return link.seats(opened_at, self.ports.policy.answer_links, self.ports.clock())

    async def _seated(self, seat: str) -> tuple[AnswerLink, datetime] | None:
        link_id, _, since = (self.seats.read(seat) or "").partition(" ")
        link = await self._link(LinkId(link_id)) if link_id else None
        return (link, datetime.fromisoformat(since)) if link else None

    async def _link(self, link_id: LinkId) -> AnswerLink | None:
        try:
            return await self.ports.links.get(link_id)
        except DomainError:
            return None
