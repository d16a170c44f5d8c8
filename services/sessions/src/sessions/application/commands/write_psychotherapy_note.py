"""A therapist writes a psychotherapy note, or more of it; nobody else learns that there is one."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import NoteId, SessionId, StaffId
from sessions.domain.psychotherapy_notes import PsychotherapyNote


@dataclass(frozen=True, slots=True)
class WritePsychotherapyNote:
    session_id: SessionId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AddToPsychotherapyNote:
    note_id: NoteId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WritePsychotherapyNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: WritePsychotherapyNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `session_not_found`, `text_missing`."""

        async def write(tx: Transaction) -> Changed:
            session = await self.ports.sessions.get(command.session_id)
            note = PsychotherapyNote.written(
                NoteId(tx.new_id()),
                session.patient_id,
                session.id,
                command.text,
                by=StaffId(actor.id),
                now=tx.now,
            )
            await self.ports.psychotherapy_notes.add(note, tx)
            return Changed(note.id, note.version)

        return await self.work.run(write, by=actor, action="write_psychotherapy_note", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class AddToPsychotherapyNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AddToPsychotherapyNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: what `PsychotherapyNote.added_to` refuses."""

        async def add(tx: Transaction) -> Changed:
            before = await self.ports.psychotherapy_notes.get(command.note_id)
            note = before.added_to(command.text, by=StaffId(actor.id), now=tx.now)
            await self.ports.psychotherapy_notes.save(note, expecting=before.version, tx=tx)
            return Changed(note.id, note.version)

        return await self.work.run(add, by=actor, action="add_to_psychotherapy_note", returns=Changed, request=request)
