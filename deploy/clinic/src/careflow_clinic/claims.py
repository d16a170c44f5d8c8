"""What is claimed on screen. Invariant: a claim is stated once, after it was read back."""

from __future__ import annotations

from dataclasses import dataclass, field

from careflow_clinic.view import View


@dataclass(slots=True)
class Claims:
    """What was claimed, and whether it held."""

    view: View
    failed: list[str] = field(default_factory=list)
    held: int = 0

    def that(self, claim: str, *, holds: bool) -> None:
        """State a claim that was just read back."""
        self.view.checked(claim, holds=holds)
        if holds:
            self.held += 1
        else:
            self.failed.append(claim)
