"""Clinical notes: drafting, signing, adding, reading."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from sessions.application.commands.sign_note import AddToNote, SignNote
from sessions.application.commands.write_note import RewriteNote, WriteNote
from sessions.domain.ids import NoteId, PatientId, SessionId
from sessions.domain.notes import ClinicalNote, NoteKind
from sessions.entrypoints.http.schemas import AggregateChanged, App, Text, Uuid, View, changed

router = APIRouter(tags=["notes"])


class NoteText(RequestBody):
    text: Text


class NewNote(NoteText):
    """`kind` is the profession it is written in; the caller's login holds it."""

    kind: NoteKind


class AddendumView(View):
    text: str
    by: str
    at: datetime


class NoteView(View):
    """`signed_at` is null while it is a draft, which only its author sees."""

    id: str
    version: int
    patient_id: str
    session_id: str
    kind: NoteKind
    author: str
    text: str
    written_at: datetime
    signed_at: datetime | None
    addenda: tuple[AddendumView, ...]


class NoteList(BaseModel):
    items: tuple[NoteView, ...]


@router.get("/v1/patients/{patient_id}/notes", response_model=Page[NoteView])
async def list_notes(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's notes, the oldest first; of drafts one's own."""
    notes = await app.reading_notes.notes_of(PatientId(patient_id), actor, limit, after)
    items = [NoteView.model_validate(each) for each in notes.items]
    return represent(Page[NoteView](items=items, next=notes.next))


@router.get("/v1/sessions/{session_id}/notes", response_model=NoteList)
async def list_notes_of_session(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """A session's notes, the oldest first; of drafts one's own."""
    return _listed(await app.reading_notes.notes_of_session(SessionId(session_id), actor))


@router.get("/v1/unsigned-notes", response_model=Page[NoteView])
async def list_unsigned_notes(
    actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """The caller's own drafts, of whatever patient, the first begun first."""
    notes = await app.reading_notes.unsigned_of(actor, limit, after)
    items = [NoteView.model_validate(each) for each in notes.items]
    return represent(Page[NoteView](items=items, next=notes.next))


@router.get("/v1/notes/{note_id}", response_model=NoteView)
async def read_note(note_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One note with what was added to it."""
    note = await app.reading_notes.note(NoteId(note_id), actor)
    return represent(NoteView.model_validate(note), version=note.version)


@router.post("/v1/sessions/{session_id}/notes", status_code=201, response_model=AggregateChanged)
async def write_note(
    session_id: Uuid, body: NewNote, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Draft a note."""
    committed = await app.write_note(WriteNote(SessionId(session_id), body.kind, body.text), actor, request)
    return changed(committed, status=201, location=f"/v1/notes/{committed.value.id}")


@router.put("/v1/notes/{note_id}", response_model=AggregateChanged)
async def rewrite_note(
    note_id: Uuid,
    body: NoteText,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """The draft says something else."""
    return changed(await app.rewrite_note(RewriteNote(NoteId(note_id), body.text, expected_version), actor, request))


@router.post("/v1/notes/{note_id}/sign", response_model=AggregateChanged)
async def sign_note(
    note_id: Uuid, actor: CurrentActor, request: IdempotentRequest, expected_version: ExpectedVersion, app: App
) -> Response:
    """The author stands by it; from then on it is only added to."""
    return changed(await app.sign_note(SignNote(NoteId(note_id), expected_version), actor, request))


@router.post("/v1/notes/{note_id}/addenda", status_code=201, response_model=AggregateChanged)
async def add_to_note(
    note_id: Uuid, body: NoteText, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Say more about what was signed, under one's own name."""
    return changed(await app.add_to_note(AddToNote(NoteId(note_id), body.text), actor, request), status=201)


def _listed(notes: list[ClinicalNote]) -> Response:
    return represent(NoteList(items=tuple(NoteView.model_validate(each) for each in notes)))
