"""One session while it takes place: what is observed, given and changed, as it happens."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from careflow_service.http.dependencies import CurrentActor
from careflow_service.http.live import MEDIA_TYPE, Live, Sent
from careflow_service.problems import MALFORMED_HEADER, Problem
from sessions.application.queries.follow_session import Place, Step
from sessions.domain.doses import Dose
from sessions.domain.ids import SessionId
from sessions.domain.sessions import Session
from sessions.entrypoints.http.dose_views import dose_view
from sessions.entrypoints.http.record_routes import vitals_view
from sessions.entrypoints.http.schemas import App, Uuid
from sessions.entrypoints.http.session_routes import session_view

router = APIRouter(tags=["sessions"])

_DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Server-sent events until the reader leaves or may no longer see it (`over`): `observation` and "
        "`dose` once each in order, then `session` as it stands; `beat` every five seconds and after each of them. "
        "Without `Last-Event-ID` from the first observation on.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}


class EventStream(Response):
    """Server-sent events."""

    media_type = MEDIA_TYPE


@router.get("/v1/sessions/{session_id}/live", response_class=EventStream, response_model=None, responses=_DOCUMENTED)
async def follow_session(
    session_id: Uuid,
    request: Request,
    actor: CurrentActor,
    app: App,
    live: Live,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """Follow a session: what is new since `Last-Event-ID`, and what happens from now on."""
    place = Place() if last_event_id is None else Place.read(last_event_id)
    if place is None:
        raise Problem(MALFORMED_HEADER, extra={"header": "Last-Event-ID"})
    session = await app.follow_session.session(SessionId(session_id), actor)
    reader = _Reader(place)

    async def news() -> Sequence[Sent]:
        return reader.told(await app.follow_session.since(session.id, reader.place, actor))

    return await live.follow(request, {session.patient_id}, news)


class _Reader:
    """How far one connection has come."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def told(self, steps: Sequence[Step]) -> Sequence[Sent]:
        if steps:
            self.place = steps[-1].place
        return [_sent(each) for each in steps]


def _sent(step: Step) -> Sent:
    name, view = _view(step)
    return Sent(name, view.model_dump_json(), str(step.place))


def _view(step: Step) -> tuple[str, BaseModel]:
    if isinstance(step.told, Session):
        return "session", session_view(step.told)
    if isinstance(step.told, Dose):
        return "dose", dose_view(step.told)
    return "observation", vitals_view(step.told)
