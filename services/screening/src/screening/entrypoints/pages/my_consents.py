"""What a patient has allowed to be passed on of what is about substance use (42 CFR Part 2), and what became of it, for
who came in by a link: each to be taken back.

Invariant: the patient is who sits there, never one that an address names; no page but this one says that there is one.
"""

from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import FormRequest
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from screening.application.commands.revoke_consent import RevokeConsent
from screening.application.use_cases import Screening
from screening.domain.ids import ConsentId, PatientId
from screening.entrypoints.http.schemas import App

router = APIRouter(prefix="/pages/questions/mine/consents", include_in_schema=False)

SHOWN: Final = 20


@router.get("")
async def my_consents(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    after: PageCursor = None,
    done: Literal["revoked"] | None = None,
) -> Response:
    """Each as it stands, the newest first."""
    await still_there(request, app)
    return await _show(request, app, actor, pages, after=after, done=done)


@router.post("/{consent_id}/revoke")
async def take_back(
    request: Request, app: App, actor: CurrentActor, pages: Pages, consent_id: str, key: FormRequest
) -> Response:
    """The patient takes it back."""
    await still_there(request, app)
    command = RevokeConsent(ConsentId(consent_id), "")
    if refused := await refusal_of(app.revoke_consent(command, actor, key)):
        return await _show(request, app, actor, pages, refused=refused)
    return go_on(request, "../../consents", anchor="done", done="revoked")


async def _show(
    request: Request,
    app: Screening,
    actor: Actor,
    pages: Site,
    *,
    after: str | None = None,
    done: str | None = None,
    refused: Refused | None = None,
) -> Response:
    patient_id = PatientId(actor.patient_id or "")
    return pages.show(
        request.scope,
        "my_consents.html",
        status=refused.status if refused else 200,
        consents=await app.reading.consents(patient_id, actor, limit=SHOWN, after=after),
        as_of=app.ports.clock(),
        after=after,
        done=done,
        refused=refused.code if refused else None,
        key=new_id,
        zone=pages.zone,
    )
