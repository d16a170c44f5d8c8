"""Who logged out before pages, kept in memory; held to the same tests as the store's."""

from datetime import datetime


class MemoryEndedLogins:
    """The `Ended` port of pages' logins."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()

    async def add(self, number: str, until: datetime) -> None:  # noqa: ARG002 - nothing is kept for long in a test
        """See `careflow_service.pages.logins.Ended`."""
        self._numbers.add(number)

    async def has(self, number: str) -> bool:
        """See `careflow_service.pages.logins.Ended`."""
        return number in self._numbers
