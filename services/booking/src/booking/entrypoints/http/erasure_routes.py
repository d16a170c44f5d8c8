"""Requests to erase somebody over HTTP."""

from fastapi import APIRouter
from fastapi.responses import Response

from booking.application.commands.request_erasure import RequestErasure, WithdrawErasure
from booking.domain.ids import PatientId
from booking.entrypoints.http.erasure_schemas import ErasureBody, ErasureView
from booking.entrypoints.http.schemas import App, SavedView, saved
from careflow_service.http.dependencies import (
    CurrentActor,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    represent,
)

router = APIRouter(prefix="/v1")


@router.post("/patients/{patient_id}/erasure", status_code=201, response_model=SavedView)
async def request_erasure(
    patient_id: str, body: ErasureBody, app: App, actor: CurrentActor, request: IdempotentRequest
) -> Response:
    """Ask for everything about a patient to be erased: every service answers whether it has to keep something. Until
    that is settled nobody writes anything new about them.
    """
    done = await app.request_erasure(RequestErasure(PatientId(patient_id), body.grounds), actor, request)
    return saved(done, status=201, location=f"/v1/patients/{patient_id}/erasure")


@router.get("/patients/{patient_id}/erasure", response_model=ErasureView)
async def read_erasure(patient_id: str, app: App, actor: CurrentActor) -> Response:
    """What has become of the newest request: who has answered what, and who has not; also once somebody is erased."""
    erasure = await app.read_erasures.latest(PatientId(patient_id), actor)
    return represent(ErasureView.of(erasure), version=erasure.version)


@router.post("/patients/{patient_id}/erasure/withdraw", response_model=SavedView)
async def withdraw_erasure(patient_id: str, app: App, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Take a request back that has not ended; the patient is open again."""
    done = await app.withdraw_erasure(WithdrawErasure(PatientId(patient_id)), actor, request)
    return saved(done)


@router.get("/erasures", response_model=Page[ErasureView])
async def list_erasures(app: App, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Requests that have not ended, what was asked for first at the top."""
    found = await app.read_erasures.under_way(actor, limit, after)
    return represent(Page[ErasureView](items=[ErasureView.of(each) for each in found.items], next=found.next))
