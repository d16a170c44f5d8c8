"""The inventories of the controlled drugs: taken, signed by a second person, read."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from sessions.application.commands.take_inventory import ConfirmInventory, TakeInventory
from sessions.domain.drug_amounts import DrugQuantity
from sessions.domain.drug_inventories import Inventory, InventoryLine, InventoryMoment
from sessions.domain.ids import ContainerId, InventoryId, LocationId
from sessions.entrypoints.http.drug_amount_bodies import AmountView
from sessions.entrypoints.http.drug_day_routes import MOST_COUNTED, Counted
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    RegistrantView,
    Shown,
    Uuid,
    changed,
    registrant_view,
)

router = APIRouter(tags=["drug log"])


class NewInventory(RequestBody):
    """Of today, at the open or the close of business: what was counted in every container, in its own unit."""

    moment: InventoryMoment
    counted: Annotated[dict[Uuid, Counted], Field(max_length=MOST_COUNTED)]

    def found(self) -> dict[ContainerId, DrugQuantity]:
        return {ContainerId(each): DrugQuantity(value=it.quantity, unit=it.unit) for each, it in self.counted.items()}


class InventoryLineView(BaseModel):
    """`opened`: something was taken from it before. `expected` is what the log said."""

    container_id: str
    drug: str
    form: str
    ndc: str | None
    lot: str
    mg_per_unit: Shown
    package_id: str | None
    opened: bool
    labelled: AmountView
    expected: AmountView
    counted: AmountView

    @classmethod
    def of(cls, line: InventoryLine) -> "InventoryLineView":
        item = line.item
        return cls(
            container_id=line.container_id,
            drug=item.drug,
            form=item.form,
            ndc=item.ndc,
            lot=item.lot,
            mg_per_unit=item.strength,
            package_id=line.package_id,
            opened=line.opened,
            labelled=AmountView.of(item.whole),
            expected=AmountView.of(line.expected),
            counted=AmountView.of(line.counted),
        )


class InventoryView(BaseModel):
    """It counts once `confirmed_by` is there; `withdrawn` is one that was taken anew before that. `due_by` is when the
    next one is late, `asked_for_at` when it is asked for; `current` the last one that counts; `registrant` who is
    registered for the place now, null where the clinic has not said.
    """

    id: str
    version: int
    location_id: str
    day: date
    moment: InventoryMoment
    taken_by: str
    taken_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    withdrawn: bool
    current: bool
    asked_for_at: datetime | None
    due_by: datetime | None
    registrant: RegistrantView | None
    lines: tuple[InventoryLineView, ...]


class InventoryList(BaseModel):
    """`next` is the cursor of the page after this one."""

    items: tuple[InventoryView, ...]
    next: str | None


@router.get("/v1/drug-log/locations/{location_id}/inventories", response_model=InventoryList)
async def list_inventories(
    location_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = 20, after: PageCursor = None
) -> Response:
    """The inventories of a location, the newest first."""
    listed = await app.reading.inventories_of(LocationId(location_id), actor, limit=limit, after=after)
    return represent(InventoryList(items=tuple(_inventory(each, app) for each in listed.items), next=listed.next))


@router.get("/v1/drug-log/inventories/{inventory_id}", response_model=InventoryView)
async def read_inventory(inventory_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One inventory with everything that was counted."""
    inventory = await app.reading.inventory(InventoryId(inventory_id), actor)
    return represent(_inventory(inventory, app), version=inventory.version)


@router.post("/v1/drug-log/locations/{location_id}/inventories", status_code=201, response_model=AggregateChanged)
async def take_inventory(
    location_id: Uuid, body: NewInventory, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Take the inventory of today. Refused with every container that was not counted."""
    command = TakeInventory(LocationId(location_id), body.moment, body.found())
    committed = await app.take_inventory(command, actor, request)
    return changed(committed, status=201, location=f"/v1/drug-log/inventories/{committed.value.id}")


@router.post("/v1/drug-log/inventories/{inventory_id}/confirm", response_model=AggregateChanged)
async def confirm_inventory(inventory_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Sign with one's own login, as the second person, what was counted."""
    return changed(await app.confirm_inventory(ConfirmInventory(InventoryId(inventory_id)), actor, request))


def _inventory(inventory: Inventory, app: App) -> InventoryView:
    return InventoryView(
        id=inventory.id,
        version=inventory.version,
        location_id=inventory.location_id,
        day=inventory.day,
        moment=inventory.moment,
        taken_by=inventory.taken_by,
        taken_at=inventory.taken_at,
        confirmed_by=inventory.confirmed_by,
        confirmed_at=inventory.confirmed_at,
        withdrawn=inventory.withdrawn,
        current=inventory.current,
        asked_for_at=inventory.remind_at,
        due_by=inventory.due_by,
        registrant=registrant_view(app.ports.registrants.at(inventory.location_id)),
        lines=tuple(InventoryLineView.of(each) for each in inventory.lines),
    )
