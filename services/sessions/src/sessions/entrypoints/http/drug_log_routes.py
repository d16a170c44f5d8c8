"""The controlled-drug log: receiving, drawing, entering, witnessing, reading."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, StringConstraints

from careflow_domain.errors import invalid
from careflow_service.http.dependencies import CurrentActor, IdempotentRequest, RequestBody, represent
from careflow_service.http.fields import PROSE, Day
from sessions.application.commands.draw_drug import DrawDrug
from sessions.application.commands.enter_in_drug_log import EnterInDrugLog, ReverseEntry
from sessions.application.commands.receive_container import ReceiveContainer
from sessions.application.commands.witness_entry import WitnessEntry
from sessions.domain.clinic_day import clinic_day
from sessions.domain.discrepancy_cases import Judgement
from sessions.domain.drug_entries import Destroyed, EntryKind, Returned, Ruling
from sessions.domain.drug_items import Item
from sessions.domain.drug_log import Container
from sessions.domain.ids import ContainerId, DrawId, EntryId, LocationId, SessionId
from sessions.domain.units import Milligrams, MilligramsPerMillilitre, Millilitres
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Line,
    Note,
    PartAdded,
    Quantity,
    Shown,
    Uuid,
    View,
    added,
    changed,
)

router = APIRouter(tags=["drug log"])


class NewContainer(RequestBody):
    """As its label says; the amount is volume times concentration."""

    location_id: Uuid
    drug: Line
    form: Line
    ndc: Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")]
    lot: Line
    expires_on: Day
    ml: Quantity
    mg_per_ml: Quantity

    def item(self) -> Item:
        concentration = MilligramsPerMillilitre(self.mg_per_ml)
        return Item(
            drug=self.drug,
            form=self.form,
            ndc=self.ndc,
            lot=self.lot,
            expires_on=self.expires_on,
            labelled=concentration.times(Millilitres(self.ml)),
            concentration=concentration,
        )


class NewDraw(RequestBody):
    """For the dose of a session, or with `order_id` for a controlled medicine ordered beside it."""

    session_id: Uuid
    ml: Quantity
    order_id: Uuid | None = None


class ReturnToDistributor(RequestBody):
    """To which reverse distributor, by its DEA registration number."""

    distributor: Line
    dea_number: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z9][0-9]{7}$")]

    def said(self) -> Returned:
        return Returned(distributor=self.distributor, dea_number=self.dea_number)


class Destruction(RequestBody):
    """What Form 41 asks beside the item, the amount, the day and the two employees."""

    place: Line
    method: Line

    def said(self) -> Destroyed:
        return Destroyed(place=self.place, method=self.method)


class NewEntry(RequestBody):
    """From a draw, or from the container itself. What is returned names its distributor, what is destroyed how."""

    kind: EntryKind
    returned: ReturnToDistributor | None = None
    destroyed: Destruction | None = None
    mg: Quantity
    draw_id: Uuid | None = None
    note: Annotated[str, StringConstraints(max_length=4000), PROSE] = ""

    def said(self, container_id: ContainerId) -> EnterInDrugLog:
        """The line of this container. Refused: `disposal_ambiguous`."""
        if self.returned and self.destroyed:
            raise invalid("disposal_ambiguous", "A line is a return or a destruction, not both.")
        gone = self.returned or self.destroyed
        return EnterInDrugLog(
            container_id,
            self.kind,
            Milligrams(self.mg),
            DrawId(self.draw_id) if self.draw_id else None,
            self.note,
            gone.said() if gone else None,
        )


class Reversal(RequestBody):
    note: Note


class ReturnedView(View):
    distributor: str
    dea_number: str


class DestroyedView(View):
    place: str
    method: str


class RulingView(BaseModel):
    """How the case was judged that the line is in, in place of a witness."""

    case_id: str
    how: Judgement
    note: str
    by: str
    at: datetime

    @classmethod
    def of(cls, ruling: Ruling) -> Self:
        judged = ruling.judged
        return cls(case_id=ruling.case_id, how=judged.how, note=judged.note, by=judged.by, at=judged.at)


class EntryView(BaseModel):
    """`counts` once it is in the balance: by its witness, or where nobody was one in time by `judged`; `serial` is the
    device's.
    """

    id: str
    kind: EntryKind
    mg: Shown
    by: str
    at: datetime
    draw_id: str | None
    note: str
    serial: str | None
    witnessed_by: str | None
    witnessed_at: datetime | None
    counts: bool
    reverses: str | None
    returned: ReturnedView | None
    destroyed: DestroyedView | None
    judged: RulingView | None


class DrawView(BaseModel):
    id: str
    session_id: str
    mg: Shown
    open_mg: Shown
    by: str


class ContainerView(BaseModel):
    """`in_container_mg` is what a count must find; `on_hand_mg` has what is drawn up with it. With the line of a
    destruction it is what Form 41 is copied from.
    """

    id: str
    location_id: str
    version: int
    drug: str
    form: str
    ndc: str
    mg_per_ml: Shown
    lot: str
    expires_on: date
    expired: bool
    on_hand_mg: Shown
    in_container_mg: Shown
    draws: tuple[DrawView, ...]
    entries: tuple[EntryView, ...]


class ContainerList(BaseModel):
    items: tuple[ContainerView, ...]


@router.get("/v1/drug-log/containers", response_model=ContainerList)
async def list_containers(location_id: Uuid, actor: CurrentActor, app: App, emptied: bool = False) -> Response:
    """What is in use at a location, or what was used up there."""
    read = app.reading.emptied_at if emptied else app.reading.containers_at
    containers = await read(LocationId(location_id), actor)
    return represent(ContainerList(items=tuple(_container(each, app) for each in containers)))


@router.get("/v1/drug-log/containers/{container_id}", response_model=ContainerView)
async def read_container(container_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One container with every line of its log."""
    container = await app.reading.container(ContainerId(container_id), actor)
    return represent(_container(container, app), version=container.version)


@router.post("/v1/drug-log/containers", status_code=201, response_model=AggregateChanged)
async def receive_container(body: NewContainer, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """A container arrives."""
    command = ReceiveContainer(LocationId(body.location_id), body.item())
    committed = await app.receive_container(command, actor, request)
    return changed(committed, status=201, location=f"/v1/drug-log/containers/{committed.value.id}")


@router.post("/v1/drug-log/containers/{container_id}/draws", status_code=201, response_model=PartAdded)
async def draw_drug(
    container_id: Uuid, body: NewDraw, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Draw up for a session."""
    volume = Millilitres(body.ml)
    command = DrawDrug(ContainerId(container_id), SessionId(body.session_id), volume, body.order_id)
    return added(await app.draw_drug(command, actor, request))


@router.post("/v1/drug-log/containers/{container_id}/entries", status_code=201, response_model=PartAdded)
async def enter_in_drug_log(
    container_id: Uuid, body: NewEntry, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Enter a line; it counts once a second person has witnessed it."""
    return added(await app.enter_in_drug_log(body.said(ContainerId(container_id)), actor, request))


@router.post("/v1/drug-log/containers/{container_id}/entries/{entry_id}/witness", response_model=AggregateChanged)
async def witness_entry(
    container_id: Uuid, entry_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Confirm with one's own login what somebody else entered."""
    command = WitnessEntry(ContainerId(container_id), EntryId(entry_id))
    return changed(await app.witness_entry(command, actor, request))


@router.post(
    "/v1/drug-log/containers/{container_id}/entries/{entry_id}/reverse", status_code=201, response_model=PartAdded
)
async def reverse_entry(
    container_id: Uuid, entry_id: Uuid, body: Reversal, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Take a wrong line back by a counter-entry."""
    command = ReverseEntry(ContainerId(container_id), EntryId(entry_id), body.note)
    return added(await app.reverse_entry(command, actor, request))


def _container(container: Container, app: App) -> ContainerView:
    today = clinic_day(app.ports.clock(), app.ports.policy.timezone)
    return ContainerView(
        id=container.id,
        location_id=container.location_id,
        version=container.version,
        drug=container.item.drug,
        form=container.item.form,
        ndc=container.item.ndc,
        mg_per_ml=container.item.concentration.value,
        lot=container.item.lot,
        expires_on=container.item.expires_on,
        expired=today > container.item.expires_on,
        on_hand_mg=container.on_hand.value,
        in_container_mg=container.in_container.value,
        draws=tuple(
            DrawView(
                id=draw.id,
                session_id=draw.session_id,
                mg=draw.mass.value,
                open_mg=container.open_of(draw).value,
                by=draw.by,
            )
            for draw in container.draws
        ),
        entries=tuple(
            EntryView(
                id=entry.id,
                kind=entry.kind,
                mg=entry.mass.value,
                by=entry.by,
                at=entry.at,
                draw_id=entry.draw_id,
                note=entry.note,
                serial=entry.serial,
                witnessed_at=entry.witness.at if entry.witness else None,
                witnessed_by=entry.witness.by if entry.witness else None,
                counts=entry.counts,
                reverses=entry.reverses,
                returned=ReturnedView.model_validate(gone) if isinstance(gone := entry.disposal, Returned) else None,
                destroyed=DestroyedView.model_validate(gone) if isinstance(gone, Destroyed) else None,
                judged=RulingView.of(entry.ruling) if entry.ruling else None,
            )
            for entry in container.entries
        ),
    )
