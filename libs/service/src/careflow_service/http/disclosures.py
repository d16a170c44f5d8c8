"""A patient's record is handed out, part by part, and what was is accounted for: the same in every service."""

from datetime import date, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, StringConstraints

from careflow_domain.disclosures import Basis, RecordPart
from careflow_service.disclosing.commands import DiscloseRecord, DiscloseRecordHandler
from careflow_service.disclosing.copies import FORMATS, CopyFormat, written
from careflow_service.disclosing.reading import Records
from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import ONE_LINE, PROSE
from careflow_service.http.routes import UUID
from careflow_service.identity import Actor

Uuid = Annotated[str, StringConstraints(pattern=f"^{UUID}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200), ONE_LINE]
Note = Annotated[str, StringConstraints(min_length=1, max_length=4000), PROSE]

router = APIRouter(tags=["disclosures"])
waiting = APIRouter(tags=["disclosures"])
"""In services that hear what is asked of records."""


class HandsOut(Protocol):
    """The application of a service that hands out its share of records."""

    @property
    def disclose_record(self) -> DiscloseRecordHandler: ...

    @property
    def records(self) -> Records: ...


async def _handing_out(request: Request) -> HandsOut:
    application: HandsOut = request.app.state.application
    return application


App = Annotated[HandsOut, Depends(_handing_out)]


class NewDisclosure(RequestBody):
    """`reference` names the consent, the court order or the law, where `basis` is one. The substance-use part goes on a
    written consent only where that is on record: `consent_id`. `record_request_id` is the request for the record that
    this answers, as booking keeps it: it hears that this share is there.
    """

    part: RecordPart
    basis: Basis
    recipient: Line
    reason: Note
    reference: Line | None = None
    consent_id: Code | None = None
    record_request_id: Uuid | None = None


class DisclosureMade(BaseModel):
    disclosure_id: str


class DisclosureView(BaseModel):
    """What was handed out, when, to whom, why, and what allowed it; `accounted_for`: the law has it accounted for to
    the patient.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    part: RecordPart
    basis: Basis
    recipient: str
    reason: str
    reference: str
    consent_id: str | None
    record_request_id: str | None
    accounted_for: bool
    made_at: datetime
    made_by: str


class WantedShareView(BaseModel):
    """A request for a patient's record that waits for parts of this service's share; `due_on` is the last day."""

    record_request_id: str
    patient_id: str
    due_on: date
    parts: list[RecordPart]


@waiting.get("/v1/record-shares", response_model=Page[WantedShareView])
async def list_wanted_shares(
    actor: CurrentActor, app: App, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """What is waited for of records here and the caller hands out, what is due first at the top. A disclosure that
    names the request ends it.
    """
    found = await app.records.wanted(actor, limit=limit, after=after)
    items = [
        WantedShareView(
            record_request_id=each.id, patient_id=each.patient_id, due_on=each.due_on, parts=list(each.parts)
        )
        for each in found.items
    ]
    return represent(Page[WantedShareView](items=items, next=found.next))


@router.post("/v1/patients/{patient_id}/disclosures", status_code=201, response_model=DisclosureMade)
async def disclose_record(
    patient_id: str, body: NewDisclosure, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record that a part of the record is handed out, before it is. What is more protected than the rest goes by
    itself.
    """
    command = DiscloseRecord(
        patient_id=patient_id,
        part=body.part,
        basis=body.basis,
        recipient=body.recipient,
        reason=body.reason,
        reference=body.reference or "",
        consent_id=body.consent_id,
        record_request_id=body.record_request_id,
    )
    committed = await app.disclose_record(command, actor, request)
    return answer(committed, DisclosureMade(disclosure_id=committed.value.id), status=201)


@router.get("/v1/patients/{patient_id}/disclosures", response_model=Page[DisclosureView])
async def list_disclosures(
    patient_id: str, actor: CurrentActor, app: App, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The accounting of disclosures, the newest first."""
    found = await app.records.disclosures(patient_id, actor, limit=limit, after=after)
    items = [DisclosureView.model_validate(each) for each in found.items]
    return represent(Page[DisclosureView](items=items, next=found.next))


@router.get("/v1/disclosures/{disclosure_id}/record", response_class=StreamingResponse)
async def read_disclosed_record(
    disclosure_id: str,
    actor: CurrentActor,
    app: App,
    format: Annotated[CopyFormat, Query()] = CopyFormat.JSON,  # noqa: A002 - what callers call it
) -> Response:
    """The copy that goes with a disclosure, for whoever recorded it: all of that part as it is now. It is made soon
    after the disclosure, or a new one is recorded (`disclosure_over`; how soon, the policy says), and a consent it
    rests on must still count (`consent_ended`). The answer is a stream and ends by saying how many documents it has.
    """
    return await copy_of(app, disclosure_id, actor, format)


async def copy_of(app: HandsOut, disclosure_id: str, actor: Actor, form: CopyFormat) -> StreamingResponse:
    """The copy that goes with a disclosure, as a file."""
    chosen = FORMATS[form]
    record = await app.records.record(disclosure_id, actor)
    part = record.disclosure.part.value.replace("_", "-")
    service = app.records.share.service
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{service}-record-{part}.{chosen.suffix}"',
    }
    body = written(chosen, record, app.records.share)
    return StreamingResponse(body, media_type=chosen.media_type, headers=headers)
