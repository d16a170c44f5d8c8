"""Where a link to what a patient's plan asks of them leads."""

from dataclasses import dataclass

from careflow_service.pages.links import Signed
from sessions.domain.ids import PlanLinkId


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """`public` is where patients find this service, where that is known."""

    links: Signed
    public: str | None

    def path(self, link_id: PlanLinkId) -> str:
        return f"/pages/to-do/{self.links.sign(link_id)}"

    def whole(self, link_id: PlanLinkId) -> str | None:
        """What can be given to somebody."""
        return None if self.public is None else f"{self.public}{self.path(link_id)}"
