"""The dose itself: giving, ending, watching, discharging."""

from dataclasses import fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from careflow_domain.errors import DomainError, invalid
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    RequestBody,
    RequestPart,
    answer,
)
from careflow_service.http.fields import Moment
from sessions.application.commands.discharge_patient import DischargePatient
from sessions.application.commands.end_dose import EndDose
from sessions.application.commands.give_dose import GiveDose
from sessions.application.commands.record_vitals import RecordVitals
from sessions.application.commands.set_pump import SetPump
from sessions.domain.checks import RiskLevel
from sessions.domain.discharge import DischargeScore, Exceptions, SignedFor
from sessions.domain.doses import StatedDose
from sessions.domain.drug_amounts import DrugUnit, Piece, Pieces
from sessions.domain.ids import ContainerId, DrawId, SessionId, StaffId
from sessions.domain.infusion import StepKind
from sessions.domain.units import (
    Milligrams,
    MilligramsPerKilogram,
    MilligramsPerMillilitre,
    Millilitres,
    MillilitresPerHour,
)
from sessions.entrypoints.http.drug_amount_bodies import Amounting
from sessions.entrypoints.http.schemas import AggregateChanged, App, Code, Note, Quantity, Staff, Uuid, changed
from sessions.entrypoints.http.vitals_body import Vitals

router = APIRouter(tags=["doses"])


class StatedBody(Amounting):
    """How much of what is in a container, and every other way it is stated: they must agree within one percent. Of
    pieces it is how many, with `mg_per_unit` in each. A device has its `serial` number.
    """

    container_id: Uuid
    mg: Quantity
    mg_per_kg: Quantity | None = None
    mg_per_ml: Quantity | None = None
    mg_per_unit: Quantity | None = None
    serial: Code | None = None

    def stated(self) -> StatedDose:
        """Refused: `amount_ambiguous`, `pieces_not_whole`, `strength_missing`."""
        amount, strength = self.amount(), self.mg_per_unit
        counted = amount is not None and amount.unit is not DrugUnit.MILLILITRE
        whole = StatedDose(
            mass=Milligrams(self.mg),
            per_kg=None if self.mg_per_kg is None else MilligramsPerKilogram(self.mg_per_kg),
        )
        if amount is None or not counted:
            concentration = self.mg_per_ml if self.mg_per_ml is not None else strength
            return replace(
                whole,
                volume=None if amount is None else Millilitres(amount.value),
                concentration=None if concentration is None else MilligramsPerMillilitre(concentration),
            )
        if strength is None:
            raise invalid("strength_missing", "What comes in pieces says how much is in one.")
        piece = Piece(unit=amount.unit, content=Milligrams(strength))
        return replace(whole, pieces=Pieces(number=amount.value, piece=piece))


class NewDose(StatedBody):
    """Out of which draw, and how much."""

    draw_id: Uuid


class PumpStep(StrEnum):
    """What is done to a pump that is not yet done."""

    RATE_CHANGED = "rate_changed"
    PAUSED = "paused"
    RESUMED = "resumed"


class PumpSetting(RequestBody):
    """What was done to the pump, and what had run in by then. The first time it is the rate, and of a drug that was
    diluted what it was made up to. `note`: why what ran in is not what the rate makes of the time. `set_at`: when it
    was done, where that is written down afterwards; `set_by` is left out where it was the caller.
    """

    step: PumpStep
    ml_per_hour: Quantity | None = None
    infused_ml: Quantity = Decimal(0)
    made_up_to_ml: Quantity | None = None
    note: Note | None = None
    set_at: Moment | None = None
    set_by: Staff | None = None

    def said(self, session_id: SessionId) -> SetPump:
        paused = self.step is PumpStep.PAUSED
        return SetPump(
            session_id,
            StepKind(self.step.value),
            Millilitres(self.infused_ml),
            None if paused or self.ml_per_hour is None else MillilitresPerHour(self.ml_per_hour),
            None if self.made_up_to_ml is None else Millilitres(self.made_up_to_ml),
            self.note or "",
            self.set_at,
            StaffId(self.set_by) if self.set_by else None,
        )


class DoseEnd(RequestBody):
    """How much had run in of what the dose was made up to; all of it where nothing is said. `ended_at`: when it ended,
    where that is written down afterwards; `ended_by` is left out where it was the caller.
    """

    infused_ml: Quantity | None = None
    note: Note | None = None
    ended_at: Moment | None = None
    ended_by: Staff | None = None

    def said(self, session_id: SessionId) -> EndDose:
        infused = None if self.infused_ml is None else Millilitres(self.infused_ml)
        by = StaffId(self.ended_by) if self.ended_by else None
        return EndDose(session_id, infused, self.note or "", self.ended_at, by)


class NewVitals(RequestBody):
    signs: Vitals


class ExceptionBody(RequestPart):
    criterion: Code
    reason: Note


class NewDischarge(RequestBody):
    """`exceptions`: a prescriber lets the patient go although these criteria are not met; `transport`: how somebody
    without an escort gets home. Written down afterwards, `left_at` is when the patient left: by then everything is
    judged; `let_go_by` is left out where it was the caller.
    """

    oriented: bool
    walks_unaided: bool
    nausea_controlled: bool
    effects_resolved: bool
    suicide_risk: RiskLevel
    escort_signed: bool
    instructions_given: bool
    exceptions: Annotated[tuple[ExceptionBody, ...], Field(max_length=20)] = ()
    transport: Note | None = None
    left_at: Moment | None = None
    let_go_by: Staff | None = None

    def score(self) -> DischargeScore:
        return DischargeScore(**{each.name: getattr(self, each.name) for each in fields(DischargeScore)})

    def excepted(self) -> Exceptions:
        signed = tuple(SignedFor(criterion=each.criterion, reason=each.reason) for each in self.exceptions)
        return Exceptions(signed=signed, transport=self.transport)

    def said(self, session_id: SessionId, version: int) -> DischargePatient:
        by = StaffId(self.let_go_by) if self.let_go_by else None
        return DischargePatient(session_id, self.score(), self.excepted(), version, self.left_at, by)


@router.post("/v1/sessions/{session_id}/doses", status_code=201, response_model=AggregateChanged)
async def give_dose(
    session_id: Uuid,
    body: NewDose,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Give a dose out of a draw, by the order. What was given although the gate is closed is written down by
    `if_given`, which the refusal names.
    """
    command = GiveDose(
        SessionId(session_id),
        ContainerId(body.container_id),
        DrawId(body.draw_id),
        body.stated(),
        body.serial,
        expected_version,
    )
    try:
        return changed(await app.give_dose(command, actor, request), status=201)
    except DomainError as refused:
        if refused.code != "dose_gate_closed":
            raise
        raise refused.with_extra(if_given=f"/v1/sessions/{session_id}/doses/outside-gate") from refused


@router.post("/v1/sessions/{session_id}/doses/pump", status_code=201, response_model=AggregateChanged)
async def set_pump(
    session_id: Uuid, body: PumpSetting, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Say what was done to the pump of the infusion that runs."""
    return changed(await app.set_pump(body.said(SessionId(session_id)), actor, request), status=201)


@router.post("/v1/sessions/{session_id}/doses/end", response_model=AggregateChanged)
async def end_dose(
    session_id: Uuid, actor: CurrentActor, request: IdempotentRequest, app: App, body: DoseEnd | None = None
) -> Response:
    """The infusion has run in, or was stopped: what did not run in is wasted before a witness."""
    whole = EndDose(SessionId(session_id))
    return changed(await app.end_dose(body.said(whole.session_id) if body else whole, actor, request))


@router.post("/v1/sessions/{session_id}/vitals", status_code=201, response_model=AggregateChanged)
async def record_vitals(
    session_id: Uuid, body: NewVitals, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record one observation."""
    command = RecordVitals(SessionId(session_id), body.signs.signs)
    return changed(await app.record_vitals(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/discharge", response_model=AggregateChanged)
async def discharge_patient(
    session_id: Uuid,
    body: NewDischarge,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Let the patient go home. A refusal (`discharge_criteria_unmet`, `discharge_forbidden`) names the `criteria` that
    are not met; with `monitored_long_enough` among them it says in `watched_until` from when on the patient was
    watched long enough, where they stay.
    """
    command = body.said(SessionId(session_id), expected_version)
    committed = await app.discharge_patient(command, actor, request)
    done = AggregateChanged(id=committed.value.id, version=committed.value.version)
    return answer(committed, done, status=200, version=done.version)
