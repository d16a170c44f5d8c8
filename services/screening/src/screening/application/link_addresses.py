"""Where a link to a patient's questions leads."""

from dataclasses import dataclass

from careflow_service.pages.links import Signed
from screening.domain.ids import LinkId


@dataclass(frozen=True, slots=True)
class LinkAddresses:
    """`public` is where patients find this service; not known, nobody can be sent there."""

    links: Signed
    public: str | None

    def path(self, link_id: LinkId) -> str:
        return f"/pages/questions/{self.links.sign(link_id)}"

    def whole(self, link_id: LinkId) -> str | None:
        """What can be sent to somebody."""
        return None if self.public is None else f"{self.public}{self.path(link_id)}"
