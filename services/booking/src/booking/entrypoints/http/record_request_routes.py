"""Requests for records over HTTP: a patient's right of access, asked for, worked on and settled part by part."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.extend_record_request import ExtendRecordRequest
from booking.application.commands.give_record_part import GiveRecordPart
from booking.application.commands.identify_requester import IdentifyRequester
from booking.application.commands.record_share import RecordShare
from booking.application.commands.refuse_record_part import RefuseRecordPart
from booking.application.commands.withdraw_record_request import WithdrawRecordRequest
from booking.application.use_cases import Booking
from booking.domain.ids import PatientId, RecordRequestId
from booking.domain.record_parts import RecordPart
from booking.domain.record_requests import RecordRequest
from booking.entrypoints.http.record_request_schemas import (
    ExtensionBody,
    IdentityBody,
    RecordRefusalBody,
    RecordRequestBody,
    RecordRequestView,
    ShareBody,
)
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)
from careflow_service.listed import Listed

router = APIRouter(prefix="/v1")


@router.post("/patients/{patient_id}/record-requests", status_code=201, response_model=SavedView)
async def receive_record_request(
    patient_id: str, body: RecordRequestBody, app: App, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Somebody asks for the patient's record. The shortest clock that runs says by when it is answered."""
    done = await app.receive_record_request(body.command(PatientId(patient_id)), actor, request)
    return saved(done, status=201, location=f"/v1/record-requests/{done.value.id}")


@router.get("/patients/{patient_id}/record-requests", response_model=Page[RecordRequestView])
async def list_record_requests_of_patient(
    patient_id: str, app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """The patient's, the newest first, also those that have ended."""
    return _listed(app, await app.read_record_requests.of_patient(PatientId(patient_id), actor, limit, after))


@router.get("/record-requests", response_model=Page[RecordRequestView])
async def list_record_requests(
    app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """Those that have not ended, what is due first at the top."""
    return _listed(app, await app.read_record_requests.under_way(actor, limit, after))


@router.get("/record-requests/{request_id}", response_model=RecordRequestView)
async def read_record_request(request_id: str, app: App, actor: CurrentActor) -> Response:
    """One request: who asks, by when it is answered, and for each part which service has exported its share."""
    asked = await app.read_record_requests.one(RecordRequestId(request_id), actor)
    return represent(_seen(app, asked), version=asked.version)


@router.post("/record-requests/{request_id}/identify", response_model=SavedView)
async def identify_requester(
    request_id: str,
    body: IdentityBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """It is known who asks. No copy of a paper is kept."""
    command = IdentifyRequester(RecordRequestId(request_id), version, body.identity)
    return saved(await app.identify_requester(command, actor, request))


@router.post("/record-requests/{request_id}/extend", response_model=SavedView)
async def extend_record_request(
    request_id: str,
    body: ExtensionBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Take more time, once, with the reason the patient was told; never where California's clock runs."""
    command = ExtendRecordRequest(RecordRequestId(request_id), version, body.reason, body.told_on)
    return saved(await app.extend_record_request(command, actor, request))


@router.post("/record-requests/{request_id}/parts/{part}/shares", response_model=SavedView)
async def record_share(
    request_id: str,
    part: RecordPart,
    body: ShareBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The share of one service is there, to be given with the others."""
    command = RecordShare(RecordRequestId(request_id), version, part, body.service, body.reference)
    return saved(await app.record_share(command, actor, request))


@router.post("/record-requests/{request_id}/parts/{part}/give", response_model=SavedView)
async def give_record_part(
    request_id: str,
    part: RecordPart,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """The part was handed over, sent or shown: once it is known who asks and every service has exported its share."""
    command = GiveRecordPart(RecordRequestId(request_id), version, part)
    return saved(await app.give_record_part(command, actor, request))


@router.post("/record-requests/{request_id}/parts/{part}/refuse", response_model=SavedView)
async def refuse_record_part(
    request_id: str,
    part: RecordPart,
    body: RecordRefusalBody,
    app: App,
    actor: CurrentActor,
    request: IdempotentRequest,
    version: ExpectedVersion,
) -> Response:
    """Refuse the part, with the reason in writing; of a mental-health record with the way to another professional."""
    command = RefuseRecordPart(RecordRequestId(request_id), version, part, body.grounds, body.reason, body.review)
    return saved(await app.refuse_record_part(command, actor, request))


@router.post("/record-requests/{request_id}/withdraw", response_model=SavedView)
async def withdraw_record_request(
    request_id: str, app: App, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Whoever asked does not want it any more."""
    command = WithdrawRecordRequest(RecordRequestId(request_id), version)
    return saved(await app.withdraw_record_request(command, actor, request))


def _seen(app: Booking, asked: RecordRequest) -> RecordRequestView:
    return RecordRequestView.of(asked, late=asked.late(app.ports.clock(), app.ports.zone))


def _listed(app: Booking, found: Listed[RecordRequest]) -> Response:
    items = [_seen(app, each) for each in found.items]
    return represent(Page[RecordRequestView](items=items, next=found.next))
