"""Reaching patients who did not come: what waits, calls and the letter, the decision, reading."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from careflow_service.http.dependencies import (
    WHOLE,
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    represent,
)
from careflow_service.listed import Listed
from sessions.application.commands.reach_patient import DecideOutreach, TryToReach
from sessions.domain.ids import OutreachId, PatientId
from sessions.domain.outreach import Outreach, OutreachEnd, OutreachStep
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, View, changed

router = APIRouter(tags=["outreach"])


class NewTry(RequestBody):
    """`reached`: somebody has spoken with the patient, and so ended it."""

    step: Literal[OutreachStep.CALL, OutreachStep.LETTER] = OutreachStep.CALL
    reached: bool
    note: Note


class NewDecision(RequestBody):
    """`lost`: the patient counts as lost to follow-up, else is kept in care."""

    lost: bool
    note: Note


class TryView(View):
    step: OutreachStep
    reached: bool
    note: str
    by: str
    at: datetime


class DecisionView(View):
    lost: bool
    note: str
    by: str
    at: datetime


class OutreachView(BaseModel):
    """`session_id` is the visit that was missed, `step` what is to be done by `due_by`; `end` once it is over."""

    id: str
    version: int
    patient_id: str
    session_id: str
    began_at: datetime
    step: OutreachStep
    due_by: datetime
    overdue: bool
    tries: tuple[TryView, ...]
    decision: DecisionView | None
    end: OutreachEnd | None


@router.get("/v1/outreaches", response_model=Page[OutreachView])
async def list_waiting_outreaches(
    actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """Every patient who did not come and was not reached, the most urgent first."""
    return _listed(await app.reading.outreaches_waiting(actor, limit, after))


@router.get("/v1/patients/{patient_id}/outreaches", response_model=Page[OutreachView])
async def list_outreaches(
    patient_id: Uuid, actor: CurrentActor, app: App, limit: PageLimit = WHOLE, after: PageCursor = None
) -> Response:
    """Whenever a patient did not come, the earliest first."""
    return _listed(await app.reading.outreaches_of(PatientId(patient_id), actor, limit, after))


@router.post("/v1/outreaches/{outreach_id}/attempts", status_code=201, response_model=AggregateChanged)
async def try_to_reach(
    outreach_id: Uuid, body: NewTry, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Somebody called, or sent the letter; once the patient was reached it is over."""
    command = TryToReach(OutreachId(outreach_id), body.step, body.reached, body.note)
    return changed(await app.try_to_reach(command, actor, request), status=201)


@router.post("/v1/outreaches/{outreach_id}/decision", response_model=AggregateChanged)
async def decide_outreach(
    outreach_id: Uuid, body: NewDecision, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """After the calls and the letter: the patient counts as lost to follow-up, or is kept in care."""
    command = DecideOutreach(OutreachId(outreach_id), body.lost, body.note)
    return changed(await app.decide_outreach(command, actor, request))


def _listed(outreaches: Listed[Outreach]) -> Response:
    return represent(Page[OutreachView](items=[_outreach(each) for each in outreaches.items], next=outreaches.next))


def _outreach(outreach: Outreach) -> OutreachView:
    return OutreachView(
        id=outreach.id,
        version=outreach.version,
        patient_id=outreach.patient_id,
        session_id=outreach.session_id,
        began_at=outreach.began_at,
        step=outreach.step,
        due_by=outreach.due_by,
        overdue=outreach.open and outreach.said_overdue,
        tries=tuple(TryView.model_validate(each) for each in outreach.tries),
        decision=DecisionView.model_validate(outreach.decision) if outreach.decision else None,
        end=outreach.end,
    )
