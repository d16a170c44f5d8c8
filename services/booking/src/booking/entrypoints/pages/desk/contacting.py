"""What a patient was written, what became of it and how they may be written to, at the desk: a message that came back
is said to have come back, and sent once more where it is true still.
"""

from enum import StrEnum

from fastapi import APIRouter, Request
from fastapi.responses import Response

from booking.application.commands.record_contact_consent import RecordContactConsent
from booking.application.commands.record_undelivered import RecordUndelivered
from booking.application.use_cases import Booking
from booking.domain.channels import WRITTEN, Channel
from booking.domain.ids import MessageId, PatientId
from booking.entrypoints.http.schemas import App
from booking.entrypoints.pages.desk.showing import SHOWN, Done, Seen, show_desk
from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.work import side_by_side

router = APIRouter(prefix="/pages/desk/patients/{patient_id}/messages", include_in_schema=False)


class Word(StrEnum):
    """What the patient says of a channel."""

    ALLOW = "allow"
    STOP = "stop"


class Act(StrEnum):
    """What is said or done about a message."""

    CAME_BACK = "came-back"
    SEND_AGAIN = "send-again"


@router.get("")
async def messages_of(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    after: PageCursor = None,
    done: Done = None,
) -> Response:
    """What they were written, the newest first, and over which channels the clinic may write to them."""
    return await _show(request, app, actor, pages, PatientId(patient_id), after=after, done=done)


@router.post("/channels/{channel}/{word}")
async def record_consent(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    channel: Channel,
    word: Word,
    key: FormRequest,
) -> Response:
    """The patient said whether they want to be written to so; their newest word counts."""
    command = RecordContactConsent(PatientId(patient_id), channel, word is Word.ALLOW)
    if refused := await refusal_of(app.record_contact_consent(command, actor, key)):
        return await _show(request, app, actor, pages, command.patient_id, refused=refused)
    return go_on(request, "../../../messages", done=f"channel_{word}")


@router.post("/{message_id}/{act}")
async def see_to_message(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: str,
    message_id: str,
    act: Act,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """It came back, and somebody tells the patient; or they are written the same once more."""
    message = MessageId(message_id)
    match act:
        case Act.CAME_BACK:
            back = RecordUndelivered(message, form.said(Seen).expected)
            doing = refusal_of(app.record_undelivered(back, actor, key))
        case Act.SEND_AGAIN:
            doing = refusal_of(app.send_again(message, actor, key))
    if refused := await doing:
        return await _show(request, app, actor, pages, PatientId(patient_id), refused=refused)
    return go_on(request, "../../messages", done=act.replace("-", "_"))


async def _show(
    request: Request,
    app: Booking,
    actor: Actor,
    pages: Site,
    patient_id: PatientId,
    *,
    after: str | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    person, found, contact = await side_by_side(
        app.read_patient(patient_id, actor),
        app.read_messages.of_patient(patient_id, actor, SHOWN, after),
        app.read_messages.consents_of(patient_id, actor),
    )
    return show_desk(
        request,
        pages,
        "messages.html",
        done=done,
        refused=refused,
        person=person,
        found=found,
        channels=WRITTEN,
        allowed=contact.allowed,
        consents=contact.consents,
        now=pages.clock(),
    )
