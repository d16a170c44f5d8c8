"""What screening asks a patient: what is open, and whether somebody has yet to tell them of it.

Invariant: what was not told is of no interest once nothing is open.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from booking.domain.ids import RequestId


@dataclass(frozen=True, slots=True)
class QuestionnaireRequest:
    id: RequestId
    purpose: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """`untold_since`: no message could tell the patient where to answer."""

    open: tuple[QuestionnaireRequest, ...] = ()
    untold_since: datetime | None = None

    def asked(self, request: QuestionnaireRequest) -> "Questions":
        return replace(self, open=(*self._without(request.id), request))

    def settled(self, request_id: RequestId) -> "Questions":
        """Answered, or no longer asked for."""
        remain = self._without(request_id)
        return replace(self, open=remain, untold_since=self.untold_since if remain else None)

    def untold(self, since: datetime) -> "Questions":
        return replace(self, untold_since=self.untold_since or since) if self.open else self

    def told(self) -> "Questions":
        return replace(self, untold_since=None)

    def _without(self, request_id: RequestId) -> tuple[QuestionnaireRequest, ...]:
        return tuple(each for each in self.open if each.id != request_id)
