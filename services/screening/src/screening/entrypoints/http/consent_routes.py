"""Written consents to disclose what is about substance use: the form, putting one on record, revoking it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Moment
from careflow_service.results import Changed
from careflow_service.work import Committed
from screening.application.commands.record_consent import RecordConsent
from screening.application.commands.revoke_consent import RevokeConsent
from screening.domain.consents import (
    ConsentPurpose,
    ConsentScope,
    ConsentSigner,
    ConsentState,
    ConsentTerms,
    DisclosureConsent,
)
from screening.domain.ids import ConsentId, PatientId
from screening.entrypoints.http.schemas import App, Code, Line, Note, View

router = APIRouter(tags=["consents"])


class ConsentFormView(View):
    """What is signed; a consent names the `version` of the form it was signed on."""

    version: str
    discloser: str
    statements: tuple[str, ...]


class NewConsent(RequestBody):
    """What was filled in on the signed form. `recipients`: names, or classes of persons; `purpose_in_words` where it is
    `described`; `representative`: name and authority of who signed for the patient. Only the single consent to
    treatment, payment and health care operations may be without `valid_until`. `document`: where the signed form lies.
    """

    form_version: Code
    scope: Annotated[tuple[ConsentScope, ...], Field(min_length=1, max_length=len(ConsentScope))]
    purpose: ConsentPurpose
    purpose_in_words: Note | None = None
    recipients: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    signer: ConsentSigner
    representative: Line | None = None
    signed_at: Moment
    valid_until: Moment | None = None
    document: Line

    def command(self, patient_id: PatientId) -> RecordConsent:
        """What is put on record of this patient."""
        terms = ConsentTerms(
            form_version=self.form_version,
            scope=frozenset(self.scope),
            purpose=self.purpose,
            purpose_in_words=self.purpose_in_words or "",
            recipients=self.recipients,
            signer=self.signer,
            representative=self.representative or "",
            signed_at=self.signed_at,
            valid_until=self.valid_until,
            document=self.document,
        )
        return RecordConsent(patient_id, terms)


class Revocation(RequestBody):
    """What the patient said or wrote, if anything."""

    note: Note | None = None


class ConsentChanged(BaseModel):
    consent_id: str
    version: int


class ConsentView(BaseModel):
    """`valid`: whether anything may leave on it now."""

    id: str
    version: int
    state: ConsentState
    valid: bool
    form_version: str
    scope: tuple[ConsentScope, ...]
    purpose: ConsentPurpose
    purpose_in_words: str
    recipients: tuple[str, ...]
    signer: ConsentSigner
    representative: str
    signed_at: datetime
    valid_until: datetime | None
    document: str
    recorded_at: datetime
    recorded_by: str
    ended_at: datetime | None
    ended_by: str | None


@router.get("/v1/consent-form", response_model=ConsentFormView)
async def read_consent_form(app: App) -> Response:
    """The form that is signed, as it is now."""
    return represent(ConsentFormView.model_validate(app.ports.policy.substance_use.consent_form))


@router.post("/v1/patients/{patient_id}/consents", status_code=201, response_model=ConsentChanged)
async def record_consent(
    patient_id: str, body: NewConsent, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Put a signed consent on record. It changes no other: each counts until it ends."""
    return _changed(await app.record_consent(body.command(PatientId(patient_id)), actor, request), status=201)


@router.get("/v1/patients/{patient_id}/consents", response_model=Page[ConsentView])
async def list_consents(
    patient_id: str, actor: CurrentActor, app: App, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """A patient's consents to disclose, the newest first, whatever became of them."""
    found = await app.reading.consents(PatientId(patient_id), actor, limit=limit, after=after)
    now = app.ports.clock()
    return represent(Page[ConsentView](items=[_view(each, now) for each in found.items], next=found.next))


@router.post("/v1/consents/{consent_id}/revoke", response_model=ConsentChanged)
async def revoke_consent(
    consent_id: str, body: Revocation, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """The patient takes it back: nothing leaves on it from now on. What left before has left."""
    return _changed(await app.revoke_consent(RevokeConsent(ConsentId(consent_id), body.note or ""), actor, request))


def _changed(committed: Committed[Changed], *, status: int = 200) -> Response:
    changed = committed.value
    body = ConsentChanged(consent_id=changed.id, version=changed.version)
    return answer(committed, body, status=status, version=changed.version)


def _view(consent: DisclosureConsent, now: datetime) -> ConsentView:
    terms = consent.terms
    return ConsentView(
        id=consent.id,
        version=consent.version,
        state=consent.state,
        valid=consent.valid_at(now),
        form_version=terms.form_version,
        scope=tuple(sorted(terms.scope)),
        purpose=terms.purpose,
        purpose_in_words=terms.purpose_in_words,
        recipients=terms.recipients,
        signer=terms.signer,
        representative=terms.representative,
        signed_at=terms.signed_at,
        valid_until=terms.valid_until,
        document=terms.document,
        recorded_at=consent.recorded_at,
        recorded_by=consent.recorded_by,
        ended_at=consent.ended_at,
        ended_by=consent.ended_by,
    )
