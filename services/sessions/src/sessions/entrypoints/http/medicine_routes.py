"""Medicines beside the dose: ordering in a session, by writing and by word, giving, following and putting right."""

from fastapi import APIRouter, Response

from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import Moment
from sessions.application.commands.follow_medicine import CorrectMedicine, RecordEffect
from sessions.application.commands.give_medicine import GiveMedicine, WithholdMedicine
from sessions.application.commands.order_medicine import (
    AnswerVerbalOrder,
    CorrectVerbalOrder,
    OrderMedicine,
    TakeVerbalOrder,
)
from sessions.domain.administrations import FromDraw, MedicineAmendment, NotGivenReason, Relief
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, MedicineOrderId, SessionId, StaffId
from sessions.domain.units import MedicineAmount
from sessions.entrypoints.http.medication_views import (
    MedicinesView,
    WaitingOrderView,
    medication_view,
    offer_view,
    order_view,
)
from sessions.entrypoints.http.medicine_bodies import MedicineBody
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Note,
    PartAdded,
    Quantity,
    Staff,
    Uuid,
    added,
    changed,
)

router = APIRouter(tags=["medicines"])


class NewMedicineOrder(RequestBody):
    """`despite_allergy` is why the prescriber orders it although an allergy to it is known."""

    medicine: MedicineBody
    despite_allergy: Note | None = None


class NewVerbalOrder(NewMedicineOrder):
    """What a prescriber said, who it was, that it was read back to them, and why it was not written."""

    prescriber: Staff
    read_back: bool
    reason: Note

    def said(self, session_id: SessionId) -> TakeVerbalOrder:
        return TakeVerbalOrder(
            session_id,
            self.medicine.terms(),
            StaffId(self.prescriber),
            self.read_back,
            self.reason,
            self.despite_allergy or "",
        )


class NewAnswer(RequestBody):
    """Signed, or refused with a reason."""

    signed: bool
    reason: Note | None = None


class OrderCorrection(RequestBody):
    """From whom it was taken, and not from whom was written down."""

    prescriber: Staff
    reason: Note


class DrawnBody(RequestPart):
    """One of the draws of a container."""

    container_id: Uuid
    draw_id: Uuid

    def drawn(self) -> FromDraw:
        return FromDraw(container_id=ContainerId(self.container_id), draw_id=DrawId(self.draw_id))


class NewAdministration(RequestBody):
    """By an order of the session or a standing one of its location. Without `given_at` it was given now; `allergic` is
    what the patient says of this medicine. A controlled one names the draw it is given out of.
    """

    order_id: Uuid
    amount: Quantity
    given_at: Moment | None = None
    allergic: bool
    draw: DrawnBody | None = None

    def said(self, session_id: SessionId) -> GiveMedicine:
        drawn = None if self.draw is None else self.draw.drawn()
        amount = MedicineAmount(self.amount)
        return GiveMedicine(session_id, self.order_id, amount, self.given_at, self.allergic, drawn)


class NewNotGiven(RequestBody):
    order_id: Uuid
    why: NotGivenReason
    reason: Note


class NewEffect(RequestBody):
    administration_id: Uuid
    relief: Relief
    note: Note | None = None


class MedicineCorrection(RequestBody):
    """What was written down wrong, as it should have been; what is left out was right. An `amount` of "0" says that it
    was not given at all.
    """

    administration_id: Uuid
    amount: Quantity | None = None
    given_at: Moment | None = None
    reason: Note

    def said(self, session_id: SessionId) -> CorrectMedicine:
        amount = None if self.amount is None else MedicineAmount(self.amount)
        amendment = MedicineAmendment(amount=amount, given_at=self.given_at)
        return CorrectMedicine(session_id, AdministrationId(self.administration_id), amendment, self.reason)


@router.get("/v1/verbal-orders", response_model=Page[WaitingOrderView])
async def list_waiting_orders(
    actor: CurrentActor, app: App, limit: PageLimit = 200, after: PageCursor = None
) -> Response:
    """Every order that was taken by word and that its prescriber has not answered, the most urgent first. `limit`
    counts sessions, of which one may have several.
    """
    listed = await app.reading_medicines.waiting(actor, limit=limit, after=after)
    items = [
        WaitingOrderView(session_id=record.id, patient_id=record.patient_id, order=order_view(order))
        for record in listed.items
        for order in record.waiting
    ]
    return represent(Page[WaitingOrderView](items=items, next=listed.next))


@router.get("/v1/sessions/{session_id}/medicines", response_model=MedicinesView)
async def read_medicines(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """What was ordered and given beside the dose, and what may be given now or why not."""
    judged, offers = await app.reading_medicines.medicines(SessionId(session_id), actor)
    record, shown = judged.record, medication_view(judged.record).model_dump()
    offered = tuple(offer_view(each) for each in offers)
    view = MedicinesView(**shown, id=record.id, offers=offered, allergies=judged.allergies)
    return represent(view, version=record.version)


@router.post("/v1/sessions/{session_id}/medicine-orders", status_code=201, response_model=PartAdded)
async def order_medicine(
    session_id: Uuid, body: NewMedicineOrder, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Order one medicine in a session."""
    command = OrderMedicine(SessionId(session_id), body.medicine.terms(), body.despite_allergy or "")
    return added(await app.order_medicine(command, actor, request))


@router.post("/v1/sessions/{session_id}/verbal-orders", status_code=201, response_model=PartAdded)
async def take_verbal_order(
    session_id: Uuid, body: NewVerbalOrder, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down what a prescriber ordered by word; they sign or refuse it with their own login."""
    return added(await app.take_verbal_order(body.said(SessionId(session_id)), actor, request))


@router.post("/v1/sessions/{session_id}/verbal-orders/{order_id}/answer", response_model=AggregateChanged)
async def answer_verbal_order(
    session_id: Uuid, order_id: Uuid, body: NewAnswer, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Sign what was taken from you by word, or refuse it: then it is on record as disputed."""
    command = AnswerVerbalOrder(SessionId(session_id), MedicineOrderId(order_id), body.signed, body.reason or "")
    return changed(await app.answer_verbal_order(command, actor, request))


@router.post("/v1/sessions/{session_id}/verbal-orders/{order_id}/corrections", response_model=AggregateChanged)
async def correct_verbal_order(
    session_id: Uuid, order_id: Uuid, body: OrderCorrection, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Put right from whom an order was taken, while it waits: whoever took it, or a prescriber."""
    prescriber = StaffId(body.prescriber)
    command = CorrectVerbalOrder(SessionId(session_id), MedicineOrderId(order_id), prescriber, body.reason)
    return changed(await app.correct_verbal_order(command, actor, request))


@router.post("/v1/sessions/{session_id}/medicines", status_code=201, response_model=PartAdded)
async def give_medicine(
    session_id: Uuid, body: NewAdministration, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down that a medicine was given by an order."""
    return added(await app.give_medicine(body.said(SessionId(session_id)), actor, request))


@router.post("/v1/sessions/{session_id}/medicines/not-given", status_code=201, response_model=AggregateChanged)
async def withhold_medicine(
    session_id: Uuid, body: NewNotGiven, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down that a medicine was not given, and why."""
    command = WithholdMedicine(SessionId(session_id), body.order_id, body.why, body.reason)
    return changed(await app.withhold_medicine(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/medicines/effects", status_code=201, response_model=AggregateChanged)
async def record_effect(
    session_id: Uuid, body: NewEffect, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down whether a medicine helped."""
    administration_id = AdministrationId(body.administration_id)
    command = RecordEffect(SessionId(session_id), administration_id, body.relief, body.note or "")
    return changed(await app.record_effect(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/medicines/corrections", status_code=201, response_model=AggregateChanged)
async def correct_medicine(
    session_id: Uuid, body: MedicineCorrection, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Put right how much was given, or when: whoever wrote it down, or a prescriber."""
    return changed(await app.correct_medicine(body.said(SessionId(session_id)), actor, request), status=201)
