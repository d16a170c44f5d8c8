"""The inventories of a place's controlled drugs: taken by one, signed by another, printed for an inspector.

Source: 21 CFR 1304.11 (what an inventory says), 1304.04(a) (kept for two years, ready to be copied by an inspector).
"""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, PageCursor
from careflow_service.identity import Actor
from careflow_service.ids import new_id
from careflow_service.pages.asking import Filled, Kind, body_of, read
from careflow_service.pages.forms import FormRequest, Submitted
from careflow_service.pages.refusing import refusal_of
from careflow_service.pages.site import Pages, Site, go_on
from sessions.application.commands.take_inventory import ConfirmInventory, TakeInventory
from sessions.application.use_cases import Sessions
from sessions.domain.clinic_day import clinic_day
from sessions.domain.drug_inventories import InventoryMoment, by_finished_form
from sessions.domain.ids import InventoryId, LocationId
from sessions.entrypoints.http.access import ACCESS
from sessions.entrypoints.http.inventory_routes import NewInventory
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.pages.bedside_fields import field
from sessions.entrypoints.pages.counting import ask_counts, counted

router = APIRouter(prefix="/pages/drug-log", include_in_schema=False)

SHOWN: Final = 20
MOMENT: Final = field("moment", Kind.CHOICE, *InventoryMoment)
Done = Annotated[str | None, Query(max_length=20, pattern="^[a-z]+$")]


@router.get("/inventories")
async def inventories_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, after: PageCursor = None
) -> Response:
    """The inventories of a place, the newest first, and by when the next one is due."""
    listed = await app.reading.inventories_of(LocationId(location), actor, limit=SHOWN, after=after)
    may = ACCESS["POST /pages/drug-log/inventories/take"].admits(actor, {})
    return pages.show(
        request.scope, "inventories.html", listed=listed, location=location, after=after, may_take=may, zone=pages.zone
    )


@router.get("/inventories/take")
async def ask_inventory(request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid) -> Response:
    """Each container to be counted, by its label."""
    return await _ask(request, app, actor, pages, location, Filled())


@router.post("/inventories/take")
async def take(
    request: Request, app: App, actor: CurrentActor, pages: Pages, location: Uuid, typed: Submitted, key: FormRequest
) -> Response:
    """Take it, of today."""
    containers = await app.read_drug_log.to_count(LocationId(location), actor)
    found, wrong = counted(containers, typed)
    body, faults = read(NewInventory, body_of((MOMENT,), typed, pages.zone, {"counted": {}}, now=pages.clock()))
    if body is None or wrong:
        return await _ask(request, app, actor, pages, location, Filled(typed, {**faults, **wrong}))
    command = TakeInventory(LocationId(location), body.moment, found)
    if refused := await refusal_of(app.take_inventory(command, actor, key), typed=True):
        filled = Filled(typed, refused=refused)
        return await _ask(request, app, actor, pages, location, filled)
    return go_on(request, "../inventories", anchor="done", location=location, done="take")


@router.get("/inventories/{inventory_id}")
async def inventory_page(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inventory_id: Uuid, done: Done = None
) -> Response:
    """One inventory as an inspector reads it."""
    return await _show(request, app, actor, pages, inventory_id, Filled(), done)


@router.post("/inventories/{inventory_id}/confirm")
async def confirm(
    request: Request, app: App, actor: CurrentActor, pages: Pages, inventory_id: Uuid, _: Submitted, key: FormRequest
) -> Response:
    """A second person counted the same."""
    command = ConfirmInventory(InventoryId(inventory_id))
    if refused := await refusal_of(app.confirm_inventory(command, actor, key)):
        filled = Filled(refused=refused)
        return await _show(request, app, actor, pages, inventory_id, filled, None)
    return go_on(request, f"../{inventory_id}", anchor="done", done="confirm")


async def _show(
    request: Request, app: Sessions, actor: Actor, pages: Site, inventory_id: str, filled: Filled, done: str | None
) -> Response:
    inventory = await app.reading.inventory(InventoryId(inventory_id), actor)
    may = ACCESS["POST /pages/drug-log/inventories/{inventory_id}/confirm"].admits(actor, {})
    return pages.show(
        request.scope,
        "inventory.html",
        status=filled.status,
        inventory=inventory,
        forms=by_finished_form(inventory.lines),
        registrant=app.ports.registrants.at(inventory.location_id),
        confirms=inventory.waits and inventory.taken_by != actor.id and may,
        key=new_id,
        done=done,
        refused=filled.refused,
        zone=pages.zone,
    )


async def _ask(request: Request, app: Sessions, actor: Actor, pages: Site, location: str, filled: Filled) -> Response:
    return ask_counts(
        request,
        pages,
        await app.read_drug_log.to_count(LocationId(location), actor),
        filled,
        form="take",
        day=clinic_day(app.ports.clock(), app.ports.policy.timezone),
        address="drug-log/inventories/take",
        parameters={"location": location},
        back="drug-log/inventories",
        first=(MOMENT,),
    )
