"""The way to pages that are one patient's own: a link, and something they know."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Protocol, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from careflow_service.http.dependencies import CurrentActor, RequestBody, application
from careflow_service.http.fields import Day
from careflow_service.identity import Actor
from careflow_service.pages.forms import UNTYPED, Form, Submitted
from careflow_service.pages.links import SittingDown
from careflow_service.pages.site import Pages, Site, go_on
from careflow_service.pages.sittings import seat, sitting_of
from careflow_service.problems import UNAUTHENTICATED, Problem

NONE: Final[Mapping[str, str]] = {}


class HasLinks(Protocol):
    """An application whose patients come in by links."""

    @property
    def sitting_down(self) -> SittingDown: ...


A = TypeVar("A", bound=HasLinks)
ComesIn = Callable[[A, str, date, Actor], Awaitable[datetime | None]]
"""Tries a birth date on a link: when they came in, None for who was wrong or came too late."""


class Born(RequestBody):
    birth_date: Day


def coming_in(page: str, kind: type[A], comes_in: ComesIn[A], lasts: Callable[[A], timedelta]) -> APIRouter:
    """The two routes that lead to `/pages/<page>`; `lasts` is how long a browser says who it is."""
    router = APIRouter(prefix=f"/pages/{page}", include_in_schema=False)
    app_of = Depends(application(kind))

    @router.get("/{token}")
    async def ask_who(request: Request, pages: Pages, app: Annotated[A, app_of], token: str) -> Response:
        """Whose link it is: asked of whoever has it."""
        if await app.sitting_down.way_in(token) is None:
            return pages.show(request.scope, "no_way_in.html", status=404)
        return _ask_who(request, pages, UNTYPED, NONE)

    @router.post("/{token}")
    async def come_in(
        request: Request, pages: Pages, app: Annotated[A, app_of], actor: CurrentActor, token: str, form: Submitted
    ) -> Response:
        """Let in who knows the birth date."""
        link_id = await app.sitting_down.way_in(token)
        if link_id is None:
            return pages.show(request.scope, "no_way_in.html", status=404)
        born, faults = form.with_day("birth_date").read(Born)
        if born is None:
            return _ask_who(request, pages, form, faults)
        opened_at = await comes_in(app, link_id, born.birth_date, actor)
        if opened_at is None:
            return _ask_who(request, pages, form, {"birth_date": "not_the_one"})
        answer = go_on(request, f"../{page}")
        seat(answer, request.scope, app.sitting_down.seat(link_id, opened_at), lasts=lasts(app))
        return answer

    return router


async def still_there(request: Request, app: HasLinks) -> None:
    """The sitting may be over, though we know whose it was. Raises the problem `unauthenticated`."""
    if not await app.sitting_down.still(sitting_of(request.scope) or ""):
        raise Problem(UNAUTHENTICATED)


def _ask_who(request: Request, pages: Site, form: Form, faults: Mapping[str, str]) -> Response:
    status = 422 if faults else 200
    typed = form.parted("birth_date")
    return pages.show(request.scope, "who.html", status=status, typed=typed, faults=faults)
