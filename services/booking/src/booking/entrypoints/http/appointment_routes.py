"""Appointments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from booking.application.commands.book_appointment import BookAppointment
from booking.application.commands.book_dosing import BookDosing
from booking.application.commands.cancel_appointment import CancelAppointment
from booking.application.commands.complete_consultation import CompleteConsultation
from booking.application.commands.confirm_dosing import ConfirmDosing
from booking.application.commands.confirm_hold import ConfirmHold
from booking.application.commands.correct_appointment import CorrectAppointment
from booking.application.commands.hold_appointment import HoldAppointment
from booking.application.commands.keep_visit import KeepVisit
from booking.application.commands.record_arrival import RecordArrival
from booking.application.commands.record_missed_visit import RecordMissedVisit
from booking.application.commands.record_patient_told import RecordPatientTold
from booking.application.commands.release_hold import ReleaseHold
from booking.application.commands.reschedule_pair import ReschedulePair
from booking.application.results import Pair, Scheduled
from booking.domain.ids import AppointmentId, PatientId
from booking.domain.visits import VisitKind
from booking.entrypoints.http.appointment_schemas import (
    AppointmentView,
    BookingBody,
    CancelBody,
    CompleteBody,
    ConfirmBody,
    MoveBody,
    PairView,
    ReassignBody,
    SeriesBody,
    SeriesView,
    UnfitVisitView,
    VisitBody,
)
from booking.entrypoints.http.schemas import App, From, To
from careflow_domain.errors import invalid
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    answer,
    represent,
)
from careflow_service.http.fields import Day
from careflow_service.work import Committed

router = APIRouter(prefix="/v1/appointments")


@router.post("/holds", status_code=201, response_model=AppointmentView)
async def hold_appointment(body: VisitBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Hold a free time for ten minutes."""
    return _made(await app.hold_appointment(HoldAppointment(PatientId(body.patient_id), body.wish()), actor, request))


@router.post("", status_code=201, response_model=AppointmentView)
async def book_appointment(body: BookingBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Book a free time; a dosing visit also together with its integration."""
    patient_id = PatientId(body.patient_id)
    if body.integration is None:
        return _made(await app.book_appointment(BookAppointment(patient_id, body.wish()), actor, request))
    pair = BookDosing(patient_id, body.wish(), body.integration.wish_for(VisitKind.INTEGRATION))
    booked = await app.book_dosing(pair, actor, request)
    return _pair(booked, status=201, location=_location(booked.value.dosing))


@router.post("/series", response_model=SeriesView)
async def book_series(body: SeriesBody, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Book the dosing visits of a plan, each with its integration; every pair has a result of its own."""
    results = await app.book_series(body.command(), actor, request)
    done = [result.booked for result in results if result.booked]
    whole = Committed(
        value=None,
        positions=tuple(position for each in done for position in each.positions),
        repeated=bool(done) and all(each.repeated for each in done),
    )
    return answer(whole, SeriesView(items=[PairView.of(result) for result in results]))


@router.get("", response_model=Page[AppointmentView])
async def list_appointments(
    app: App,
    actor: CurrentActor,
    patient_id: Annotated[str | None, Query(max_length=64)] = None,
    day: Day | None = None,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """A patient's appointments, or those of one date of the clinic; name one of the two."""
    if (patient_id is None) == (day is None):
        raise invalid("patient_or_day", "Ask for a patient's appointments or for a day's.")
    if patient_id is not None:
        found = await app.read_appointments.of_patient(PatientId(patient_id), actor, limit, after)
    elif day is not None:
        found = await app.read_appointments.on_day(day, actor, limit, after)
    items = [AppointmentView.of(each) for each in found.items]
    return represent(Page[AppointmentView](items=items, next=found.next))


@router.get("/unfit", response_model=Page[UnfitVisitView])
async def list_unfit_visits(
    app: App,
    actor: CurrentActor,
    starts_from: From,
    starts_before: To,
    limit: PageLimit = 50,
    after: PageCursor = None,
) -> Response:
    """Booked visits that somebody, or their room, cannot give any more; a page may be empty and not the last."""
    found = await app.find_unfit_visits(starts_from, starts_before, actor, limit, after)
    return represent(Page[UnfitVisitView](items=[UnfitVisitView.of(each) for each in found.items], next=found.next))


@router.get("/{appointment_id}", response_model=AppointmentView)
async def read_appointment(appointment_id: str, app: App, actor: CurrentActor) -> Response:
    """One appointment."""
    found = await app.read_appointments.one(AppointmentId(appointment_id), actor)
    return represent(AppointmentView.of(found), version=found.version)


@router.post("/{appointment_id}/book", response_model=AppointmentView)
async def confirm_hold(
    appointment_id: str,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
    body: ConfirmBody | None = None,
) -> Response:
    """Book what is held; a dosing visit also together with its integration."""
    hold = ConfirmHold(AppointmentId(appointment_id), version)
    if body is None or body.integration is None:
        return _changed(await app.confirm_hold(hold, actor, request))
    pair = ConfirmDosing(hold, body.integration.wish_for(VisitKind.INTEGRATION))
    return _pair(await app.confirm_dosing(pair, actor, request))


@router.post("/{appointment_id}/release", response_model=AppointmentView)
async def release_hold(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Give a held time back."""
    return _changed(await app.release_hold(ReleaseHold(AppointmentId(appointment_id), version), actor, request))


@router.post("/{appointment_id}/reschedule", response_model=AppointmentView)
async def reschedule_appointment(
    appointment_id: str,
    body: MoveBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Move it: the same appointment at another time; a dosing visit also together with its integration."""
    command = body.command(AppointmentId(appointment_id), version)
    if body.integration is None:
        return _changed(await app.reschedule_appointment(command, actor, request))
    pair = ReschedulePair(command, body.integration.starts_at, body.integration.modality)
    return _pair(await app.reschedule_pair(pair, actor, request))


@router.post("/{appointment_id}/reassign", response_model=AppointmentView)
async def reassign_appointment(
    appointment_id: str,
    body: ReassignBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Give it to somebody else, or another room, at the same time: no fee."""
    command = body.command(AppointmentId(appointment_id), version)
    return _changed(await app.reassign_appointment(command, actor, request))


@router.post("/{appointment_id}/cancel", response_model=AppointmentView)
async def cancel_appointment(
    appointment_id: str,
    body: CancelBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Cancel it and give the time back; a dosing visit also together with its integration."""
    command = CancelAppointment(AppointmentId(appointment_id), version, body.reason, body.integration)
    return _changed(await app.cancel_appointment(command, actor, request))


@router.post("/{appointment_id}/keep", response_model=AppointmentView)
async def keep_visit(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """An integration whose dosing visit is gone takes place all the same."""
    return _changed(await app.keep_visit(KeepVisit(AppointmentId(appointment_id), version), actor, request))


@router.post("/{appointment_id}/arrive", response_model=AppointmentView)
async def record_arrival(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The patient is there, or on the line."""
    return _changed(await app.record_arrival(RecordArrival(AppointmentId(appointment_id), version), actor, request))


@router.post("/{appointment_id}/complete", response_model=AppointmentView)
async def complete_consultation(
    appointment_id: str,
    body: CompleteBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """How the consultation ended."""
    command = CompleteConsultation(AppointmentId(appointment_id), version, body.disposition)
    return _changed(await app.complete_consultation(command, actor, request))


@router.post("/{appointment_id}/missed", response_model=AppointmentView)
async def record_missed_visit(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The patient did not come."""
    command = RecordMissedVisit(AppointmentId(appointment_id), version)
    return _changed(await app.record_missed_visit(command, actor, request))


@router.post("/{appointment_id}/told", response_model=AppointmentView)
async def record_patient_told(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Somebody has told the patient what no message could."""
    command = RecordPatientTold(AppointmentId(appointment_id), version)
    return _changed(await app.record_patient_told(command, actor, request))


@router.post("/{appointment_id}/correct", response_model=AppointmentView)
async def correct_appointment(
    appointment_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """The patient came after all who was marked missed, or was not marked on the day."""
    command = CorrectAppointment(AppointmentId(appointment_id), version)
    return _changed(await app.correct_appointment(command, actor, request))


def _made(done: Committed[Scheduled]) -> Response:
    made = done.value
    return answer(done, AppointmentView.of(made), status=201, version=made.version, location=_location(made))


def _location(made: Scheduled) -> str:
    return f"/v1/appointments/{made.appointment_id}"


def _pair(done: Committed[Pair], *, status: int = 200, location: str | None = None) -> Response:
    """The dosing visit, with its integration inside."""
    dosing = done.value.dosing
    view = AppointmentView.of(dosing, done.value.integration)
    return answer(done, view, status=status, version=dosing.version, location=location)


def _changed(done: Committed[Scheduled]) -> Response:
    return answer(done, AppointmentView.of(done.value), version=done.value.version)
