"""The standing orders of a location, for who works by them and who signs them; and all orders by word that wait.

Invariant: a form is read by the API's own body and is the API's own command. An order is never changed: it is signed
anew, from what it said, and the old one revoked.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    PageCursor,
)
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Field, Filled, Kind, body_of, read
from careflow_service.pages.forms import KEY, Form, FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.sign_standing_order import RevokeStandingOrder, SignStandingOrder
from sessions.application.queries.read_bedside import unsigned_of
from sessions.application.use_cases import Sessions
from sessions.domain.clinic_day import clinic_day
from sessions.domain.ids import LocationId, StandingOrderId
from sessions.domain.standing_orders import StandingOrder
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.http.standing_order_routes import NewRevocation, NewStandingOrder
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.medicine_forms import MEDICINE, UNITS

router = APIRouter(prefix="/pages", include_in_schema=False)

SIGNING: Final = (*MEDICINE, field("valid_from", Kind.DAY), field("valid_until", Kind.DAY))
REVOKING: Final = (field("reason", Kind.PROSE),)
ORDERS_ON_A_PAGE: Final = 50


@router.get("/bedside/orders")
async def waiting_orders(
    request: Request, app: App, actor: CurrentActor, pages: Pages, after: PageCursor = None
) -> Response:
    """Every order by word that waits for its prescriber, the most urgent first, page by page."""
    listed = await app.reading_medicines.waiting(actor, limit=ORDERS_ON_A_PAGE, after=after)
    unsigned = unsigned_of(listed.items, app.ports.clock())
    return pages.show(request.scope, "waiting_orders.html", unsigned=unsigned, next=listed.next, zone=pages.zone)


@router.get("/standing-orders")
async def standing_orders(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    done: str | None = None,
    after: PageCursor = None,
) -> Response:
    """Those of a location, page by page: those that count first, then the others, the newest first."""
    orders = await app.reading_medicines.standing_orders_of(LocationId(location), actor, WHOLE, after)
    today = clinic_day(app.ports.clock(), app.ports.policy.timezone)
    lines = sorted(((_state(each, today), each) for each in orders.items), key=lambda line: _RANK.index(line[0]))
    return pages.show(
        request.scope,
        "standing_orders.html",
        lines=lines,
        next=orders.next,
        location=location,
        signs=ACCESS["POST /pages/standing-orders/sign"].admits(actor, {}),
        done=done,
        units=UNITS,
        zone=pages.zone,
        most_limits=1,
    )


@router.get("/standing-orders/sign")
async def ask_standing_order(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, like: Uuid | None = None
) -> Response:
    """The form, empty or as another order of the location says it."""
    typed = Form({})
    if like is not None:
        typed = _said(await app.reading_medicines.standing_order(StandingOrderId(like), actor))
    return _ask(request, pages, "sign", SIGNING, location, Filled(typed))


@router.post("/standing-orders/sign")
async def sign_order_of_location(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    location: Uuid,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """Sign it."""
    body, faults = read(NewStandingOrder, body_of(SIGNING, typed, pages.zone, {}))
    if body is None:
        return _ask(request, pages, "sign", SIGNING, location, Filled(typed, faults))
    command = SignStandingOrder(LocationId(location), body.medicine.terms(), body.valid_from, body.valid_until)
    if refused := await refusal_of(app.sign_standing_order(command, actor, key), typed=True):
        return _ask(request, pages, "sign", SIGNING, location, Filled(typed, refused=refused))
    return go_on(request, "../standing-orders", anchor="done", location=location, done="signed")


@router.get("/standing-orders/{order_id}/revoke")
async def ask_revocation(request: Request, app: App, actor: CurrentActor, pages: Pages, order_id: Uuid) -> Response:
    """What is revoked, and why."""
    return await _ask_revocation(request, app, actor, pages, order_id, Filled())


@router.post("/standing-orders/{order_id}/revoke")
async def revoke_order_of_location(
    request: Request,
    app: App,
    actor: CurrentActor,
    pages: Pages,
    order_id: Uuid,
    typed: Submitted,
    key: FormRequest,
) -> Response:
    """Revoke it, from now on."""
    body, faults = read(NewRevocation, body_of(REVOKING, typed, pages.zone, {}))
    if body is None:
        return await _ask_revocation(request, app, actor, pages, order_id, Filled(typed, faults))
    command = RevokeStandingOrder(StandingOrderId(order_id), body.reason)
    if refused := await refusal_of(app.revoke_standing_order(command, actor, key)):
        filled = Filled(typed, refused=refused)
        return await _ask_revocation(request, app, actor, pages, order_id, filled)
    order = await app.reading_medicines.standing_order(StandingOrderId(order_id), actor)
    return go_on(request, "../../standing-orders", anchor="done", location=order.location_id, done="revoked")


_RANK: Final = ("counts", "later", "ended", "revoked")


def _state(order: StandingOrder, today: date) -> str:
    if order.revocation is not None:
        return "revoked"
    if today > order.valid_until:
        return "ended"
    return "counts" if today >= order.valid_from else "later"


def _said(order: StandingOrder) -> Form:
    """What an order says, as it is typed; its days are for who signs anew to say."""
    terms = order.terms
    typed: dict[str, str] = {
        "medicine.medicine": terms.medicine,
        "medicine.strength": terms.strength,
        "medicine.route": terms.route.value,
        "medicine.unit": terms.unit.value,
        "medicine.least": f"{terms.least.value.normalize():f}",
        "medicine.most": f"{terms.most.value.normalize():f}",
        "medicine.interval_minutes": str(int(terms.interval.total_seconds()) // 60),
        "medicine.indication": terms.indication,
        "medicine.controlled": "yes" if terms.controlled else "no",
        **{f"medicine.not_with.{each}": "1" for each in terms.not_with},
    }
    if terms.in_visit is not None:
        typed["medicine.in_visit"] = f"{terms.in_visit.value.normalize():f}"
    for limit in terms.sign_limits[:1]:
        said: Mapping[str, Any] = {"signal": limit.signal, "at_most": limit.at_most, "at_least": limit.at_least}
        typed |= {f"medicine.sign_limits.0.{name}": str(value) for name, value in said.items() if value is not None}
    return Form(typed)


async def _ask_revocation(
    request: Request, app: Sessions, actor: Actor, pages: Site, order_id: str, filled: Filled
) -> Response:
    order = await app.reading_medicines.standing_order(StandingOrderId(order_id), actor)
    return _ask(request, pages, "revoke", REVOKING, order.location_id, filled, order=order)


def _ask(
    request: Request,
    pages: Site,
    form: str,
    fields: Sequence[Field],
    location: str,
    filled: Filled,
    *,
    order: StandingOrder | None = None,
) -> Response:
    asked = pages.words(request.scope).groups["asked"]
    address = "standing-orders/sign" if order is None else f"standing-orders/{order.id}/revoke"
    return pages.show(
        request.scope,
        "standing_order_form.html",
        status=filled.status,
        form=form,
        fields=fields,
        address=address,
        location=location,
        order=order,
        units=UNITS,
        zone=pages.zone,
        kept={KEY: new_id()},
        labels={each.name: asked[each.named] for each in fields},
        typed=filled.typed,
        faults=filled.faults,
        refused=filled.refused,
    )
