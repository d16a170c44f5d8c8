"""A service's share of a patient's record that is waited for: a task, until it was handed out or nobody wants it more.

Invariant: what was handed out for a request is not waited for again, in whatever order its news come.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.disclosures import RecordPart


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedShare(Aggregate):
    """`id` is the request's, as booking keeps it; `due_on` the last day in the clinic's zone. `parts` are waited for,
    `given` was handed out.
    """

    id: str
    patient_id: str
    due_on: date
    parts: tuple[RecordPart, ...]
    given: tuple[RecordPart, ...] = ()

    @classmethod
    def of(
        cls, request_id: str, patient_id: str, due_on: date, parts: Iterable[RecordPart], given: Iterable[RecordPart]
    ) -> Self:
        """As it is heard of for the first time; `given` are the parts that were handed out before."""
        there = frozenset(given)
        return cls(
            id=request_id,
            patient_id=patient_id,
            due_on=due_on,
            parts=tuple(sorted(frozenset(parts) - there)),
            given=tuple(sorted(there)),
        )

    @property
    def open(self) -> bool:
        return bool(self.parts)

    def heard(self, due_on: date, parts: Iterable[RecordPart]) -> Self:
        """The request as it stands now; the same where nothing is new."""
        wanted = tuple(sorted(frozenset(parts) - frozenset(self.given)))
        if (due_on, wanted) == (self.due_on, self.parts):
            return self
        return replace(self.recording(), due_on=due_on, parts=wanted)

    def handed_out(self, part: RecordPart) -> Self:
        """The same where it was before."""
        if part in self.given:
            return self
        left = tuple(each for each in self.parts if each is not part)
        return replace(self.recording(), parts=left, given=tuple(sorted((*self.given, part))))
