"""Contacts after harm: what waits to be made, attempts, reading."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from careflow_service.listed import Listed
from sessions.application.commands.record_contact_attempt import RecordContactAttempt
from sessions.domain.follow_up import ContactKind, FollowUpContact
from sessions.domain.ids import ContactId, PatientId
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["follow-up contacts"])


class NewAttempt(RequestBody):
    """`reached`: somebody has spoken with the patient, and so made the contact."""

    reached: bool
    note: Note


class AttemptView(View):
    reached: bool
    note: str
    by: str
    at: datetime


class ContactView(BaseModel):
    id: str
    version: int
    patient_id: str
    kind: ContactKind
    adverse_event_id: str | None
    session_id: str | None
    due_by: datetime
    overdue: bool
    made_at: datetime | None
    ended_at: datetime | None
    attempts: tuple[AttemptView, ...]


@router.get("/v1/follow-up-contacts", response_model=Page[ContactView])
async def list_waiting_contacts(
    actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """Every contact that is still to be made, the most urgent first."""
    return _listed(await app.reading.contacts_waiting(actor, limit, after))


@router.get("/v1/patients/{patient_id}/follow-up-contacts", response_model=Page[ContactView])
async def list_contacts(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's contacts, made or not, the oldest first."""
    return _listed(await app.reading.contacts_of(PatientId(patient_id), actor, limit, after))


@router.post("/v1/follow-up-contacts/{contact_id}/attempts", status_code=201, response_model=AggregateChanged)
async def record_contact_attempt(
    contact_id: Uuid, body: NewAttempt, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Somebody tried; once the patient was reached the contact is made."""
    command = RecordContactAttempt(ContactId(contact_id), body.reached, body.note)
    return changed(await app.record_contact_attempt(command, actor, request), status=201)


def _listed(contacts: Listed[FollowUpContact]) -> Response:
    return represent(Page[ContactView](items=[_contact(each) for each in contacts.items], next=contacts.next))


def _contact(contact: FollowUpContact) -> ContactView:
    return ContactView(
        id=contact.id,
        version=contact.version,
        patient_id=contact.patient_id,
        kind=contact.kind,
        adverse_event_id=contact.cause.adverse_event_id,
        session_id=contact.cause.session_id,
        due_by=contact.due_by,
        overdue=contact.said_overdue,
        made_at=contact.made_at,
        ended_at=contact.ended_at,
        attempts=tuple(AttemptView.model_validate(each) for each in contact.attempts),
    )
