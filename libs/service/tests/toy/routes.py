"""The toy over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import BaseModel, Field

from careflow_service.http.access import AccessTable, allow, by_object, by_path, public
from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    application,
    represent,
)
from careflow_service.http.fields import Moment
from careflow_service.identity import Role
from careflow_service.work import Committed
from libs.service.tests.toy.application import Kept, Toy

Application = Annotated[Toy, Depends(application(Toy))]

router = APIRouter(prefix="/v1")


class BookVisit(RequestBody):
    patient_id: str
    note: str = Field(max_length=2_000)
    ends_at: Moment


class Inquiry(RequestBody):
    note: str = Field(max_length=2_000)


class KeptVisit(BaseModel):
    id: str
    version: int


class ReadVisit(BaseModel):
    id: str
    note: str
    open: bool
    screened: bool


@router.post("/visits", status_code=201, response_model=KeptVisit)
async def book_visit(body: BookVisit, app: Application, actor: CurrentActor, request: IdempotentRequest) -> Response:
    """Book a visit."""
    committed = await app.book(body.patient_id, body.note, body.ends_at, actor, request)
    return _kept(committed, status=201)


@router.post("/visits/{visit_id}/close", response_model=KeptVisit)
async def close_visit(
    visit_id: str, app: Application, actor: CurrentActor, request: IdempotentRequest, version: ExpectedVersion
) -> Response:
    """Close a visit."""
    return _kept(await app.close(visit_id, version, actor, request))


@router.get("/visits/{visit_id}", response_model=ReadVisit)
async def read_visit(visit_id: str, app: Application, actor: CurrentActor) -> Response:
    """Read a visit."""
    visit = await app.read(visit_id, actor)
    body = ReadVisit(id=visit.id, note=visit.note, open=visit.open, screened=visit.screened)
    return represent(body, version=visit.version)


@router.get("/patients/{patient_id}/visits", response_model=Page[KeptVisit])
async def list_visits(
    patient_id: str, app: Application, actor: CurrentActor, limit: PageLimit = 50, after: PageCursor = None
) -> Response:
    """A patient's visits."""
    found = await app.list_of(patient_id, limit, after, actor)
    return represent(Page[KeptVisit](items=[KeptVisit(id=visit.id, version=visit.version) for visit in found]))


@router.post("/inquiries", status_code=202, response_model=Inquiry)
async def inquire(body: Inquiry, actor: CurrentActor, _request: IdempotentRequest) -> Response:
    """Ask something without login."""
    return answer(Committed(actor.id, ()), body, status=202)


def _kept(committed: Committed[Kept], **how: Any) -> Response:
    kept = committed.value
    body = KeptVisit(id=kept.id, version=kept.version)
    return answer(committed, body, version=kept.version, location=f"/v1/visits/{kept.id}", **how)


ACCESS: AccessTable = {
    "POST /v1/visits": allow(Role.NURSE, Role.COORDINATOR),
    "POST /v1/visits/{visit_id}/close": allow(Role.NURSE),
    "GET /v1/visits/{visit_id}": allow(Role.NURSE, own=by_object("visit_id"), emergency=(Role.WELLNESS,)),
    "GET /v1/patients/{patient_id}/visits": allow(
        Role.NURSE, own=by_path("patient_id"), emergency=(Role.WELLNESS, Role.COORDINATOR)
    ),
    "POST /v1/inquiries": public(rate="5/minute"),
}
