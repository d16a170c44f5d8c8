"""Medicines that were given outside their order: writing them down, reviewing them, what waits for a review."""

from datetime import timedelta

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
from sessions.application.commands.record_medicine_outside_order import RecordMedicineOutsideOrder
from sessions.application.commands.review_medicine_outside_order import ReviewMedicineOutsideOrder
from sessions.domain.ids import AdministrationId, ContainerId, DrawId, SessionId, StaffId
from sessions.domain.medicine_given_outside import given_as
from sessions.domain.medicines import FLOWS, MedicineRoute, MedicineTerms, MedicineUnit
from sessions.domain.units import MedicineAmount
from sessions.entrypoints.http.medication_views import MedicineToReviewView, administration_view
from sessions.entrypoints.http.outside_gate_routes import NewDoseReview
from sessions.entrypoints.http.schemas import (
    AggregateChanged,
    App,
    Line,
    Note,
    PartAdded,
    Quantity,
    Staff,
    Uuid,
    added,
    changed,
)

router = APIRouter(tags=["medicines"])


class MedicineGiven(RequestPart):
    """What was given, where nobody had ordered it."""

    medicine: Line
    strength: Line
    route: MedicineRoute
    unit: MedicineUnit
    indication: Note
    controlled: bool = False

    def terms(self, amount: MedicineAmount) -> MedicineTerms:
        """As an order of what was given, once."""
        return MedicineTerms(
            medicine=self.medicine,
            strength=self.strength,
            route=self.route,
            unit=self.unit,
            least=amount,
            most=amount,
            in_visit=None if self.unit in FLOWS else amount,
            interval=timedelta(0),
            indication=self.indication,
            controlled=self.controlled,
        )


class NewMedicineOutside(RequestBody):
    """A medicine that was given, and that the ordinary way does not take. `order_id` is the order it was meant to be
    given by; without one `medicine` says what was given. `allergic` is what the patient says of it. `container_id` and
    `draw_id` are of a controlled one: without a draw it is drawn up with it. `given_by` is left out where it was the
    caller; `ordered_by` is who ordered it or knew of it, left out where nobody did.
    """

    order_id: Uuid | None = None
    medicine: MedicineGiven | None = None
    amount: Quantity
    given_at: Moment
    allergic: bool
    container_id: Uuid | None = None
    draw_id: Uuid | None = None
    given_by: Staff | None = None
    ordered_by: Staff | None = None
    reason: Note

    def said(self, session_id: SessionId) -> RecordMedicineOutsideOrder:
        """Refused: what `given_as` refuses."""
        amount = MedicineAmount(self.amount)
        return RecordMedicineOutsideOrder(
            session_id=session_id,
            given_as=given_as(self.order_id, self.medicine.terms(amount) if self.medicine else None),
            amount=amount,
            given_at=self.given_at,
            allergic=self.allergic,
            container_id=ContainerId(self.container_id) if self.container_id else None,
            draw_id=DrawId(self.draw_id) if self.draw_id else None,
            given_by=StaffId(self.given_by) if self.given_by else None,
            ordered_by=StaffId(self.ordered_by) if self.ordered_by else None,
            reason=self.reason,
        )


@router.get("/v1/medicines-outside-order", response_model=Page[MedicineToReviewView])
async def list_medicines_to_review(
    actor: CurrentActor, app: App, limit: PageLimit = 200, after: PageCursor = None
) -> Response:
    """Every medicine outside its order whose review is not decided, the most urgent first. `limit` counts sessions, of
    which one may have several.
    """
    listed = await app.reading_medicines.to_review(actor, limit=limit, after=after)
    items = [
        MedicineToReviewView(
            session_id=record.id,
            patient_id=record.patient_id,
            review_by=mark.review_by,
            medicine=administration_view(given),
        )
        for record in listed.items
        for given, mark in record.to_review
    ]
    return represent(Page[MedicineToReviewView](items=items, next=listed.next))


@router.post("/v1/sessions/{session_id}/medicines/outside-order", status_code=201, response_model=PartAdded)
async def record_medicine_outside_order(
    session_id: Uuid, body: NewMedicineOutside, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Write down a medicine that was given although its order did not allow it, or without one. It allows nothing: it
    counts, and no further dose is given until a prescriber has reviewed it.
    """
    return added(await app.record_medicine_outside_order(body.said(SessionId(session_id)), actor, request))


@router.post(
    "/v1/sessions/{session_id}/medicines/outside-order/{administration_id}/reviews",
    status_code=201,
    response_model=AggregateChanged,
)
async def review_medicine_outside_order(
    session_id: Uuid,
    administration_id: Uuid,
    body: NewDoseReview,
    actor: CurrentActor,
    request: IdempotentRequest,
    app: App,
) -> Response:
    """Sign the review of a medicine you neither gave nor wrote down; only "resume" lets dosing go on."""
    command = ReviewMedicineOutsideOrder(
        SessionId(session_id), AdministrationId(administration_id), body.decision, body.note
    )
    return changed(await app.review_medicine_outside_order(command, actor, request), status=201)
