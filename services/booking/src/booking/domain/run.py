"""One run of a patient through the clinic: since when, and why nothing of it goes on.

Invariant: an end of care ends the run that had begun by then, whenever it is heard; who has come back since is in
another one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

DISCHARGED: Final = "discharged"
STILL_REACHED: Final = frozenset({"course_ended", "transferred", "patient_request"})
"""Ends of care after which there is somebody who can be written to; of any other nobody here knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`closing` is why it was closed, but for the end of care, which has its time: `care_ended_at`."""

    begun_at: datetime | None = None
    closing: str | None = None
    care_ended_at: datetime | None = None
    care_ended_because: str | None = None

    def begun(self, at: datetime) -> "Run":
        """By a new case, or an information call; the latest counts."""
        return replace(self, begun_at=max(at, self.begun_at or at), closing=None)

    def closed(self, because: str) -> "Run":
        return replace(self, closing=because)

    def reopened(self) -> "Run":
        """What it was closed for counts no more. The end of care does."""
        return replace(self, closing=None)

    def care_ended(self, at: datetime, because: str | None = None) -> "Run":
        """The latest end counts."""
        if self.care_ended_at is not None and at < self.care_ended_at:
            return self
        return replace(self, care_ended_at=at, care_ended_because=because)

    @property
    def leaves_unreached(self) -> bool:
        """Whether care has ended so that nobody knows whether there is somebody to write to."""
        return self._care_is_over and self.care_ended_because not in STILL_REACHED

    @property
    def closed_because(self) -> str | None:
        return DISCHARGED if self._care_is_over else self.closing

    def ended_with_care(self, since: datetime) -> bool:
        """Whether what was arranged then is part of a run that the end of care has ended."""
        before_it = self.care_ended_at is not None and self.begun_at is not None and since < self.begun_at
        return self._care_is_over or before_it

    @property
    def _care_is_over(self) -> bool:
        if self.care_ended_at is None:
            return False
        return self.begun_at is None or self.begun_at <= self.care_ended_at
