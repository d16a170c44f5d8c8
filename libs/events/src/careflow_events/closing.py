"""Whether anything new may be written about an owner: an erasure that is asked for closes them, one that is agreed to
closes them for good.
"""

from enum import StrEnum
from typing import Protocol


class Closing(StrEnum):
    """How far an owner's erasure has come in one service."""

    ASKED = "asked"
    """Nobody writes anything new until it is declined. What others have said already is heard, and what was due falls
    due: both are what the answer rests on."""
    ERASED = "erased"
    """Nothing of them is written any more, by anybody; what is held of them is about to be destroyed."""
    DESTROYED = "destroyed"
    """As above, and nothing is held of them."""

    @property
    def for_good(self) -> bool:
        """Whether there is no way back."""
        return self is not Closing.ASKED


class OwnerClosed(Exception):
    """A unit of work would write about an owner who is closed to it."""

    def __init__(self, closing: Closing) -> None:
        super().__init__(closing.value)
        self.closing = closing


class Closings(Protocol):
    """Who is closed, as one consumer asks for it within a unit of work."""

    async def erased(self, subject: str) -> bool:
        """Whether that subject was erased: what is still heard of them has no effect. They may be taken for not erased
        without asking; then the commit finds out, and the unit of work runs again.
        """

    async def confirm(self, subject: str) -> None:
        """For a reaction that failed, as one may that finds nothing of whom it is about: has the unit of work run again
        where the subject was taken for not erased and is.
        """
