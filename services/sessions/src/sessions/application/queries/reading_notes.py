"""Reading notes, each read audited before it is answered: signed ones by the team, drafts and psychotherapy notes by
their author alone, to whom alone they exist.
"""

from dataclasses import dataclass

from careflow_domain.errors import not_found
from careflow_service.identity import Actor
from careflow_service.listed import Listed
from sessions.application.ports import Ports
from sessions.domain.ids import NoteId, PatientId, SessionId, StaffId
from sessions.domain.notes import ClinicalNote
from sessions.domain.psychotherapy_notes import PsychotherapyNote


@dataclass(frozen=True, slots=True)
class ReadingNotes:
    ports: Ports

    async def note(self, note_id: NoteId, actor: Actor) -> ClinicalNote:
        """Refused: `note_not_found`."""
        note = await self.ports.notes.get(note_id)
        if not note.readable_by(StaffId(actor.id)):
            raise not_found("note")
        await self.ports.audit.read(actor, "read_note", f"notes/{note.id}")
        return note

    async def notes_of(
        self, patient_id: PatientId, actor: Actor, limit: int, after: str | None
    ) -> Listed[ClinicalNote]:
        """A patient's notes, the oldest first; a page may be empty and not the last."""
        listed = await self.ports.notes.page_of(patient_id, limit=limit, after=after)
        notes = tuple(each for each in listed.items if each.readable_by(StaffId(actor.id)))
        shown = (f"notes/{each.id}" for each in notes)
        await self.ports.audit.read(actor, "read_note", f"patients/{patient_id}", *shown)
        return Listed(notes, listed.next)

    async def notes_of_session(self, session_id: SessionId, actor: Actor) -> list[ClinicalNote]:
        """A session's notes, the oldest first. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        found = await self.ports.notes.of_session(session_id, of=session.patient_id)
        notes = [each for each in found if each.readable_by(StaffId(actor.id))]
        shown = (f"notes/{each.id}" for each in notes)
        await self.ports.audit.read(actor, "read_note", f"sessions/{session_id}", *shown)
        return notes

    async def unsigned_of(self, actor: Actor, limit: int, after: str | None) -> Listed[ClinicalNote]:
        """The caller's own drafts, of whatever patient, the first begun first."""
        drafts = await self.ports.notes.drafts_of(StaffId(actor.id), limit=limit, after=after)
        await self.ports.audit.read(actor, "read_note", *(f"notes/{each.id}" for each in drafts.items))
        return drafts

    async def psychotherapy_note(self, note_id: NoteId, actor: Actor) -> PsychotherapyNote:
        """Refused: `psychotherapy_note_not_found`."""
        note = await self.ports.psychotherapy_notes.get(note_id)
        note.must_be_of(StaffId(actor.id))
        await self.ports.audit.read(actor, "read_psychotherapy_note", f"psychotherapy_notes/{note.id}")
        return note

    async def psychotherapy_notes_of_session(self, session_id: SessionId, actor: Actor) -> list[PsychotherapyNote]:
        """The caller's own notes of a session, the oldest first. Refused: `session_not_found`."""
        session = await self.ports.sessions.get(session_id)
        author = StaffId(actor.id)
        notes = await self.ports.psychotherapy_notes.of_session(session_id, author, of=session.patient_id)
        shown = (f"psychotherapy_notes/{each.id}" for each in notes)
        await self.ports.audit.read(actor, "read_psychotherapy_note", f"sessions/{session_id}", *shown)
        return notes
