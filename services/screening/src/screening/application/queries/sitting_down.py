"""Who holds a link, and who sits before its pages.

Invariant: what makes a link and a sitting hard to guess is derived with the service's key when it is needed, and kept
nowhere.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from careflow_domain.errors import DomainError
from careflow_service.identity import Actor, Role
from screening.application.link_addresses import Keyed
from screening.application.ports import Ports
from screening.domain.answer_links import AnswerLink
from screening.domain.ids import LinkId


@dataclass(frozen=True, slots=True)
class SittingDown:
    ports: Ports
    keyed: Keyed

    async def way_in(self, token: str) -> LinkId | None:
        """The link an address is of; None where it was made up, or nobody comes in by it any more."""
        link_id = LinkId(token.partition(".")[0])
        if not hmac.compare_digest(token.encode(), self.ports.link_addresses.token(link_id).encode()):
            return None
        link = await self._link(link_id)
        return link_id if link and link.leads_in(self.ports.policy.answer_links, self.ports.clock()) else None

    def seat(self, link_id: LinkId, opened_at: datetime) -> str:
        """What the browser of who came in then says from now on."""
        since = opened_at.isoformat()
        return f"{link_id}.{since}.{self.keyed('answer_sitting', f'{link_id} {since}')}"

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
        link_id, _, rest = seat.partition(".")
        opened_at = _instant(rest.rpartition(".")[0])
        if opened_at is None or not hmac.compare_digest(seat.encode(), self.seat(LinkId(link_id), opened_at).encode()):
            return None
        link = await self._link(LinkId(link_id))
        return (link, opened_at) if link else None

    async def _link(self, link_id: LinkId) -> AnswerLink | None:
        try:
            return await self.ports.links.get(link_id)
        except DomainError:
            return None


def _instant(text: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo else None
