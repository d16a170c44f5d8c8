"""Charges, and fees for lost visits, over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from billing.application.commands.post_waiting_charge import PostWaitingCharge
from billing.application.commands.reverse_charge import ReverseCharge
from billing.application.commands.waive_fee import WaiveFee
from billing.application.commands.write_off_charge import WriteOffCharge
from billing.domain.charges import Charge, ChargeState
from billing.domain.fee_cases import FeeCause, FeeState, WaiverReason
from billing.domain.fee_outlooks import FeeOutlook
from billing.domain.ids import AppointmentId, ChargeId, PatientId
from billing.domain.obstacles import Obstacle
from billing.domain.rendered import ChargeCause
from billing.domain.write_offs import WriteOffReason
from billing.entrypoints.http.schemas import App, ChangedView, Id, MoneyBody, MoneyView, View
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

router = APIRouter(tags=["charges"])


class WaiveFeeBody(RequestBody):
    reason: WaiverReason


class WriteOffBody(RequestBody):
    """So much of what is owed."""

    amount: MoneyBody
    reason: WriteOffReason


class ServiceView(View):
    code: str
    units: int
    minutes: int | None
    modifiers: tuple[str, ...]
    place_of_service: str | None
    provider: str | None
    ndc: str | None


class ChargeLineView(View):
    service: ServiceView | None
    description: str
    amount: MoneyView | None


class WriteOffView(View):
    id: str
    amount: MoneyView
    reason: WriteOffReason
    written_off_at: datetime


class ChargeView(View):
    """`obstacles` say why a charge waits; with `package_id` it is a visit of that package."""

    id: str
    version: int
    patient_id: str
    cause: ChargeCause
    cause_id: str
    revision: int
    service_date: date
    state: ChargeState
    obstacles: tuple[Obstacle, ...]
    lines: list[ChargeLineView]
    amount: MoneyView
    paid: MoneyView
    conceded: MoneyView
    write_offs: list[WriteOffView]
    package_id: str | None
    balance: MoneyView

    @classmethod
    def of(cls, charge: Charge) -> "ChargeView":
        return cls(
            id=charge.id,
            version=charge.version,
            patient_id=charge.patient_id,
            cause=charge.rendered.cause,
            cause_id=charge.rendered.cause_id,
            revision=charge.revision,
            service_date=charge.rendered.service_date,
            state=charge.state,
            obstacles=charge.obstacles,
            lines=[ChargeLineView.model_validate(line) for line in charge.lines],
            amount=MoneyView.model_validate(charge.amount),
            paid=MoneyView.model_validate(charge.paid),
            conceded=MoneyView.model_validate(charge.conceded),
            write_offs=[WriteOffView.model_validate(each) for each in charge.write_offs],
            package_id=charge.package_id,
            balance=MoneyView.model_validate(charge.balance),
        )


class FeeOutlookView(View):
    """What is going to be charged as things stand, decided as it will be when its time comes: nothing for a reason
    (`spared`), or the fee. `settled_at` is when, later while an estimate of the patient's is `disputed`.
    """

    spared: WaiverReason | None
    settled_at: datetime | None
    disputed: bool


class FeeView(View):
    """A fee for a lost visit, under its appointment's id. It has an outlook as long as it is pending."""

    id: str
    version: int
    patient_id: str
    cause: FeeCause
    state: FeeState
    amount: MoneyView
    lost_at: datetime
    post_at: datetime | None
    waiver: WaiverReason | None
    outlook: FeeOutlookView | None

    @classmethod
    def of(cls, seen: FeeOutlook) -> "FeeView":
        fee = seen.fee
        return cls(
            id=fee.id,
            version=fee.version,
            patient_id=fee.patient_id,
            cause=fee.cause,
            state=fee.state,
            amount=MoneyView.model_validate(fee.amount),
            lost_at=fee.lost_at,
            post_at=fee.post_at,
            waiver=fee.waiver,
            outlook=FeeOutlookView.model_validate(seen) if fee.state is FeeState.PENDING else None,
        )


@router.get("/v1/charges", response_model=Page[ChargeView])
async def list_charges(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """A patient's charges, by date of service."""
    found = await app.reading.charges_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[ChargeView](items=[ChargeView.of(each) for each in found.items], next=found.next))


@router.get("/v1/charges/{charge_id}", response_model=ChargeView)
async def read_charge(charge_id: str, actor: CurrentActor, app: App) -> Response:
    """One charge."""
    charge = await app.reading.charge(ChargeId(charge_id), actor)
    return represent(ChargeView.of(charge), version=charge.version)


@router.post("/v1/charges/{charge_id}/post", response_model=ChangedView)
async def post_waiting_charge(
    charge_id: str, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """What was in its way has gone."""
    done = await app.post_waiting_charge(PostWaitingCharge(ChargeId(charge_id), version), actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/charges/{charge_id}/reverse", response_model=ChangedView)
async def reverse_charge(
    charge_id: str, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Nothing is owed for it any more; where it waits, it is never posted."""
    done = await app.reverse_charge(ReverseCharge(ChargeId(charge_id), version), actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)


@router.post("/v1/charges/{charge_id}/write-offs", status_code=201, response_model=ChangedView)
async def write_off_charge(
    charge_id: str,
    body: WriteOffBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The clinic does without so much of it."""
    command = WriteOffCharge(ChargeId(charge_id), body.amount.money(), body.reason, version)
    done = await app.write_off_charge(command, actor, request)
    return answer(done, ChangedView.model_validate(done.value), status=201, version=done.value.version)


@router.get("/v1/fees", response_model=Page[FeeView])
async def list_fees(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """What a patient's lost visits cost, or would have, and what is going to come of those not settled yet."""
    fees = await app.reading.fees_of(PatientId(patient_id), actor, limit, after)
    return represent(Page[FeeView](items=[FeeView.of(each) for each in fees.items], next=fees.next))


@router.post("/v1/fees/{appointment_id}/waive", response_model=ChangedView)
async def waive_fee(
    appointment_id: str,
    body: WaiveFeeBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The clinic does without it."""
    done = await app.waive_fee(WaiveFee(AppointmentId(appointment_id), body.reason, version), actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)
