"""A patient's record is handed out, part by part, and what was handed out is accounted for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

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
from screening.application.commands.disclose_record import DiscloseRecord
from screening.domain.disclosures import Basis, RecordPart
from screening.domain.ids import ConsentId, DisclosureId, PatientId, RecordRequestId
from screening.entrypoints.http.record_copies import FORMATS, CopyFormat, written
from screening.entrypoints.http.schemas import App, Code, Line, Note, Uuid, View

router = APIRouter(tags=["disclosures"])


class NewDisclosure(RequestBody):
    """`reference` names the consent or the court order, where `basis` is one. The substance-use part goes on a written
    consent only where that is on record: `consent_id`. `record_request_id` is the request for the record that
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


class DisclosureView(View):
    """What was handed out, to whom, why, and what allowed it."""

    id: str
    part: RecordPart
    basis: Basis
    recipient: str
    reason: str
    reference: str
    consent_id: str | None
    record_request_id: str | None
    made_at: datetime
    made_by: str


@router.post("/v1/patients/{patient_id}/disclosures", status_code=201, response_model=DisclosureMade)
async def disclose_record(
    patient_id: str, body: NewDisclosure, actor: CurrentActor, request: IdempotentRequest, app: App
) -> Response:
    """Record that a part of the record is handed out, before it is. The substance-use part goes by itself."""
    command = DiscloseRecord(
        patient_id=PatientId(patient_id),
        part=body.part,
        basis=body.basis,
        recipient=body.recipient,
        reason=body.reason,
        reference=body.reference or "",
        consent_id=ConsentId(body.consent_id) if body.consent_id else None,
        record_request_id=RecordRequestId(body.record_request_id) if body.record_request_id else None,
    )
    committed = await app.disclose_record(command, actor, request)
    return answer(committed, DisclosureMade(disclosure_id=committed.value.id), status=201)


@router.get("/v1/patients/{patient_id}/disclosures", response_model=Page[DisclosureView])
async def list_disclosures(
    patient_id: str, actor: CurrentActor, app: App, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The accounting of disclosures, the newest first."""
    found = await app.records.disclosures(PatientId(patient_id), actor, limit=limit, after=after)
    items = [DisclosureView.model_validate(each) for each in found.items]
    return represent(Page[DisclosureView](items=items, next=found.next))


@router.get("/v1/disclosures/{disclosure_id}/record", response_class=StreamingResponse)
async def read_record(
    disclosure_id: str,
    actor: CurrentActor,
    app: App,
    format: Annotated[CopyFormat, Query()] = CopyFormat.JSON,  # noqa: A002 - what callers call it
) -> Response:
    """The copy that goes with a disclosure, for whoever recorded it: all of that part as it is now. It is made soon
    after the disclosure, or a new one is recorded (`disclosure_over`; how soon, the policy says), and a consent it
    rests on must still count (`consent_ended`). The answer is a stream and ends by saying how many documents it has.
    """
    chosen = FORMATS[format]
    record = await app.records.record(DisclosureId(disclosure_id), actor)
    body = written(chosen, record, app.ports.shelf, as_of=app.ports.clock())
    name = f"record-{record.disclosure.part.value.replace('_', '-')}.{'json' if format is CopyFormat.JSON else 'txt'}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(body, media_type=chosen.media_type, headers=headers)
