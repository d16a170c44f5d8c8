"""Consents: what is signed, what a patient has agreed to, signing, withdrawing."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

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
from sessions.application.commands.sign_consent import SignConsent
from sessions.application.commands.withdraw_consent import WithdrawConsent
from sessions.domain.consent_texts import ConsentDocument
from sessions.domain.consents import Consent, ConsentCategory, ConsentText
from sessions.domain.ids import ConsentId, PatientId
from sessions.domain.words import Route
from sessions.entrypoints.http.schemas import AggregateChanged, App, Code, Uuid, changed

router = APIRouter(tags=["consents"])


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ConsentTextView(BaseModel):
    """A text that is signed now, in one language. `text` is what is shown, one paragraph a line, and `sha256` the
    digest of it in UTF-8; a signature names both it and the version. `sample`: the clinic has put none of its own in
    its place. `on_paper`: something is to be filled in on it, so that it is signed at the clinic.
    """

    category: ConsentCategory
    document: str
    document_version: str
    route: Route | None
    policy_version: str | None
    language: str
    title: str
    text: str
    sha256: str
    sample: bool
    on_paper: bool


class ConsentTextList(BaseModel):
    items: list[ConsentTextView]


class NewConsent(RequestBody):
    """A text of the clinic as it was shown (`GET consent-texts`); consent to treatment names its route."""

    category: ConsentCategory
    document: Code
    document_version: Code
    sha256: Sha256
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
    route: Route | None = None
    policy_version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None


class ConsentView(BaseModel):
    id: str
    version: int
    category: ConsentCategory
    document: str
    document_version: str
    route: Route | None
    signed_at: datetime
    valid_until: datetime


@router.get("/v1/consent-texts", response_model=ConsentTextList)
async def list_consent_texts(actor: CurrentActor, app: App) -> Response:
    """What patients sign now, in every language it is there in."""
    del actor
    texts = app.ports.consent_texts.in_force
    return represent(ConsentTextList(items=[_text(each, language) for each in texts for language in each.wordings]))


@router.get("/v1/patients/{patient_id}/consents", response_model=Page[ConsentView])
async def list_consents(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """What the patient has agreed to and not taken back."""
    consents = await app.reading.consents_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[ConsentView](items=[_consent(each) for each in consents.items], next=consents.next))


@router.post("/v1/patients/{patient_id}/consents", status_code=201, response_model=AggregateChanged)
async def sign_consent(
    patient_id: Uuid, body: NewConsent, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """The patient signs; called by the staff, the caller is the witness of a signature on paper."""
    text = ConsentText(
        document=body.document,
        document_version=body.document_version,
        sha256=body.sha256,
        language=body.language,
        route=body.route,
        policy_version=body.policy_version,
    )
    command = SignConsent(PatientId(patient_id), body.category, text)
    return changed(await app.sign_consent(command, actor, request), status=201)


@router.post("/v1/consents/{consent_id}/withdraw", response_model=AggregateChanged)
async def withdraw_consent(consent_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """The patient takes it back."""
    return changed(await app.withdraw_consent(WithdrawConsent(ConsentId(consent_id)), actor, request))


def _text(document: ConsentDocument, language: str) -> ConsentTextView:
    wording = document.wordings[language]
    return ConsentTextView(
        category=document.category,
        document=document.document,
        document_version=document.version,
        route=document.route,
        policy_version=document.policy_version,
        language=language,
        title=wording.title,
        text=wording.plain,
        sha256=wording.digest,
        sample=document.sample,
        on_paper=document.on_paper,
    )


def _consent(consent: Consent) -> ConsentView:
    return ConsentView(
        id=consent.id,
        version=consent.version,
        category=consent.category,
        document=consent.text.document,
        document_version=consent.text.document_version,
        route=consent.text.route,
        signed_at=consent.signed_at,
        valid_until=consent.valid_until,
    )
