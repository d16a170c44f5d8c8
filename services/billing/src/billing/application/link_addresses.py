"""Where a link to a patient's own account leads."""

from dataclasses import dataclass

from billing.domain.ids import AccountLinkId
from careflow_service.pages.links import Signed


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """`public` is where patients find this service, where that is known."""

    links: Signed
    public: str | None

    def path(self, link_id: AccountLinkId) -> str:
        return f"/pages/papers/{self.links.sign(link_id)}"

    def whole(self, link_id: AccountLinkId) -> str | None:
        """What can be given to somebody."""
        return None if self.public is None else f"{self.public}{self.path(link_id)}"
