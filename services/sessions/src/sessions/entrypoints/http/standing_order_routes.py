"""Standing orders of a location: signing, revoking, reading."""

from datetime import date, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

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
from careflow_service.http.fields import Day
from sessions.application.commands.sign_standing_order import RevokeStandingOrder, SignStandingOrder
from sessions.domain.ids import LocationId, StandingOrderId
from sessions.domain.standing_orders import StandingOrder
from sessions.entrypoints.http.medicine_bodies import MedicineBody, MedicineView, medicine_view
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["medicines"])


class NewStandingOrder(RequestBody):
    """It counts from `valid_from` to `valid_until`, both days of the clinic."""

    medicine: MedicineBody
    valid_from: Day
    valid_until: Day


class NewRevocation(RequestBody):
    reason: Note


class RevocationView(View):
    reason: str
    by: str
    at: datetime


class StandingOrderView(BaseModel):
    id: str
    version: int
    location_id: str
    medicine: MedicineView
    valid_from: date
    valid_until: date
    signed_by: str
    signed_at: datetime
    policy_version: str
    revocation: RevocationView | None


@router.get("/v1/locations/{location_id}/standing-orders", response_model=Page[StandingOrderView])
async def list_standing_orders(
    location_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """All standing orders of a location, revoked and ended ones too, the newest first."""
    orders = await app.reading_medicines.standing_orders_of(LocationId(location_id), actor, limit, after)
    return represent(Page[StandingOrderView](items=[_order(each) for each in orders.items], next=orders.next))


@router.post("/v1/locations/{location_id}/standing-orders", status_code=201, response_model=AggregateChanged)
async def sign_standing_order(
    location_id: Uuid, body: NewStandingOrder, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Sign what nurses of the location may give by themselves."""
    command = SignStandingOrder(LocationId(location_id), body.medicine.terms(), body.valid_from, body.valid_until)
    return changed(await app.sign_standing_order(command, actor, request), status=201)


@router.post("/v1/standing-orders/{order_id}/revoke", response_model=AggregateChanged)
async def revoke_standing_order(
    order_id: Uuid, body: NewRevocation, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Take it back; what was given by it stays as it was."""
    command = RevokeStandingOrder(StandingOrderId(order_id), body.reason)
    return changed(await app.revoke_standing_order(command, actor, request))


def _order(order: StandingOrder) -> StandingOrderView:
    return StandingOrderView(
        id=order.id,
        version=order.version,
        location_id=order.location_id,
        medicine=medicine_view(order.terms),
        valid_from=order.valid_from,
        valid_until=order.valid_until,
        signed_by=order.signed_by,
        signed_at=order.signed_at,
        policy_version=order.policy_version,
        revocation=RevocationView.model_validate(order.revocation) if order.revocation else None,
    )
