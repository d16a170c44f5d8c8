"""Superbills over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from billing.application.commands.issue_superbill import IssueSuperbill
from billing.application.commands.void_superbill import VoidSuperbill
from billing.domain.ids import ChargeId, PatientId, SuperbillId
from billing.domain.payment_methods import PaymentMethod
from billing.domain.superbill_content import BilledDiagnosis, BilledLine
from billing.domain.superbills import Superbill, SuperbillState, VoidReason
from billing.entrypoints.http.schemas import App, Id, MoneyView, View, paper
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)

router = APIRouter(tags=["superbills"])


class SuperbillBody(RequestBody):
    """`disclose_diagnoses` is the patient's yes to naming the diagnoses on this one bill."""

    patient_id: Id
    charge_ids: Annotated[list[Id], Field(min_length=1, max_length=50)]
    disclose_diagnoses: bool
    replaces: Id | None = None


class VoidBody(RequestBody):
    reason: VoidReason


class NumberedView(View):
    superbill_id: str
    version: int
    number: str


class MissingView(View):
    code: str
    remedy: str


class PreviewView(BaseModel):
    """What a payer would miss; a superbill can be issued when it is empty."""

    missing: list[MissingView]


class BilledPaymentView(View):
    received_on: date
    method: PaymentMethod
    amount: MoneyView


class ClinicianView(View):
    letter: str
    name: str
    credentials: str
    npi: str
    licence_number: str
    licence_state: str
    supervisor_name: str | None
    supervisor_npi: str | None


class SuperbillView(View):
    """The bill as it was issued; `edition` counts the bills for the same services. Lines and diagnoses are
    shown as they are printed.
    """

    id: str
    version: int
    patient_id: str
    number: str
    edition: int
    state: SuperbillState
    issued_at: datetime
    lines: list[BilledLine]
    diagnoses: list[BilledDiagnosis]
    clinicians: list[ClinicianView]
    payments: list[BilledPaymentView]
    charged: MoneyView
    paid: MoneyView
    replaces: str | None
    replaced_by: str | None
    replaced_by_number: str | None
    voided_at: datetime | None
    void_reason: VoidReason | None

    @classmethod
    def of(cls, superbill: Superbill) -> "SuperbillView":
        content = superbill.content
        return cls(
            id=superbill.id,
            version=superbill.version,
            patient_id=superbill.patient_id,
            number=superbill.number,
            edition=superbill.edition,
            state=superbill.state,
            issued_at=superbill.issued_at,
            lines=list(content.lines),
            diagnoses=list(content.diagnoses),
            clinicians=[ClinicianView.model_validate(each) for each in content.clinicians],
            payments=[BilledPaymentView.model_validate(each) for each in content.payments],
            charged=MoneyView.model_validate(content.charged),
            paid=MoneyView.model_validate(content.paid),
            replaces=superbill.replaces,
            replaced_by=superbill.replaced_by,
            replaced_by_number=superbill.replaced_by_number,
            voided_at=superbill.voided_at,
            void_reason=superbill.void_reason,
        )


@router.get("/v1/superbills/preview", response_model=PreviewView)
async def preview_superbill(
    patient_id: Annotated[Id, Query()],
    charge_id: Annotated[list[Id], Query(min_length=1, max_length=50)],
    actor: CurrentActor,
    app: App,
    *,
    disclose_diagnoses: bool = False,
) -> Response:
    """What a superbill of these charges would lack."""
    charge_ids = [ChargeId(each) for each in charge_id]
    missing = await app.reading.superbill_preview(
        PatientId(patient_id), charge_ids, actor, disclose_diagnoses=disclose_diagnoses
    )
    return represent(PreviewView(missing=[MissingView.model_validate(each) for each in missing]))


@router.post("/v1/superbills", status_code=201, response_model=NumberedView)
async def issue_superbill(body: SuperbillBody, actor: CurrentActor, app: App, request: IdempotentRequest) -> Response:
    """Issue a superbill under the year's next number."""
    command = IssueSuperbill(
        PatientId(body.patient_id),
        tuple(ChargeId(each) for each in body.charge_ids),
        body.disclose_diagnoses,
        SuperbillId(body.replaces) if body.replaces else None,
    )
    done = await app.issue_superbill(command, actor, request)
    made = NumberedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/superbills/{made.superbill_id}")


@router.get("/v1/superbills", response_model=Page[SuperbillView])
async def list_superbills(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """A patient's superbills, oldest first."""
    found = await app.reading.superbills_of(PatientId(patient_id), actor, limit, after)
    return represent(
        Page[SuperbillView](items=[SuperbillView.of(superbill) for superbill in found.items], next=found.next)
    )


@router.get("/v1/superbills/{superbill_id}", response_model=SuperbillView)
async def read_superbill(superbill_id: str, actor: CurrentActor, app: App) -> Response:
    """One superbill."""
    superbill = await app.reading.superbill(SuperbillId(superbill_id), actor)
    return represent(SuperbillView.of(superbill), version=superbill.version)


@router.get("/v1/superbills/{superbill_id}/pdf", response_class=Response)
async def print_superbill(superbill_id: str, actor: CurrentActor, app: App, *, copy: bool = False) -> Response:
    """The superbill as PDF; with `copy` marked so, for one that was lost."""
    pdf = await app.reading.superbill_paper(SuperbillId(superbill_id), actor, copy=copy)
    return paper(pdf, f"superbill-{superbill_id}")


@router.get("/v1/superbills/{superbill_id}/claim-sheets", response_class=Response)
async def print_claim_sheets(superbill_id: str, actor: CurrentActor, app: App) -> Response:
    """The superbill as PDF in the boxes of a CMS-1500 (02/12), six services a sheet, for the patient to file."""
    pdf = await app.reading.claim_sheets(SuperbillId(superbill_id), actor)
    return paper(pdf, f"claim-sheets-{superbill_id}")


@router.post("/v1/superbills/{superbill_id}/void", response_model=NumberedView)
async def void_superbill(
    superbill_id: str,
    body: VoidBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """It no longer counts; another may be issued in its place."""
    done = await app.void_superbill(VoidSuperbill(SuperbillId(superbill_id), body.reason, version), actor, request)
    return answer(done, NumberedView.model_validate(done.value), version=done.value.version)
