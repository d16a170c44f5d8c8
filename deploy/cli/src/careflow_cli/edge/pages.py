"""What there is to open in a browser, one row a page: whose it is, and as whom one logs in there."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a service; nobody logs in as a `role` of none."""

    service: str
    page: str
    what: str
    role: str | None

    @property
    def address(self) -> str:
        """Its path at the edge."""
        return f"/{self.service}/pages/{self.page}"


PAGES: Final = (
    Shown("booking", "free-call", "the free call, as a visitor books it", None),
    Shown("booking", "start", "where everybody of the clinic begins", "coordinator"),
    Shown("booking", "day", "the clinic's day", "coordinator"),
    Shown("booking", "wall", "the day for a screen on a wall", "coordinator"),
    Shown("booking", "desk", "the front desk", "coordinator"),
    Shown("sessions", "bedside", "today's sessions", "nurse"),
    Shown("screening", "cases", "who waits for what", "prescriber"),
    Shown("billing", "money", "what waits for a biller", "biller"),
    Shown("booking", "operations", "how a service stands", "operator"),
    Shown("booking", "catalogue", "every event there is, for integrators", None),
)


def all_of_them() -> str:
    """The command that prints a token for every page."""
    roles = dict.fromkeys(each.role for each in PAGES if each.role)
    return ".venv/bin/careflow token " + " ".join(f"--role {role}" for role in roles)
