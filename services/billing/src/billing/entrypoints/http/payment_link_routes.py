"""Payment links, by which patients pay by card at the processor's page, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import Field, model_validator

from billing.application.commands.close_payment_link import ClosePaymentLink
from billing.application.commands.make_payment_link import MakePaymentLink
from billing.domain.ids import AppointmentId, ChargeId, LinkId, PatientId
from billing.domain.payment_links import LinkState
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

router = APIRouter(prefix="/v1/payment-links", tags=["payment links"])


class PaymentLinkBody(RequestBody):
    """`charge_ids` or `appointment_id` say what is to be paid, all that is owed where neither does; `amount` how much,
    what is owed where it is left out.
    """

    patient_id: Id
    charge_ids: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    appointment_id: Id | None = None
    amount: MoneyBody | None = None

    @model_validator(mode="after")
    def _meant_for_one_thing(self) -> "PaymentLinkBody":
        if self.charge_ids and self.appointment_id is not None:
            raise ValueError("a payment is meant for charges or for a visit")
        return self


class PaymentLinkView(View):
    """`address` is where the patient pays, until `expires_at`; there is none before the processor was asked, and none
    once the link is over. `refused` is the processor's word for why it did not want to.
    """

    id: str
    version: int
    patient_id: str
    amount: MoneyView
    state: LinkState
    made_at: datetime
    expires_at: datetime
    charge_ids: tuple[str, ...]
    appointment_id: str | None
    address: str | None
    refused: str | None
    payment_id: str | None


@router.post("", status_code=201, response_model=ChangedView)
async def make_payment_link(
    body: PaymentLinkBody, actor: CurrentActor, app: App, request: IdempotentRequest
) -> Response:
    """Somebody is to pay by card. The link has its address once the processor was asked, within seconds."""
    command = MakePaymentLink(
        PatientId(body.patient_id),
        tuple(ChargeId(each) for each in dict.fromkeys(body.charge_ids)),
        AppointmentId(body.appointment_id) if body.appointment_id else None,
        body.amount.money() if body.amount else None,
    )
    done = await app.make_payment_link(command, actor, request)
    made = ChangedView.model_validate(done.value)
    return answer(done, made, status=201, version=made.version, location=f"/v1/payment-links/{made.id}")


@router.get("", response_model=Page[PaymentLinkView])
async def list_payment_links(
    patient_id: Annotated[Id, Query()],
    actor: CurrentActor,
    app: App,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """A patient's links, oldest first."""
    links = await app.reading.payment_links_of(PatientId(patient_id), actor, limit, after)
    return represent(
        Page[PaymentLinkView](items=[PaymentLinkView.model_validate(link) for link in links.items], next=links.next)
    )


@router.get("/{link_id}", response_model=PaymentLinkView)
async def read_payment_link(link_id: str, actor: CurrentActor, app: App) -> Response:
    """One link."""
    link = await app.reading.payment_link(LinkId(link_id), actor)
    return represent(PaymentLinkView.model_validate(link), version=link.version)


@router.post("/{link_id}/close", response_model=ChangedView)
async def close_payment_link(
    link_id: str, actor: CurrentActor, app: App, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Nobody is to pay by it any more."""
    done = await app.close_payment_link(ClosePaymentLink(LinkId(link_id), version), actor, request)
    return answer(done, ChangedView.model_validate(done.value), version=done.value.version)
