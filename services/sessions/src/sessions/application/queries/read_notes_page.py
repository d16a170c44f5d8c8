"""Reads notes for whoever writes them, with whose they are and what they are about: a session's, the reader's own
psychotherapy notes of it, a patient's, session by session, and what the reader has still to sign. Each read is kept
before it is answered.
"""

from dataclasses import dataclass, field
from datetime import datetime

from careflow_service.identity import Actor
from careflow_service.listed import Listed
from careflow_service.telling_apart import told_apart
from careflow_service.work import side_by_side
from sessions.application.ports import Ports
from sessions.application.queries.reading_notes import ReadingNotes
from sessions.domain.ids import PatientId, SessionId, StaffId
from sessions.domain.notes import ClinicalNote
from sessions.domain.patients import PatientDetails
from sessions.domain.psychotherapy_notes import PsychotherapyNote
from sessions.domain.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class NotesSeen:
    """What the reader may read of the notes of a session, the oldest first."""

    session: Session = field(repr=False)
    details: PatientDetails = field(repr=False)
    notes: tuple[ClinicalNote, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNotesSeen:
    """What the reader kept of a session for themselves, the oldest first."""

    session: Session = field(repr=False)
    details: PatientDetails = field(repr=False)
    notes: tuple[PsychotherapyNote, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientNotesSeen:
    """So many of a patient's sessions with what the reader may read of their notes, the newest session first;
    `earlier` is the last of them where there are earlier ones.
    """

    patient_id: PatientId
    details: PatientDetails = field(repr=False)
    sessions: tuple[NotesSeen, ...] = field(repr=False)
    earlier: SessionId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedNote:
    """A draft of the reader's, to be signed so long after it was begun and its session was to begin. `who` as it stands
    on the page of the day, None for somebody booking has not been heard of.
    """

    note: ClinicalNote = field(repr=False)
    session: Session = field(repr=False)
    who: str | None = field(repr=False)
    sign_by: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class ReadNotesPage:
    ports: Ports

    async def unsigned(self, actor: Actor, *, limit: int, after: str | None = None) -> Listed[UnsignedNote]:
        """What the reader has not signed, the first begun first."""
        now, within = self.ports.clock(), self.ports.policy.note_signing
        drafts = await ReadingNotes(self.ports).unsigned_of(actor, limit, after)
        patients, sessions = await side_by_side(
            self.ports.patients.several(sorted({each.patient_id for each in drafts.items})),
            self.ports.sessions.several(sorted({each.session_id for each in drafts.items})),
        )
        names, of = told_apart({each.id: each.details for each in patients}), {each.id: each for each in sessions}

        def unsigned(note: ClinicalNote) -> UnsignedNote:
            session = of[note.session_id]
            sign_by = max(note.waits_since, session.starts_at or note.waits_since) + within
            who = names.get(note.patient_id)
            return UnsignedNote(note=note, session=session, who=who, sign_by=sign_by, late=sign_by <= now)

        return Listed(tuple(unsigned(each) for each in drafts.items), drafts.next)

    async def of_session(self, session_id: SessionId, actor: Actor) -> NotesSeen:
        """Refused: `session_not_found`."""
        session, notes = await side_by_side(
            self.ports.sessions.get(session_id), ReadingNotes(self.ports).notes_of_session(session_id, actor)
        )
        return NotesSeen(session=session, details=await self._details(session.patient_id), notes=tuple(notes))

    async def own_of_session(self, session_id: SessionId, actor: Actor) -> OwnNotesSeen:
        """Refused: `session_not_found`."""
        reading = ReadingNotes(self.ports)
        session, notes = await side_by_side(
            self.ports.sessions.get(session_id), reading.psychotherapy_notes_of_session(session_id, actor)
        )
        return OwnNotesSeen(session=session, details=await self._details(session.patient_id), notes=tuple(notes))

    async def of_patient(
        self, patient_id: PatientId, actor: Actor, *, limit: int, before: SessionId | None
    ) -> PatientNotesSeen:
        """Those of the patient's sessions that are older than `before`, or the newest."""
        details, sessions = await side_by_side(self._details(patient_id), self.ports.sessions.of_patient(patient_id))
        newest = list(reversed(sessions))
        after = next((n for n, each in enumerate(newest, 1) if each.id == before), 0)
        shown = newest[after : after + limit]
        readable = [each async for each in self.ports.notes.every_of(patient_id) if each.readable_by(StaffId(actor.id))]
        seen = tuple(
            NotesSeen(
                session=session,
                details=details,
                notes=tuple(each for each in readable if each.session_id == session.id),
            )
            for session in shown
        )
        read = (f"notes/{note.id}" for each in seen for note in each.notes)
        await self.ports.audit.read(actor, "read_note", f"patients/{patient_id}", *read)
        earlier = shown[-1].id if after + limit < len(newest) else None
        return PatientNotesSeen(patient_id=patient_id, details=details, sessions=seen, earlier=earlier)

    async def _details(self, patient_id: PatientId) -> PatientDetails:
        patient = await self.ports.patients.find(patient_id, of=patient_id)
        return patient.details if patient else PatientDetails()
