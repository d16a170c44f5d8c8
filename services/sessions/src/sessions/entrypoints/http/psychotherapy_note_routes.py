"""Psychotherapy notes: a therapist's own, for nobody else."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, represent
from sessions.application.commands.write_psychotherapy_note import AddToPsychotherapyNote, WritePsychotherapyNote
from sessions.domain.ids import NoteId, SessionId
from sessions.entrypoints.http.schemas import AggregateChanged, App, Text, Uuid, View, changed

router = APIRouter(tags=["psychotherapy notes"])


class PassageText(RequestBody):
    """Of the conversation only: medicines, times, diagnoses, plans and results belong in the clinical note."""

    text: Text


class PassageView(View):
    text: str
    at: datetime


class PsychotherapyNoteView(View):
    id: str
    version: int
    patient_id: str
    session_id: str
    author: str
    passages: tuple[PassageView, ...]


class PsychotherapyNoteList(BaseModel):
    items: tuple[PsychotherapyNoteView, ...]


@router.get("/v1/sessions/{session_id}/psychotherapy-notes", response_model=PsychotherapyNoteList)
async def list_psychotherapy_notes(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One's own notes of a session, the oldest first."""
    notes = await app.reading_notes.psychotherapy_notes_of_session(SessionId(session_id), actor)
    return represent(PsychotherapyNoteList(items=tuple(PsychotherapyNoteView.model_validate(each) for each in notes)))


@router.get("/v1/psychotherapy-notes/{note_id}", response_model=PsychotherapyNoteView)
async def read_psychotherapy_note(note_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One of one's own."""
    note = await app.reading_notes.psychotherapy_note(NoteId(note_id), actor)
    return represent(PsychotherapyNoteView.model_validate(note), version=note.version)


@router.post("/v1/sessions/{session_id}/psychotherapy-notes", status_code=201, response_model=AggregateChanged)
async def write_psychotherapy_note(
    session_id: Uuid, body: PassageText, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write one."""
    committed = await app.write_psychotherapy_note(
        WritePsychotherapyNote(SessionId(session_id), body.text), actor, request
    )
    return changed(committed, status=201, location=f"/v1/psychotherapy-notes/{committed.value.id}")


@router.post("/v1/psychotherapy-notes/{note_id}/passages", status_code=201, response_model=AggregateChanged)
async def add_to_psychotherapy_note(
    note_id: Uuid, body: PassageText, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write more of it; what stands there stays."""
    command = AddToPsychotherapyNote(NoteId(note_id), body.text)
    return changed(await app.add_to_psychotherapy_note(command, actor, request), status=201)
