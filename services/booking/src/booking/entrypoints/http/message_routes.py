"""What patients are told, over HTTP: what was sent, what came back, and what they say to it."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.record_contact_consent import RecordContactConsent
from booking.application.commands.record_undelivered import RecordUndelivered
from booking.domain.ids import MessageId, PatientId
from booking.entrypoints.http.message_schemas import ContactConsentBody, ContactConsentsView, MessageView
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)

router = APIRouter(prefix="/v1")


@router.get("/patients/{patient_id}/messages", response_model=Page[MessageView])
async def list_messages(
    patient_id: str, app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What the patient was told, the newest first; not in which words."""
    found = await app.read_messages.of_patient(PatientId(patient_id), actor, limit, after)
    return represent(Page[MessageView](items=[MessageView.of(each) for each in found.items], next=found.next))


@router.get("/patients/{patient_id}/contact-consents", response_model=ContactConsentsView)
async def read_contact_consents(patient_id: str, app: App, actor: CurrentActor) -> Response:
    """Over which channels the clinic may write to the patient, and who said so when."""
    return represent(ContactConsentsView.of(await app.read_messages.consents_of(PatientId(patient_id), actor)))


@router.post("/patients/{patient_id}/contact-consents", status_code=201, response_model=SavedView)
async def record_contact_consent(
    patient_id: str, body: ContactConsentBody, app: App, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """What the patient says of a channel now; the newest word counts."""
    command = RecordContactConsent(PatientId(patient_id), body.channel, body.given)
    return saved(await app.record_contact_consent(command, actor, request), status=201)


@router.post("/messages/{message_id}/send-again", status_code=201, response_model=SavedView)
async def send_again(message_id: str, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Tell the patient once more, if it is true still: a new message."""
    return saved(await app.send_again(MessageId(message_id), actor, request), status=201)


@router.post("/messages/{message_id}/undelivered", response_model=SavedView)
async def record_undelivered(
    message_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """It came back: the patient has to be told otherwise."""
    command = RecordUndelivered(MessageId(message_id), version)
    return saved(await app.record_undelivered(command, actor, request))
