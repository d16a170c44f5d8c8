"""Putting right what was recorded wrong; both values stay in the record."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    RequestBody,
    RequestPart,
)
from careflow_service.http.fields import Moment
from sessions.application.commands.correct_checks import CorrectChecks
from sessions.application.commands.correct_dose import CorrectDose
from sessions.application.commands.correct_leaving import CorrectLeaving
from sessions.application.commands.correct_vitals import CorrectVitals
from sessions.domain.corrections import Amendment, ReadingList, WhichReading
from sessions.domain.dose_corrections import DoseAmendment
from sessions.domain.ids import SessionId
from sessions.domain.vitals import Symptom
from sessions.entrypoints.http.check_bodies import CheckParts
from sessions.entrypoints.http.drug_amount_bodies import Amounting
from sessions.entrypoints.http.schemas import AggregateChanged, App, Note, Uuid, changed

router = APIRouter(tags=["corrections"])


class AmendedVitals(RequestPart):
    """What was written down wrong, as it should have been; what is left out was right. `no_symptoms` takes back every
    symptom.
    """

    observed_at: Moment | None = None
    systolic: Annotated[int, Field(ge=0, le=400)] | None = None
    diastolic: Annotated[int, Field(ge=0, le=400)] | None = None
    heart_rate: Annotated[int, Field(ge=0, le=400)] | None = None
    oxygen_saturation: Annotated[int, Field(ge=0, le=100)] | None = None
    respiratory_rate: Annotated[int, Field(ge=0, le=100)] | None = None
    moaas: Annotated[int, Field(ge=0, le=5)] | None = None
    symptoms: frozenset[Symptom] | None = None
    no_symptoms: bool = False

    def amendment(self) -> Amendment:
        amended = self.model_dump(exclude={"symptoms", "no_symptoms"})
        return Amendment(**amended, symptoms=frozenset() if self.no_symptoms else self.symptoms)


class VitalsCorrection(RequestBody):
    """Of the list `among`, the reading with this `number` in the record of the session."""

    among: ReadingList
    number: Annotated[int, Field(ge=0, le=100_000)]
    signs: AmendedVitals
    reason: Note

    def which(self) -> WhichReading:
        return WhichReading(among=self.among, number=self.number)


class ChecksCorrection(CheckParts):
    """What should have been recorded of these checks the last time, and why."""

    reason: Note


class DoseAmended(Amounting):
    """What was recorded wrong of a dose, as it should have been; what is left out was right. How much is that of the
    drug itself, whatever it was made up to; the milligrams follow from it.
    """

    started_at: Moment | None = None
    ended_at: Moment | None = None
    reason: Note

    def amendment(self) -> DoseAmendment:
        return DoseAmendment(amount=self.amount(), started_at=self.started_at, ended_at=self.ended_at)


class DoseCorrection(DoseAmended):
    """Of the doses in the record of the session, the one with this `number`."""

    number: Annotated[int, Field(ge=0, le=1_000)]


class LeavingCorrection(RequestBody):
    """When the patient left, who was written down as having left at another time."""

    left_at: Moment
    reason: Note

    def said(self, session_id: SessionId, version: int) -> CorrectLeaving:
        return CorrectLeaving(session_id, self.left_at, self.reason, version)


@router.post("/v1/sessions/{session_id}/vitals/corrections", status_code=201, response_model=AggregateChanged)
async def correct_vitals(
    session_id: Uuid, body: VitalsCorrection, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Put an observation right: whoever wrote it down, or a prescriber."""
    command = CorrectVitals(SessionId(session_id), body.which(), body.signs.amendment(), body.reason)
    return changed(await app.correct_vitals(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/checks/corrections", status_code=201, response_model=AggregateChanged)
async def correct_checks(
    session_id: Uuid,
    body: ChecksCorrection,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Put right what was recorded last of these checks: whoever recorded it, or a prescriber."""
    command = CorrectChecks(SessionId(session_id), body.stamp(), body.reason, expected_version)
    return changed(await app.correct_checks(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/doses/corrections", status_code=201, response_model=AggregateChanged)
async def correct_dose(
    session_id: Uuid,
    body: DoseCorrection,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Put right how much was given of a dose, or when: whoever gave it, or a prescriber."""
    command = CorrectDose(SessionId(session_id), body.number, body.amendment(), body.reason, expected_version)
    return changed(await app.correct_dose(command, actor, request), status=201)


@router.post("/v1/sessions/{session_id}/leaving/corrections", status_code=201, response_model=AggregateChanged)
async def correct_leaving(
    session_id: Uuid,
    body: LeavingCorrection,
    actor: CurrentActor,
    request: IdempotentRequest,
    expected_version: ExpectedVersion,
    app: App,
) -> Response:
    """Put right when the patient left: whoever let them go or wrote it down, or a prescriber."""
    committed = await app.correct_leaving(body.said(SessionId(session_id), expected_version), actor, request)
    return changed(committed, status=201)
