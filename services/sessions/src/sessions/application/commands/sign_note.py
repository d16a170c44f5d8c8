"""A note's author signs it; whoever of the team has more to say adds it later, under their own name."""

from dataclasses import dataclass, field

from careflow_service.identity import Actor, RequestKey
from careflow_service.results import Changed
from careflow_service.work import Committed, Transaction, Work
from sessions.application.ports import Ports
from sessions.domain.ids import NoteId, StaffId


@dataclass(frozen=True, slots=True)
class SignNote:
    note_id: NoteId
    expected_version: int


@dataclass(frozen=True, slots=True)
class AddToNote:
    note_id: NoteId
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: SignNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `note_not_found`, and what `ClinicalNote.signed` refuses."""

        async def sign(tx: Transaction) -> Changed:
            before = await self.ports.notes.get(command.note_id)
            session = await self.ports.sessions.get(before.session_id, of=before.patient_id)
            note = before.signed(session.state, by=StaffId(actor.id), now=tx.now)
            await self.ports.notes.save(note, expecting=command.expected_version, tx=tx)
            return Changed(note.id, note.version)

        return await self.work.run(sign, by=actor, action="sign_note", returns=Changed, request=request)


@dataclass(frozen=True, slots=True)
class AddToNoteHandler:
    ports: Ports
    work: Work

    async def __call__(self, command: AddToNote, actor: Actor, request: RequestKey) -> Committed[Changed]:
        """Refused: `note_not_found`, and what `ClinicalNote.added_to` refuses."""

        async def add(tx: Transaction) -> Changed:
            before = await self.ports.notes.get(command.note_id)
            note = before.added_to(command.text, by=StaffId(actor.id), now=tx.now)
            await self.ports.notes.save(note, expecting=before.version, tx=tx)
            return Changed(note.id, note.version)

        return await self.work.run(add, by=actor, action="add_to_note", returns=Changed, request=request)
