"""The monitoring forms of the REMS in a browser: which wait to be sent, a patient's, and one with what it says, what
keeps it from being sent and what was sent before.

Invariant: nothing that the session's record holds is typed again; the form asks what no record holds, and how it was
sent, and is read by the API's own body.
"""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, VERSION, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.submit_rems_form import SubmitRemsForm
from sessions.application.use_cases import Sessions
from sessions.domain.ids import PatientId, SessionId
from sessions.domain.rems_form import SedatingMedicine
from sessions.domain.rems_report import ELEMENTS
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.rems_form_routes import NewSubmission
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.bedside_fields import field

router = APIRouter(prefix="/pages", include_in_schema=False)

FORMS_ON_A_PAGE: Final = 25
ASKED: Final[tuple[Field, ...]] = (
    field("medicines", Kind.SEVERAL, *SedatingMedicine, word="rems_medicines"),
    field("vitals_acceptable_before", Kind.YES_NO),
    field("vitals_acceptable_after", Kind.YES_NO),
    field("sedation", Kind.YES_NO),
    field("dissociation", Kind.YES_NO),
    field("respiratory_depression", Kind.YES_NO),
    field("reference", Kind.TEXT, word="rems_reference"),
)
_SEND: Final = ACCESS["POST /pages/rems-forms/{session_id}/submit"]


@router.get("/rems-forms")
async def waiting_forms(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None
) -> Response:
    """Those that are to be sent, the most urgent first, page by page."""
    listed = await app.read_rems_page.waiting(actor, limit=FORMS_ON_A_PAGE, after=after)
    return pages.show(request.scope, "rems_forms.html", listed=listed, after=after, of=None, zone=pages.zone)


@router.get("/patients/{patient_id}/rems-forms")
async def forms_of_patient(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, after: PageCursor = None
) -> Response:
    """A patient's, sent or not, the oldest first, page by page."""
    listed = await app.read_rems_page.of_patient(PatientId(patient_id), actor, limit=FORMS_ON_A_PAGE, after=after)
    return pages.show(request.scope, "rems_forms.html", listed=listed, after=after, of=patient_id, zone=pages.zone)


@router.get("/rems-forms/{session_id}")
async def form_of_session(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    session_id: Uuid,
    done: Literal["sent"] | None = None,
) -> Response:
    """One form, with what is asked of who sends it."""
    return await _show(request, app, actor, pages, session_id, Filled(), done=done)


@router.post("/rems-forms/{session_id}/submit")
async def submit_form_of_session(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    session_id: Uuid,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """It was sent to the program."""
    body, faults = read(NewSubmission, body_of(ASKED, typed, pages.zone, {"medicines": []}))
    if body is None:
        return await _show(request, app, actor, pages, session_id, Filled(typed, faults))
    command = SubmitRemsForm(SessionId(session_id), body.answers(), body.reference, typed.version)
    if refused := await refusal_of(app.submit_rems_form(command, actor, key), typed=True):
        return await _show(request, app, actor, pages, session_id, Filled(typed, refused=refused))
    return go_on(request, f"../{session_id}", anchor="done", done="sent")


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    session_id: str,
    filled: Filled,
    *,
    done: str | None = None,
) -> Response:
    seen = await app.read_rems_page.of_session(SessionId(session_id), actor)
    asked = pages.words(request.scope).groups["asked"]
    return pages.show(
        request.scope,
        "rems_form.html",
        status=filled.status,
        seen=seen,
        session=seen.session,
        elements=tuple(ELEMENTS),
        asks=seen.form.waits and not seen.report.missing and _SEND.admits(actor, {}),
        fields=ASKED,
        labels={each.name: asked[each.named] for each in ASKED},
        asked_words=asked,
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
        done=done,
        kept={VERSION: str(seen.form.version), KEY: new_id()},
        zone=pages.zone,
    )
