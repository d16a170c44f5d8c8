"""Clinical notes: what a clinician writes down about a session. A draft is its author's alone; signed it is part of the
record.

Invariants: a signed note is never changed, only added to, each addition by whoever signs it; its kind is the
profession its author writes in.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from careflow_domain.aggregate import Aggregate, Fact
from careflow_domain.errors import conflict, forbidden, invalid
from sessions.domain.ids import NoteId, PatientId, SessionId, StaffId
from sessions.domain.states import SessionState


class NoteKind(StrEnum):
    """The profession a note is written in."""

    MEDICAL = "medical"
    THERAPY = "therapy"
    NURSING = "nursing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addendum:
    """What was added after the signature, signed by whoever added it."""

    text: str = field(repr=False)
    by: StaffId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSigned(Fact):
    note: "ClinicalNote"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalNote(Aggregate):
    """`written_at` is when its text was last written, `drafted_at` when first, None of one stored without it;
    `signed_at` is None while it is a draft.
    """

    id: NoteId
    patient_id: PatientId
    session_id: SessionId
    kind: NoteKind
    author: StaffId
    text: str = field(repr=False)
    written_at: datetime
    signed_at: datetime | None = None
    addenda: tuple[Addendum, ...] = ()
    drafted_at: datetime | None = None

    @property
    def draft_of(self) -> StaffId | None:
        """Whose draft it is; None once it is signed."""
        return self.author if self.signed_at is None else None

    @property
    def waits_since(self) -> datetime:
        """When it was begun: writing on it makes no draft younger."""
        return self.drafted_at or self.written_at

    @classmethod
    def drafted(
        cls,
        note_id: NoteId,
        patient_id: PatientId,
        session_id: SessionId,
        kind: NoteKind,
        text: str,
        *,
        by: StaffId,
        now: datetime,
    ) -> Self:
        """Refused: `text_missing`."""
        return cls(
            id=note_id,
            patient_id=patient_id,
            session_id=session_id,
            kind=kind,
            author=by,
            text=_something(text),
            written_at=now,
            drafted_at=now,
        )

    def readable_by(self, staff: StaffId) -> bool:
        """A draft is its author's alone: nobody acts on what nobody has signed."""
        return self.signed_at is not None or self.author == staff

    def rewritten(self, text: str, *, by: StaffId, now: datetime) -> Self:
        """The draft says something else. Refused: `note_of_another`, `note_signed`, `text_missing`."""
        self._must_be_draft_of(by)
        return replace(self.recording(), text=_something(text), written_at=now)

    def signed(self, session_state: SessionState, *, by: StaffId, now: datetime) -> Self:
        """The author stands by it. Refused: `note_of_another`, `note_signed`, `session_not_begun`."""
        self._must_be_draft_of(by)
        if session_state is SessionState.SCHEDULED:
            raise conflict("session_not_begun", "A note is signed once there is something it can be about.")
        after = replace(self.recording(), signed_at=now)
        return after.saying(NoteSigned(note=after, at=now))

    def added_to(self, text: str, *, by: StaffId, now: datetime) -> Self:
        """More was said about it later. Refused: `note_not_signed`, `text_missing`."""
        if self.signed_at is None:
            raise conflict("note_not_signed", "A draft is written anew; only what was signed is added to.")
        addendum = Addendum(text=_something(text), by=by, at=now)
        return replace(self.recording(), addenda=(*self.addenda, addendum))

    def _must_be_draft_of(self, staff: StaffId) -> None:
        if self.author != staff:
            raise forbidden("note_of_another", "Only its author writes and signs a note.")
        if self.signed_at is not None:
            raise conflict("note_signed", "What was signed stays as it is; it can be added to.")


def _something(text: str) -> str:
    if not text.strip():
        raise invalid("text_missing", "A note says something.")
    return text
