"""Psychotherapy notes: what a therapist keeps for themselves of the conversation with a patient.

Invariants: apart from the record in every way: a collection and a key of their own, no event, in no list of the record,
and handed out by themselves alone; only their author reads them or hands them out; what was written is added to, never
changed.
Source: 45 CFR 164.501 (what they are, and that they are kept apart), 164.508(a)(2) (who may use them), 164.524(a)(1)(i)
(no access by request). Medicines, times, diagnoses, plans and results do not belong in them but in the clinical note.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from careflow_domain.aggregate import Aggregate
from careflow_domain.errors import invalid, not_found
from sessions.domain.ids import NoteId, PatientId, SessionId, StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PsychotherapyNote(Aggregate):
    """`passages` in the order they were written."""

    id: NoteId
    patient_id: PatientId
    session_id: SessionId
    author: StaffId
    passages: tuple[Passage, ...]

    @classmethod
    def written(
        cls,
        note_id: NoteId,
        patient_id: PatientId,
        session_id: SessionId,
        text: str,
        *,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """Refused: `text_missing`."""
        passage = _passage(text, now)
        return cls(id=note_id, patient_id=patient_id, session_id=session_id, author=by, passages=(passage,))

    def must_be_of(self, staff: StaffId) -> None:
        """Refused: `psychotherapy_note_not_found` for everybody but the author, to whom alone it exists."""
        if self.author != staff:
            raise not_found("psychotherapy_note")

    def added_to(self, text: str, *, by: StaffId, now: datetime) -> Self:
        """The author writes more. Refused: `psychotherapy_note_not_found`, `text_missing`."""
        self.must_be_of(by)
        return replace(self.recording(), passages=(*self.passages, _passage(text, now)))


def _passage(text: str, now: datetime) -> Passage:
    if not text.strip():
        raise invalid("text_missing", "A note says something.")
    return Passage(text=text, at=now)
