"""Payments and refunds over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field, model_validator

from billing.application.commands.pay_refund_otherwise import PayRefundOtherwise
from billing.application.commands.receive_payment import ReceivePayment
from billing.application.commands.refund_payment import RefundPayment
from billing.domain.ids import AppointmentId, ChargeId, PatientId, PaymentId
from billing.domain.payment_methods import PaymentMethod
from billing.domain.processing import DisputeState, RefundState
from billing.domain.refunds import RefundReason
from billing.entrypoints.http.schemas import App, Id, Line, MoneyBody, MoneyView, View
from careflow_service.http.dependencies import (
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

router = APIRouter(tags=["payments"])


class PaymentBody(RequestBody):
    """`reference` is what the terminal, the check or the bank calls it; never a card number. `charge_ids` or
    `appointment_id` say what it is meant for. `is_another`: though it looks like one that is recorded.
    """

    patient_id: Id
    amount: MoneyBody
    method: PaymentMethod
    reference: Line | None = None
    charge_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    appointment_id: Id | None = None
    is_another: bool = False

    @model_validator(mode="after")
    def _meant_for_one_thing(self) -> "PaymentBody":
        if self.charge_ids and self.appointment_id is not None:
            raise ValueError("a payment is meant for charges or for a visit")
        return self


class RefundBody(RequestBody):
    amount: MoneyBody
    reason: RefundReason


class ReceivedView(View):
    payment_id: str
    version: int
    unapplied_minor: int
    currency: str


class RefundedView(View):
    payment_id: str
    version: int
    refund_id: str


class AllocationView(View):
    """`conceded` of it the clinic gave back; the charge is paid all the same."""

    charge_id: str
    amount: MoneyView
    conceded: MoneyView


class RefundView(View):
    """`state` is whether the patient has the money: the card processor is told first, and may fail."""

    id: str
    amount: MoneyView
    reason: RefundReason
    refunded_at: datetime
    state: RefundState


class CardDisputeView(View):
    """A cardholder's dispute; `withdrawn` is what the processor has taken meanwhile."""

    id: str
    amount: MoneyView
    state: DisputeState
    opened_at: datetime
    withdrawn: MoneyView


class PaymentView(View):
    """`unapplied` is for no charge yet; `held` of it waits for the charge of the visit `kept_for` names, or for the
    visits of the package.
    """

    id: str
    version: int
    patient_id: str
    amount: MoneyView
    method: PaymentMethod
    reference: str | None
    received_at: datetime
    received_on: date
    kept_for: str | None
    package_id: str | None
    allocations: list[AllocationView]
    refunds: list[RefundView]
    disputes: list[CardDisputeView]
    unapplied: MoneyView
    held: MoneyView


@router.post("/v1/payments", status_code=201, response_model=ReceivedView)
async def receive_payment(body: PaymentBody, actor: CurrentActor, app: App, request: IdempotentRequest) -> Response:
    """Money came in."""
    command = ReceivePayment(
        PatientId(body.patient_id),
        body.amount.money(),
        body.method,
        body.reference,
        tuple(ChargeId(each) for each in dict.fromkeys(body.charge_ids)),
        AppointmentId(body.appointment_id) if body.appointment_id else None,
        body.is_another,
    )
    done = await app.receive_payment(command, actor, request)
    made = ReceivedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/payments/{made.payment_id}")


@router.get("/v1/payments", response_model=Page[PaymentView])
async def list_payments(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """A patient's payments, in the order they came in."""
    found = await app.reading.payments_of(PatientId(patient_id), actor, limit, after)
    items = [PaymentView.model_validate(each) for each in found.items]
    return represent(Page[PaymentView](items=items, next=found.next))


@router.get("/v1/payments/{payment_id}", response_model=PaymentView)
async def read_payment(payment_id: str, actor: CurrentActor, app: App) -> Response:
    """One payment."""
    payment = await app.reading.payment(PaymentId(payment_id), actor)
    return represent(PaymentView.model_validate(payment), version=payment.version)


@router.post("/v1/payments/{payment_id}/refunds", status_code=201, response_model=RefundedView)
async def refund_payment(
    payment_id: str,
    body: RefundBody,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Money goes back by the method it came by."""
    command = RefundPayment(PaymentId(payment_id), body.amount.money(), body.reason, version)
    done = await app.refund_payment(command, actor, request)
    return answer(done, RefundedView.model_validate(done.value), status=201, version=done.value.version)


@router.post("/v1/payments/{payment_id}/refunds/{refund_id}/paid", response_model=RefundedView)
async def pay_refund_otherwise(
    payment_id: str,
    refund_id: str,
    actor: CurrentActor,
    app: App,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """What the card processor could not give back was paid from the clinic's own cash or bank."""
    command = PayRefundOtherwise(PaymentId(payment_id), refund_id, version)
    done = await app.pay_refund_otherwise(command, actor, request)
    return answer(done, RefundedView.model_validate(done.value), version=done.value.version)
