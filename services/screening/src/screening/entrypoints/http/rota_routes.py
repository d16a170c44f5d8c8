"""The on-call rota, and pages as a test."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import (
    CurrentActor,
    ExpectedVersion,
    IdempotentRequest,
    Page,
    PageCursor,
    PageLimit,
    RequestBody,
    answer,
    represent,
)
from careflow_service.http.fields import Moment
from screening.application.commands.confirm_test_page import ConfirmTestPage
from screening.application.commands.draw_rota import DrawRota
from screening.domain.ids import PageId, StaffId
from screening.domain.paging import PageState
from screening.domain.rota import Channel, ChannelKind, Responder, Shift
from screening.entrypoints.http.schemas import App, Line, View

router = APIRouter(tags=["rota"])

Staff = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class NewChannel(RequestBody):
    kind: ChannelKind
    address: Line


class NewResponder(RequestBody):
    """Somebody who answers pages, over at least two kinds of channel."""

    id: Staff
    channels: Annotated[tuple[NewChannel, ...], Field(min_length=1, max_length=10)]


class NewShift(RequestBody):
    starts_at: Moment
    ends_at: Moment
    on_call: Staff
    backup: Staff | None = None


class NewRota(RequestBody):
    """The whole rota. `prescribers` are all paged when nobody on the chain answers."""

    responders: Annotated[tuple[NewResponder, ...], Field(min_length=1, max_length=200)]
    shifts: Annotated[tuple[NewShift, ...], Field(max_length=1000)]
    medical_director: Staff
    prescribers: Annotated[tuple[Staff, ...], Field(min_length=1, max_length=100)]


class RotaChanged(BaseModel):
    version: int


class ShiftView(View):
    starts_at: datetime
    ends_at: datetime
    on_call: str
    backup: str | None


class GapView(View):
    """A time nobody has a shift: the medical director alone is asked. The last one has no end."""

    starts_at: datetime
    ends_at: datetime | None


class TestPagesSent(BaseModel):
    """The test pages that go out now, one for each channel."""

    page_ids: tuple[str, ...]


class TestPageView(View):
    """One attempt to reach somebody over one channel, as a test."""

    id: str
    staff_id: str
    channel: ChannelKind
    state: PageState
    attempts: int
    intended_at: datetime
    settled_at: datetime | None


class TestPageConfirmed(BaseModel):
    page_id: str
    version: int


class ResponderView(BaseModel):
    """A person and the kinds of channel they are reached by, without the addresses."""

    id: str
    channels: tuple[ChannelKind, ...]


class RotaView(BaseModel):
    """`on_call_now` is the chain an alert would move along at this moment, `gaps` are the times from now on that nobody
    has a shift.
    """

    version: int
    responders: tuple[ResponderView, ...]
    shifts: tuple[ShiftView, ...]
    medical_director: str
    prescribers: tuple[str, ...]
    on_call_now: tuple[str, ...]
    gaps: tuple[GapView, ...]


@router.get("/v1/rota", response_model=RotaView)
async def read_rota(app: App) -> Response:
    """The rota as it is."""
    seen = await app.reading.rota()
    rota = seen.rota
    view = RotaView(
        version=rota.version,
        responders=tuple(
            ResponderView(id=each.id, channels=tuple(channel.kind for channel in each.channels))
            for each in rota.responders
        ),
        shifts=tuple(ShiftView.model_validate(shift) for shift in rota.shifts),
        medical_director=rota.medical_director,
        prescribers=rota.prescribers,
        on_call_now=seen.on_call_now,
        gaps=tuple(GapView.model_validate(gap) for gap in seen.gaps),
    )
    return represent(view, version=rota.version)


@router.put("/v1/rota", response_model=RotaChanged)
async def draw_rota(body: NewRota, actor: CurrentActor, expected_version: ExpectedVersion, app: App) -> Response:
    """Draw the rota up (`If-Match: "0"`) or anew."""
    command = DrawRota(
        responders=tuple(_responder(each) for each in body.responders),
        shifts=tuple(_shift(each) for each in body.shifts),
        medical_director=StaffId(body.medical_director),
        prescribers=tuple(StaffId(each) for each in body.prescribers),
        expected_version=expected_version,
    )
    committed = await app.draw_rota(command, actor)
    return answer(committed, RotaChanged(version=committed.value.version), version=committed.value.version)


@router.post("/v1/rota/test-pages", status_code=201, response_model=TestPagesSent)
async def request_test_page(actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """Page me now, as a test: over every channel the rota names for you. It says that it is a test; no alert and no
    escalation comes of it.
    """
    committed = await app.request_test_page(actor, request)
    return answer(committed, TestPagesSent(page_ids=committed.value.added_ids), status=201)


@router.get("/v1/rota/test-pages", response_model=Page[TestPageView])
async def list_test_pages(app: App, limit: PageLimit = 50, after: PageCursor = None) -> Response:
    """Who had themselves paged as a test, the newest first, and whether it arrived."""
    listed = await app.reading.test_pages(limit=limit, after=after)
    items = [TestPageView.model_validate(each) for each in listed.items]
    return represent(Page[TestPageView](items=items, next=listed.next))


@router.post("/v1/rota/test-pages/{page_id}/confirm", response_model=TestPageConfirmed)
async def confirm_test_page(page_id: str, actor: CurrentActor, request: IdempotentRequest, app: App) -> Response:
    """It arrived, says whom it was sent to."""
    committed = await app.confirm_test_page(ConfirmTestPage(PageId(page_id)), actor, request)
    changed = committed.value
    return answer(committed, TestPageConfirmed(page_id=changed.id, version=changed.version), version=changed.version)


def _responder(body: NewResponder) -> Responder:
    channels = tuple(Channel(kind=each.kind, address=each.address) for each in body.channels)
    return Responder(id=StaffId(body.id), channels=channels)


def _shift(body: NewShift) -> Shift:
    return Shift(
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        on_call=StaffId(body.on_call),
        backup=StaffId(body.backup) if body.backup else None,
    )
