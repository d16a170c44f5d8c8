"""What a patient has signed and what is missing, for the staff: to print a text, to witness a signature on paper, to
send the patient where they sign themselves, and to take back at their word.

Invariant: the witness is who is logged in.
"""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_domain.errors import not_found
from careflow_service.http.dependencies import CurrentActor, RequestBody
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.forms import KEY, FormRequest, Submitted
from careflow_service.pages.refusing import Refused, refusal_of
from careflow_service.pages.site import Pages, Script, Site, go_on
from careflow_service.pages.words import words_of
from sessions.application.commands.send_plan_link import SendPlanLink
from sessions.application.commands.sign_consent import SignConsent
from sessions.application.commands.withdraw_consent import WithdrawConsent
from sessions.application.queries.reading_papers import SignedSeen
from sessions.application.use_cases import Sessions
from sessions.domain.ids import ConsentId, PatientId
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.my_papers import Agreed, Document, text_in_force
from sessions.entrypoints.pages.signing import agreed_text

router = APIRouter(prefix="/pages/consents", include_in_schema=False)

Done = Annotated[Literal["signed", "sent", "withdrawn"] | None, Query()]
Language = Annotated[Literal["en", "es"], Query()]
"""In which a text is printed, whichever the page around it is in."""
SHOWN: Final = 25


class Withdrawn(RequestBody):
    """A tick: the patient said so."""

    agreed: Literal["1"]


@router.get("")
async def what_is_missing(request: Request, app: App, actor: CurrentActor, pages: Pages) -> Response:
    """Who comes soon and has not signed everything."""
    waiting = await app.reading_papers.waiting(actor)
    now = app.ports.clock()
    until = now + app.ports.policy.consent_ahead
    return pages.show(request.scope, "consents_waiting.html", waiting=waiting, as_of=now, until=until, zone=pages.zone)


@router.get("/{patient_id}")
async def consents_of(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, done: Done = None
) -> Response:
    """One patient's."""
    return await _show(request, app, actor, pages, patient_id, done)


@router.post("/{patient_id}/send-link")
async def send_link(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, key: FormRequest
) -> Response:
    """The patient is sent a link to where they sign."""
    sending = app.send_plan_link(SendPlanLink(PatientId(patient_id)), actor, key)
    if refused := await refusal_of(sending, typed=True):
        return await _show(request, app, actor, pages, patient_id, refused=refused)
    return go_on(request, f"../{patient_id}", anchor="done", done="sent")


@router.get("/{patient_id}/texts/{document}")
async def print_text(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: Uuid,
    document: Document,
    language: Language = "en",
) -> Response:
    """A text to be printed and signed on paper."""
    return await _show_text(request, app, actor, pages, patient_id, document, language)


@router.post("/{patient_id}/texts/{document}/witness")
async def witness(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: Uuid,
    document: Document,
    form: Submitted,
    key: FormRequest,
    language: Language = "en",
) -> Response:
    """The patient has signed it on paper before who is logged in."""
    shown = text_in_force(app, document)
    body, faults = form.read(Agreed)
    if body is None:
        faulty = "agreed" in faults
        return await _show_text(request, app, actor, pages, patient_id, document, language, faulty=faulty)
    text = agreed_text(app.ports.consent_texts, shown, body.document_version, body.sha256)
    signing = app.sign_consent(SignConsent(PatientId(patient_id), shown.category, text), actor, key)
    if refused := await refusal_of(signing):
        return await _show_text(request, app, actor, pages, patient_id, document, language, refused=refused)
    return go_on(request, f"../../../{patient_id}", anchor="done", done="signed")


@router.get("/{patient_id}/signed/{consent_id}")
async def signed(
    request: Request, app: App, actor: CurrentActor, pages: Pages, patient_id: Uuid, consent_id: Uuid
) -> Response:
    """What was signed, word for word."""
    return await _show_signed(request, app, actor, pages, patient_id, consent_id)


@router.post("/{patient_id}/signed/{consent_id}/withdraw")
async def withdraw(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    patient_id: Uuid,
    consent_id: Uuid,
    form: Submitted,
    key: FormRequest,
) -> Response:
    """The patient has said that they take it back."""
    if form.read(Withdrawn)[0] is None:
        return await _show_signed(request, app, actor, pages, patient_id, consent_id, faulty=True)
    await _of_patient(app, actor, patient_id, consent_id)
    taking_back = app.withdraw_consent(WithdrawConsent(ConsentId(consent_id)), actor, key)
    if refused := await refusal_of(taking_back):
        return await _show_signed(request, app, actor, pages, patient_id, consent_id, refused=refused)
    return go_on(request, f"../../../{patient_id}", anchor="done", done="withdrawn")


async def _show(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    patient_id: str,
    done: str | None = None,
    *,
    refused: Refused | None = None,
) -> Response:
    seen = await app.reading_papers.of_patient(PatientId(patient_id), actor)
    return pages.show(
        request.scope,
        "consents.html",
        runs=(Script.PARTS,),
        status=refused.status if refused else 200,
        seen=seen,
        others=[each for each in app.ports.consent_texts.in_force if seen.named(each.document) is None],
        shown=SHOWN,
        done=done,
        refused=refused.code if refused else None,
        zone=pages.zone,
        kept={KEY: new_id()},
    )


async def _show_text(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    patient_id: str,
    document: str,
    language: str,
    *,
    faulty: bool = False,
    refused: Refused | None = None,
) -> Response:
    text = text_in_force(app, document)
    seen = await app.reading_papers.of_patient(PatientId(patient_id), actor)
    in_language = text.language(language)
    words = words_of("careflow_service.pages", "sessions.entrypoints.pages")[in_language]
    return pages.show(
        request.scope,
        "consent_paper.html",
        status=refused.status if refused else 422 if faulty else 200,
        seen=seen,
        document=text,
        language=in_language,
        paper=words.groups["consent_paper"],
        write_paper=pages.writing(words),
        faults={"agreed": "required"} if faulty else {},
        refused=refused.code if refused else None,
        zone=pages.zone,
        kept={KEY: new_id(), "document_version": text.version, "sha256": text.wordings[in_language].digest},
    )


async def _show_signed(
    request: Request,
    app: Sessions,
    actor: Actor,
    pages: Site,
    patient_id: str,
    consent_id: str,
    *,
    faulty: bool = False,
    refused: Refused | None = None,
) -> Response:
    seen = await _of_patient(app, actor, patient_id, consent_id)
    return pages.show(
        request.scope,
        "consent_signed.html",
        status=refused.status if refused else 422 if faulty else 200,
        seen=seen,
        faults={"agreed": "required"} if faulty else {},
        refused=refused.code if refused else None,
        zone=pages.zone,
        kept={KEY: new_id()},
    )


async def _of_patient(app: Sessions, actor: Actor, patient_id: str, consent_id: str) -> SignedSeen:
    """Raises the refusal `consent_not_found`, also for another patient's."""
    seen = await app.reading_papers.signed(ConsentId(consent_id), actor)
    if seen.consent.patient_id != patient_id:
        raise not_found("consent")
    return seen
