"""What stands in an address so that nobody can guess it, for who has no login.

Invariant: it is derived with the service's key when it is needed, and kept nowhere.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

Keyed = Callable[[str, str], str]
"""A keyed hash of a text, for one purpose."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Texts of one purpose, such as the id of a link, that were said by this service."""

    keyed: Keyed
    purpose: str

    def sign(self, text: str) -> str:
        """The text, with what only this service can add to it."""
        return f"{text}.{self.keyed(self.purpose, text)}"

    def read(self, signed: str) -> str | None:
        """The text; None where somebody made it up."""
        text = signed.rpartition(".")[0]
        return text if hmac.compare_digest(signed.encode(), self.sign(text).encode()) else None
