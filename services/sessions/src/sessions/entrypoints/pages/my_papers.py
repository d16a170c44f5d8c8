"""What a patient is asked to sign, for who came in by a link: each text to read, to sign, to read again, to keep a copy
of and to take back.

Invariants: the patient is who sits there, never one that an address names; what is signed is the text as it was shown,
in its words and its language, or nothing is.
"""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.coming_in import still_there
from careflow_service.pages.forms import KEY, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.sign_consent import SignConsent
from sessions.application.commands.withdraw_consent import WithdrawConsent
from sessions.application.use_cases import Sessions
from sessions.domain.consent_texts import ConsentDocument
from sessions.domain.ids import ConsentId, PatientId
from sessions.entrypoints.http.consent_routes import Sha256
from sessions.entrypoints.http.schemas import App, Code, Uuid
from sessions.entrypoints.pages.signing import agreed_text

router = APIRouter(prefix="/pages/to-do", include_in_schema=False)

Document = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$")]
"""The name of a text."""
BACK: Final = "../../../to-do"


class Agreed(RequestBody):
    """A tick under a text as it was shown."""

    agreed: Literal["1"]
    document_version: Code
    sha256: Sha256


@router.get("/texts/{document}")
async def read_text(request: Request, pages: Pages, app: App, actor: CurrentActor, document: Document) -> Response:
    """A text that is signed now, and where it is signed."""
    await still_there(request, app)
    return await _show_text(request, pages, app, actor, text_in_force(app, document))


@router.post("/texts/{document}/sign")
async def sign_text(
    request: Request,
    pages: Pages,
    app: App,
    actor: CurrentActor,
    document: Document,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The patient agrees to it."""
    await still_there(request, app)
    shown = text_in_force(app, document)
    body, faults = form.read(Agreed)
    if body is None:
        return await _show_text(request, pages, app, actor, shown, faulty="agreed" in faults)
    text = agreed_text(app.ports.consent_texts, shown, body.document_version, body.sha256)
    command = SignConsent(PatientId(actor.patient_id or ""), shown.category, text)
    if refused := await refusal_of(app.sign_consent(command, actor, key)):
        return await _show_text(request, pages, app, actor, shown, refused=refused)
    return go_on(request, BACK, anchor="done", done="signed")


@router.get("/signed/{consent_id}")
async def read_signed(request: Request, pages: Pages, app: App, actor: CurrentActor, consent_id: Uuid) -> Response:
    """What was signed, word for word."""
    await still_there(request, app)
    return await _show_signed(request, pages, app, actor, ConsentId(consent_id))


@router.get("/signed/{consent_id}/copy")
async def copy_of_signed(request: Request, pages: Pages, app: App, actor: CurrentActor, consent_id: Uuid) -> Response:
    """What was signed, word for word, as a file to keep. Raises the refusal `consent_text_not_found` where its text is
    kept no more.
    """
    await still_there(request, app)
    seen = await app.reading_papers.signed(ConsentId(consent_id), actor)
    if seen.document is None:
        raise not_found("consent_text")
    copy = pages.show(request.scope, "consent_copy.html", seen=seen, zone=pages.zone)
    name = f"{seen.consent.text.document}-{seen.consent.signed_at.astimezone(pages.zone):%Y-%m-%d}"
    copy.headers["Content-Disposition"] = f'attachment; filename="{name}.html"'
    return copy


@router.post("/signed/{consent_id}/withdraw")
async def withdraw(
    request: Request, pages: Pages, app: App, actor: CurrentActor, consent_id: Uuid, key: FormRequest
) -> Response:
    """The patient takes it back."""
    await still_there(request, app)
    taking_back = app.withdraw_consent(WithdrawConsent(ConsentId(consent_id)), actor, key)
    if refused := await refusal_of(taking_back):
        return await _show_signed(request, pages, app, actor, ConsentId(consent_id), refused)
    return go_on(request, BACK, anchor="done", done="withdrawn")


def text_in_force(app: Sessions, document: str) -> ConsentDocument:
    """Raises the refusal `consent_text_not_found` where nothing is signed under this name now."""
    found = app.ports.consent_texts.named(document)
    if found is None:
        raise not_found("consent_text")
    return found


async def _show_text(
    request: Request,
    pages: Site,
    app: Sessions,
    actor: Actor,
    document: ConsentDocument,
    *,
    faulty: bool = False,
    refused: Refused | None = None,
) -> Response:
    seen = await app.reading_papers.own(actor)
    paper = seen.named(document.document)
    return pages.show(
        request.scope,
        "my_paper.html",
        status=refused.status if refused else 422 if faulty else 200,
        document=document,
        paper=paper,
        may_sign=not document.on_paper and (paper is None or not paper.counts or paper.asked),
        faults={"agreed": "required"} if faulty else {},
        refused=refused.code if refused else None,
        zone=pages.zone,
        kept={KEY: new_id()},
    )


async def _show_signed(
    request: Request,
    pages: Site,
    app: Sessions,
    actor: Actor,
    consent_id: ConsentId,
    refused: Refused | None = None,
) -> Response:
    seen = await app.reading_papers.signed(consent_id, actor)
    return pages.show(
        request.scope,
        "my_signed_paper.html",
        status=refused.status if refused else 200,
        seen=seen,
        refused=refused.code if refused else None,
        zone=pages.zone,
        kept={KEY: new_id()},
    )
