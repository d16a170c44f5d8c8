"""A therapy hour at a distance: who and where the patient is, and the coordination call it becomes where it may not be
held.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from careflow_service.http.dependencies import CurrentActor, ExpectedVersion, IdempotentRequest, RequestBody, represent
from careflow_service.http.places import UsState
from sessions.application.commands.record_coordination_call import RecordCoordinationCall
from sessions.application.commands.say_how_held import SayHowHeld
from sessions.application.commands.verify_patient import VerifyPatient
from sessions.domain.checks import Identifier, Recorded
from sessions.domain.gate import Gate
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.domain.telehealth import CoordinationCall, Verification
from sessions.domain.words import Modality
from sessions.entrypoints.http.schemas import AggregateChanged, App, Line, Note, Uuid, View, changed

router = APIRouter(tags=["telehealth"])

Callback = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+[1-9][0-9]{6,14}$")]
"""A telephone number in E.164."""


class NewVerification(RequestBody):
    """Who is at the other end and where they are now; `state` is null outside the United States."""

    identifiers: Annotated[frozenset[Identifier], Field(min_length=1)]
    address: Line
    state: UsState | None
    callback: Callback
    emergency_service: Line
    private: bool
    fit: bool

    def found(self) -> Verification:
        return Verification(
            identifiers=self.identifiers,
            address=self.address,
            state=self.state,
            callback=self.callback,
            emergency_service=self.emergency_service,
            private=self.private,
            fit=self.fit,
        )


class NewCoordinationCall(RequestBody):
    """How long it was, and what was agreed."""

    minutes: Annotated[int, Field(ge=0, le=240)]
    note: Note

    def call(self) -> CoordinationCall:
        return CoordinationCall(minutes=self.minutes, note=self.note)


class HowHeld(RequestBody):
    """`reason` is asked where something else was known before."""

    modality: Modality
    reason: Note | None = None

    def said(self, session_id: SessionId, version: int) -> SayHowHeld:
        return SayHowHeld(session_id, self.modality, self.reason or "", version)


class HeldSaidView(View):
    """How somebody there said it takes place; `before` is what had been known."""

    modality: Modality
    before: Modality | None
    by: str
    at: datetime
    reason: str


class VerificationView(BaseModel):
    identifiers: tuple[Identifier, ...]
    address: str
    state: str | None
    callback: str
    emergency_service: str
    private: bool
    fit: bool
    by: str
    at: datetime


class CoordinationCallView(BaseModel):
    """`items` are why the hour was not held."""

    items: tuple[str, ...]
    minutes: int
    note: str
    by: str
    at: datetime


class TelehealthView(BaseModel):
    """`missing` is what stands in the way of beginning now: null for an hour in the room, and of one that has begun or
    is over. `verifications` are in the order they were recorded; the last one counts.
    """

    missing: tuple[str, ...] | None
    verifications: tuple[VerificationView, ...]
    coordination_call: CoordinationCallView | None


@router.get("/v1/sessions/{session_id}/telehealth", response_model=TelehealthView)
async def read_telehealth(session_id: Uuid, actor: CurrentActor, app: App) -> Response:
    """What is known of a patient at a distance, and what is missing before the hour may begin."""
    session, gate = await app.reading.telehealth(SessionId(session_id), actor)
    return represent(_telehealth(session, gate), version=session.version)


@router.post("/v1/sessions/{session_id}/how-held", response_model=AggregateChanged)
async def say_how_held(
    session_id: Uuid,
    body: HowHeld,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Say how a therapy hour takes place, or put it right; booking does not change it then."""
    return changed(await app.say_how_held(body.said(SessionId(session_id), expected_version), actor, request))


@router.post("/v1/sessions/{session_id}/verifications", response_model=AggregateChanged)
async def verify_patient(
    session_id: Uuid, body: NewVerification, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record who and where the patient is: before the hour begins, and again whenever they have moved."""
    return changed(await app.verify_patient(VerifyPatient(SessionId(session_id), body.found()), actor, request))


@router.post("/v1/sessions/{session_id}/coordination-call", response_model=AggregateChanged)
async def record_coordination_call(
    session_id: Uuid,
    body: NewCoordinationCall,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """The hour may not be held, for what was found: it was a coordination call, which costs nothing."""
    command = RecordCoordinationCall(SessionId(session_id), body.call(), expected_version)
    return changed(await app.record_coordination_call(command, actor, request))


def _telehealth(session: Session, gate: Gate | None) -> TelehealthView:
    call, refusal = session.coordination, session.refusal
    to_come = gate is not None and session.started_at is None and session.ended_at is None
    return TelehealthView(
        missing=tuple(each.item for each in gate.failed) if gate and to_come else None,
        verifications=tuple(_verification(each) for each in session.verified),
        coordination_call=CoordinationCallView(
            items=refusal.items, minutes=call.minutes, note=call.note, by=refusal.by, at=refusal.at
        )
        if call and refusal
        else None,
    )


def _verification(recorded: Recorded[Verification]) -> VerificationView:
    found = recorded.value
    return VerificationView(
        identifiers=tuple(sorted(found.identifiers)),
        address=found.address,
        state=found.state,
        callback=found.callback,
        emergency_service=found.emergency_service,
        private=found.private,
        fit=found.fit,
        by=recorded.by,
        at=recorded.at,
    )
