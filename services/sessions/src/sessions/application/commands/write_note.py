"""A clinician drafts a note of a session, or writes their draft anew."""

from dataclasses import dataclass, field
from typing import Final

from careflow_domain.errors import forbidden
from careflow_service.identity import Actor, RequestKey, Role
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import NoteId, SessionId, StaffId
from sessions.domain.notes import ClinicalNote, NoteKind

WRITTEN_BY: Final = {
    NoteKind.MEDICAL: (Role.PRESCRIBER, Role.MEDICAL_DIRECTOR),
    NoteKind.THERAPY: (Role.THERAPIST,),
    NoteKind.NURSING: (Role.NURSE,),
}
"""Whose login writes a note of each kind."""


@dataclass(frozen=True, slots=True)
class WriteNote:
    session_id: SessionId
    kind: NoteKind
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RewriteNote:
    note_id: NoteId
    text: str = field(repr=False)
    expected_version: int


@dataclass(frozen=True, slots=True)
class WriteNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WriteNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `role_not_held`, `text_missing`."""
        if not actor.has(*WRITTEN_BY[command.kind]):
            raise forbidden("role_not_held", "Nobody writes in a profession their login does not hold.")

        async def write(tx: Transaction) -> Changed:
            session = await self.ports.sessions.get(command.session_id)
            note = ClinicalNote.drafted(
                NoteId(tx.new_id()),
                session.patient_id,
                session.id,
                command.kind,
                command.text,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.notes.add(note, tx)
            return Changed(note.id, note.version)

        return await self.work.run(write, by=actor, action="write_note", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class RewriteNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: RewriteNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `note_not_found`, and what `ClinicalNote.rewritten` refuses."""

        async def rewrite(tx: Transaction) -> Changed:
            before = await self.ports.notes.get(command.note_id)
            note = before.rewritten(command.text, by=StaffId(actor.id), now=tx.now)
            await self.ports.notes.save(note, expecting=command.expected_version, tx=tx)
            return Changed(note.id, note.version)

        return await self.work.run(rewrite, by=actor, action="rewrite_note", returns=Changed, request=request)
