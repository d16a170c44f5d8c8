"""The on-call rota."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from careflow_service.http.dependencies import CurrentActor, ExpectedVersion, RequestBody, answer, represent
from careflow_service.http.fields import Moment
from screening.application.commands.draw_rota import DrawRota
from screening.domain.ids import StaffId
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


class ResponderView(BaseModel):
    """A person and the kinds of channel they are reached by, without the addresses."""

    id: str
    channels: tuple[ChannelKind, ...]


class RotaView(BaseModel):
    """`on_call_now` is the chain an alert would move along at this moment."""

    version: int
    responders: tuple[ResponderView, ...]
    shifts: tuple[ShiftView, ...]
    medical_director: str
    prescribers: tuple[str, ...]
    on_call_now: tuple[str, ...]


@router.get("/v1/rota", response_model=RotaView)
async def read_rota(app: App) -> Response:
    """The rota as it is."""
    rota, on_call_now = await app.reading.rota()
    view = RotaView(
        version=rota.version,
        responders=tuple(
            ResponderView(id=each.id, channels=tuple(channel.kind for channel in each.channels))
            for each in rota.responders
        ),
        shifts=tuple(ShiftView.model_validate(shift) for shift in rota.shifts),
        medical_director=rota.medical_director,
        prescribers=rota.prescribers,
        on_call_now=on_call_now,
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
