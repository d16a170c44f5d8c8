"""The controlled-drug log: receiving, drawing, entering, witnessing, reading."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from careflow_domain.errors import invalid
from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import PROSE, Day, Moment
from sessions.application.commands.draw_drug import DrawDrug
from sessions.application.commands.enter_in_drug_log import EnterInDrugLog, ReverseEntry
from sessions.application.commands.hand_out_package import HandOutPackage
from sessions.application.commands.receive_container import ReceiveContainer
from sessions.application.commands.witness_entry import WitnessEntry
from sessions.domain.checks import Identifier
from sessions.domain.drug_amounts import DrugUnit, Piece
from sessions.domain.drug_entries import Destroyed, EntryKind, HandedOut, Recipient, Returned
from sessions.domain.drug_items import Item
from sessions.domain.ids import ContainerId, DrawId, EntryId, LocationId, PatientId, SessionId
from sessions.domain.packages import PackageLabel
from sessions.domain.registrants import is_dea_number
from sessions.domain.units import Milligrams, MilligramsPerMillilitre
from sessions.entrypoints.http.access import OF_PACKAGES
from sessions.entrypoints.http.drug_amount_bodies import Amounting, milligrams_of
from sessions.entrypoints.http.drug_log_views import ContainerList, ContainerView, container_view
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Line,
    Note,
    PartAdded,
    Quantity,
    Uuid,
    added,
    changed,
)

router = APIRouter(tags=["drug log"])


def _checked(number: str) -> str:
    if not is_dea_number(number):
        raise ValueError("the check digit of this DEA registration number is wrong")
    return number


DeaNumber = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z9][0-9]{7}$"), AfterValidator(_checked)]


class NewPackage(RequestPart):
    """What a pharmacy dispensed for one patient, as its label says (21 CFR 1306.24)."""

    patient_id: Uuid
    pharmacy: Line
    dea_number: DeaNumber
    prescription: Line

    def label(self) -> PackageLabel:
        return PackageLabel(
            patient_id=PatientId(self.patient_id),
            pharmacy=self.pharmacy,
            dea_number=self.dea_number,
            prescription=self.prescription,
        )


class NewContainer(Amounting):
    """As its label says: `quantity` of `unit` with `mg_per_unit` in each; of a solution `ml` and `mg_per_ml` will do. A
    `package` is one patient's own; what was compounded for them has no `ndc`. `happened_at` is when it arrived, where
    that is entered afterwards; the line is of the day it is entered on.
    """

    location_id: Uuid
    drug: Line
    form: Line
    ndc: Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")] | None = None
    lot: Line
    expires_on: Day
    mg_per_unit: Quantity | None = None
    mg_per_ml: Quantity | None = None
    package: NewPackage | None = None
    happened_at: Moment | None = None

    def item(self) -> Item:
        """Refused: `strength_ambiguous`, `amount_missing`, `amount_ambiguous`."""
        amount, strength = self.must_have_amount(), self.mg_per_unit
        if self.mg_per_ml is not None and amount.unit is DrugUnit.MILLILITRE and strength is None:
            strength = self.mg_per_ml
        elif strength is None or self.mg_per_ml is not None:
            raise invalid("strength_ambiguous", "A label states its strength once: the milligrams in one unit.")
        solution = amount.unit is DrugUnit.MILLILITRE
        return Item(
            drug=self.drug,
            form=self.form,
            ndc=self.ndc,
            lot=self.lot,
            expires_on=self.expires_on,
            labelled=Milligrams(amount.value * strength),
            concentration=MilligramsPerMillilitre(strength) if solution else None,
            piece=None if solution else Piece(unit=amount.unit, content=Milligrams(strength)),
        )


class NewDraw(Amounting):
    """For the dose of a session, or with `order_id` for a controlled medicine ordered beside it."""

    session_id: Uuid
    order_id: Uuid | None = None


class ReturnToDistributor(RequestBody):
    """To which reverse distributor, by its DEA registration number."""

    distributor: Line
    dea_number: DeaNumber

    def said(self) -> Returned:
        return Returned(distributor=self.distributor, dea_number=self.dea_number)


class Destruction(RequestBody):
    """What Form 41 asks beside the item, the amount, the day and the two employees."""

    place: Line
    method: Line

    def said(self) -> Destroyed:
        return Destroyed(place=self.place, method=self.method)


class NewEntry(Amounting):
    """From a draw, or from the container itself, in milligrams or in its own unit. What is returned names its
    distributor, what is destroyed how. `happened_at` is when it happened, where that is entered afterwards; the line is
    of the day it is entered on.
    """

    kind: EntryKind
    returned: ReturnToDistributor | None = None
    destroyed: Destruction | None = None
    mg: Quantity | None = None
    draw_id: Uuid | None = None
    note: Annotated[str, StringConstraints(max_length=4000), PROSE] = ""
    happened_at: Moment | None = None

    def said(self, container_id: ContainerId) -> EnterInDrugLog:
        """The line of this container. Refused: `disposal_ambiguous`, `amount_missing`, `amount_ambiguous`."""
        if self.returned and self.destroyed:
            raise invalid("disposal_ambiguous", "A line is a return or a destruction, not both.")
        gone = self.returned or self.destroyed
        return EnterInDrugLog(
            container_id,
            self.kind,
            milligrams_of(self.mg, self.amount()),
            DrawId(self.draw_id) if self.draw_id else None,
            self.note,
            gone.said() if gone else None,
            self.happened_at,
        )


class HandOut(Amounting):
    """Who takes it home, and by what they were known: two identifiers at least. `happened_at` is when they took it,
    where that is entered afterwards; the line is of the day it is entered on.
    """

    recipient: Recipient
    identified_by: Annotated[tuple[Identifier, ...], Field(min_length=2, max_length=5)]
    note: Annotated[str, StringConstraints(max_length=4000), PROSE] = ""
    happened_at: Moment | None = None

    def said(self, container_id: ContainerId) -> HandOutPackage:
        """Refused: `identifiers_repeated`, `amount_missing`, `amount_ambiguous`."""
        if len(set(self.identified_by)) < len(self.identified_by):
            raise invalid("identifiers_repeated", "Two identifiers are two different ones.")
        gone = HandedOut(recipient=self.recipient, identified_by=self.identified_by)
        return HandOutPackage(container_id, self.must_have_amount(), gone, self.note, self.happened_at)


class Reversal(RequestBody):
    note: Note


@router.get("/v1/drug-log/containers", response_model=Page[ContainerView])
async def list_containers(
    location_id: Uuid,
    actor: CurrentActor,
    app: App,
    emptied: bool = False,
    limit: PageLimit = WHOLE,
    after: PageCursor = None,
) -> Response:
    """What is in use at a location, or what was used up there."""
    place, whose = LocationId(location_id), OF_PACKAGES.admits(actor, {})
    found, packages = await app.reading.containers_at(place, actor, limit, after, emptied=emptied, whose=whose)
    items = [container_view(each, packages, app) for each in found.items]
    return represent(Page[ContainerView](items=items, next=found.next))


@router.get("/v1/drug-log/containers/{container_id}", response_model=ContainerView)
async def read_container(container_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One container with every line of its log."""
    whose = OF_PACKAGES.admits(actor, {})
    container, packages = await app.reading.container(ContainerId(container_id), actor, whose=whose)
    return represent(container_view(container, packages, app), version=container.version)


@router.get("/v1/patients/{patient_id}/packages", response_model=ContainerList)
async def list_packages(patient_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """What was dispensed for a patient and is, or was, kept by the clinic, the first received first."""
    containers, packages = await app.reading.packages_of(PatientId(patient_id), actor)
    return represent(ContainerList(items=tuple(container_view(each, packages, app) for each in containers)))


@router.post("/v1/drug-log/containers", status_code=201, response_model=AggregateChanged)
async def receive_container(body: NewContainer, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """A container arrives: the clinic's stock, or what a pharmacy dispensed for one patient."""
    label = body.package.label() if body.package else None
    command = ReceiveContainer(LocationId(body.location_id), body.item(), label, body.happened_at)
    committed = await app.receive_container(command, actor, request)
    return changed(committed, status=201, location=f"/v1/drug-log/containers/{committed.value.id}")


@router.post("/v1/drug-log/containers/{container_id}/draws", status_code=201, response_model=PartAdded)
async def draw_drug(
    container_id: Uuid, body: NewDraw, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Draw up, or take out, for a session."""
    command = DrawDrug(ContainerId(container_id), SessionId(body.session_id), body.must_have_amount(), body.order_id)
    return added(await app.draw_drug(command, actor, request))


@router.post("/v1/drug-log/containers/{container_id}/entries", status_code=201, response_model=PartAdded)
async def enter_in_drug_log(
    container_id: Uuid, body: NewEntry, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Enter a line; it counts once a second person has witnessed it."""
    return added(await app.enter_in_drug_log(body.said(ContainerId(container_id)), actor, request))


@router.post("/v1/drug-log/containers/{container_id}/hand-outs", status_code=201, response_model=PartAdded)
async def hand_out_package(
    container_id: Uuid, body: HandOut, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Hand some of a patient's own package out to them; it counts once a second person has witnessed it."""
    return added(await app.hand_out_package(body.said(ContainerId(container_id)), actor, request))


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
