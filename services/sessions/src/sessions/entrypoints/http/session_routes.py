"""Sessions: reading, opening, checking in, and the ends they can come to."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    RequestPart,
    represent,
)
from careflow_service.http.fields import ONE_LINE, Moment
from sessions.application.commands.abort_session import AbortSession
from sessions.application.commands.check_in import CheckIn
from sessions.application.commands.complete_session import CompleteSession
from sessions.application.commands.convert_session import ConvertSession
from sessions.application.commands.correct_services import CorrectServices
from sessions.application.commands.join_session import JoinSession, LeaveSession
from sessions.application.commands.open_session import OpenSession
from sessions.application.commands.record_return import RecordReturn
from sessions.application.commands.start_session import StartSession
from sessions.domain.ids import AppointmentId, LocationId, PatientId, SessionId, StaffId
from sessions.domain.service_lines import ServiceLine, TherapyTime
from sessions.domain.sessions import Session
from sessions.domain.states import Outcome, SessionState
from sessions.domain.words import Modality, Phase, ProviderRole, VisitKind
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Shown, Staff, Uuid, View, changed
from sessions.entrypoints.http.telehealth_routes import HeldSaidView

router = APIRouter(tags=["sessions"])


class NewSession(RequestBody):
    """`modality` is how it takes place: left out, a therapy hour counts as one at a distance until booking is heard."""

    appointment_id: Uuid
    patient_id: Uuid
    kind: VisitKind
    location_id: Uuid
    modality: Modality | None = None


class Joining(RequestBody):
    role: ProviderRole


class Therapy(RequestPart):
    """Psychotherapy with documented times; in a dosing session only while the patient could take part."""

    provider: Staff
    started_at: Moment
    ended_at: Moment

    def time(self) -> TherapyTime:
        return TherapyTime(provider=StaffId(self.provider), started_at=self.started_at, ended_at=self.ended_at)


class Completion(RequestBody):
    therapy: Annotated[tuple[Therapy, ...], Field(max_length=20)] = ()


class CameBack(RequestBody):
    """`back_at` is when a patient came back of whom it is written down afterwards."""

    back_at: Moment | None = None

    def said(self, session_id: SessionId, version: int) -> RecordReturn:
        return RecordReturn(session_id, version, self.back_at)


class EarlyEnd(RequestBody):
    """`left_at` is when a patient left of whom it is written down afterwards."""

    patient_left: bool = False
    reason: Note
    left_at: Moment | None = None

    def said(self, session_id: SessionId, version: int) -> AbortSession:
        return AbortSession(session_id, self.patient_left, self.reason, version, self.left_at)


class Conversion(RequestBody):
    kind: VisitKind
    patient_agreed: bool


Modifier = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2}$")]


class CorrectedLine(RequestPart):
    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{5}$")]
    units: Annotated[int, Field(ge=1, le=99)] = 1
    minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    modifiers: Annotated[tuple[Modifier, ...], Field(max_length=4)] = ()
    place_of_service: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]
    started_at: Moment | None = None
    ended_at: Moment | None = None
    drug: Annotated[str, StringConstraints(min_length=1, max_length=120), ONE_LINE] | None = None
    strength: Annotated[str, StringConstraints(min_length=1, max_length=60), ONE_LINE] | None = None
    ndc: Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")] | None = None
    millilitres: Annotated[Decimal, Field(gt=0, le=10_000, decimal_places=3)] | None = None

    def line(self, by: StaffId) -> ServiceLine:
        return ServiceLine(
            code=self.code,
            units=self.units,
            minutes=self.minutes,
            modifiers=self.modifiers,
            place_of_service=self.place_of_service,
            rendering_provider=by,
            started_at=self.started_at,
            ended_at=self.ended_at,
            drug=self.drug,
            strength=self.strength,
            ndc=self.ndc,
            millilitres=self.millilitres,
        )


class Correction(RequestBody):
    """All the services the caller rendered in the session, as they are to be billed."""

    lines: Annotated[tuple[CorrectedLine, ...], Field(max_length=20)]


class RefusalView(BaseModel):
    items: tuple[str, ...]
    reason: str
    patient_controllable: bool


class AwayView(View):
    """`noted_by` saw them come back; `noted_at` is when that was written down, where that was afterwards."""

    left_at: datetime
    reason: str
    back_at: datetime
    noted_by: str
    noted_at: datetime | None


class SessionView(BaseModel):
    """`modality` is None while nobody has said how it takes place, `said_held` what somebody there said of it;
    `left_at` is when the patient left, `away` when they had left early and came back; `vitals_due_at` is when the next
    observation is due, `given_mg` all doses together; `runs_long` while a dosing session that was said to go on beyond
    its booked end does.
    """

    id: str
    appointment_id: str
    patient_id: str
    version: int
    kind: VisitKind
    booked_kind: VisitKind
    state: SessionState
    phase: Phase | None
    modality: Modality | None
    said_held: tuple[HeldSaidView, ...]
    plan_id: str | None
    number: int | None
    of: int | None
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome | None
    left_at: datetime | None
    away: tuple[AwayView, ...]
    refusal: RefusalView | None
    given_mg: Shown
    vitals_due_at: datetime | None
    runs_long: bool
    services_revision: int | None


@router.get("/v1/patients/{patient_id}/sessions", response_model=Page[SessionView])
async def list_sessions(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """A patient's sessions, in the order they were booked; on a page by when they start."""
    sessions = await app.reading.sessions_of(PatientId(patient_id), actor, limit, after)
    by_start = sorted(sessions.items, key=lambda each: (each.starts_at is not None, each.starts_at, each.id))
    return represent(Page[SessionView](items=[session_view(each) for each in by_start], next=sessions.next))


@router.get("/v1/appointments/{appointment_id}/session", response_model=SessionView)
async def read_session_of_appointment(appointment_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """The session of an appointment."""
    session = await app.reading.session_of(AppointmentId(appointment_id), actor)
    return represent(session_view(session), version=session.version)


@router.get("/v1/sessions/{session_id}", response_model=SessionView)
async def read_session(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """One session."""
    session = await app.reading.session(SessionId(session_id), actor)
    return represent(session_view(session), version=session.version)


@router.post("/v1/sessions", status_code=201, response_model=AggregateChanged)
async def open_session(body: NewSession, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Open the session of an appointment that has not been heard of yet."""
    command = OpenSession(
        AppointmentId(body.appointment_id),
        PatientId(body.patient_id),
        body.kind,
        LocationId(body.location_id),
        body.modality,
    )
    committed = await app.open_session(command, actor, request)
    return changed(committed, status=201, location=f"/v1/sessions/{committed.value.id}")


@router.post("/v1/sessions/{session_id}/arrive", response_model=AggregateChanged)
async def check_in(session_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """The patient is there, or on the line."""
    return changed(await app.check_in(CheckIn(SessionId(session_id)), actor, request))


@router.post("/v1/sessions/{session_id}/join", response_model=AggregateChanged)
async def join_session(
    session_id: Uuid, body: Joining, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """The caller is in the session, in a role of theirs."""
    return changed(await app.join_session(JoinSession(SessionId(session_id), body.role), actor, request))


@router.post("/v1/sessions/{session_id}/leave", response_model=AggregateChanged)
async def leave_session(session_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """The caller is no longer in the session."""
    return changed(await app.leave_session(LeaveSession(SessionId(session_id)), actor, request))


@router.post("/v1/sessions/{session_id}/start", response_model=AggregateChanged)
async def start_session(
    session_id: Uuid, actor: CurrentActor, request: IdempotentRequest, expected_version: ExpectedVersion, app: App
) -> Response:
    """It begins; a dosing session only through a gate that is open now."""
    return changed(await app.start_session(StartSession(SessionId(session_id), expected_version), actor, request))


@router.post("/v1/sessions/{session_id}/convert", response_model=AggregateChanged)
async def convert_session(
    session_id: Uuid,
    body: Conversion,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """After a refusal the patient stays for a therapy hour."""
    command = ConvertSession(SessionId(session_id), body.kind, body.patient_agreed, expected_version)
    return changed(await app.convert_session(command, actor, request))


@router.post("/v1/sessions/{session_id}/complete", response_model=AggregateChanged)
async def complete_session(
    session_id: Uuid,
    body: Completion,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """It took place; what it is billed by comes from documented times."""
    times = tuple(each.time() for each in body.therapy)
    command = CompleteSession(SessionId(session_id), times, expected_version)
    return changed(await app.complete_session(command, actor, request))


@router.post("/v1/sessions/{session_id}/abort", response_model=AggregateChanged)
async def abort_session(
    session_id: Uuid,
    body: EarlyEnd,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Stop it; only what was rendered is billed."""
    return changed(await app.abort_session(body.said(SessionId(session_id), expected_version), actor, request))


@router.post("/v1/sessions/{session_id}/return", response_model=AggregateChanged)
async def record_return(
    session_id: Uuid,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
    body: CameBack | None = None,
) -> Response:
    """Who had left after a dose without being discharged is there again: observed, alarmed for and discharged."""
    now = RecordReturn(SessionId(session_id), expected_version)
    command = body.said(now.session_id, expected_version) if body else now
    return changed(await app.record_return(command, actor, request))


@router.post("/v1/sessions/{session_id}/services", response_model=AggregateChanged)
async def correct_services(
    session_id: Uuid,
    body: Correction,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """The rendering clinician corrects their lines."""
    by = StaffId(actor.id)
    command = CorrectServices(SessionId(session_id), tuple(each.line(by) for each in body.lines), expected_version)
    return changed(await app.correct_services(command, actor, request))


def session_view(session: Session) -> SessionView:
    refusal = session.refusal
    return SessionView(
        id=session.id,
        appointment_id=session.appointment_id,
        patient_id=session.patient_id,
        version=session.version,
        kind=session.kind,
        booked_kind=session.booked_kind,
        state=session.state,
        phase=session.phase,
        modality=session.modality,
        said_held=tuple(HeldSaidView.model_validate(each) for each in session.said_held),
        plan_id=session.plan_id,
        number=session.numbered.number if session.numbered else None,
        of=session.numbered.of if session.numbered else None,
        starts_at=session.starts_at,
        started_at=session.started_at,
        ended_at=session.ended_at,
        outcome=session.outcome,
        left_at=session.left_at,
        away=tuple(AwayView.model_validate(each) for each in session.away),
        refusal=RefusalView(
            items=refusal.items, reason=refusal.reason.value, patient_controllable=refusal.patient_controllable
        )
        if refusal
        else None,
        given_mg=session.given.value,
        vitals_due_at=session.monitoring.due_at if session.monitoring and session.patient_watched else None,
        runs_long=session.runs_long,
        services_revision=session.services.revision if session.services else None,
    )
